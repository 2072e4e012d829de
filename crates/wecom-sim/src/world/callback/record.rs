//! A callback as a tester sees it: from the event that caused it to its last attempt.

use serde::Serialize;

use crate::faults::{DeliveryFault, Flaw};

/// One callback, from the event that caused it to its last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// Counts from 1; a reset of the world does not restart it.
    pub id: u64,
    /// Whose target: `contacts`, `app 1000002` or `import job`.
    pub to: String,
    /// The corp in whose name it is sent: `ToUserName` and receiveid.
    pub corp_id: String,
    /// The target's URL.
    pub url: String,
    /// The event, with its `ChangeType` where it has one: `change_contact/create_user`, `batch_job_result`.
    pub event: String,
    /// The event before encryption.
    pub xml: String,
    /// When the event happened: virtual time, Unix milliseconds.
    pub created_at: i64,
    /// Its state.
    pub state: DeliveryState,
    /// When it is tried next; virtual time, only while [`DeliveryState::Waiting`].
    pub next_attempt_at: Option<i64>,
    /// The faults that applied to it, in the order of the rules.
    pub faults: Vec<DeliveryFault>,
    /// What was sent and how it was answered, oldest first.
    pub attempts: Vec<Attempt>,
}

impl DeliveryRecord {
    /// Whether it may still be sent by itself.
    pub fn is_open(&self) -> bool {
        use DeliveryState::{Delivered, Dropped, GivenUp};
        !matches!(self.state, Delivered | GivenUp | Dropped)
    }
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// About to be sent, behind others of the same target.
    Queued,
    /// On the wire.
    InFlight,
    /// Failed or delayed, and to be tried once the virtual clock gets there.
    Waiting,
    /// Held back by [`DeliveryFault::Reorder`] until later ones have gone out.
    HeldBack,
    /// Received.
    Delivered,
    /// Failed as often as WeCom tries.
    GivenUp,
    /// Never sent, by [`DeliveryFault::Drop`].
    Dropped,
}

/// One request to the callback URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// What was sent.
    pub sent: AttemptKind,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// The beginning of the answer's body, if there was one; at most 256 bytes.
    pub answer: Option<String>,
    /// How long the answer took, in real milliseconds.
    pub milliseconds: u64,
    /// What went wrong, if there was no answer.
    pub error: Option<String>,
    /// What a refusal may be due to: a timestamp far from this machine's clock.
    pub hint: Option<String>,
}

/// What one attempt sent. Only a genuine one, and one that is wrong in its place, is repeated when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptKind {
    /// The event as it should be.
    Genuine,
    /// The event once more, encrypted and signed again, by [`DeliveryFault::Duplicate`].
    Copy,
    /// Query and body of an earlier attempt, byte for byte.
    Replay,
    /// Signed with another token, by [`DeliveryFault::WrongSignature`].
    WrongSignature,
    /// Encrypted for another corp, by [`DeliveryFault::WrongReceiveId`].
    WrongReceiveId,
    /// No envelope at all, or one that does not decrypt, by [`DeliveryFault::Garbage`].
    Garbage,
}

impl From<Flaw> for AttemptKind {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::WrongSignature => Self::WrongSignature,
            Flaw::WrongReceiveId => Self::WrongReceiveId,
            Flaw::Garbage => Self::Garbage,
        }
    }
}
