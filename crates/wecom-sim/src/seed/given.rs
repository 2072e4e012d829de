//! Makes contacts of a [`CorpFile`]. Every department, member and tag keeps the rules of the API.

use std::collections::{HashMap, VecDeque};

use super::{
    Contacts,
    corp_file::{CorpFile, FileDepartment, FileMember, FileTag},
};
use crate::{
    attributes::{Attributes, GenderForm, Profile},
    clock::Millis,
    world::{
        Actor, ConsoleSettings, DepartmentForm, Fail, Life, Member, MemberForm, TagMove, World, WorldSettings,
    },
};

const ROOT: u32 = 1;
/// Number of ids that are added to a tag at a time, which one call of the API may have.
const CHUNK: usize = 100;

/// The first part of a corp file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{item}: {reason}")]
#[non_exhaustive]
pub struct CorpFileError {
    /// The item, such as `members[3] (qianyi)`.
    pub item: String,
    /// The reason, with the errcode if a rule of the API forbids it.
    pub reason: String,
}

impl CorpFileError {
    fn new(item: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { item: item.into(), reason: reason.into() }
    }
}

fn forbidden(item: String) -> impl FnOnce(Fail) -> CorpFileError {
    move |fail| CorpFileError::new(item, format!("{} (errcode {})", fail.text(), fail.code))
}

impl CorpFile {
    /// Makes the contacts of the file for a corp with these console settings.
    pub(crate) fn contacts(
        &self,
        settings: &WorldSettings,
        console: &ConsoleSettings,
        now: Millis,
    ) -> Result<Contacts, CorpFileError> {
        // A world of its own has no callback targets, so nothing is sent.
        let mut world = World::without_contacts(settings);
        world.corp_mut(0).console = console.clone();
        // An unknown department would otherwise be created.
        world.choices.strict_departments = true;
        self.add_departments(&mut world)?;
        for (place, member) in self.members.iter().enumerate() {
            add_member(&mut world, member, now).map_err(|reason| {
                CorpFileError::new(format!("members[{place}] ({})", member.userid), reason)
            })?;
        }
        for (place, member) in self.members.iter().enumerate() {
            if let Some(leaders) = member.direct_leader.clone().filter(|leaders| !leaders.is_empty()) {
                let form = MemberForm {
                    userid: Some(member.userid.clone()),
                    direct_leader: Some(leaders),
                    ..MemberForm::default()
                };
                let item = format!("members[{place}].direct_leader");
                world.update_member(0, Actor::Console, &form, now).map_err(forbidden(item))?;
            }
        }
        for (place, tag) in self.tags.iter().enumerate() {
            add_tag(&mut world, tag)
                .map_err(|reason| CorpFileError::new(format!("tags[{place}] ({})", tag.tagid), reason))?;
        }
        Ok(world.replace_contacts(0, Contacts::default()))
    }

    /// Adds the departments, parents before children.
    fn add_departments(&self, world: &mut World) -> Result<(), CorpFileError> {
        let item = |place: usize, one: &FileDepartment| format!("departments[{place}] ({})", one.id);
        let mut children: HashMap<u32, Vec<(usize, &FileDepartment)>> = HashMap::new();
        for (place, one) in self.departments.iter().enumerate() {
            if one.id == ROOT {
                if !matches!(one.parentid, None | Some(0)) {
                    return Err(CorpFileError::new(item(place, one), "the root has no parentid"));
                }
                let form = DepartmentForm { parent: None, ..form_of(one) };
                world.update_department(0, Actor::Console, &form).map_err(forbidden(item(place, one)))?;
            } else {
                children.entry(one.parentid.unwrap_or(ROOT)).or_default().push((place, one));
            }
        }
        let mut parents = VecDeque::from([ROOT]);
        while let Some(parent) = parents.pop_front() {
            for (place, one) in children.remove(&parent).unwrap_or_default() {
                world
                    .create_department(0, Actor::Console, &form_of(one))
                    .map_err(forbidden(item(place, one)))?;
                parents.push_back(one.id);
            }
        }
        // The rest is below a parent that is not in the file, or below itself.
        match children.into_values().flatten().min_by_key(|(place, _)| *place) {
            None => Ok(()),
            Some((place, one)) => Err(CorpFileError::new(
                item(place, one),
                format!("the parent {} leads to no root", one.parentid.unwrap_or(ROOT)),
            )),
        }
    }
}

