//! The stored tags (标签).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{changes::Actor, members::MemberNo};

/// One tag (标签).
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) owner: Owner,
    pub(crate) members: BTreeSet<MemberNo>,
    pub(crate) departments: BTreeSet<u32>,
}

/// The owner of a tag. Only the owner can change it; the contacts-sync assistant can also change tags of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Contacts,
    App(u32),
    Console,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contacts => f.write_str("contacts"),
            Self::App(agent_id) => write!(f, "app {agent_id}"),
            Self::Console => f.write_str("console"),
        }
    }
}

impl Owner {
    pub(super) fn of(actor: Actor) -> Self {
        match actor {
            Actor::ContactsApi => Self::Contacts,
            Actor::App(agent_id) => Self::App(agent_id),
            Actor::Console | Actor::Member => Self::Console,
        }
    }

    pub(super) fn is_changed_by(self, actor: Actor) -> bool {
        match actor {
            Actor::Console | Actor::Member => true,
            Actor::ContactsApi => !matches!(self, Self::App(_)),
            Actor::App(_) => self == Self::of(actor),
        }
    }
}

/// All tags of a corp.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    pub(super) by_id: BTreeMap<u32, Tag>,
}

impl Tags {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Tag> {
        self.by_id.get(&id)
    }

    /// Returns the tags by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.by_id.values()
    }

    /// Returns tags of the console, with ids from 1.
    pub(crate) fn numbered(tags: impl IntoIterator<Item = (&'static str, Vec<MemberNo>)>) -> Self {
        let by_id = (1..).zip(tags).map(|(id, (name, members))| {
            let tag = Tag {
                id,
                name: name.into(),
                owner: Owner::Console,
                members: members.into_iter().collect(),
                departments: BTreeSet::new(),
            };
            (id, tag)
        });
        Self { by_id: by_id.collect() }
    }

    pub(super) fn named(&self, name: &str) -> Option<u32> {
        self.iter().find(|tag| tag.name == name).map(|tag| tag.id)
    }

    pub(super) fn forget_member(&mut self, no: MemberNo) {
        for tag in self.by_id.values_mut() {
            tag.members.remove(&no);
        }
    }

    pub(super) fn forget_department(&mut self, id: u32) {
        for tag in self.by_id.values_mut() {
            tag.departments.remove(&id);
        }
    }
}
