//! An authentic message that cannot be parsed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A message with a valid signature and encryption that cannot be parsed. It is not well-formed XML, or it exceeds the
/// limits for nesting or length, which are far above all messages of WeCom.
///
/// The SDK acknowledges it, because WeCom would deliver the same text again. It is passed on as an event because it may
/// report a change. [`Notification::key`](crate::callback::Notification::key) is its digest, for reports.
/// [`Notification::message`](crate::callback::Notification::message) is the text itself, which may contain personal
/// data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnreadableEvent {
    /// The fault, such as `it is not well-formed XML`. It quotes no part of the message.
    pub reason: Cow<'static, str>,
}

impl UnreadableEvent {
    pub(in crate::callback) fn new(reason: &'static str) -> Self {
        Self { reason: reason.into() }
    }
}
