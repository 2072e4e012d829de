//! Changes and their actors, the source of callback events (通讯录变更事件). They pass
//! [`World::record`](super::World::record).

use super::members::Member;

/// The actor of a change. WeCom sends the contacts assistant no events for its own changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// The contacts-sync secret, by the API or by an import job.
    ContactsApi,
    /// An app, by the API (for its own tags).
    App(u32),
    /// An administrator in the console.
    Console,
    /// A member, in the WeCom app.
    Member,
}

/// One change of a corp's contacts.
#[derive(Clone, Debug)]
pub(crate) enum ContactsChange {
    MemberCreated(Box<Member>),
    /// The member before and after.
    MemberUpdated(Box<(Member, Member)>),
    MemberDeleted(Box<Member>),
    DepartmentCreated {
        id: u32,
        name: String,
        parent: u32,
        order: u32,
    },
    /// The new name and the new parent, if changed.
    DepartmentUpdated {
        id: u32,
        name: Option<String>,
        parent: Option<u32>,
    },
    DepartmentDeleted {
        id: u32,
    },
    TagMembersChanged {
        tag: u32,
        added: Vec<String>,
        removed: Vec<String>,
        added_departments: Vec<u32>,
        removed_departments: Vec<u32>,
    },
}

impl ContactsChange {
    /// Returns the `ChangeType` of the event.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::MemberCreated(_) => "create_user",
            Self::MemberUpdated(_) => "update_user",
            Self::MemberDeleted(_) => "delete_user",
            Self::DepartmentCreated { .. } => "create_party",
            Self::DepartmentUpdated { .. } => "update_party",
            Self::DepartmentDeleted { .. } => "delete_party",
            Self::TagMembersChanged { .. } => "update_tag",
        }
    }
}
