//! One request to a callback URL, on its way from the [post](super::post) to the [courier](super::courier) and back.

use std::{sync::Arc, time::Duration};

use super::{Sending, Target, parcel::Parcel};
use crate::clock::Millis;

/// A request to be made now.
#[derive(Debug)]
pub(crate) struct Errand {
    /// The delivery's number.
    pub(crate) id: u64,
    pub(super) turn: Turn,
    pub(super) sending: Sending,
    pub(super) target: Target,
    pub(super) corp_id: String,
    pub(super) agent_id: AgentIdElement,
    pub(super) xml: String,
    /// What goes over the wire: given for a replay, made by the courier otherwise.
    pub(super) parcel: Option<Arc<Parcel>>,
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
    pub(super) status: Option<u16>,
    pub(super) answer: Option<String>,
    pub(super) took: Duration,
    pub(super) error: Option<String>,
    pub(super) hint: Option<String>,
}

/// What is to follow, and when.
#[derive(Debug, Default)]
pub(super) struct Next {
    pub(super) retry_at: Option<Millis>,
    pub(super) replay_at: Option<Millis>,
}
