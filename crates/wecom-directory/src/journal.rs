//! The journal (变更记录): every change that the mirror has seen or made, with its cause.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::PersonId;

/// A change of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The sequence number, ascending in the mirror; 0 before it is written.
    pub seq: i64,
    /// When the mirror learned of it: the time at which the request was sent.
    pub at: Timestamp,
    /// The kind of the object.
    pub kind: ObjectKind,
    /// The userid, or the number of the department or tag.
    pub id: String,
    /// The person, for a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// What happened.
    pub action: Action,
    /// The fields that changed, by their names in WeCom's JSON.
    pub fields: Map<String, Value>,
    /// What the change was seen in or made by.
    pub cause: Cause,
    /// Who ran the run, for changes that a run made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}

impl Change {
    /// Records that a field went from one value to another. `None` is a hidden value, which the journal leaves out.
    pub fn field(&mut self, name: &str, before: Option<Value>, after: Option<Value>) {
        let mut values = Map::new();
        values.extend(before.map(|before| ("before".to_owned(), before)));
        values.extend(after.map(|after| ("after".to_owned(), after)));
        self.fields.insert(name.to_owned(), values.into());
    }
}

/// The kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A member (成员).
    Member,
    /// A department (部门).
    Department,
    /// A tag (标签).
    Tag,
}

impl ObjectKind {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Department => "department",
            Self::Tag => "tag",
        }
    }
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It appeared.
    Created,
    /// Fields of it changed.
    Changed,
    /// It does not exist any more, which is proven.
    Removed,
    /// No reading sees it any more; it may exist.
    OutOfSight,
    /// A reading sees it again.
    BackInSight,
}

impl Action {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::OutOfSight => "out_of_sight",
            Self::BackInSight => "back_in_sight",
        }
    }
}

/// What a change was seen in or made by. As text: `pull 12`, `event change_contact/update_user`, `run 3 step 17`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cause(pub String);

impl Cause {
    /// A pull, by its number.
    pub fn pull(pull: i64) -> Self {
        Self(format!("pull {pull}"))
    }

    /// A step of a run.
    pub fn step(run: i64, step: crate::plan::StepId) -> Self {
        Self(format!("run {run} step {step}"))
    }
}
