//! What people should look at before a plan is applied.

use serde::{Deserialize, Serialize};

use super::{LeaverOutcome, Object, Obstacle, ValueRule};
use crate::{
    gate::Reason,
    roster::{CellReason, Place},
};

/// Something in the roster or the corp that people should look at. The row or object that it names is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The rows, in the order of the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// What it is.
    pub kind: FindingKind,
    /// The member, department or tag that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The field or column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The words that it is about: a department, a state, a tag, a rule. Never a mobile number or a mail address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
    /// Why, for the kinds that have several reasons. The first of the texts is the same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FindingReason>,
}

/// Why a finding is made, for the kinds that have several reasons.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingReason {
    /// A cell cannot be read.
    Cell(CellReason),
    /// A value breaks a rule.
    Rule(ValueRule),
    /// A stated leaver is not acted on.
    Leaver(LeaverOutcome),
    /// An undo cannot restore something.
    Obstacle(Obstacle),
}

impl FindingReason {
    /// Returns what it says, in English.
    fn message(&self) -> String {
        match self {
            Self::Cell(reason) => reason.text.clone(),
            Self::Rule(rule) => rule.to_string(),
            Self::Leaver(outcome) => outcome.message().to_owned(),
            Self::Obstacle(obstacle) => obstacle.to_string(),
        }
    }
}

impl From<CellReason> for FindingReason {
    fn from(reason: CellReason) -> Self {
        Self::Cell(reason)
    }
}

impl From<ValueRule> for FindingReason {
    fn from(rule: ValueRule) -> Self {
        Self::Rule(rule)
    }
}

impl From<LeaverOutcome> for FindingReason {
    fn from(outcome: LeaverOutcome) -> Self {
        Self::Leaver(outcome)
    }
}

impl From<Obstacle> for FindingReason {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

impl Finding {
    /// A finding of this kind, about nothing yet.
    pub(crate) const fn new(kind: FindingKind) -> Self {
        Self { places: Vec::new(), kind, object: None, field: None, texts: Vec::new(), reason: None }
    }

    pub(crate) fn at(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.places.extend(places);
        self.places.sort_unstable();
        self.places.dedup();
        self
    }

