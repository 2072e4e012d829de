//! What the corp has that headings and cells of a roster refer to, as the mirror has it.

use std::collections::{BTreeMap, BTreeSet};

use wecom_contacts::{CorpId, DepartmentId, members::Attribute};
use wecom_directory::{
    record::{DepartmentRecord, State},
    store::Store,
};

use super::columns::Paths;
use crate::failure::Result;

/// How many members are read at once.
const PAGE: u32 = 5_000;

/// What the corp has that headings and cells refer to.
#[derive(Debug, Default)]
pub(crate) struct KnownCorp {
    /// The names of the extended attributes (扩展属性).
    pub(crate) attributes: BTreeSet<String>,
    /// The names of the attributes of the external profile (对外属性).
    pub(crate) external_attributes: BTreeSet<String>,
    /// Whether a member has a short name of the corp (企业对外简称).
    pub(crate) has_external_corp_names: bool,
    /// The paths of the departments.
    pub(crate) paths: Paths,
}

impl KnownCorp {
    /// Reads the paths and the attributes. It stops reading members when each of these headings is an attribute, but not before
    /// the first page.
    pub(crate) async fn read(store: &dyn Store, corp: &CorpId, headings: &BTreeSet<String>) -> Result<Self> {
        let departments = store.departments(corp).await?;
        let mut known = Self { paths: paths(&departments), ..Self::default() };
        let mut after = None;
        loop {
            let page = store.members_after(corp, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(known) };
            after = last.person;
            for record in page.iter().filter(|record| record.state != State::Removed) {
                let own = record.member.extattr.known().into_iter().flat_map(|extattr| &extattr.attrs);
                insert(&mut known.attributes, own);
                let Some(profile) = record.member.external_profile.known() else { continue };
                insert(&mut known.external_attributes, profile.external_attr.iter().flatten());
                known.has_external_corp_names |=
                    profile.external_corp_name.as_ref().is_some_and(|name| !name.is_empty());
            }
            let is_known =
                |heading| known.attributes.contains(heading) || known.external_attributes.contains(heading);
            if headings.iter().all(is_known) {
                return Ok(known);
            }
        }
    }
}

fn insert<'a>(names: &mut BTreeSet<String>, attributes: impl Iterator<Item = &'a Attribute>) {
    for attribute in attributes {
        if !names.contains(&attribute.name) {
            names.insert(attribute.name.clone());
        }
    }
}

/// Reads the paths and all attributes.
pub(super) async fn everything(store: &dyn Store, corp: &CorpId) -> Result<KnownCorp> {
    // No attribute has an empty name, so that the search for it reads every member.
    KnownCorp::read(store, corp, &BTreeSet::from([String::new()])).await
}

/// The paths of the departments whose names are known up to the root.
pub(crate) fn paths(departments: &[DepartmentRecord]) -> Paths {
    let present: BTreeMap<DepartmentId, &DepartmentRecord> = departments
        .iter()
        .filter(|department| department.state != State::Removed)
        .map(|department| (department.id, department))
        .collect();
    let path = |id: DepartmentId| {
        let mut names: Vec<&str> = Vec::new();
        let mut next = id;
        loop {
            let department = present.get(&next)?;
            names.push(department.name.known()?);
            let parent = *department.parent.known()?;
            if parent.0 == 0 || names.len() > present.len() {
                break;
            }
            next = parent;
        }
        names.reverse();
        Some(names.join("/"))
    };
    present.keys().filter_map(|id| Some((*id, path(*id)?))).collect()
}
