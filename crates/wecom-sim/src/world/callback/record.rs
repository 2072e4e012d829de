//! The log of a callback, from its event to its last attempt.

use schemars::JsonSchema;
use serde::Serialize;

use crate::faults::{DeliveryFault, Flaw};

/// One callback, from the event that caused it to its last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// The number, counted from 1. A reset continues the numbers.
    pub id: u64,
    /// The owner of the target: `contacts`, `app 1000002` or `import job`.
    pub to: String,
    /// The corp that it is sent for: `ToUserName` and receiveid.
    pub corp_id: String,
    /// The target's URL.
    pub url: String,
    /// The event, with its `ChangeType` if it has one, for example `change_contact/create_user` or
    /// `batch_job_result`.
    pub event: String,
    /// The event before encryption.
    pub xml: String,
    /// Time of the event: virtual time in Unix milliseconds.
    pub created_at: i64,
    /// The state.
    pub state: DeliveryState,
    /// Virtual time of the next attempt, only while [`DeliveryState::Waiting`].
    pub next_attempt_at: Option<i64>,
    /// The faults that applied to it, in the order of the rules.
    pub faults: Vec<DeliveryFault>,
    /// The requests and their answers, oldest first.
    pub attempts: Vec<Attempt>,
}

impl DeliveryRecord {
    /// Whether a further attempt may follow.
    pub fn is_open(&self) -> bool {
        use DeliveryState::{Delivered, Dropped, GivenUp};
        !matches!(self.state, Delivered | GivenUp | Dropped)
    }

    /// Returns the size in memory, without the faults.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.to, &self.corp_id, &self.url, &self.event, &self.xml];
        let attempts = self.attempts.iter().map(|attempt| {
            let texts = [&attempt.answer, &attempt.error, &attempt.hint];
            size_of::<Attempt>() + texts.into_iter().flatten().map(String::len).sum::<usize>()
        });
        size_of::<Self>() + texts.into_iter().map(String::len).sum::<usize>() + attempts.sum::<usize>()
    }
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// In the queue, behind others of the same target.
    Queued,
    /// Being sent.
    InFlight,
    /// Failed or delayed, and waiting for the virtual clock.
    Waiting,
    /// Held back by [`DeliveryFault::Reorder`] until later ones have been sent.
    HeldBack,
    /// Received.
    Delivered,
    /// All attempts failed.
    GivenUp,
    /// Never sent, by [`DeliveryFault::Drop`].
    Dropped,
}

/// One request to the callback URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Attempt {
    /// Virtual time in Unix milliseconds.
    pub at: i64,
    /// What was sent.
    pub sent: AttemptKind,
    /// The HTTP status of the answer, if any.
    pub status: Option<u16>,
    /// The beginning of the answer's body, if any; at most 256 bytes.
    pub answer: Option<String>,
    /// Duration of the request in real milliseconds.
    pub milliseconds: u64,
    /// The error, if there was no answer.
    pub error: Option<String>,
    /// A possible reason of a refusal: a timestamp far from this machine's clock.
    pub hint: Option<String>,
}

/// The kind of an attempt. Failed genuine and forged attempts are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptKind {
    /// The valid event.
    Genuine,
    /// A copy of the event, encrypted and signed separately, by [`DeliveryFault::Duplicate`].
    Copy,
    /// The query and body of an earlier attempt.
    Replay,
    /// Signed with a wrong token, by [`DeliveryFault::WrongSignature`].
    WrongSignature,
    /// Encrypted for another corp, by [`DeliveryFault::WrongReceiveId`].
    WrongReceiveId,
    /// An invalid envelope, or one that does not decrypt, by [`DeliveryFault::Garbage`].
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