    pub(crate) fn object(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    pub(crate) fn because(mut self, reason: impl Into<FindingReason>) -> Self {
        let reason = reason.into();
        self.texts.push(reason.message());
        self.reason = Some(reason);
        self
    }

    /// Returns what it says, in English.
    pub fn message(&self) -> String {
        let text = |index: usize| self.texts.get(index).map_or("", String::as_str);
        let field = self.field.as_deref().unwrap_or_default();
        let object = self.object.as_ref().map(Object::called);
        let object = object.as_deref().unwrap_or("this row");
        match self.kind {
            FindingKind::UnusableCell => format!("{field}: {}; the cell is not used", text(0)),
            FindingKind::NoKey => format!("the row has no usable {field}, so it belongs to no one"),
            FindingKind::RowsDisagree => {
                format!("several rows have the same {field} and differ; none is used")
            }
            FindingKind::MatchesDisagree => {
                format!("two rows point to {object}: {} by {}, {} by {}", text(0), text(1), text(2), text(3))
            }
            FindingKind::SeveralMembers => {
                format!("several members have the {field} of this row: {}", self.texts.join(", "))
            }
            FindingKind::KeyHidden => {
                format!(
                    "{field} cannot be read for {} of {} members, so no one is created and no leaver is acted on",
                    text(0),
                    text(1)
                )
            }
            FindingKind::SameName => {
                format!(
                    "no member has the key of this row, and {object} has the same name and is in no row: link them, or correct the key"
                )
            }
            FindingKind::NoUserid => {
                "the new person has no userid: add a column, or set new_userid in the policy".to_owned()
            }
            FindingKind::UseridTaken => format!("the userid of the new person belongs to {object}"),
            FindingKind::NoContact => "a new person needs a mobile number or a mail address".to_owned(),
            FindingKind::NoDepartment => "a new person needs a department".to_owned(),
            FindingKind::NoName => "a new person needs a name".to_owned(),
            FindingKind::Taken if self.object.is_some() => {
                format!("the {field} of this row belongs to {object}")
            }
            FindingKind::Taken => format!("several rows have the same {field}"),
            FindingKind::Released => format!(
                "{object} has the {field} that this row wants, and each waits for the other: give one of them another {field} first"
            ),
            FindingKind::InvalidValue => format!("{field}: {}", text(0)),
            FindingKind::UnknownDepartment => format!("unknown department: {}", text(0)),
            FindingKind::AmbiguousDepartment => {
                format!("several departments match {}: write a full path", text(0))
            }
            FindingKind::SimilarDepartment => {
                format!("{} differs from {} in width or blanks only: write one of the two", text(0), text(1))
            }
            FindingKind::UnknownSiblings => {
                format!(
                    "{} is not created: the names of the departments beside it are not all visible",
                    text(0)
                )
            }
            FindingKind::DepartmentRefused => {
                format!("{} does not exist, and the policy creates no departments", text(0))
            }
            FindingKind::InvalidDepartment => format!("{}: {}", text(0), text(1)),
            FindingKind::OutsideScope => format!("{} is outside the scope of this roster", text(0)),
            FindingKind::MemberOutsideScope => format!("{object} has no seat in the scope of this roster"),
            FindingKind::UnknownLeader => format!("no member matches the leader {}", text(0)),
            FindingKind::AmbiguousLeader => {
                format!("several members match the leader {}: write a userid", text(0))
            }
            FindingKind::LeaderOfOther => {
                format!("leads {}, which is none of the departments of the row", text(0))
            }
            FindingKind::LeaderFlags => {
                "the number of leader flags differs from the number of departments".to_owned()
            }
            FindingKind::UnknownTag => format!("unknown tag: {}", text(0)),
            FindingKind::TagNotVisible => format!(
                "the members of the tag {} are not all visible, so no member is removed from it",
                text(0)
            ),
            FindingKind::UnknownState => format!("unknown state: {}", text(0)),
            FindingKind::InvalidDay => format!("{field} is not a day"),
            FindingKind::NotYet => format!("begins on {}; planned when the day has come", text(0)),
            FindingKind::AttributesHidden => {
                format!("{object}: {} is not changed, because the other attributes cannot be read", text(0))
            }
            FindingKind::SeatsHidden => {
                format!("{object}: the departments are not changed, because not all seats can be read")
            }
            FindingKind::TooManyDepartments => format!("{object} would be in more than 100 departments"),
            FindingKind::DetailsOutOfSight => {
                format!("{object} is outside the app's visible range and is not changed")
            }
            FindingKind::DisabledByOthers => {
                format!("{object} was disabled by someone else and stays disabled")
            }
            FindingKind::LeftByThemselves => format!("{object} left the corp by themselves (退出企业)"),
            FindingKind::LeftStillActive => {
                format!("{object} is stated as having left and stays: {}", text(0))
            }
            FindingKind::LeaversHeld => {
                format!(
                    "no leaver is acted on while rows have no usable key or match no member: {}; --ignore-rows accepts them",
                    text(0)
                )
            }
            FindingKind::LikelyRename => {
                let rename = Reason::LikelyRename { from: text(0).to_owned(), to: text(1).to_owned() };
                format!(
                    "{} is missing and {} is new, with {} of the same people: {} renames it, --new-department '{}' creates it",
                    text(0),
                    text(1),
                    text(2),
                    rename.flag().unwrap_or_default(),
                    text(1)
                )
            }
            FindingKind::LikelyNewUserid => {
                format!(
                    "{object} is in no row and has the {field} of this new row: link them (txl roster link), or correct the {field}"
                )
            }
            FindingKind::HandOver => format!(
                "{object} may have customers (外部联系人): hand them over (离职继承) before the removal"
            ),
            FindingKind::CannotReturn => format!("{object} cannot be restored by undo: {}", text(0)),
            FindingKind::Conflict => {
                format!("{object}: {field} was changed by someone else since and is kept")
            }
            FindingKind::Gone => format!("{object} does not exist any more"),
            FindingKind::UnknownColumn => format!("the field {} of the policy is unknown", text(0)),
        }
    }
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A cell cannot be read.
    UnusableCell,
    /// A row has no usable key.
    NoKey,
    /// Rows of one person differ.
    RowsDisagree,
    /// Two rules of matching disagree.
    MatchesDisagree,
    /// Several members have the key of one row.
    SeveralMembers,
    /// The key is hidden or empty for too many members.
    KeyHidden,
    /// A row matches no member, and a member in no row has its name.
    SameName,
    /// A new person has no userid.
    NoUserid,
    /// The userid of a new person is another member's.
    UseridTaken,
    /// A new person has neither mobile nor mail address.
    NoContact,
    /// A new person has no department.
    NoDepartment,
    /// A new person has no name.
    NoName,
    /// A mobile or mail address is another member's, or in several rows.
    Taken,
    /// A value is wanted that another member gives up in the same plan, and no order of writes is safe.
    Released,
    /// A value breaks a written rule of WeCom.
    InvalidValue,
    /// No department has this path, tail or id.
    UnknownDepartment,
    /// Several departments have this tail.
    AmbiguousDepartment,
    /// Two names differ in width or blanks only.
    SimilarDepartment,
    /// A department cannot be created, because names beside it are hidden.
    UnknownSiblings,
    /// The policy creates no departments.
    DepartmentRefused,
    /// The name or depth of a new department breaks a written rule of WeCom.
    InvalidDepartment,
    /// A department of a row is outside the scope.
    OutsideScope,
    /// A member of a row has no seat in the scope.
    MemberOutsideScope,
    /// The direct leader matches no member.
    UnknownLeader,
    /// The direct leader matches several members.
    AmbiguousLeader,
    /// A person leads a department that the row does not list.
    LeaderOfOther,
    /// The numbers of departments and leader flags differ.
    LeaderFlags,
    /// No tag has this name.
    UnknownTag,
    /// An app sees only a part of the tag's members.
    TagNotVisible,
    /// The policy knows no such state.
    UnknownState,
    /// A cell is no day.
    InvalidDay,
    /// A person begins later.
    NotYet,
    /// The list of attributes is not known as a whole.
    AttributesHidden,
    /// The seats are not known as a whole.
    SeatsHidden,
    /// A member would be in more departments than WeCom allows.
    TooManyDepartments,
    /// The member exists, and the details cannot be read.
    DetailsOutOfSight,
    /// A member was disabled by others than a run.
    DisabledByOthers,
    /// The member left the corp (status 5).
    LeftByThemselves,
    /// A stated leaver is not acted on.
    LeftStillActive,
    /// Leavers are not acted on while rows are unmatched.
    LeaversHeld,
    /// A department vanishes while another with mostly the same people appears.
    LikelyRename,
    /// A member vanishes while a new person has the same mobile or mail address.
    LikelyNewUserid,
    /// Customers must be handed over before a removal.
    HandOver,
    /// A removal cannot be undone.
    CannotReturn,
    /// Undo keeps what others changed.
    Conflict,
    /// An object of undo does not exist any more.
    Gone,
    /// The policy names an unknown field.
    UnknownColumn,
}
