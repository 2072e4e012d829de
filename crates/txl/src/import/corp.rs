//! The state of the corp before an import. The contacts-sync secret can always read ids; names and other fields need more rights.

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

/// The root department (根部门). A replacement never deletes it.
const ROOT: DepartmentId = DepartmentId(1);

/// The maximum number of members to be deleted whose names are looked up.
const NAMED: usize = 100;

/// The ids of a corp's members and departments.
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

    /// Returns the number of members.
    pub(super) fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Returns the userids of all members.
    pub(super) fn userids(&self) -> impl Iterator<Item = &UserId> {
        self.members.keys()
    }

    /// Returns the departments of a member, or `None` if the userid is unknown.
    pub(super) fn departments_of(&self, userid: &UserId) -> Option<&[DepartmentId]> {
        self.members.get(userid).map(Vec::as_slice)
    }

    /// Returns the ids of all departments, including the root.
    pub(super) fn departments(&self) -> impl Iterator<Item = DepartmentId> {
        self.departments.iter().copied()
    }

    /// Returns the ids of all departments that a replacement can delete.
    pub(super) fn deletable_departments(&self) -> impl Iterator<Item = DepartmentId> {
        self.departments().filter(|id| *id != ROOT)
    }

    /// Returns whether a department has this id.
    pub(super) fn has_department(&self, id: DepartmentId) -> bool {
        self.departments.contains(&id)
    }
}

/// The fields of some members, as far as the credential may read them.
pub(super) struct Details(HashMap<UserId, Detail>);

pub(super) struct Detail {
    /// `kept` contains the hidden fields.
    row: ImportMember,
    /// The text attributes (扩展属性); `None` if they are hidden.
    attributes: Option<HashMap<String, String>>,
}

impl Details {
    /// Reads the members of these departments. Returns `None` if the credential lacks the permission.
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

    /// Returns whether the field of this column is known to be empty.
    pub(super) fn lacks(&self, column: MemberColumn) -> bool {
        !self.row.kept.contains(column) && self.row.cell(column).is_empty()
    }

    /// Returns whether the attribute is known to be empty.
    pub(super) fn lacks_attribute(&self, name: &str) -> bool {
        self.attributes.as_ref().is_some_and(|texts| texts.get(name).is_none_or(String::is_empty))
    }
}

/// Reads the names of the departments.
pub(super) async fn department_names(access: &Access) -> Result<DepartmentNames> {
    lookup::department_names(access).await.map_err(unread)
}

/// Adds names to the members to be deleted, if an app's secret can read them.
pub(super) async fn name_deleted_members(access: &Access, check: &mut Check) {
    let Some(effects) = check.effects.as_mut().filter(|effects| !effects.delete.is_empty()) else { return };
    let Ok(Some(client)) = access.app_if_given() else { return };
    for entry in effects.delete.iter_mut().take(NAMED) {
        let Some(userid) = &entry.userid else { continue };
        // Names are optional, because the ids identify the members.
        match client.members().get(userid).await {
            Ok(member) => entry.name = member.name.into_known(),
            Err(error) if error.is_not_found() || error.is_permission_denied() => {}
            Err(_) => return,
        }
    }
}

/// Adds paths to the departments to be deleted, if an app's secret can read them.
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

/// Returns the failure to read the corp. The import stops, because its effects are unknown.
fn unread(failure: impl Into<Failure>) -> Failure {
    failure.into().within(messages::corp_cannot_be_read()).remedy(messages::check_the_file_alone())
}
