//! One caller: what it asked for, and what it was told. It writes to things of its own, one call after the other.

use std::collections::BTreeMap;

use fastrand::Rng;
use wecom_contacts::{
    Client, DepartmentId, Error, ErrorKind, Result,
    departments::NewDepartment,
    members::{MemberPatch, NewMember},
};

/// A member as this caller knows it: the position, or that there is none of that id.
pub(super) type State = Option<String>;

pub(super) struct Member {
    pub(super) userid: String,
    /// What it was told, and first.
    pub(super) state: State,
    /// What it may be instead, since a write may have been applied. Nothing is written to it any more: a delayed write could
    /// come after a later one.
    pub(super) or: Option<State>,
}

pub(super) struct Department {
    pub(super) name: String,
    /// `None` where it may be or not be.
    pub(super) exists: Option<bool>,
}

pub(super) struct Caller {
    number: usize,
    app: Client,
    contacts: Client,
    rng: Rng,
    made: usize,
    pub(super) members: Vec<Member>,
    pub(super) departments: Vec<Department>,
    pub(super) outcomes: Outcomes,
}

/// How calls ended.
#[derive(Default)]
pub(super) struct Outcomes {
    pub(super) succeeded: usize,
    /// By what the error is.
    pub(super) failed: BTreeMap<String, usize>,
    pub(super) may_have_applied: usize,
    /// Errors that say neither what WeCom meant nor how far the call came.
    pub(super) unclassified: Vec<String>,
    /// Reads that contradicted what this caller had been told.
    pub(super) contradictions: Vec<String>,
    /// Writes that were told to have succeeded: the endpoint, and what marks the write in the log.
    pub(super) writes: Vec<(&'static str, String)>,
    /// Writes that were told to have failed for sure, and were not asked for again.
    pub(super) refused: Vec<(&'static str, String)>,
}

/// What is to be done about a write.
enum WriteOutcome {
    Done,
    NotDone,
    Unknown,
}

impl Caller {
    pub(super) fn new(number: usize, seed: u64, app: Client, contacts: Client) -> Self {
        Self {
            number,
            app,
            contacts,
            rng: Rng::with_seed(seed ^ (number as u64) << 32),
            made: 0,
            members: Vec::new(),
            departments: Vec::new(),
            outcomes: Outcomes::default(),
        }
    }

    pub(super) async fn calls(&mut self, count: usize) {
        for _ in 0..count {
            match self.rng.u8(0..100) {
                0..25 => self.create().await,
                25..45 => self.update().await,
                45..52 => self.delete().await,
                52..60 => self.create_department().await,
                60..90 => self.read().await,
                _ => {
                    let list = self.app.departments().list().await;
                    self.outcomes.note(&list);
                }
            }
        }
    }

    /// A name that nothing else has, nor had.
    fn fresh(&mut self, kind: char) -> String {
        self.made += 1;
        format!("{kind}{}x{}", self.number, self.made)
    }

    /// One of its members that is there for sure.
    fn any(&mut self) -> Option<usize> {
        let certain = |member: &Member| member.or.is_none() && member.state.is_some();
        let known: Vec<usize> = (0..self.members.len()).filter(|at| certain(&self.members[*at])).collect();
        self.rng.choice(known)
    }

    async fn create(&mut self) {
        let (userid, position) = (self.fresh('u'), self.fresh('p'));
        let member = NewMember::new(userid.clone(), "测试").department([1]).position(position.clone());
        let created = self.contacts.members().create(member.email(format!("{userid}@example.com"))).await;
        let (state, or) = match self.outcomes.write("user/create", &userid, &created) {
            WriteOutcome::Done => (Some(position), None),
            WriteOutcome::NotDone => (None, None),
            WriteOutcome::Unknown => (None, Some(Some(position))),
        };
        self.members.push(Member { userid, state, or });
    }

    async fn update(&mut self) {
        let Some(at) = self.any() else { return self.create().await };
        let position = self.fresh('p');
        let patch = MemberPatch::new().position(position.clone());
        let updated = self.contacts.members().update(self.members[at].userid.clone(), patch).await;
        match self.outcomes.write("user/update", &position, &updated) {
            WriteOutcome::Done => self.members[at].state = Some(position),
            WriteOutcome::NotDone => {}
            WriteOutcome::Unknown => self.members[at].or = Some(Some(position)),
        }
    }

    async fn delete(&mut self) {
        let Some(at) = self.any() else { return self.create().await };
        let userid = self.members[at].userid.clone();
        let deleted = self.contacts.members().delete(userid.clone()).await;
        match self.outcomes.write("user/delete", &userid, &deleted) {
            WriteOutcome::Done => self.members[at].state = None,
            WriteOutcome::NotDone => {}
            WriteOutcome::Unknown => self.members[at].or = Some(None),
        }
    }

    async fn create_department(&mut self) {
        let name = self.fresh('d');
        let created =
            self.contacts.departments().create(NewDepartment::new(name.clone(), DepartmentId(1))).await;
        let exists = match self.outcomes.write("department/create", &name, &created) {
            WriteOutcome::Done => Some(true),
            WriteOutcome::NotDone => Some(false),
            WriteOutcome::Unknown => None,
        };
        self.departments.push(Department { name, exists });
    }

    async fn read(&mut self) {
        let Some(at) = self.any() else { return self.create().await };
        let member = &self.members[at];
        let read = self.app.members().get(member.userid.clone()).await;
        self.outcomes.note(&read);
        if let Ok(read) = read
            && read.position.known() != member.state.as_ref()
        {
            let said = format!("{}: {:?}, not {:?}", member.userid, read.position, member.state);
            self.outcomes.contradictions.push(said);
        }
    }
}

impl Outcomes {
    fn note<T>(&mut self, outcome: &Result<T>) {
        match outcome {
            Ok(_) => self.succeeded += 1,
            Err(error) => {
                match classify(error) {
                    Some(class) => *self.failed.entry(class).or_default() += 1,
                    None => self.unclassified.push(format!("{error}")),
                }
                self.may_have_applied += usize::from(error.may_have_applied());
            }
        }
    }

    fn write<T>(&mut self, path: &'static str, marker: &str, outcome: &Result<T>) -> WriteOutcome {
        self.note(outcome);
        // A deletion that was refused may be asked for again; all other markers are new.
        self.refused.retain(|(known, of)| (*known, of.as_str()) != (path, marker));
        match outcome {
            Ok(_) => {
                self.writes.push((path, marker.to_owned()));
                WriteOutcome::Done
            }
            Err(error) if error.may_have_applied() => WriteOutcome::Unknown,
            Err(_) => {
                self.refused.push((path, marker.to_owned()));
                WriteOutcome::NotDone
            }
        }
    }
}

/// What an error is, where it is what these faults may end in.
fn classify(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Refused { code, .. } if matches!(code.0, -1 | 40014 | 42001 | 45009 | 45033) => {
            Some(format!("errcode {}", code.0))
        }
        ErrorKind::Transport { failure, .. } => Some(format!("{failure:?}")),
        ErrorKind::NotWeCom { status, .. } => Some(format!("HTTP {status}")),
        ErrorKind::EndpointClosed { .. } => Some("endpoint closed".to_owned()),
        _ => None,
    }
}
