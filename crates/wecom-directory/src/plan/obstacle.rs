//! Why an undo cannot restore something.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an undo cannot restore something, or not wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// The values were erased from the mirror.
    Erased,
    /// The created member has activated, or the status is hidden.
    Activated,
    /// A removed member comes back without these.
    LostWithRemoval,
    /// Neither the mobile number nor the mail address of the removed member was known.
    ContactUnknown,
    /// Neither the mobile number nor the mail address of the member to remove is known (60129).
    NoContact,
    /// The name was not known.
    NameUnknown,
    /// The name is hidden.
    NameHidden,
    /// The name or the parent of the department was not known.
    NameOrParentUnknown,
    /// The departments of the member were not known.
    DepartmentsUnknown,
    /// The departments that the member had before were hidden.
    DepartmentsHidden,
    /// The order or the leader flag in a department was hidden.
    PlaceHidden,
    /// This department does not exist any more.
    DepartmentGone {
        /// Its id.
        id: u32,
    },
    /// None of the departments exists any more.
    DepartmentsGone,
    /// The parent department does not exist any more.
    ParentGone,
    /// The direct leader does not exist any more.
    LeaderGone,
    /// The direct leader is hidden.
    LeaderHidden,
    /// The run was interrupted between the creation and its answer, so that others may have created the object.
    Unsettled,
    /// WeCom takes such a change once.
    OnceOnly,
    /// The value before the run was hidden.
    ValueBeforeHidden,
    /// The present value is hidden.
    ValueHidden,
    /// WeCom ignores another mobile number of an activated member.
    MobileOfActivated,
    /// The created department has this many members.
    HasMembers {
        /// Number of members.
        count: u64,
    },
    /// The created department has this many departments below it.
    HasDepartments {
        /// Number of departments.
        count: u64,
    },
    /// The created department is in a tag.
    InTag,
    /// The members of the tag are hidden.
    TagMembersHidden,
    /// The departments of the tag are hidden.
    TagDepartmentsHidden,
}

impl fmt::Display for Obstacle {
    /// Writes the reason in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Erased => "the values were erased",
            Self::Activated => "the member has activated, or the status is hidden; disabled instead",
            Self::LostWithRemoval => "activation, chats, avatar and mailbox",
            Self::ContactUnknown => "neither mobile nor email was known",
            Self::NoContact => "neither the mobile number nor the mail address is known (60129)",
            Self::NameUnknown => "the name was not known",
            Self::NameHidden => "the name was hidden",
            Self::NameOrParentUnknown => "the name or the parent was not known",
            Self::DepartmentsUnknown => "the departments were not known",
            Self::DepartmentsHidden => "the departments before were hidden",
            Self::PlaceHidden => "the place in a department was hidden",
            Self::DepartmentGone { id } => return write!(f, "department {id} does not exist any more"),
            Self::DepartmentsGone => "none of the departments exists any more",
            Self::ParentGone => "the department above does not exist any more",
            Self::LeaderGone => "the direct leader does not exist any more",
            Self::LeaderHidden => "the direct leader is hidden",
            Self::Unsettled => {
                "the run was interrupted before the answer, and others may have created it: resume the run first"
            }
            Self::OnceOnly => "WeCom takes such a change once",
            Self::ValueBeforeHidden => "the value before was hidden",
            Self::ValueHidden => "the value is hidden now",
            Self::MobileOfActivated => "WeCom ignores another mobile of an activated member",
            Self::HasMembers { count } => return write!(f, "{count} members are in it"),
            Self::HasDepartments { count } => return write!(f, "{count} departments are below it"),
            Self::InTag => "the department is in a tag",
            Self::TagMembersHidden => "the members of the tag are hidden",
            Self::TagDepartmentsHidden => "the departments of the tag are hidden",
        })
    }
}
