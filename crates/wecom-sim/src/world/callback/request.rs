//! One request to a callback URL, from the queue to the HTTP client, and its result.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use url::Url;

use super::{record::AttemptKind, target::Target};
use crate::clock::Millis;

/// A request to send now.
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
    /// The bytes to send. A replay has them; otherwise the client creates them.
    pub(crate) sealed: Option<Arc<SealedRequest>>,
}

/// The bytes of one request, for sending and for sending again.
#[derive(Debug)]
pub(crate) struct SealedRequest {
    pub(crate) url: Url,
    pub(crate) body: Bytes,
}

/// The `AgentID` of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentIdElement {
    Absent,
    /// After `Encrypt`, for the contacts assistant.
    Empty,
    /// Before `Encrypt`, for an app.
    Filled(u32),
}

/// Why a delivery is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendKind {
    /// An attempt whose result determines the state of the delivery.
    Attempt,
    /// A copy; see [`AttemptKind::Copy`].
    Copy,
    /// A replay; see [`AttemptKind::Replay`].
    Replay,
}

/// The result of a request.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) answer: Option<String>,
    pub(crate) took: Duration,
    pub(crate) error: Option<String>,
    pub(crate) hint: Option<String>,
}

/// The next step of a delivery, and its time.
#[derive(Debug, Default)]
pub(super) struct FollowUp {
    pub(super) retry_at: Option<Millis>,
    pub(super) replay_at: Option<Millis>,
}
