//! Creates, changes and deletes tags. The API and the console use the same rules.

use std::collections::BTreeSet;

use super::{
    changes::{Actor, ContactsChange},
    fail::Fail,
    members::MemberNo,
    state::World,
    tags::{Owner, Tag},
    view::View,
};

/// Maximum number of tags in a corp.
const TAGS: usize = 3000;
/// Maximum number of members and departments in a tag (81003).
const NODES_IN_TAG: usize = 30_000;
const MEMBERS_IN_CALL: usize = 1000;
const DEPARTMENTS_IN_CALL: usize = 100;

/// The direction of a change of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagMove {
    Add,
    Remove,
}

/// The invalid ids of a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) members: Vec<String>,
    pub(crate) departments: Vec<i64>,
}

impl World {
    /// Creates a tag (创建标签) and returns its id. The creator owns it.
    ///
    /// Official: [创建标签](https://developer.work.weixin.qq.com/document/path/90210)
    pub(crate) fn create_tag(
        &mut self,
        corp: usize,
        actor: Actor,
        id: Option<i64>,
        name: Option<&str>,
    ) -> Result<u32, Fail> {
        let tags = &mut self.corp_mut(corp).tags;
        let name = checked_name(name)?;
        let id = match id {
            None => tags.by_id.last_key_value().map_or(1, |(id, _)| id.saturating_add(1)),
            Some(id) => u32::try_from(id).map_err(|_| Fail::not_uint32("tagid"))?,
        };
        // The id is checked before the name, as recorded live.
        if tags.by_id.contains_key(&id) {
            return Err(Fail::of(40068));
        }
        if tags.named(name).is_some() {
            return Err(Fail::of(40071));
        }
        if tags.len() >= TAGS {
            return Err(Fail::of(40126));
        }
        tags.by_id.insert(
            id,
            Tag {
                id,
                name: name.into(),
                owner: Owner::of(actor),
                members: BTreeSet::new(),
                departments: BTreeSet::new(),
            },
        );
        Ok(id)
    }

    /// Renames a tag (更新标签名字).
    ///
    /// Official: [更新标签名字](https://developer.work.weixin.qq.com/document/path/90211)
    pub(crate) fn rename_tag(
        &mut self,
        corp: usize,
        actor: Actor,
        id: Option<i64>,
        name: Option<&str>,
    ) -> Result<(), Fail> {
        let home = self.corp_mut(corp);
        let tag = home.required_tag(id)?;
        let (id, owner) = (tag.id, tag.owner);
        let name = checked_name(name)?;
        if !owner.is_changed_by(actor) {
            return Err(Fail::of(81011));
        }
        if home.tags.named(name).is_some_and(|holder| holder != id) {
            return Err(Fail::of(40071));
        }
        if let Some(tag) = home.tags.by_id.get_mut(&id) {
            tag.name = name.into();
        }
        Ok(())
    }

    /// Deletes a tag (删除标签), with or without members.
    ///
    /// Official: [删除标签](https://developer.work.weixin.qq.com/document/path/90212)
    pub(crate) fn delete_tag(&mut self, corp: usize, actor: Actor, id: Option<i64>) -> Result<(), Fail> {
        let home = self.corp_mut(corp);
        let tag = home.required_tag(id)?;
        let (id, owner) = (tag.id, tag.owner);
        if !owner.is_changed_by(actor) {
            return Err(Fail::of(81011));
        }
        home.tags.by_id.remove(&id);
        for app in &mut home.apps {
            app.range.tags.retain(|visible| *visible != id);
        }
        Ok(())
    }

