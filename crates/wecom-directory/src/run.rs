//! Runs (执行): plans that were applied, with what became of each step.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use wecom_contacts::{Bilingual, DepartmentId};

use crate::{plan::StepId, policy::Measure, record::PersonId};

/// A run in the mirror.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The number of the run; 0 before it is written.
    pub id: i64,
    /// The fingerprint of its plan. A plan is applied once.
    pub fingerprint: String,
    /// Who ran it.
    pub operator: Option<String>,
    /// The run that it undid, if its plan was made by undo.
    pub undo_of: Option<i64>,
    /// When it began.
    pub started_at: Timestamp,
    /// When its record was last written.
    pub updated_at: Timestamp,
    /// When it ended or stopped; `None` while it runs, and after a crash.
    pub ended_at: Option<Timestamp>,
    /// Whether it has ended.
    pub state: RunState,
    /// What became of its steps.
    pub counts: RunCounts,
    /// What the done steps changed, as the gate counts it.
    pub measures: BTreeMap<Measure, u64>,
    /// Why it stopped before its end.
    pub stop: Option<Stop>,
}

/// Whether a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It is running, or it was interrupted by a crash.
    Running,
    /// Every step has its outcome.
    Done,
    /// It stopped before its end and can be resumed.
    Stopped,
}

impl RunState {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

/// What became of the steps of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// The steps of the plan.
    pub steps: u64,
    /// Steps that are done.
    pub done: u64,
    /// Steps that WeCom refused for good, in whole or in part.
    pub refused: u64,
    /// Steps whose object was changed since the plan was made.
    pub stale: u64,
    /// Steps of which no reading shows whether they are done.
    pub unknown: u64,
    /// Steps that were left out, because a prerequisite failed or because their object is out of sight.
    pub skipped: u64,
}

impl RunCounts {
    /// How many steps have no outcome yet.
    pub const fn remaining(&self) -> u64 {
        self.steps - (self.done + self.refused + self.stale + self.unknown + self.skipped)
    }

    /// Counts one more outcome.
    pub(crate) const fn add(&mut self, state: StepState) {
        match state {
            StepState::Sending => {}
            StepState::Done => self.done += 1,
            StepState::Refused => self.refused += 1,
            StepState::Stale => self.stale += 1,
            StepState::Unknown => self.unknown += 1,
            StepState::Skipped => self.skipped += 1,
        }
    }
}

/// A step of a run that was sent or has an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step of the plan.
    pub step: StepId,
    /// What became of it.
    pub state: StepState,
    /// The call of the step that is being sent, from 0. Only the steps of a tag's members have more than one.
    pub part: u32,
    /// When this was recorded.
    pub at: Timestamp,
    /// Why it is not done, or not wholly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<StepReason>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It was recorded before its call was sent, and no answer is recorded.
    Sending,
    /// It is done.
    Done,
    /// WeCom refused it for good.
    Refused,
    /// Its object was changed since the plan was made, so that it was not sent.
    Stale,
    /// Its answer was lost, and no reading shows whether it is done.
    Unknown,
    /// It was not sent.
    Skipped,
}

impl StepState {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// Why a step is not done, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepReason {
    /// WeCom refused the call.
    Refused {
        /// The errcode.
        code: i32,
        /// WeCom's text. It may name a userid, such as the holder of a mobile.
        errmsg: String,
    },
    /// WeCom refused these members and departments of a tag and took the others.
    RefusedMembers {
        /// The userids of the members.
        userids: Vec<String>,
        /// The departments.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        departments: Vec<DepartmentId>,
    },
    /// The body of the step cannot be sent.
    Invalid {
        /// What is wrong with it.
        #[serde(deserialize_with = "text")]
        problem: Bilingual,
    },
    /// These fields were changed since the plan was made.
    Changed {
        /// Their names in WeCom's JSON.
        fields: Vec<String>,
    },
    /// The object exists already.
    Exists,
    /// The object does not exist any more.
    Gone,
    /// The object exists, and its details cannot be read.
    OutOfSight,
    /// A step that this one needs is not done.
    Needs {
        /// That step.
        step: StepId,
    },
    /// The answer was lost, and the fields cannot be read.
    AnswerLost,
    /// The values of the step were erased.
    Forgotten,
}

