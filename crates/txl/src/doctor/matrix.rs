//! The matrix of endpoints and credentials: each reading call is made once with each secret.

use std::fmt;

use serde::{Serialize, Serializer};
use wecom_contacts::{
    Client, DepartmentId, Error, ErrorCode,
    departments::{Department, DepartmentNode},
    members::Member,
};

use crate::{access::Caller, language::english, messages::doctor_words as words};

/// Departments that are listed at most, until one has a member.
const SEARCHED: usize = 10;

/// What an endpoint answers to one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// There is no secret, or no usable one.
    NoSecret,
    /// The call needs an object that the secret does not see, or it would change the corp.
    NotTested,
    Ok,
    Refused(ErrorCode),
    /// No usable answer.
    NoAnswer,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str("-"),
            Self::NotTested => words::not_tested().fmt(f),
            Self::Ok => words::ok().fmt(f),
            Self::Refused(code) => words::refused(*code).fmt(f),
            Self::NoAnswer => words::no_answer().fmt(f),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&english(|| self.to_string()))
    }
}

/// A row of the matrix.
#[derive(Debug, Serialize)]
pub(super) struct Endpoint {
    pub(super) endpoint: &'static str,
    pub(super) contacts: Cell,
    pub(super) app: Cell,
}

/// Endpoints that read, in the order in which they are called.
const READS: [&str; 8] = [
    "department/simplelist",
    "user/list_id",
    "department/list",
    "user/simplelist",
    "user/list",
    "user/get",
    "tag/list",
    "get_api_domain_ip",
];
/// Endpoints that write, or that submit a job. They are not called.
const WRITES: [&str; 8] = [
    "user/create",
    "user/update",
    "user/delete",
    "department/create",
    "tag/create",
    "batch/syncuser",
    "export/user",
    "media/upload",
];

/// What one secret may read, and what it has seen.
#[derive(Debug)]
pub(super) struct Readings {
    pub(super) caller: Caller,
    /// Whether the secret is usable, so that calls were made.
    pub(super) is_tested: bool,
    cells: Vec<(&'static str, Cell)>,
    pub(super) nodes: Option<Vec<DepartmentNode>>,
    pub(super) departments: Option<Vec<Department>>,
    pub(super) members: Option<Vec<Member>>,
    /// The first refusal of an address that is not trusted.
    pub(super) untrusted: Option<Error>,
}

impl Readings {
    /// What an endpoint has answered.
    pub(super) fn cell(&self, endpoint: &str) -> Cell {
        let found = self.cells.iter().find(|(path, _)| *path == endpoint);
        found.map_or(if self.is_tested { Cell::NotTested } else { Cell::NoSecret }, |(_, cell)| *cell)
    }

    fn take<T>(&mut self, endpoint: &'static str, answer: wecom_contacts::Result<T>) -> Option<T> {
        let (cell, value) = match answer {
            Ok(value) => (Cell::Ok, Some(value)),
            Err(error) => {
                let cell = error.code().map_or(Cell::NoAnswer, Cell::Refused);
                if error.class() == wecom_contacts::Class::IpNotAllowed {
                    self.untrusted.get_or_insert(error);
                }
                (cell, None)
            }
        };
        self.cells.push((endpoint, cell));
        value
    }
}

/// Calls each reading endpoint once.
pub(super) async fn read(client: Option<&Client>, caller: Caller) -> Readings {
    let mut readings = Readings {
        caller,
        is_tested: client.is_some(),
        cells: Vec::new(),
        nodes: None,
        departments: None,
        members: None,
        untrusted: None,
    };
    let Some(client) = client else { return readings };
    let (members, departments) = (client.members(), client.departments());
    readings.nodes = readings.take("department/simplelist", departments.list_ids().await);
    let page = readings.take("user/list_id", members.ids().page_size(1).page().await);
    readings.departments = readings.take("department/list", departments.list().await);
    let mut seen: Vec<DepartmentId> = match (&readings.departments, &readings.nodes) {
        (Some(departments), _) => departments.iter().map(|department| department.id).collect(),
        (None, Some(nodes)) => nodes.iter().map(|node| node.id).collect(),
        (None, None) => vec![DepartmentId::ROOT],
    };
    seen.truncate(SEARCHED);
    if let Some(first) = seen.first() {
        readings.take("user/simplelist", members.list_simple(*first).await);
    }
    for (at, department) in seen.iter().enumerate() {
        let answer = members.list(*department).await;
        let is_last = at + 1 == seen.len();
        if is_last || !matches!(&answer, Ok(list) if list.is_empty()) {
            readings.members = readings.take("user/list", answer);
            break;
        }
    }
    let listed = readings.members.iter().flatten().map(|member| member.userid.clone()).next();
    let userid = listed.or_else(|| page.and_then(|page| Some(page.items.into_iter().next()?.userid)));
    if let Some(userid) = userid {
        readings.take("user/get", members.get(userid).await);
    }
    readings.take("tag/list", client.tags().list().await);
    readings.take("get_api_domain_ip", client.auth().api_ips().await);
    readings
}

/// The matrix of both secrets. Endpoints that write are in it as not tested.
pub(super) fn joined(contacts: &Readings, app: &Readings) -> Vec<Endpoint> {
    if !contacts.is_tested && !app.is_tested {
        return Vec::new();
    }
    let row = |endpoint| Endpoint { endpoint, contacts: contacts.cell(endpoint), app: app.cell(endpoint) };
    READS.into_iter().chain(WRITES).map(row).collect()
}