    /// Adds members and departments to a tag, or removes them (增加标签成员, 删除标签成员).
    ///
    /// Official: [增加标签成员](https://developer.work.weixin.qq.com/document/path/90214),
    /// [删除标签成员](https://developer.work.weixin.qq.com/document/path/90215)
    pub(crate) fn change_tag_members(
        &mut self,
        corp: usize,
        actor: Actor,
        to: TagMove,
        id: Option<i64>,
        members: &[&str],
        departments: &[i64],
    ) -> Result<Invalid, Fail> {
        let home = self.corp(corp);
        let tag = home.required_tag(id)?;
        if members.is_empty() && departments.is_empty()
            || members.len() > MEMBERS_IN_CALL
            || departments.len() > DEPARTMENTS_IN_CALL
        {
            return Err(Fail::new(40035, "invalid args size"));
        }
        if !tag.owner.is_changed_by(actor) {
            return Err(Fail::of(60011));
        }
        let id = tag.id;
        let view = self.view_of(corp, actor);
        let mut invalid = Invalid::default();
        let mut numbers = Vec::with_capacity(members.len());
        for userid in members {
            match home.members.find(userid) {
                Some((no, member)) if view.sees(no, member) => numbers.push(no),
                Some(_) if self.choices.tag_out_of_range_fails => return Err(Fail::of(60011)),
                _ => invalid.members.push((*userid).to_owned()),
            }
        }
        let mut ids = Vec::with_capacity(departments.len());
        for department in departments {
            match u32::try_from(*department) {
                Ok(id) if home.departments.contains(id) && view.sees_department(id) => ids.push(id),
                _ => invalid.departments.push(*department),
            }
        }
        if numbers.is_empty() && ids.is_empty() {
            return Err(match to {
                // Both texts are as documented, including the trailing blank in the first.
                TagMove::Add => Fail::bare(40070, "all list invalid "),
                TagMove::Remove => Fail::bare(40031, "all list invalid"),
            });
        }
        let (numbers, ids) = tag.moved(to, numbers, ids)?;
        self.move_tagged(corp, actor, to, id, &numbers, &ids);
        Ok(invalid)
    }

    fn move_tagged(
        &mut self,
        corp: usize,
        actor: Actor,
        to: TagMove,
        id: u32,
        numbers: &[MemberNo],
        ids: &[u32],
    ) {
        let home = self.corp_mut(corp);
        let userids: Vec<String> =
            numbers.iter().filter_map(|no| Some(home.members.at(*no)?.userid.to_string())).collect();
        let Some(tag) = home.tags.by_id.get_mut(&id) else {
            return;
        };
        for no in numbers {
            match to {
                TagMove::Add => tag.members.insert(*no),
                TagMove::Remove => tag.members.remove(no),
            };
        }
        for department in ids {
            match to {
                TagMove::Add => tag.departments.insert(*department),
                TagMove::Remove => tag.departments.remove(department),
            };
        }
        if numbers.is_empty() && ids.is_empty() {
            return;
        }
        let (added, removed, added_departments, removed_departments) = match to {
            TagMove::Add => (userids, Vec::new(), ids.to_vec(), Vec::new()),
            TagMove::Remove => (Vec::new(), userids, Vec::new(), ids.to_vec()),
        };
        self.record(
            corp,
            actor,
            ContactsChange::TagMembersChanged {
                tag: id,
                added,
                removed,
                added_departments,
                removed_departments,
            },
        );
    }

    fn view_of(&self, corp: usize, actor: Actor) -> View<'_> {
        match actor {
            Actor::App(agent_id) => self.view_of_app(corp, agent_id),
            _ => View::whole(self, corp),
        }
    }
}

impl Tag {
    /// Returns the ids that really change. Adding a present member and removing an absent one are valid and change
    /// nothing.
    fn moved(
        &self,
        to: TagMove,
        mut numbers: Vec<MemberNo>,
        mut ids: Vec<u32>,
    ) -> Result<(Vec<MemberNo>, Vec<u32>), Fail> {
        let wanted = to == TagMove::Remove;
        numbers.retain(|no| self.members.contains(no) == wanted);
        ids.retain(|id| self.departments.contains(id) == wanted);
        numbers.sort_unstable();
        numbers.dedup();
        ids.sort_unstable();
        ids.dedup();
        let nodes = self.members.len() + self.departments.len() + numbers.len() + ids.len();
        if to == TagMove::Add && nodes > NODES_IN_TAG {
            return Err(Fail::of(81003));
        }
        Ok((numbers, ids))
    }
}

fn checked_name(name: Option<&str>) -> Result<&str, Fail> {
    let name = name.ok_or_else(|| Fail::of(41018))?;
    if name.is_empty() {
        return Err(Fail::of(40072));
    }
    if name.chars().nth(32).is_some() {
        return Err(Fail::new(40072, "tagname exceed max utf8 words 32"));
    }
    Ok(name)
}
