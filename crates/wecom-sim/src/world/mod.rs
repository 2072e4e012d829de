//! What the simulator remembers: corps, their people and their secrets, and what falls due when.

mod agenda;
mod changes;
mod credentials;
mod departments;
mod links;
mod media;
mod members;

pub(crate) use agenda::Due;
pub(crate) use changes::{Actor, Change};
pub(crate) use credentials::{App, Caller, ContactsSync, Credential};
pub(crate) use departments::{Department, Departments};
pub(crate) use links::Linked;
pub(crate) use media::{MediaKind, Medium, extension};
pub(crate) use members::{Member, MemberNo, Members};

use crate::{SimBuilder, clock::Millis};

/// All there is.
#[derive(Debug)]
pub(crate) struct World {
    corps: Vec<Corp>,
    credentials: credentials::Tokens,
    agenda: agenda::Agenda,
    links: links::Links,
    /// `http://host:port`, for links that the server hands out.
    origin: String,
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
}

impl World {
    /// A world with one corp, the one that the simulator is set up for.
    pub(crate) fn new(corp: Corp, token_lifetime: i64) -> Self {
        Self {
            corps: vec![corp],
            credentials: credentials::Tokens::new(token_lifetime),
            agenda: agenda::Agenda::default(),
            links: links::Links::default(),
            origin: String::new(),
        }
    }

    pub(crate) fn corp(&self, index: usize) -> &Corp {
        &self.corps[index]
    }

    pub(crate) fn corp_mut(&mut self, index: usize) -> &mut Corp {
        &mut self.corps[index]
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn set_origin(&mut self, origin: String) {
        self.origin = origin;
    }
}

/// The small corp of a simulator that is not told otherwise.
pub(crate) fn default_corp(config: &SimBuilder) -> Corp {
    let mut departments = Departments::with_root("示例公司");
    departments.insert(Department {
        id: 2,
        name: "研发部".into(),
        parent: 1,
        order: 100_000_000,
        ..Department::default()
    });
    let mut members = Members::default();
    members.insert(Member {
        userid: "zhangsan".into(),
        name: "张三".into(),
        ..Member::default()
    });
    Corp {
        id: config.corp_id.clone(),
        name: "示例公司".into(),
        contacts: ContactsSync {
            secret: config.contacts_secret.clone(),
            enabled: true,
            may_edit: true,
            legacy_ip: config.legacy,
            trusted_ips: Vec::new(),
        },
        apps: vec![App {
            agent_id: config.agent_id,
            name: "示例应用".into(),
            secret: config.app_secret.clone(),
            enabled: true,
            before_2022: config.legacy,
            trusted_ips: Vec::new(),
            range: credentials::Range {
                departments: vec![1],
                ..credentials::Range::default()
            },
        }],
        members,
        departments,
        media: media::Media::default(),
    }
}