impl StepReason {
    /// Returns what it says, in English.
    pub fn message(&self) -> String {
        match self {
            Self::Refused { code, errmsg } => format!("refused by WeCom: {errmsg} (errcode {code})"),
            Self::RefusedMembers { userids, departments } => {
                let departments: Vec<_> = departments.iter().map(DepartmentId::to_string).collect();
                match (userids.join(", "), departments.join(", ")) {
                    (userids, departments) if departments.is_empty() => {
                        format!("WeCom refused these members: {userids}")
                    }
                    (userids, departments) if userids.is_empty() => {
                        format!("WeCom refused these departments: {departments}")
                    }
                    (userids, departments) => {
                        format!(
                            "WeCom refused these members: {userids}; and these departments: {departments}"
                        )
                    }
                }
            }
            Self::Invalid { problem } => format!("the step cannot be sent: {problem}"),
            Self::Changed { fields } => format!("changed since the plan was made: {}", fields.join(", ")),
            Self::Exists => "exists already".to_owned(),
            Self::Gone => "does not exist any more".to_owned(),
            Self::OutOfSight => "outside the app's visible range".to_owned(),
            Self::Needs { step } => format!("step {step} is not done"),
            Self::AnswerLost => "the answer was lost, and the written fields cannot be read".to_owned(),
            Self::Forgotten => "the values were erased".to_owned(),
        }
    }
}

/// Why a run stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stop {
    /// It was cancelled.
    Cancelled,
    /// Too many objects were changed since the plan was made.
    TooManyStale {
        /// How many.
        stale: u64,
        /// Of how many.
        objects: u64,
    },
    /// WeCom refuses every call of this kind: the secret, the IP or the permission is wrong.
    Forbidden {
        /// The errcode; `None` if the call did not reach WeCom.
        code: Option<i32>,
        /// WeCom's text, or the error's.
        #[serde(deserialize_with = "text")]
        text: Bilingual,
    },
    /// Too many of the first writes were refused.
    TooManyRefused {
        /// How many.
        refused: u64,
        /// Of how many.
        writes: u64,
    },
    /// The corp has no more accounts (45024). Only creations of members were left out.
    AccountCeiling,
    /// WeCom closed an endpoint (45009) for longer than a run waits.
    Closed {
        /// The seconds until it opens, as far as they are known.
        seconds: u64,
    },
    /// WeCom could not be reached, or was busy for too long.
    Unreachable {
        /// The error.
        #[serde(deserialize_with = "text")]
        text: Bilingual,
    },
}

impl Stop {
    /// Returns what it says, in English.
    pub fn message(&self) -> String {
        match self {
            Self::Cancelled => "cancelled".to_owned(),
            Self::TooManyStale { stale, objects } => {
                format!(
                    "{stale} of {objects} objects were changed since the plan was made: pull and plan again"
                )
            }
            Self::Forbidden { code: Some(code), text } => {
                format!("WeCom forbids the write: {text} (errcode {code})")
            }
            Self::Forbidden { code: None, text } => format!("WeCom forbids the write: {text}"),
            Self::TooManyRefused { refused, writes } => {
                format!("WeCom refused {refused} of the first {writes} writes")
            }
            Self::AccountCeiling => {
                "the corp has no more accounts (45024): the other new members were not created".to_owned()
            }
            Self::Closed { seconds } => {
                format!(
                    "the call frequency is exceeded (45009); the endpoint opens again in about {seconds} s"
                )
            }
            Self::Unreachable { text } => format!("WeCom could not be reached: {text}"),
        }
    }
}

/// Reads a text. The runs of earlier versions have it in English only.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bilingual, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Both(Bilingual),
        English(String),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Both(text) => text,
        Written::English(text) => Bilingual::untranslated(text),
    })
}

/// A key of a roster that belongs to a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonKey {
    /// The name of the key: `mobile`, `email`, or the name of an attribute such as `工号`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The person.
    pub person: PersonId,
}

/// Shows no value, which may be a mobile.
impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonKey")
            .field("name", &self.name)
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// The fingerprint of a value that a run wrote into a field which no credential shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WrittenHidden {
    /// The person.
    pub person: PersonId,
    /// The field, by its name in WeCom's JSON.
    pub field: String,
    /// The fingerprint; see [`FingerprintKey`](crate::apply::FingerprintKey).
    pub fingerprint: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_of_an_earlier_version_is_read() {
        let stop = json!({"kind": "unreachable", "text": "connection refused"});
        let stop: Stop = serde_json::from_value(stop).unwrap();
        assert_eq!(stop.message(), "WeCom could not be reached: connection refused");
        let text = Bilingual::new("connection refused", "连接被拒绝");
        for stop in [stop, Stop::Unreachable { text }] {
            let json = serde_json::to_value(&stop).unwrap();
            assert_eq!(serde_json::from_value::<Stop>(json).unwrap(), stop);
        }
    }
}
