//! The members of a corp, and the indexes that keep every look-up as cheap as its answer.

use std::collections::{BTreeSet, HashMap};

/// A member's place in order of creation; never reused.
pub(crate) type MemberNo = u32;

/// One member (成员). Texts are empty where WeCom has nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) userid: String,
    pub(crate) name: String,
    pub(crate) seats: Vec<Seat>,
}

/// A member's place in one department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) department: u32,
    pub(crate) order: u32,
    pub(crate) leader: bool,
}

/// All members of a corp.
#[derive(Debug, Default)]
pub(crate) struct Members {
    slots: Vec<Option<Member>>,
    by_userid: HashMap<String, MemberNo>,
    by_department: HashMap<u32, BTreeSet<MemberNo>>,
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.by_userid.len()
    }

    /// Userids are compared without case.
    pub(crate) fn get(&self, userid: &str) -> Option<&Member> {
        let no = self.by_userid.get(&userid.to_ascii_lowercase())?;
        self.slots[*no as usize].as_ref()
    }

    pub(crate) fn insert(&mut self, member: Member) -> MemberNo {
        let no = self.slots.len() as MemberNo;
        self.by_userid.insert(member.userid.to_ascii_lowercase(), no);
        for seat in &member.seats {
            self.by_department.entry(seat.department).or_default().insert(no);
        }
        self.slots.push(Some(member));
        no
    }
}
