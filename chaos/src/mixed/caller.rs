//! One caller: its requests and their results. It writes only to its own objects, one call after the other.

use std::collections::BTreeMap;

use fastrand::Rng;
use wecom_contacts::{
    Client, DepartmentId, Error, ErrorKind, Result,
    departments::NewDepartment,
    members::{MemberPatch, NewMember},
};

/// The position of a member as this caller knows it; `None` if the member does not exist.
pub(super) type State = Option<String>;

pub(super) struct Member {
    pub(super) userid: String,
    /// The state by the last certain result.
    pub(super) state: State,
    /// Another possible state, because a write may have been applied. The caller no longer writes to this member,
    /// because a delayed write could be applied after a later one.
    pub(super) or: Option<State>,
}

pub(super) struct Department {
    pub(super) name: String,
    /// `None` if it is unknown.
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

/// The results of the calls.
#[derive(Default)]
pub(super) struct Outcomes {
    pub(super) succeeded: usize,
    /// Number of failures by error.
    pub(super) failed: BTreeMap<String, usize>,
    pub(super) may_have_applied: usize,
    /// Errors that show neither WeCom's answer nor the progress of the call.
    pub(super) unclassified: Vec<String>,
    /// Reads that contradict earlier results of this caller.
    pub(super) contradictions: Vec<String>,
    /// Successful writes: the endpoint, and the marker of the write in the log.
    pub(super) writes: Vec<(&'static str, String)>,
    /// Writes that certainly failed and were not repeated.
    pub(super) refused: Vec<(&'static str, String)>,
}

/// The next step after a write.
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

    /// Returns a name that has never been used.
    fn fresh(&mut self, kind: char) -> String {
        self.made += 1;
        format!("{kind}{}x{}", self.number, self.made)
    }

    /// Returns one of the members that certainly exist.
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
        // A refused deletion can be repeated; all other markers are new.
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

/// Returns the class of an error, if it is a possible result of these faults.
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
