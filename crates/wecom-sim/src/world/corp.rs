//! One corp with all its data.

use super::{
    callback::target::Callbacks,
    console_settings::ConsoleSettings,
    contact_rules::ContactRules,
    corp_groups::CorpGroups,
    credentials::{App, ContactsSync},
    departments::{Department, Departments},
    fail::Fail,
    jobs::Jobs,
    lookups::{Lookup, Lookups},
    media::Media,
    members::{Member, MemberNo, Members},
    tags::{Tag, Tags},
};
use crate::clock::Millis;

/// One corp (企业).
#[derive(Clone, Debug)]
pub(crate) struct Corp {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) contacts: ContactsSync,
    pub(crate) apps: Vec<App>,
    pub(crate) members: Members,
    pub(crate) departments: Departments,
    pub(crate) media: Media,
    pub(crate) jobs: Jobs,
    pub(crate) tags: Tags,
    pub(crate) console: ConsoleSettings,
    pub(crate) rules: ContactRules,
    pub(super) lookups: Lookups,
    pub(crate) callbacks: Callbacks,
    pub(crate) groups: CorpGroups,
    /// Number of seeds of the corp. Each seed restarts the numbers of members at 0.
    pub(crate) seedings: u32,
}

impl Corp {
    pub(crate) fn app(&self, agent_id: u32) -> Option<&App> {
        self.apps.iter().find(|app| app.agent_id == agent_id)
    }

    /// Returns the requested member.
    pub(crate) fn required_member(&self, userid: &str) -> Result<(MemberNo, &Member), Fail> {
        match userid {
            "" => Err(Fail::of(41009)),
            long if long.len() > 64 => Err(Fail::of(40058)),
            _ => self.members.find(userid).ok_or_else(|| Fail::of(60111)),
        }
    }

    /// Returns the requested department.
    pub(crate) fn required_department(&self, id: Option<i64>) -> Result<&Department, Fail> {
        id.and_then(|id| u32::try_from(id).ok())
            .and_then(|id| self.departments.get(id))
            .ok_or_else(|| Fail::of(60003))
    }

    /// Returns the requested tag.
    pub(crate) fn required_tag(&self, id: Option<i64>) -> Result<&Tag, Fail> {
        let id = id.ok_or_else(|| Fail::of(41017))?;
        u32::try_from(id).ok().and_then(|id| self.tags.get(id)).ok_or_else(|| Fail::of(40068))
    }

    /// Counts a lookup by mobile or mail, see [`Lookups::count`].
    pub(crate) fn looked_up<T>(&mut self, kind: Lookup, found: Option<T>, now: Millis) -> Result<T, Fail> {
        self.lookups.count(kind, found, self.console.account_cap, now)
    }
}
