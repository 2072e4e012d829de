//! What the simulator remembers: corps, their people and their secrets, and what falls due when.

mod agenda;
mod changes;
mod choices;
mod console;
mod contact_rules;
mod corp_groups;
mod credentials;
mod default_corp;
mod default_neighbours;
mod department_writes;
mod departments;
mod exports;
mod fetches;
mod forms;
mod identity;
mod ids;
mod imports;
mod jobs;
#[cfg(test)]
mod limits;
mod links;
mod lookups;
mod media;
mod member_rules;
mod member_writes;
mod members;
mod rows;
mod tags;
mod view;

pub(crate) use agenda::{Chore, Due};
pub(crate) use changes::{Actor, Change};
pub use choices::Choices;
pub(crate) use console::Console as ConsoleSettings;
pub(crate) use corp_groups::{
    Business, Chain, ChainContact, ChainCorp, ChainImport, CorpGroups, Linkage, ROOT_GROUP, Share,
};
pub(crate) use credentials::{App, Caller, ContactsSync, Credential, Range};
pub(crate) use default_corp::default_world;
pub(crate) use departments::{Department, Departments, ROOT, Tongue};
pub(crate) use exports::{ExportChore, ExportKind, ExportRequest, ExportWriter, Files, Slice};
pub(crate) use fetches::{Errand, FetchRequest, LARGEST as LARGEST_FETCH};
pub(crate) use forms::{AttributeForm, DepartmentForm, MemberForm, ProfileForm};
pub(crate) use identity::Visitor;
pub(crate) use imports::{ImportChore, ImportKind, ImportRequest};
pub(crate) use jobs::{JobSettings, Jobs};
pub(crate) use links::{Linked, random_text};
pub(crate) use lookups::Lookup;
pub(crate) use media::{MediaKind, Medium, extension};
pub(crate) use member_rules::mobile as plain_mobile;
pub(crate) use members::{
    Attribute, AttributeValue, Gender, Life, Member, MemberNo, Members, Seat, day_in_beijing, folded,
};
pub(crate) use rows::{DepartmentRow, MemberRow, SimpleMemberRow, qr_code};
pub(crate) use tags::{Tag, TagMove, Tags};
pub(crate) use view::View;

use std::collections::BTreeSet;

use crate::{
    callback::{Callbacks, Post},
    clock::Millis,
    outgoing::Allowed,
};

/// All there is.
#[derive(Debug)]
pub(crate) struct World {
    corps: Vec<Corp>,
    credentials: credentials::Tokens,
    agenda: agenda::Agenda,
    identity: identity::Identity,
    links: links::Links,
    /// Downloads that uploads by URL ask for.
    errands: Vec<Errand>,
    pub(crate) choices: Choices,
    /// Where requests may go.
    pub(crate) allowed: Allowed,
    pub(crate) post: Post,
    /// When what is being done happens: the time of the call, or the one that something fell due.
    pub(crate) moment: Millis,
    /// Corps whose apps may see other members than they have been told of.
    pub(crate) stale_ranges: BTreeSet<usize>,
    /// `http://host:port`, for links that the server hands out.
    origin: String,
    /// Grows with whatever may change a corp.
    revision: u64,
}

/// One corp (企业).
#[derive(Debug)]
pub(crate) struct Corp {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) contacts: ContactsSync,
    pub(crate) apps: Vec<App>,
    pub(crate) members: Members,
    pub(crate) departments: Departments,
    pub(crate) media: media::Media,
    pub(crate) jobs: Jobs,
    pub(crate) tags: Tags,
    pub(crate) console: ConsoleSettings,
    pub(crate) rules: contact_rules::Rules,
    lookups: lookups::Lookups,
    pub(crate) callbacks: Callbacks,
    pub(crate) groups: CorpGroups,
    /// How often the corp was sown: each time the numbers of members begin anew.
    pub(crate) sown: u32,
}

impl World {
    /// A world with one corp, the one that the simulator is set up for.
    pub(crate) fn new(corp: Corp, token_lifetime: i64) -> Self {
        Self {
            corps: vec![corp],
            credentials: credentials::Tokens::new(token_lifetime),
            agenda: agenda::Agenda::default(),
            identity: identity::Identity::default(),
            links: links::Links::default(),
            errands: Vec::new(),
            choices: Choices::default(),
            allowed: Allowed::default(),
            post: Post::default(),
            moment: 0,
            stale_ranges: BTreeSet::new(),
            origin: String::new(),
            revision: 0,
        }
    }

    /// Makes another corp known; gives its place.
    pub(crate) fn add_corp(&mut self, corp: Corp) -> usize {
        self.corps.push(corp);
        self.corps.len() - 1
    }

    pub(crate) fn corps(&self) -> &[Corp] {
        &self.corps
    }

    pub(crate) fn corp(&self, index: usize) -> &Corp {
        &self.corps[index]
    }

    pub(crate) fn corp_mut(&mut self, index: usize) -> &mut Corp {
        self.revision += 1;
        &mut self.corps[index]
    }

    /// Equal only while no corp has changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// A world that takes the place of another is no revision of it that was seen before.
    pub(crate) fn supersede(&mut self, revision: u64) {
        self.revision = revision + 1;
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn set_origin(&mut self, origin: String) {
        self.origin = origin;
    }
}
