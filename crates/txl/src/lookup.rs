//! Ids for names that the user typed. The server is only asked if a name was typed, once per command.

use wecom_contacts::{Client, DepartmentId, Error, TagId, tags::Tag};
use wecom_sheets::DepartmentNames;

use crate::{
    access::Access,
    failure::{Failure, Result},
    messages::lookup as messages,
    names::IdOrName,
};

/// A department on the command line.
pub(crate) type DepartmentRef = IdOrName<DepartmentId>;
/// A tag on the command line.
pub(crate) type TagRef = IdOrName<TagId>;

/// Looks up names.
pub(crate) struct Lookup<'a> {
    access: &'a Access,
    departments: Option<DepartmentNames>,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(access: &'a Access) -> Self {
        Self { access, departments: None }
    }

    /// Returns the id of a department.
    ///
    /// # Errors
    ///
    /// Fails if no department or more than one has the name, or if the names cannot be read.
    pub(crate) async fn department(&mut self, given: &DepartmentRef) -> Result<DepartmentId> {
        let name = match given {
            DepartmentRef::Id(id) => return Ok(*id),
            DepartmentRef::Name(name) => name,
        };
        let names = self.names().await?;
        match names.candidates(name).as_slice() {
            [(id, _)] => Ok(*id),
            several @ [_, _, ..] => Err(Failure::new(messages::several_departments(several.len(), name))
                .remedy(messages::give_a_department_id(several))),
            [] if names.is_hidden() => {
                Err(Failure::new(messages::names_are_hidden(name)).remedy(messages::let_the_app_see_names()))
            }
            [] => {
                let failure = Failure::new(messages::no_department(name));
                let failure = match names.similar(name).as_slice() {
                    [] => failure,
                    similar => failure.remedy(messages::similar_departments(similar)),
                };
                Err(failure.remedy(messages::see_the_departments()))
            }
        }
    }

    /// Returns the path of a department for a question. If the credential cannot read it, this is not a failure.
    pub(crate) async fn path(&mut self, id: DepartmentId) -> Option<String> {
        let path = self.names().await.ok()?.path(id)?;
        Some(path.to_owned()).filter(|path| !path.is_empty())
    }

    async fn names(&mut self) -> Result<&DepartmentNames> {
        if self.departments.is_none() {
            self.departments = Some(department_names(self.access).await?);
        }
        Ok(self.departments.get_or_insert_default())
    }

    /// Returns the ids of departments.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::department`] does.
    pub(crate) async fn departments(&mut self, given: &[DepartmentRef]) -> Result<Vec<DepartmentId>> {
        let mut ids = Vec::with_capacity(given.len());
        for department in given {
            ids.push(self.department(department).await?);
        }
        Ok(ids)
    }

    /// Returns the id of an optional department.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::department`] does.
    pub(crate) async fn optional_department(
        &mut self,
        given: &Option<DepartmentRef>,
    ) -> Result<Option<DepartmentId>> {
        match given {
            Some(department) => self.department(department).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Returns the id of a tag. The client that will use the tag looks it up, because a tag belongs to the credential that created it.
///
/// # Errors
///
/// Fails if no tag or more than one has the name, or if the tags cannot be read.
pub(crate) async fn tag(client: &Client, given: &TagRef) -> Result<TagId> {
    Ok(tags(client, std::slice::from_ref(given)).await?.remove(0))
}

/// Returns the ids of tags in the same order.
///
/// # Errors
///
/// Fails as [`tag`] does.
pub(crate) async fn tags(client: &Client, given: &[TagRef]) -> Result<Vec<TagId>> {
    let has_names = given.iter().any(|tag| matches!(tag, TagRef::Name(_)));
    let all = if has_names { client.tags().list().await? } else { Vec::new() };
    given
        .iter()
        .map(|tag| match tag {
            TagRef::Id(id) => Ok(*id),
            TagRef::Name(name) => of_name(&all, name),
        })
        .collect()
}

fn of_name(all: &[Tag], name: &str) -> Result<TagId> {
    let found: Vec<_> = all.iter().filter(|tag| tag.tagname.trim() == name).map(|tag| tag.tagid).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(messages::no_tag(name)).remedy(messages::see_the_tags())),
        several => Err(Failure::new(messages::several_tags(several.len(), name))
            .remedy(messages::give_a_tag_id(several))),
    }
}

/// Returns the names of the departments. They are read with the app's secret if it is set, because contacts-sync can only read them from an IP of
/// before 2022-08.
///
/// # Errors
///
/// Fails if the names cannot be read.
pub(crate) async fn department_names(access: &Access) -> Result<DepartmentNames> {
    let list = access.reader()?.departments().list().await.map_err(unreadable)?;
    Ok(DepartmentNames::new(list.into_iter().map(|department| {
        (department.id, department.parentid.unwrap_or_default(), department.name.unwrap_or_default())
    })))
}

fn unreadable(error: Error) -> Failure {
    let is_denied = error.is_permission_denied();
    let failure = Failure::from(error);
    if is_denied { failure.remedy(messages::look_up_as_the_app()) } else { failure }
}
