//! What the corp holds before an import: ids, which contacts-sync may always read, and department names, which need more rights.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures_util::TryStreamExt;
use wecom_contacts::{
    Client, DepartmentId, UserId,
    imports::{ImportMember, MemberColumn},
    members::{AttributeValue, Member},
};
use wecom_sheets::DepartmentNames;

use super::check::Check;
use crate::{
    access::Access,
    failure::{Failure, Result},
    lookup,
    messages::import as messages,
};

/// The root department (根部门), which is never deleted.
const ROOT: DepartmentId = DepartmentId(1);

/// How many members who would be deleted are looked up by name.
const NAMED: usize = 100;

/// The members and departments of a corp by their ids.
pub(super) struct Corp {
    members: HashMap<UserId, Vec<DepartmentId>>,
    departments: HashSet<DepartmentId>,
}

impl Corp {
    /// Reads all ids of members and departments.
    pub(super) async fn with_members(client: &Client) -> Result<Self> {
        let mut corp = Self::with_departments(client).await?;
        let mut rows = client.members().ids().page_size(10_000).stream();
        while let Some(row) = rows.try_next().await.map_err(unread)? {
            corp.members.entry(row.userid).or_default().push(row.department);
        }
        Ok(corp)
    }

    /// Reads all ids of departments.
    pub(super) async fn with_departments(client: &Client) -> Result<Self> {
        let nodes = client.departments().list_ids().await.map_err(unread)?;
        let departments = nodes.into_iter().map(|node| node.id).collect();
        Ok(Self { members: HashMap::new(), departments })
    }

    /// How many members the corp has.
    pub(super) fn member_count(&self) -> usize {
        self.members.len()
    }

    /// The userids of all members.
    pub(super) fn userids(&self) -> impl Iterator<Item = &UserId> {
        self.members.keys()
    }

    /// The departments that a member is in; `None` if no member has this userid.
    pub(super) fn departments_of(&self, userid: &UserId) -> Option<&[DepartmentId]> {
        self.members.get(userid).map(Vec::as_slice)
    }

    /// The ids of all departments, the root included.
    pub(super) fn departments(&self) -> impl Iterator<Item = DepartmentId> {
        self.departments.iter().copied()
    }

    /// The ids of all departments that a replacement can delete.
    pub(super) fn deletable_departments(&self) -> impl Iterator<Item = DepartmentId> {
        self.departments().filter(|id| *id != ROOT)
    }

    /// Whether a department has this id.
    pub(super) fn has_department(&self, id: DepartmentId) -> bool {
        self.departments.contains(&id)
    }
}

/// What some members have in their fields, as far as the credential shows it.
pub(super) struct Details(HashMap<UserId, Detail>);

pub(super) struct Detail {
    /// A hidden field is kept.
    row: ImportMember,
    /// The text attributes (扩展属性); `None` if they are hidden.
    attributes: Option<HashMap<String, String>>,
}

impl Details {
    /// Reads the members of these departments; `None` if the credential may not.
    pub(super) async fn read(access: &Access, departments: &BTreeSet<DepartmentId>) -> Result<Option<Self>> {
        let client = access.reader()?;
        let mut details = HashMap::new();
        for department in departments {
            let members = match client.members().list(*department).await {
                Ok(members) => members,
                Err(error) if error.is_permission_denied() => return Ok(None),
                Err(error) => return Err(unread(error)),
            };
            details.extend(members.iter().map(|member| (member.userid.clone(), Detail::of(member))));
        }
        Ok(Some(Self(details)))
    }

    pub(super) fn of(&self, userid: &UserId) -> Option<&Detail> {
        self.0.get(userid)
    }
}

impl Detail {
    fn of(member: &Member) -> Self {
        let attributes = member.extattr.known().map(|extattr| {
            let texts = extattr.attrs.iter().filter_map(|attribute| match &attribute.value {
                AttributeValue::Text(text) => Some((attribute.name.clone(), text.clone())),
                _ => None,
            });
            texts.collect()
        });
        Self { row: ImportMember::from(member), attributes }
    }

    /// Whether the field of this column is known to be empty.
    pub(super) fn lacks(&self, column: MemberColumn) -> bool {
        !self.row.kept.contains(column) && self.row.cell(column).is_empty()
    }

    /// Whether the attribute is known to be empty.
    pub(super) fn lacks_attribute(&self, name: &str) -> bool {
        self.attributes.as_ref().is_some_and(|texts| texts.get(name).is_none_or(String::is_empty))
    }
}

/// Reads the departments' names.
pub(super) async fn department_names(access: &Access) -> Result<DepartmentNames> {
    lookup::department_names(access).await.map_err(unread)
}

/// Adds names to the members who would be deleted, as far as an app's secret shows them: a person knows people by name.
pub(super) async fn name_deleted_members(access: &Access, check: &mut Check) {
    let Some(effects) = check.effects.as_mut().filter(|effects| !effects.delete.is_empty()) else { return };
    let Ok(Some(client)) = access.app_if_given() else { return };
    for entry in effects.delete.iter_mut().take(NAMED) {
        let Some(userid) = &entry.userid else { continue };
        // Names are a service: the ids alone say who it is.
        match client.members().get(userid).await {
            Ok(member) => entry.name = member.name.into_known(),
            Err(error) if error.is_not_found() || error.is_permission_denied() => {}
            Err(_) => return,
        }
    }
}

/// Adds paths to the departments that would be deleted, as far as an app's secret shows them.
pub(super) async fn name_deleted_departments(access: &Access, check: &mut Check) {
    let Some(effects) = check.effects.as_mut().filter(|effects| !effects.delete.is_empty()) else { return };
    if !matches!(access.app_if_given(), Ok(Some(_))) {
        return;
    }
    let Ok(names) = department_names(access).await else { return };
    for entry in &mut effects.delete {
        entry.name = entry.id.and_then(|id| names.path(id)).map(str::to_owned);
    }
}

/// What an import does is unknown while the corp cannot be read, so it ends here.
fn unread(failure: impl Into<Failure>) -> Failure {
    failure.into().within(messages::corp_cannot_be_read()).remedy(messages::check_the_file_alone())
}