fn form_of(department: &FileDepartment) -> DepartmentForm {
    DepartmentForm {
        id: Some(department.id.into()),
        name: Some(department.name.clone()),
        name_en: department.name_en.clone(),
        parent: Some(department.parentid.unwrap_or(ROOT).into()),
        order: department.order.map(Into::into),
    }
}

fn add_member(world: &mut World, file: &FileMember, now: Millis) -> Result<(), String> {
    let rule = |fail: Fail| format!("{} (errcode {})", fail.text(), fail.code);
    let console = &world.corp(0).console;
    for (names, attributes) in [
        (&console.extattr, file.extattr.as_ref().map(Attributes::names)),
        (&console.external_attr, file.external_profile.as_ref().map(Profile::names)),
    ] {
        // A write of the API ignores such attributes, but a file that loses data is wrong.
        let mut attributes = attributes.into_iter().flatten();
        if let Some(unknown) = attributes.find(|name| names.iter().all(|known| *known.name != **name)) {
            return Err(format!("unknown attribute `{unknown}`; PUT /_sim/settings defines attributes"));
        }
    }
    let status = file.status.unwrap_or(1);
    let life = match status {
        1 | 2 => Life::Active,
        4 => Life::NotActivated,
        5 => Life::Left,
        other => return Err(format!("the status must be 1, 2, 4 or 5, not {other}")),
    };
    let numbers = |list: &Option<Vec<u32>>| Some(list.as_ref()?.iter().copied().map(i64::from).collect());
    let form = MemberForm {
        userid: Some(file.userid.clone()),
        name: Some(file.name.clone()),
        alias: file.alias.clone(),
        mobile: file.mobile.clone(),
        email: file.email.clone(),
        biz_mail: file.biz_mail.clone().filter(|mail| !mail.is_empty()),
        biz_mail_alias: file.biz_mail_alias.clone(),
        department: numbers(&file.department).or_else(|| Some(vec![ROOT.into()])),
        order: numbers(&file.order),
        is_leader_in_dept: file
            .is_leader_in_dept
            .as_ref()
            .map(|list| list.iter().map(|one| i64::from(*one)).collect()),
        main_department: file.main_department.map(Into::into),
        position: file.position.clone(),
        gender: file.gender.clone().map(GenderForm::into_text),
        telephone: file.telephone.clone(),
        address: file.address.clone(),
        enable: Some(i64::from(status != 2 && file.enable != Some(0))),
        avatar_mediaid: file.avatar.unwrap_or_default().then(|| format!("avatar-{}", file.userid)),
        extattr: file.extattr.clone().map(Attributes::into_forms),
        external_profile: file.external_profile.clone().map(Into::into),
        external_position: file.external_position.clone(),
        activated: Some(life == Life::Active),
        ..MemberForm::default()
    };
    world.create_member(0, Actor::Console, &form, now).map_err(rule)?;
    let is_without_mail = file.biz_mail.as_deref() == Some("");
    if life == Life::Left || is_without_mail {
        let members = &mut world.corp_mut(0).members;
        if let Some((no, member)) = members.find(&file.userid) {
            let mut member = Member { life, ..member.clone() };
            if is_without_mail {
                member.biz_mail = Box::default();
            }
            members.replace(no, member);
        }
    }
    Ok(())
}

fn add_tag(world: &mut World, tag: &FileTag) -> Result<(), String> {
    let rule = |fail: Fail| format!("{} (errcode {})", fail.text(), fail.code);
    let id = i64::from(tag.tagid);
    world.create_tag(0, Actor::Console, Some(id), Some(&tag.tagname)).map_err(rule)?;
    let corp = world.corp(0);
    if let Some(userid) = tag.userlist.iter().find(|userid| corp.members.get(userid).is_none()) {
        return Err(format!("unknown userid `{userid}`"));
    }
    if let Some(department) = tag.partylist.iter().find(|id| !corp.departments.contains(**id)) {
        return Err(format!("unknown department {department}"));
    }
    let userids: Vec<&str> = tag.userlist.iter().map(String::as_str).collect();
    let departments: Vec<i64> = tag.partylist.iter().copied().map(i64::from).collect();
    let mut add = |userids: &[&str], departments: &[i64]| {
        world
            .change_tag_members(0, Actor::Console, TagMove::Add, Some(id), userids, departments)
            .map(drop)
            .map_err(rule)
    };
    userids.chunks(CHUNK).try_for_each(|chunk| add(chunk, &[]))?;
    departments.chunks(CHUNK).try_for_each(|chunk| add(&[], chunk))
}
