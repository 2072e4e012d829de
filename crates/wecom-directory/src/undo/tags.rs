//! Tags: members and departments come and go back, created tags are removed, removed ones are created under their old ids.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wecom_contacts::{DepartmentId, Seen, TagId, UserId};

use super::{
    effects::{Effect, Effects},
    finding,
    order::{Draft, Node},
    unsettled,
};
use crate::{
    apply::{TagList, department_ids},
    journal::ObjectKind,
    plan::{Category, FieldChange, Finding, FindingKind, Object, Obstacle, Step, StepAction},
    record::TagRecord,
    store::MemberKey,
};

pub(super) fn undo(draft: &mut Draft, effects: &Effects<'_>) {
    let mut gained = std::mem::take(&mut draft.tagged);
    for effect in effects.of_kind(ObjectKind::Tag) {
        let Some(id) = effect.object.id.parse().ok().map(TagId) else { continue };
        match (effect.is_created, effect.is_removed) {
            (true, true) => {}
            (true, false) => take_back_creation(draft, effect, id),
            (false, true) => {
                let had = create_again(draft, effect, id);
                let gained = gained.entry(id).or_default();
                gained.members.extend(had.members);
                gained.departments.extend(had.departments);
            }
            (false, false) => restore(draft, effect, id, gained.entry(id).or_default()),
        }
    }
    for (id, list) in gained {
        if list.is_empty() {
            continue;
        }
        let creation = draft.creation(ObjectKind::Tag, &id.to_string());
        if creation.is_none() && !draft.tags.contains_key(&id) {
            let object = Object { kind: ObjectKind::Tag, id: id.to_string(), name: None };
            draft.findings.push(Finding::new(FindingKind::Gone).object(object));
            continue;
        }
        add_members(draft, id, list.members, creation);
        add_departments(draft, id, list.departments, creation);
    }
}

fn object_of(tag: &TagRecord) -> Object {
    Object { kind: ObjectKind::Tag, id: tag.id.to_string(), name: tag.name.known().cloned() }
}

fn list(field: &str, items: Value) -> BTreeMap<String, FieldChange> {
    BTreeMap::from([(field.to_owned(), FieldChange { before: None, after: items })])
}

fn userlist(members: &[UserId]) -> BTreeMap<String, FieldChange> {
    list("userlist", json!(members))
}

fn partylist(departments: &[DepartmentId]) -> BTreeMap<String, FieldChange> {
    list("partylist", json!(departments))
}

fn keys(members: &[UserId]) -> BTreeSet<MemberKey> {
    members.iter().map(MemberKey::from).collect()
}

fn take_back_creation(draft: &mut Draft, effect: &Effect<'_>, id: TagId) {
    let Some(tag) = draft.tags.get(&id).cloned() else {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Gone, effect));
        }
        return;
    };
    if effect.is_unsettled {
        draft.findings.push(unsettled(effect));
        return;
    }
    // Others use the tag already.
    let is_own = |is_all_added: Option<bool>| is_all_added == Some(true);
    let members = tag.members.known();
    let departments = tag.departments.known();
    if !is_own(members.map(|all| keys(all).iter().all(|key| effect.added.contains_key(key)))) {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("members"));
        return;
    }
    if !is_own(departments.map(|all| all.iter().all(|id| effect.added_departments.contains(id)))) {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("departments"));
        return;
    }
    let mut removal = Step::new(object_of(&tag), StepAction::Remove, Category::Remove, BTreeMap::new());
    removal.former.extend(tag.name.known().map(|name| ("tagname".to_owned(), name.as_str().into())));
    removal.former.extend(members.map(|members| ("userlist".to_owned(), json!(members))));
    removal.former.extend(departments.map(|departments| ("partylist".to_owned(), json!(departments))));
    draft.add(removal, []);
}

/// Creates a removed tag. Returns the members and departments that it had.
fn create_again(draft: &mut Draft, effect: &Effect<'_>, id: TagId) -> TagList {
    if draft.tags.contains_key(&id) {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Conflict, effect).field("tagid"));
        }
        return TagList::default();
    }
    let Some(name) = effect.former.get("tagname").and_then(Value::as_str) else {
        draft.findings.push(finding(FindingKind::CannotReturn, effect).because(Obstacle::NameUnknown));
        return TagList::default();
    };
    if draft.tags.values().any(|other| other.name.known().is_some_and(|other| other == name)) {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("tagname"));
        return TagList::default();
    }
    let fields = list("tagname", name.into());
    draft.add(Step::new(effect.object.clone(), StepAction::Create, Category::Create, fields), []);
    let former =
        |field: &str| effect.former.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // A list of userids, or of objects as `tag/get` has them.
    let userid = |member: &Value| member.as_str().or_else(|| member.get("userid")?.as_str()).map(UserId::new);
    TagList {
        members: former("userlist").iter().filter_map(userid).collect(),
        departments: department_ids(former("partylist")),
    }
}

