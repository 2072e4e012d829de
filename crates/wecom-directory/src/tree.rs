//! The tree of departments with leaders and head counts.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use wecom_contacts::{CorpId, DepartmentId, UserId};

use crate::{
    Result,
    record::{DepartmentRecord, State},
    store::{Store, existing_departments},
};

/// A department with all below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The id.
    pub id: DepartmentId,
    /// The name, `None` if it is hidden.
    pub name: Option<String>,
    /// The leaders (部门负责人), as the seats have them.
    pub leaders: Vec<Person>,
    /// The number of members in the department itself.
    pub members_direct: u64,
    /// The number of seats in the department and all below it. A member of two departments counts twice.
    pub members_below: u64,
    /// The members of the department itself, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Person>>,
    /// The departments below it, larger order first.
    pub departments: Vec<Self>,
}

/// A person in the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Person {
    /// The account.
    pub userid: UserId,
    /// The name, `None` if it is hidden.
    pub name: Option<String>,
}

/// Reads the trees of a corp: one for the root, and one for each department whose parent is hidden.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn read(store: &dyn Store, corp: &CorpId, with_members: bool) -> Result<Vec<Node>> {
    let departments = existing_departments(store, corp).await?;
    let counts = store.head_counts(corp).await?;
    let mut leaders: HashMap<DepartmentId, Vec<Person>> = HashMap::new();
    let mut members: HashMap<DepartmentId, Vec<Person>> = HashMap::new();
    let mut after = None;
    loop {
        let page = store.members_after(corp, after, 10_000).await?;
        let Some(last) = page.last() else { break };
        after = last.person;
        for record in page.iter().filter(|record| record.state != State::Removed) {
            for seat in &record.seats {
                let person = || Person {
                    userid: record.member.userid.clone(),
                    name: record.member.name.known().cloned(),
                };
                if seat.is_leader.known() == Some(&true) {
                    leaders.entry(seat.department).or_default().push(person());
                }
                if with_members {
                    members.entry(seat.department).or_default().push(person());
                }
            }
        }
    }
    for list in leaders.values_mut().chain(members.values_mut()) {
        list.sort();
    }

    let mut below: HashMap<DepartmentId, Vec<&DepartmentRecord>> = HashMap::new();
    let mut tops = Vec::new();
    for department in departments.values() {
        match department.parent.known().filter(|parent| departments.contains_key(parent)) {
            Some(parent) => below.entry(*parent).or_default().push(department),
            None => tops.push(department),
        }
    }
    for list in below.values_mut() {
        list.sort_by_key(|department| (std::cmp::Reverse(department.order.known().copied()), department.id));
    }
    let mut builder = Builder { below, counts, leaders, members, with_members, seen: HashSet::new() };
    Ok(tops.into_iter().map(|top| builder.node(top)).collect())
}

struct Builder<'a> {
    below: HashMap<DepartmentId, Vec<&'a DepartmentRecord>>,
    counts: HashMap<DepartmentId, u64>,
    leaders: HashMap<DepartmentId, Vec<Person>>,
    members: HashMap<DepartmentId, Vec<Person>>,
    with_members: bool,
    /// Departments that are in the tree, so that a circle ends.
    seen: HashSet<DepartmentId>,
}

impl Builder<'_> {
    fn node(&mut self, department: &DepartmentRecord) -> Node {
        self.seen.insert(department.id);
        let children = self.below.remove(&department.id).unwrap_or_default();
        let departments: Vec<_> = children
            .into_iter()
            .filter(|child| !self.seen.contains(&child.id))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|child| self.node(child))
            .collect();
        let members_direct = self.counts.get(&department.id).copied().unwrap_or_default();
        Node {
            id: department.id,
            name: department.name.known().cloned(),
            leaders: self.leaders.remove(&department.id).unwrap_or_default(),
            members_direct,
            members_below: members_direct + departments.iter().map(|below| below.members_below).sum::<u64>(),
            members: self.with_members.then(|| self.members.remove(&department.id).unwrap_or_default()),
            departments,
        }
    }
}
