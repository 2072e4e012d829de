//! An authentic message that cannot be read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A message that WeCom surely sent, as it is rightly signed and encrypted, and that cannot be read: it is not well-formed XML, or
/// nested or long beyond all that WeCom sends.
///
/// It is acknowledged like any other, as another delivery would be the same; it must not vanish, though, as it may have told of a
/// change. [`Notification::key`](crate::callback::Notification::key) is its digest, for reports;
/// [`Notification::message`](crate::callback::Notification::message) is the text itself, which may hold personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnreadableEvent {
    /// What is in the way, such as `it is not well-formed XML`. No part of the message is quoted.
    pub reason: Cow<'static, str>,
}

impl UnreadableEvent {
    pub(in crate::callback) fn new(reason: &'static str) -> Self {
        Self { reason: reason.into() }
    }
}