/// Puts the name back, takes added members and departments out, and adds those that were removed to `gained`.
fn restore(draft: &mut Draft, effect: &Effect<'_>, id: TagId, gained: &mut TagList) {
    let Some(tag) = draft.tags.get(&id).cloned() else {
        draft.findings.push(finding(FindingKind::Gone, effect));
        return;
    };
    if let Some((before, after)) = effect.fields.get("tagname") {
        match (before.as_ref().and_then(Value::as_str), &tag.name) {
            (Some(before), Seen::Known(now)) if before == now => {}
            (Some(before), Seen::Known(now)) if after.as_str() == Some(now) => {
                let change = FieldChange { before: Some(after.clone()), after: before.into() };
                let fields = BTreeMap::from([("tagname".to_owned(), change)]);
                draft.add(Step::new(object_of(&tag), StepAction::Update, Category::Update, fields), []);
            }
            (Some(_), Seen::Known(_)) => {
                draft.findings.push(finding(FindingKind::Conflict, effect).field("tagname"));
            }
            _ => {
                let hidden = finding(FindingKind::CannotReturn, effect).field("tagname");
                draft.findings.push(hidden.because(Obstacle::NameHidden));
            }
        }
    }
    // The run itself had added these before it removed them.
    gained.members.retain(|userid| !effect.added.contains_key(&MemberKey::from(userid)));
    gained.members.extend(effect.removed.values().cloned());
    gained.departments.retain(|id| !effect.added_departments.contains(id));
    gained.departments.extend(&effect.removed_departments);
    take_out_members(draft, effect, &tag);
    take_out_departments(draft, effect, &tag);
}

fn take_out_members(draft: &mut Draft, effect: &Effect<'_>, tag: &TagRecord) {
    if effect.added.is_empty() {
        return;
    }
    let Seen::Known(members) = &tag.members else {
        let hidden = finding(FindingKind::CannotReturn, effect).field("members");
        draft.findings.push(hidden.because(Obstacle::TagMembersHidden));
        return;
    };
    let now = keys(members);
    // A member whom the undo removes leaves the tag with the removal.
    let removed: BTreeSet<MemberKey> = draft
        .steps()
        .filter(|(_, step)| step.object.kind == ObjectKind::Member && step.action == StepAction::Remove)
        .map(|(_, step)| step.object.id.as_str().into())
        .collect();
    let added = effect.added.iter().filter(|(key, _)| now.contains(key) && !removed.contains(key));
    let added: Vec<UserId> = added.map(|(_, userid)| userid.clone()).collect();
    if !added.is_empty() {
        let step = Step::new(object_of(tag), StepAction::RemoveMembers, Category::Update, userlist(&added));
        draft.add(step, []);
    }
}

fn take_out_departments(draft: &mut Draft, effect: &Effect<'_>, tag: &TagRecord) {
    if effect.added_departments.is_empty() {
        return;
    }
    let Seen::Known(now) = &tag.departments else {
        let hidden = finding(FindingKind::CannotReturn, effect).field("departments");
        draft.findings.push(hidden.because(Obstacle::TagDepartmentsHidden));
        return;
    };
    let added: Vec<_> = effect.added_departments.iter().copied().filter(|id| now.contains(id)).collect();
    if !added.is_empty() {
        let step = Step::new(object_of(tag), StepAction::RemoveMembers, Category::Update, partylist(&added));
        draft.add(step, []);
    }
}

/// The tag as the object of a step.
fn tag_object(draft: &Draft, id: TagId) -> Object {
    draft
        .tags
        .get(&id)
        .map_or_else(|| Object { kind: ObjectKind::Tag, id: id.to_string(), name: None }, object_of)
}

/// Adds members to a tag that they were in, if they exist.
fn add_members(draft: &mut Draft, id: TagId, members: Vec<UserId>, creation: Option<Node>) {
    let inside = draft.tags.get(&id).and_then(|tag| tag.members.known());
    let inside = inside.map(|members| keys(members)).unwrap_or_default();
    let mut wanted: BTreeMap<MemberKey, UserId> =
        members.into_iter().map(|userid| (MemberKey::from(&userid), userid)).collect();
    wanted.retain(|key, _| !inside.contains(key));
    let mut needs: Vec<Node> = creation.into_iter().collect();
    let mut missing = Vec::new();
    wanted.retain(|key, userid| {
        let exists = draft.will_exist(key);
        if !exists {
            missing.push(userid.clone());
        }
        needs.extend(draft.creation(ObjectKind::Member, key.as_str()));
        exists
    });
    for userid in missing {
        let member = Object { kind: ObjectKind::Member, id: userid.as_str().to_owned(), name: None };
        draft.findings.push(Finding::new(FindingKind::Gone).object(member));
    }
    let wanted: Vec<UserId> = wanted.into_values().collect();
    if !wanted.is_empty() {
        let object = tag_object(draft, id);
        draft.add(Step::new(object, StepAction::AddMembers, Category::Update, userlist(&wanted)), needs);
    }
}

/// Adds departments to a tag that they were in, if they exist.
fn add_departments(draft: &mut Draft, id: TagId, departments: Vec<DepartmentId>, creation: Option<Node>) {
    let inside = draft.tags.get(&id).and_then(|tag| tag.departments.known()).cloned().unwrap_or_default();
    let wanted: BTreeSet<_> = departments.into_iter().filter(|id| !inside.contains(id)).collect();
    let mut needs: Vec<Node> = creation.into_iter().collect();
    let mut returning = Vec::new();
    for department in wanted {
        let node = draft.creation(ObjectKind::Department, &department.to_string());
        if node.is_some() || draft.departments.contains_key(&department) {
            needs.extend(node);
            returning.push(department);
        } else {
            let object = Object { kind: ObjectKind::Department, id: department.to_string(), name: None };
            draft.findings.push(Finding::new(FindingKind::Gone).object(object));
        }
    }
    if !returning.is_empty() {
        let object = tag_object(draft, id);
        draft.add(Step::new(object, StepAction::AddMembers, Category::Update, partylist(&returning)), needs);
    }
}
