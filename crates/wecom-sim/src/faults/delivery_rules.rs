//! Faults of callback deliveries: what can go wrong with one, and for whom.
//!
//! A rule counts deliveries when their events happen, not the attempts, so that what it strikes depends neither on the receiver
//! nor on the network. At most one fault of each group strikes a delivery, the first in the plan whose turn it is: its fate (drop,
//! delay, reorder), what is wrong in its place (signature, receiveid, garbage), its copies, its replay.

use serde::{Deserialize, Serialize};

use super::{FaultBoard, FaultError, Faults, RuleState, When};
use crate::{clock::Millis, world::callback::Sending};

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
    /// Which of the deliveries it strikes; all of them where it is left out.
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
    /// So many copies follow the first attempt at once, whatever its answer; each encrypted and signed anew, as WeCom's own
    /// repetitions are. 1 to 1,000.
    Duplicate(u32),
    /// Held back until so many later ones of the same URL have gone out before it. 1 to 1,000. Ending the bad day sends what is
    /// still held back.
    Reorder(u32),
    /// Sent so much later, on the virtual clock.
    Delay {
        /// Seconds; at most a year.
        seconds: u32,
    },
    /// Never sent, as WeCom does after many failures; `redeliver` sends it all the same.
    Drop,
    /// The first so many attempts are signed with another token. Repeated as failed ones are, so the event comes right in the
    /// end, unless all four attempts are wrong; whoever answers 200 to a wrong one has lost it.
    WrongSignature(u32),
    /// The first so many attempts are rightly signed but encrypted for another corp: a wrong receiveid. Repeated in the same way.
    WrongReceiveId(u32),
    /// The first so many attempts carry no envelope, half of one, one without ciphertext, or one that a careless parser blows
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
    fn group(&self) -> Group {
        match self {
            Self::Reorder(_) | Self::Delay { .. } | Self::Drop => Group::Fate,
            Self::WrongSignature(_) | Self::WrongReceiveId(_) | Self::Garbage(_) => Group::Forged,
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

/// Of each at most one strikes a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Fate,
    Forged,
    Copies,
    Replay,
}

impl DeliveryRule {
    /// A rule that strikes every delivery of an event (`change_contact/create_user`), of its changes (`change_contact/*`), or of
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

    fn is_about(&self, event: &str, to: &str) -> bool {
        let event_fits = match self.event.strip_suffix('*') {
            Some(beginning) => event.starts_with(beginning),
            None => self.event == event,
        };
        event_fits && self.target.as_ref().is_none_or(|target| target == to)
    }

    pub(super) fn check(&self) -> Result<(), String> {
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

/// What is in store for one delivery.
#[derive(Debug, Default)]
pub(crate) struct Mishap {
    pub(crate) fate: Fate,
    /// So many attempts that are wrong in this way.
    forged: Option<(Sending, u32)>,
    pub(crate) copies: u32,
    pub(crate) replay_after: Option<Millis>,
    /// All of it, for the log.
    pub(crate) faults: Vec<DeliveryFault>,
}

/// Whether and when a delivery goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    #[default]
    Sent,
    Delayed(Millis),
    HeldBack {
        /// So many later ones.
        behind: u32,
    },
    Dropped,
}

impl Mishap {
    /// What is wrong with the next attempt, if anything is.
    pub(crate) fn forge(&mut self) -> Option<Sending> {
        let (sending, left) = self.forged.as_mut()?;
        *left = left.checked_sub(1)?;
        Some(*sending)
    }

    fn take(&mut self, fault: DeliveryFault) {
        let millis = |seconds: u32| Millis::from(seconds) * 1000;
        match fault {
            DeliveryFault::Duplicate(copies) => self.copies = copies,
            DeliveryFault::Reorder(behind) => self.fate = Fate::HeldBack { behind },
            DeliveryFault::Delay { seconds } => self.fate = Fate::Delayed(millis(seconds)),
            DeliveryFault::Drop => self.fate = Fate::Dropped,
            DeliveryFault::WrongSignature(attempts) => {
                self.forged = Some((Sending::WrongSignature, attempts))
            }
            DeliveryFault::WrongReceiveId(attempts) => {
                self.forged = Some((Sending::WrongReceiveId, attempts))
            }
            DeliveryFault::Garbage(attempts) => self.forged = Some((Sending::Garbage, attempts)),
            DeliveryFault::Replay { seconds } => self.replay_after = Some(millis(seconds)),
        }
        self.faults.push(fault);
    }
}

impl FaultBoard {
    /// Counts a delivery, and says what befalls it.
    pub(crate) fn mishap(&self, event: &str, to: &str) -> Mishap {
        let mut mishap = Mishap::default();
        for one in &mut self.rules.lock().deliveries {
            if !one.rule.is_about(event, to) {
                continue;
            }
            let group = one.rule.fault.group();
            let taken =
                mishap.fate == Fate::Dropped || mishap.faults.iter().any(|fault| fault.group() == group);
            if one.strikes(one.rule.when, taken) {
                mishap.take(one.rule.fault.clone());
            }
        }
        mishap
    }
}

/// Rules about callback deliveries.
impl Faults {
    /// Strikes the next delivery of an event (`change_contact/create_user`), of its changes (`change_contact/*`), or of all (`*`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use wecom_sim::{DeliveryFault, Sim};
    ///
    /// let sim = Sim::start().await;
    /// sim.faults().next_delivery("change_contact/*", DeliveryFault::Duplicate(2))?; // it comes three times
    /// sim.faults().every_delivery(10, "*", DeliveryFault::WrongSignature(1))?; // wrong at first, right when repeated
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`FaultError`] if that is no event, or the fault cannot be.
    pub fn next_delivery(&self, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.next_deliveries(1, event, fault)
    }

    /// Strikes the next deliveries, so many.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if that is no event, or the fault cannot be.
    pub fn next_deliveries(&self, count: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Next(count)))
    }

    /// Strikes every Kth delivery: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if that is no event, or the fault cannot be; if `k` is 0.
    pub fn every_delivery(&self, k: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Every { k, offset: 0 }))
    }

    /// Adds a rule about deliveries behind those there are.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if the rule cannot work; then nothing is added.
    pub fn add_delivery(&self, rule: DeliveryRule) -> Result<(), FaultError> {
        let place = self.state().deliveries.len();
        rule.check().map_err(|reason| FaultError { rule: format!("deliveries[{place}]"), reason })?;
        self.shared.faults.change(|rules| rules.deliveries.push(RuleState::new(rule)));
        Ok(())
    }
}
