//! Tags: members come and go back, created tags are removed, removed ones are created under their old ids.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wecom_contacts::{Seen, TagId, UserId};

use super::{
    effects::{Effect, Effects},
    finding,
    order::{Draft, Node},
};
use crate::{
    journal::ObjectKind,
    plan::{Category, FieldChange, Finding, FindingKind, Object, Step, StepAction},
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
                gained.entry(id).or_default().extend(create_again(draft, effect, id));
            }
            (false, false) => restore(draft, effect, id, gained.entry(id).or_default()),
        }
    }
    for (id, members) in gained {
        add_members(draft, id, members);
    }
}

fn object_of(tag: &TagRecord) -> Object {
    Object { kind: ObjectKind::Tag, id: tag.id.to_string(), name: tag.name.known().cloned() }
}

fn userlist(members: &[UserId]) -> BTreeMap<String, FieldChange> {
    let members: Vec<&str> = members.iter().map(UserId::as_str).collect();
    BTreeMap::from([("userlist".to_owned(), FieldChange { before: None, after: json!(members) })])
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
    // Others use the tag already.
    let is_own = tag
        .members
        .known()
        .is_some_and(|members| keys(members).iter().all(|key| effect.added.contains_key(key)))
        && tag.departments.known().is_some_and(Vec::is_empty);
    if !is_own {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("members"));
        return;
    }
    let mut removal = Step::new(object_of(&tag), StepAction::Remove, Category::Remove, BTreeMap::new());
    removal.former.extend(tag.name.known().map(|name| ("tagname".to_owned(), name.as_str().into())));
    let members: Vec<&str> = tag.members.known().into_iter().flatten().map(UserId::as_str).collect();
    removal.former.insert("userlist".to_owned(), json!(members));
    draft.add(removal, []);
}

/// Creates a removed tag. Returns the members that it had.
fn create_again(draft: &mut Draft, effect: &Effect<'_>, id: TagId) -> Vec<UserId> {
    if draft.tags.contains_key(&id) {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Conflict, effect).field("tagid"));
        }
        return Vec::new();
    }
    let cannot = |why: &str| finding(FindingKind::CannotReturn, effect).text(why);
    let Some(name) = effect.former.get("tagname").and_then(Value::as_str) else {
        draft.findings.push(cannot("the name was not known"));
        return Vec::new();
    };
    if draft.tags.values().any(|other| other.name.known().is_some_and(|other| other == name)) {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("tagname"));
        return Vec::new();
    }
    let departments = effect.former.get("partylist").and_then(Value::as_array).map_or(0, Vec::len);
    if departments > 0 {
        draft.findings.push(cannot(&format!("{departments} departments of the tag are added by hand")));
    }
    let fields = BTreeMap::from([("tagname".to_owned(), FieldChange { before: None, after: name.into() })]);
    draft.add(Step::new(effect.object.clone(), StepAction::Create, Category::Create, fields), []);
    // A list of userids, or of objects as `tag/get` has them.
    let members = effect.former.get("userlist").and_then(Value::as_array);
    let userid = |member: &Value| member.as_str().or_else(|| member.get("userid")?.as_str()).map(UserId::new);
    members.into_iter().flatten().filter_map(userid).collect()
}

/// Puts the name back, takes added members out, and returns those that were removed.
fn restore(draft: &mut Draft, effect: &Effect<'_>, id: TagId, gained: &mut Vec<UserId>) {
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
                draft.findings.push(hidden.text("the name was hidden"));
            }
        }
    }
    // Members whom the run itself had added before it removed them.
    gained.retain(|userid| !effect.added.contains_key(&MemberKey::from(userid)));
    gained.extend(effect.removed.values().cloned());
    let Seen::Known(members) = &tag.members else {
        draft
            .findings
            .push(finding(FindingKind::CannotReturn, effect).text("the members of the tag are hidden"));
        return;
    };
    let now = keys(members);
    let added: Vec<UserId> =
        effect.added.iter().filter(|(key, _)| now.contains(key)).map(|(_, userid)| userid.clone()).collect();
    // A member whom the undo removes leaves the tag with the removal.
    let removed: BTreeSet<MemberKey> = draft
        .steps()
        .filter(|(_, step)| step.object.kind == ObjectKind::Member && step.action == StepAction::Remove)
        .map(|(_, step)| step.object.id.as_str().into())
        .collect();
    let added: Vec<UserId> = added.into_iter().filter(|userid| !removed.contains(&userid.into())).collect();
    if !added.is_empty() {
        draft.add(
            Step::new(object_of(&tag), StepAction::RemoveMembers, Category::Update, userlist(&added)),
            [],
        );
    }
}

/// Adds members to a tag that they were in, if both exist.
fn add_members(draft: &mut Draft, id: TagId, members: Vec<UserId>) {
    let creation = draft.creation(ObjectKind::Tag, &id.to_string());
    let tag = draft.tags.get(&id);
    let inside = tag.and_then(|tag| tag.members.known()).map(|members| keys(members)).unwrap_or_default();
    let object =
        tag.map_or_else(|| Object { kind: ObjectKind::Tag, id: id.to_string(), name: None }, object_of);
    let mut wanted: BTreeMap<MemberKey, UserId> =
        members.into_iter().map(|userid| (MemberKey::from(&userid), userid)).collect();
    wanted.retain(|key, _| !inside.contains(key));
    if wanted.is_empty() {
        return;
    }
    if tag.is_none() && creation.is_none() {
        draft.findings.push(Finding::new(FindingKind::Gone).object(object));
        return;
    }
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
        draft.add(Step::new(object, StepAction::AddMembers, Category::Update, userlist(&wanted)), needs);
    }
}
