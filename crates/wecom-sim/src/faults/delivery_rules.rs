//! Faults of callback deliveries: what can go wrong with one, and for whom.
//!
//! A rule counts deliveries when their events happen, not the attempts, so that its choice depends neither on the receiver
//! nor on the network. At most one fault of each group applies to a delivery, the first rule whose turn it is: its dispatch (drop,
//! delay, reorder), what is wrong in its place (signature, receiveid, garbage), its copies, its replay.

use serde::{Deserialize, Serialize};

use super::counting::When;

/// A rule about callback deliveries.
///
/// In JSON `{"event": "change_contact/*", "target": "contacts", "when": {"every": 10}, "fault": {"duplicate": 2}}`; only `fault`
/// must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeliveryRule {
    /// The event as the deliveries log names it (`change_contact/create_user`, `batch_job_result`), all changes of an event
    /// (`change_contact/*`), or all (`*`).
    #[serde(default = "all")]
    pub event: String,
    /// Only those to this target, as the log names it: `contacts`, `app 1000002` or `import job`. To any where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// To which of the deliveries it applies; by default to all.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    pub fault: DeliveryFault,
}

fn all() -> String {
    "*".into()
}

/// What goes wrong with a callback delivery.
///
/// In JSON `{"duplicate": 2}`, `{"reorder": 3}`, `{"delay": {"seconds": 60}}`, `"drop"`, `{"wrong_signature": 1}`,
/// `{"wrong_receive_id": 1}`, `{"garbage": 1}`, `{"replay": {"seconds": 600}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DeliveryFault {
    /// This number of copies follows the first attempt at once, whatever its answer; each encrypted and signed again, as WeCom's own
    /// repetitions are. 1 to 1,000.
    Duplicate(u32),
    /// Held back until this number of later ones of the same URL have gone out. 1 to 1,000. Removing the rules sends what is
    /// still held back.
    Reorder(u32),
    /// Sent later by this time of the virtual clock.
    Delay {
        /// Seconds; at most a year.
        seconds: u32,
    },
    /// Never sent, as WeCom does after many failures; `redeliver` sends it all the same.
    Drop,
    /// The first attempts, this number of them, are signed with another token. Repeated as failed ones are, so the event comes right in the
    /// end, unless all four attempts are wrong; a receiver that answers 200 to a wrong one has lost it.
    WrongSignature(u32),
    /// The first attempts, this number of them, are rightly signed but encrypted for another corp: a wrong receiveid. Repeated in the same way.
    WrongReceiveId(u32),
    /// The first attempts, this number of them, carry no envelope, half of one, one without ciphertext, or one that a careless parser blows
    /// up. Repeated in the same way.
    Garbage(u32),
    /// So long after its first right attempt, on the virtual clock, the same bytes are posted again, as somebody would who has
    /// overheard them: same query, same body. Not repeated.
    Replay {
        /// Seconds; at most a year.
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

/// Of each group at most one fault applies to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Dispatch,
    Flaw,
    Copies,
    Replay,
}

impl DeliveryRule {
    /// A rule for every delivery of an event (`change_contact/create_user`), of its changes (`change_contact/*`), or of
    /// all (`*`).
    pub fn new(event: impl Into<String>, fault: DeliveryFault) -> Self {
        Self { event: event.into(), target: None, when: When::ALWAYS, fault }
    }

    /// Strikes some of the deliveries only.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Strikes those to one target only: `contacts`, `app 1000002` or `import job`.
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
        // Any event can be made by the console, so that there is no list of them.
        if self.event != "*" && (name.is_empty() || !name.bytes().all(plain)) {
            return Err(format!(
                "`{}` is no event; there are `*`, `change_contact/*`, `change_contact/create_user`, `batch_job_result` and others \
                 as the deliveries log names them",
                self.event
            ));
        }
        if let Some(target) = &self.target {
            let app = target.strip_prefix("app ").is_some_and(|id| id.parse::<u32>().is_ok());
            if !app && target != "contacts" && target != "import job" {
                return Err(format!(
                    "`{target}` is no target; there are `contacts`, `app 1000002` and `import job`"
                ));
            }
        }
        self.when.check()?;
        self.fault.check()
    }
}
