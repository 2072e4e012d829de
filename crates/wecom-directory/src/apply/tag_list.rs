//! The members and departments that a step adds to a tag or removes from it.

use serde_json::Value;
use wecom_contacts::{DepartmentId, UserId, tags::TagNodes};

use crate::{plan::Step, run::StepReason, store::MemberKey};

/// Maximum number of members in one call (doc 90214).
const MEMBERS: usize = 1_000;
/// Maximum number of departments in one call (doc 90214).
const DEPARTMENTS: usize = 100;

/// Members and departments of a tag: those that a step adds or removes, those of one call, or those that WeCom did not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagList {
    pub(crate) members: Vec<UserId>,
    pub(crate) departments: Vec<DepartmentId>,
}

impl TagList {
    /// The members and departments that a step adds or removes.
    pub(crate) fn of(step: &Step) -> Self {
        let list = |field| {
            step.fields.get(field).and_then(|change| change.after.as_array()).map_or(&[][..], Vec::as_slice)
        };
        Self {
            members: list("userlist").iter().filter_map(Value::as_str).map(UserId::new).collect(),
            departments: department_ids(list("partylist")),
        }
    }

    /// Those that WeCom did not take.
    pub(crate) fn refused(reason: Option<&StepReason>) -> Self {
        match reason {
            Some(StepReason::RefusedMembers { userids, departments }) => {
                Self { members: userids.iter().map(UserId::new).collect(), departments: departments.clone() }
            }
            _ => Self::default(),
        }
    }

    /// Returns the reason of a step of which WeCom did not take these; `None` if the list is empty.
    pub(super) fn reason(&self) -> Option<StepReason> {
        (!self.is_empty()).then(|| StepReason::RefusedMembers {
            userids: self.members.iter().map(UserId::to_string).collect(),
            departments: self.departments.clone(),
        })
    }

    /// The number of calls that the list takes, at least 1.
    pub(super) fn parts(&self) -> u32 {
        let parts = self.member_parts() + self.departments.len().div_ceil(DEPARTMENTS);
        u32::try_from(parts).unwrap_or(u32::MAX).max(1)
    }

    /// The members or departments of one call. Calls with members come first.
    pub(super) fn part(&self, part: u32) -> Self {
        let part = part as usize;
        match part.checked_sub(self.member_parts()) {
            None => Self {
                members: self.members.iter().skip(part * MEMBERS).take(MEMBERS).cloned().collect(),
                departments: Vec::new(),
            },
            Some(part) => Self {
                members: Vec::new(),
                departments: self
                    .departments
                    .iter()
                    .skip(part * DEPARTMENTS)
                    .take(DEPARTMENTS)
                    .copied()
                    .collect(),
            },
        }
    }

    const fn member_parts(&self) -> usize {
        self.members.len().div_ceil(MEMBERS)
    }

    /// The list as the body of a call. WeCom refuses a call with empty lists.
    pub(super) fn nodes(self) -> TagNodes {
        let nodes = TagNodes::new();
        let nodes = if self.members.is_empty() { nodes } else { nodes.members(self.members) };
        if self.departments.is_empty() { nodes } else { nodes.departments(self.departments) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.departments.is_empty()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.members.extend(other.members);
        self.departments.extend(other.departments);
    }

    /// Returns the list without the members and departments of the other.
    pub(crate) fn without(mut self, other: &Self) -> Self {
        let members: std::collections::HashSet<_> = other.members.iter().map(MemberKey::from).collect();
        self.members.retain(|userid| !members.contains(&MemberKey::from(userid)));
        self.departments.retain(|id| !other.departments.contains(id));
        self
    }
}

/// The ids in a list of JSON.
pub(crate) fn department_ids(list: &[Value]) -> Vec<DepartmentId> {
    let id = |value: &Value| u32::try_from(value.as_u64()?).ok().map(DepartmentId);
    list.iter().filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_members_or_departments_and_no_more_than_wecom_takes() {
        let list = TagList {
            members: (0..1_001).map(|number| UserId::new(format!("u{number}"))).collect(),
            departments: (1..=101).map(DepartmentId).collect(),
        };
        let sizes: Vec<_> = (0..list.parts())
            .map(|part| list.part(part))
            .map(|part| (part.members.len(), part.departments.len()))
            .collect();
        assert_eq!(sizes, [(1_000, 0), (1, 0), (0, 100), (0, 1)]);
        let json = serde_json::to_value(list.part(3).nodes()).unwrap();
        assert_eq!(json, serde_json::json!({"partylist": [101]}));
        assert_eq!(TagList::default().parts(), 1);
    }
}
