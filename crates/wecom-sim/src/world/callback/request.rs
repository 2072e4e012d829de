//! One request to a callback URL, on its way from the [queue](super::queue) to the courier and back.

use std::{sync::Arc, time::Duration};

use super::{Sending, Target, envelope::Parcel};
use crate::clock::Millis;

/// A request to be made now.
#[derive(Debug)]
pub(crate) struct Errand {
    /// The delivery's number.
    pub(crate) id: u64,
    pub(super) turn: Turn,
    pub(super) sending: Sending,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    pub(super) agent_id: AgentIdElement,
    pub(super) xml: String,
    /// What goes over the wire: given for a replay, made by the courier otherwise.
    pub(crate) parcel: Option<Arc<Parcel>>,
}

/// The `AgentID` of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentIdElement {
    Absent,
    /// Behind `Encrypt`, for the contacts assistant.
    Empty,
    /// In front of `Encrypt`, for an app.
    Filled(u32),
}

/// Why a delivery stands in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To be delivered: how that ends decides what becomes of it.
    Attempt,
    /// Beside its attempts; see [`Sending::Copy`].
    Copy,
    /// Once more; see [`Sending::Replay`].
    Replay,
}

/// What came of an errand.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) answer: Option<String>,
    pub(crate) took: Duration,
    pub(crate) error: Option<String>,
    pub(crate) hint: Option<String>,
}

/// What is to follow, and when.
#[derive(Debug, Default)]
pub(super) struct Next {
    pub(super) retry_at: Option<Millis>,
    pub(super) replay_at: Option<Millis>,
}
