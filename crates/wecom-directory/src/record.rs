//! The objects of a corp as the mirror stores them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wecom_contacts::{DepartmentId, Seen, TagId, UserId, members::Member};

use crate::FieldSet;

/// The number of a person in the mirror. It stays when the person's userid changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

/// Whether an object exists, as far as the mirror knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The last reading that could see the object saw it.
    #[default]
    Present,
    /// No reading sees the object any more, and its removal is not proven.
    OutOfSight,
    /// The object does not exist: it was missing from two complete readings of the ids.
    Removed,
}

impl State {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::OutOfSight => "out_of_sight",
            Self::Removed => "removed",
        }
    }
}

/// A member (成员) as the mirror stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberRecord {
    /// The person; `None` before the record is first written.
    pub person: Option<PersonId>,
    /// Whether the member exists.
    pub state: State,
    /// The fields. [`Seen::Hidden`] is a field that no reading has shown. `department`, `order`, `is_leader_in_dept` and
    /// `main_department` are not stored here but in `seats`, and are hidden here.
    pub member: Member,
    /// The departments of the member, in the order of their ids.
    pub seats: Vec<Seat>,
    /// The fields that the last reading with each source showed; see [`Source::index`].
    pub shown: [FieldSet; 2],
    /// The time at which the request was sent whose answer changed the record last.
    pub read_at: Timestamp,
    /// The hashes of what was read.
    pub hashes: RowHashes,
}

impl MemberRecord {
    /// Returns a record of which nothing but the userid is known.
    pub fn unread(userid: UserId, read_at: Timestamp) -> Self {
        let mut member = Member::default();
        member.userid = userid;
        Self {
            person: None,
            state: State::Present,
            member,
            seats: Vec::new(),
            shown: [FieldSet::EMPTY; 2],
            read_at,
            hashes: RowHashes::default(),
        }
    }

    /// Returns the fields whose values are the last known ones, because no reading shows them any more.
    pub fn stale(&self) -> FieldSet {
        let shown = self.shown[0].union(self.shown[1]);
        FieldSet::ALL.without(FieldSet::hidden_in(&self.member)).without(shown)
    }
}

/// The hashes of what was read of a member. Equal bytes need neither be parsed nor written.
///
/// XXH3, 64 bits, seeded with what was assumed of the credential. One member's rows are compared with one another and with no
/// other's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowHashes {
    /// Of the details, for each source; see [`Source::index`].
    pub details: [Option<u64>; 2],
    /// Of the departments in the reading of ids.
    pub departments: Option<u64>,
}

/// A seat (任职): one member in one department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// The department.
    pub department: DepartmentId,
    /// The member's place in it, larger first.
    pub order: Seen<u32>,
    /// Whether the member leads it (部门负责人).
    pub is_leader: Seen<bool>,
    /// Whether it is the member's main department (主部门).
    pub is_main: Seen<bool>,
}

/// The credential that a row was read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An app's secret (自建应用).
    App,
    /// The contacts-sync secret (通讯录同步).
    ContactsSync,
}

impl Source {
    /// The place of the source in [`MemberRecord::shown`] and in [`RowHashes::details`].
    pub const fn index(self) -> usize {
        match self {
            Self::App => 0,
            Self::ContactsSync => 1,
        }
    }

    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::ContactsSync => "contacts_sync",
        }
    }
}

/// A department (部门) as the mirror stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepartmentRecord {
    /// Its id; the root is 1.
    pub id: DepartmentId,
    /// Whether it exists.
    pub state: State,
    /// The name (部门名称).
    pub name: Seen<String>,
    /// The English name (英文名称).
    pub name_en: Seen<String>,
    /// The parent; 0 for the root.
    pub parent: Seen<DepartmentId>,
    /// The place among siblings, larger first.
    pub order: Seen<u32>,
    /// The leaders (部门负责人) in the order of the answer.
    pub leaders: Seen<Vec<UserId>>,
    /// The time at which the request was sent whose answer changed the record last.
    pub read_at: Timestamp,
}

impl DepartmentRecord {
    /// Returns a record of which nothing but the id is known.
    pub fn unread(id: DepartmentId, read_at: Timestamp) -> Self {
        Self {
            id,
            state: State::Present,
            name: Seen::Hidden,
            name_en: Seen::Hidden,
            parent: Seen::Hidden,
            order: Seen::Hidden,
            leaders: Seen::Hidden,
            read_at,
        }
    }
}

/// A tag (标签) as the mirror stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagRecord {
    /// Its id.
    pub id: TagId,
    /// Whether it exists.
    pub state: State,
    /// The name.
    pub name: Seen<String>,
    /// The members that were added to it themselves, in the order of their userids.
    pub members: Seen<Vec<UserId>>,
    /// Whether `members` and `departments` are all of them, and not only those that an app may see.
    pub members_complete: bool,
    /// The departments in it, in the order of their ids.
    pub departments: Seen<Vec<DepartmentId>>,
    /// The time at which the request was sent whose answer changed the record last.
    pub read_at: Timestamp,
}
