//! One request to a callback URL, on its way from the queue to the client that sends it, and back.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use url::Url;

use super::{record::AttemptKind, target::Target};
use crate::clock::Millis;

/// A request to be made now.
#[derive(Debug)]
pub(crate) struct CallbackRequest {
    /// The delivery's number.
    pub(crate) id: u64,
    pub(super) send_kind: SendKind,
    pub(super) sending: AttemptKind,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    pub(super) agent_id: AgentIdElement,
    pub(super) xml: String,
    /// What goes over the wire: given for a replay, made by the client otherwise.
    pub(crate) sealed: Option<Arc<SealedRequest>>,
}

/// One request, ready to be sent, and to be sent again.
#[derive(Debug)]
pub(crate) struct SealedRequest {
    pub(crate) url: Url,
    pub(crate) body: Bytes,
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

/// Why a delivery is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendKind {
    /// To be delivered: how that ends decides what becomes of it.
    Attempt,
    /// Beside its attempts; see [`AttemptKind::Copy`].
    Copy,
    /// Once more; see [`AttemptKind::Replay`].
    Replay,
}

/// What came of a request.
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
pub(super) struct FollowUp {
    pub(super) retry_at: Option<Millis>,
    pub(super) replay_at: Option<Millis>,
}
