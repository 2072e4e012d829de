//! Faults of callback deliveries: their kinds and their targets.
//!
//! A rule counts deliveries when their events happen, so its choice is independent of the receiver and the network. A
//! delivery has at most one fault of each group, from the first rule whose turn it is. The groups are dispatch (drop,
//! delay, reorder), forged attempts (signature, receiveid, garbage), copies and replay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counting::When;

/// A rule for callback deliveries.
///
/// In JSON `{"event": "change_contact/*", "target": "contacts", "when": {"every": 10}, "fault": {"duplicate": 2}}`;
/// only `fault` is required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeliveryRule {
    /// The event as named in the deliveries log (`change_contact/create_user`, `batch_job_result`), all changes of an
    /// event (`change_contact/*`), or all events (`*`).
    #[serde(default = "all")]
    pub event: String,
    /// Limits the rule to one target, as named in the log: `contacts`, `app 1000002` or `import job`. Defaults to all
    /// targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The matching deliveries that the rule applies to. Defaults to all.
    #[serde(default)]
    pub when: When,
    /// The fault.
    pub fault: DeliveryFault,
}

fn all() -> String {
    "*".into()
}

/// A fault of a callback delivery.
///
/// In JSON `{"duplicate": 2}`, `{"reorder": 3}`, `{"delay": {"seconds": 60}}`, `"drop"`, `{"wrong_signature": 1}`,
/// `{"wrong_receive_id": 1}`, `{"garbage": 1}`, `{"replay": {"seconds": 600}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DeliveryFault {
    /// Sends this number of copies, 1 to 1,000, directly after the first attempt, for every answer. Each copy is
    /// encrypted and signed separately, like a retry of WeCom.
    Duplicate(u32),
    /// Holds the delivery back until this number, 1 to 1,000, of later deliveries to the same URL have been sent.
    /// Removing the rules sends deliveries that are still held back.
    Reorder(u32),
    /// Delays the delivery by this time of the virtual clock.
    Delay {
        /// Seconds, at most a year.
        seconds: u32,
    },
    /// Never sends the delivery, as WeCom does after many failures. `redeliver` still sends it.
    Drop,
    /// Signs this number of first attempts with a wrong token. They are retried like failed attempts, so the valid
    /// event arrives at the end, except if all four attempts are forged. A receiver that answers 200 to a forged
    /// attempt loses the event.
    WrongSignature(u32),
    /// Gives this number of first attempts a valid signature but encrypts them for another corp (wrong receiveid).
    /// Retries are the same.
    WrongReceiveId(u32),
    /// Sends invalid bodies in this number of first attempts: no envelope, half of one, one without ciphertext, or
    /// one that expands in a careless parser. Retries are the same.
    Garbage(u32),
    /// Posts the same query and body again, this time (virtual clock) after the first valid attempt, like an attacker
    /// who recorded them. A failure is not retried.
    Replay {
        /// Seconds, at most a year.
        seconds: u32,
    },
}

const YEAR: u32 = 366 * 24 * 3600;

impl DeliveryFault {
    pub(super) fn group(&self) -> Group {
        match self {
            Self::Reorder(_) | Self::Delay { .. } | Self::Drop => Group::Dispatch,
            Self::WrongSignature(_) | Self::WrongReceiveId(_) | Self::Garbage(_) => Group::Flaw,
            Self::Duplicate(_) => Group::Copies,
            Self::Replay { .. } => Group::Replay,
        }
    }

    fn check(&self) -> Result<(), String> {
        let (what, number, most) = match self {
            Self::Duplicate(copies) => ("copies", *copies, 1_000),
            Self::Reorder(later) => ("later deliveries", *later, 1_000),
            Self::WrongSignature(attempts) | Self::WrongReceiveId(attempts) | Self::Garbage(attempts) => {
                ("attempts", *attempts, 1_000)
            }
            Self::Delay { seconds } | Self::Replay { seconds } => ("seconds", *seconds, YEAR),
            Self::Drop => return Ok(()),
        };
        if (1..=most).contains(&number) {
            Ok(())
        } else {
            Err(format!("the number of {what} must be 1 to {most}, not {number}"))
        }
    }
}

/// A delivery has at most one fault of each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Dispatch,
    Flaw,
    Copies,
    Replay,
}

impl DeliveryRule {
    /// Creates a rule for every delivery of an event (`change_contact/create_user`), of all changes
    /// (`change_contact/*`) or of all events (`*`).
    pub fn new(event: impl Into<String>, fault: DeliveryFault) -> Self {
        Self { event: event.into(), target: None, when: When::ALWAYS, fault }
    }

    /// Limits the rule to some of the deliveries.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Limits the rule to one target: `contacts`, `app 1000002` or `import job`.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    pub(super) fn is_about(&self, event: &str, to: &str) -> bool {
        let event_fits = match self.event.strip_suffix('*') {
            Some(beginning) => event.starts_with(beginning),
            None => self.event == event,
        };
        event_fits && self.target.as_ref().is_none_or(|target| target == to)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let name = self.event.strip_suffix("/*").unwrap_or(&self.event);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/');
        // The console can send any event, so the names cannot be checked against a list.
        if self.event != "*" && (name.is_empty() || !name.bytes().all(plain)) {
            return Err(format!(
                "invalid event `{}`; use `*`, `change_contact/*`, `change_contact/create_user`, `batch_job_result` or another \
                 name from the deliveries log",
                self.event
            ));
        }
        if let Some(target) = &self.target {
            let app = target.strip_prefix("app ").is_some_and(|id| id.parse::<u32>().is_ok());
            if !app && target != "contacts" && target != "import job" {
                return Err(format!(
                    "unknown target `{target}`; it must be `contacts`, `app 1000002` or `import job`"
                ));
            }
        }
        self.when.check()?;
        self.fault.check()
    }
}
