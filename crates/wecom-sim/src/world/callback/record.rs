//! A callback as a tester sees it: from the event that caused it to its last attempt.

use serde::Serialize;

use crate::faults::DeliveryFault;

/// One callback, from the event that caused it to its last attempt.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Counts from 1; a reset of the world does not start it anew.
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
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next; virtual time, only while [`DeliveryState::Waiting`].
    pub next_attempt_at: Option<i64>,
    /// What the rules of a bad day have done to it, in the order of the plan.
    pub faults: Vec<DeliveryFault>,
    /// What was sent and how it was answered, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// Whether it may still be sent by itself.
    pub fn is_open(&self) -> bool {
        use DeliveryState::{Delivered, Dropped, GivenUp};
        !matches!(self.state, Delivered | GivenUp | Dropped)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// What was sent.
    pub sent: Sending,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sending {
    /// The event as it should be.
    Genuine,
    /// The event once more, encrypted and signed anew, by [`DeliveryFault::Duplicate`].
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
