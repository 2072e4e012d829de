//! The policy (策略): what a roster manages, and how careful a plan must be. It is read from `roster.toml` and holds no secret.
//!
//! Every part is optional. The defaults are the careful ones.

mod limits;
mod problem;
mod span;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wecom_contacts::members::MemberField;

pub use self::limits::{GateLimits, Limit, Measure};
pub use self::problem::PolicyProblem;
pub use self::span::{InvalidSpan, Span};

/// What a roster manages, and the limits of the gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The profile of `txl.toml` that the policy is for. `txl` refuses to use it with another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What the roster manages.
    pub roster: RosterPolicy,
    /// The headings of the corp's own files: the field's name, then the heading.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The limits of the gate.
    pub gate: GateLimits,
}

/// What a roster manages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RosterPolicy {
    /// The column that identifies a person: `userid`, `mobile`, `email`, or the name of an extended attribute such as `工号`.
    pub key: String,
    /// How the userid of a new person is made, if the rows have none: a text with fields in braces, such as `{工号}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_userid: Option<String>,
    /// The departments that the roster manages, each with all below it, as paths or unique tails. Empty: the whole corp for creations
    /// and updates, and nothing for leavers.
    pub scope: Vec<String>,
    /// How the departments of a row are understood.
    pub seats: SeatRule,
    /// Fields that are never updated. A creation still sets them.
    pub never: Vec<String>,
    /// What an empty cell does.
    pub empty_cell: EmptyCellRule,
    /// What happens if a department on a full path does not exist.
    pub departments: DepartmentRule,
    /// Whether departments without members, children and tags are removed. Needs a sheet of departments.
    pub empty_departments: EmptyDepartmentRule,
    /// What happens to members in scope whom the roster lacks.
    pub leavers: LeaverRule,
    /// Whether new members are invited (邀请).
    pub invite: bool,
    /// Members that are never disabled, removed or moved out of scope: userids, and tags as `tag:外包`. Required for acting on leavers.
    pub protected: Vec<String>,
    /// How the column of states is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateRule>,
}

impl Default for RosterPolicy {
    fn default() -> Self {
        Self {
            key: "userid".to_owned(),
            new_userid: None,
            scope: Vec::new(),
            seats: SeatRule::Main,
            never: Vec::new(),
            empty_cell: EmptyCellRule::default(),
            departments: DepartmentRule::Create,
            empty_departments: EmptyDepartmentRule::Keep,
            leavers: LeaverRule::Keep,
            invite: false,
            protected: Vec::new(),
            state: None,
        }
    }
}

/// How the departments of a row are understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SeatRule {
    /// The first department replaces the main seat, the others are added, all other seats stay.
    #[default]
    Main,
    /// The departments are all seats inside the scope. Seats outside the scope stay.
    Exact,
}

/// What an empty cell does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum EmptyCellRule {
    /// The same for every field.
    All(EmptyCells),
    /// It empties these fields and leaves the others unchanged.
    Fields(Vec<String>),
}

impl Default for EmptyCellRule {
    fn default() -> Self {
        Self::All(EmptyCells::Keep)
    }
}

impl EmptyCellRule {
    /// Whether an empty cell empties the field with this name.
    pub fn clears(&self, field: &str) -> bool {
        match self {
            Self::All(rule) => *rule == EmptyCells::Clear,
            Self::Fields(fields) => fields.iter().any(|name| name == field),
        }
    }
}

/// What an empty cell does to any field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EmptyCells {
    /// The field stays unchanged.
    #[default]
    Keep,
    /// The field is emptied, if WeCom allows it.
    Clear,
}

/// What happens if a department on a full path does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DepartmentRule {
    /// It is created.
    #[default]
    Create,
    /// The row is refused.
    Refuse,
}

/// What happens to departments without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EmptyDepartmentRule {
    /// They stay.
    #[default]
    Keep,
    /// Those that the sheet of departments lacks are removed, if it is proven that they are empty.
    Remove,
}

/// What happens to members in scope whom the roster lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LeaverRule {
    /// They are listed.
    #[default]
    Keep,
    /// They are disabled.
    Disable,
}

/// How the column of states (状态) is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct StateRule {
    /// The heading of the column.
    pub column: String,
    /// The words for people who work here. Empty: `在职`, `正式`, `试用`, `实习`, `active`.
    pub active: Vec<String>,
    /// The words for people who have left. Empty: `离职`, `已离职`, `left`.
    pub left: Vec<String>,
    /// The words for people who begin later. Empty: `待入职`, `future`.
    pub future: Vec<String>,
}

impl RosterPolicy {
    /// Whether the field is never updated.
    pub fn is_never_updated(&self, field: MemberField) -> bool {
        self.never.iter().any(|name| MemberField::from_name(name) == Some(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_careful_ones() {
        let policy: Policy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, Policy::default());
        assert_eq!(policy.roster.leavers, LeaverRule::Keep);
        assert!(!policy.roster.invite && !policy.roster.empty_cell.clears("position"));
        assert_eq!(policy.gate.limit(Measure::MembersRemoved), Limit::new(Some(50), 0.05, 3));
        let json = serde_json::to_value(&policy).unwrap();
        assert_eq!(
            json["gate"]["members_moved"],
            serde_json::json!({"count": 200, "share": 0.10, "floor": 10})
        );
    }

    #[test]
    fn a_part_of_a_policy_leaves_the_rest_careful() {
        let policy: Policy = serde_json::from_value(serde_json::json!({
            "roster": {"key": "工号", "empty_cell": ["position"], "leavers": "disable"},
            "gate": {"members_disabled": {"count": 5}, "window": "1 day"}
        }))
        .unwrap();
        assert!(policy.roster.empty_cell.clears("position") && !policy.roster.empty_cell.clears("alias"));
        assert_eq!(policy.gate.limit(Measure::MembersDisabled), Limit::new(Some(5), 0.05, 3));
        assert_eq!(policy.gate.window.seconds(), 86_400);
    }

    #[test]
    fn an_unknown_word_is_refused() {
        for text in
            [r#"{"rostr": {}}"#, r#"{"roster": {"leavers": "remove"}}"#, r#"{"gate": {"members": {}}}"#]
        {
            assert!(serde_json::from_str::<Policy>(text).is_err(), "{text}");
        }
    }
}
