//! The members that a policy protects.

use std::collections::{BTreeSet, HashSet};

use wecom_contacts::{CorpId, DepartmentId};

use crate::{
    Result,
    record::{MemberRecord, State, TagRecord},
    store::{MemberKey, Store},
};

/// The members that no plan disables, removes or moves out of scope.
#[derive(Debug, Default)]
pub(crate) struct Protected {
    members: HashSet<MemberKey>,
    departments: BTreeSet<DepartmentId>,
    /// The entries of the policy that match nothing.
    pub(crate) unknown: Vec<String>,
}

impl Protected {
    /// Resolves the entries of a policy: userids, and tags as `tag:外包`. `below` returns a department with all below it, because a tag
    /// includes the members of its departments.
    pub(crate) async fn read(
        store: &dyn Store,
        corp: &CorpId,
        entries: &[String],
        tags: &[TagRecord],
        below: impl Fn(DepartmentId) -> BTreeSet<DepartmentId>,
    ) -> Result<Self> {
        let mut protected = Self::default();
        let mut userids = Vec::new();
        for entry in entries {
            let Some(name) = entry.strip_prefix("tag:") else {
                userids.push(entry);
                continue;
            };
            let mut tags = tags.iter().filter(|tag| tag.state != State::Removed);
            match tags.find(|tag| tag.name.known().is_some_and(|known| known == name)) {
                Some(tag) => {
                    protected.members.extend(tag.members.known().into_iter().flatten().map(MemberKey::from));
                    let departments = tag.departments.known().into_iter().flatten();
                    protected.departments.extend(departments.flat_map(|department| below(*department)));
                }
                None => protected.unknown.push(entry.clone()),
            }
        }
        let keys: Vec<_> = userids.iter().map(|userid| MemberKey::from(userid.as_str())).collect();
        let found = store.members(corp, &keys).await?;
        let exists: HashSet<_> = found
            .iter()
            .filter(|record| record.state != State::Removed)
            .map(|record| MemberKey::from(&record.member.userid))
            .collect();
        let unknown = userids.iter().zip(&keys).filter(|(_, key)| !exists.contains(key));
        protected.unknown.extend(unknown.map(|(userid, _)| (*userid).clone()));
        protected.members.extend(keys);
        Ok(protected)
    }

    pub(crate) fn contains(&self, record: &MemberRecord) -> bool {
        self.members.contains(&MemberKey::from(&record.member.userid))
            || record.seats.iter().any(|seat| self.departments.contains(&seat.department))
    }
}
