//! Departments: removed ones are created under their old ids, created ones are removed if they are empty, and fields go back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use wecom_contacts::{DepartmentId, TagId};

use super::{
    effects::{Effect, Effects},
    finding,
    order::{Draft, department_name},
    unsettled,
};
use crate::{
    apply::values::DepartmentNow,
    journal::ObjectKind,
    plan::{Category, FieldChange, FindingKind, Object, Obstacle, SideEffect, Step, StepAction},
    record::DepartmentRecord,
};

fn id_of(effect: &Effect<'_>) -> Option<DepartmentId> {
    effect.object.id.parse().ok().map(DepartmentId)
}

fn step(
    draft: &Draft,
    effect: &Effect<'_>,
    action: StepAction,
    category: Category,
    fields: BTreeMap<String, FieldChange>,
) -> Step {
    let id = id_of(effect);
    let name = department_name(id.and_then(|id| draft.departments.get(&id)));
    let object = Object { name: name.or_else(|| effect.object.name.clone()), ..effect.object.clone() };
    Step::new(object, action, category, fields)
}

/// Creates removed departments again, those above first.
pub(super) fn create_again(draft: &mut Draft, effects: &Effects<'_>) {
    // They were removed from below, so that the last one is the highest.
    let mut removed: Vec<&Effect<'_>> = effects
        .of_kind(ObjectKind::Department)
        .filter(|effect| effect.is_removed && !effect.is_created)
        .collect();
    removed.sort_by_key(|effect| std::cmp::Reverse(effect.steps.last().copied()));
    for effect in removed {
        let Some(id) = id_of(effect) else { continue };
        if draft.departments.contains_key(&id) {
            if !effect.is_unknown {
                draft.findings.push(finding(FindingKind::Conflict, effect).field("id"));
            }
            continue;
        }
        let cannot = |why: Obstacle| finding(FindingKind::CannotReturn, effect).because(why);
        let (Some(name), Some(parent)) = (
            effect.former.get("name").and_then(Value::as_str),
            effect.former.get("parentid").and_then(Value::as_u64),
        ) else {
            draft.findings.push(cannot(Obstacle::NameOrParentUnknown));
            continue;
        };
        let parent_id = u32::try_from(parent).map(DepartmentId).unwrap_or_default();
        let above = draft.creation(ObjectKind::Department, &parent.to_string());
        if above.is_none() && !draft.departments.contains_key(&parent_id) {
            draft.findings.push(cannot(Obstacle::ParentGone));
            continue;
        }
        let is_taken = draft.departments.values().any(|other| {
            other.parent.known() == Some(&parent_id) && other.name.known().is_some_and(|other| other == name)
        });
        if is_taken {
            draft.findings.push(finding(FindingKind::Conflict, effect).field("name"));
            continue;
        }
        let wanted = ["name", "name_en", "parentid", "order"];
        let fields = wanted.into_iter().filter_map(|name| {
            let after =
                effect.former.get(name).filter(|value| **value != Value::String(String::new()))?.clone();
            Some((name.to_owned(), FieldChange { before: None, after }))
        });
        let creation = step(draft, effect, StepAction::Create, Category::Create, fields.collect());
        draft.add(creation, above);
        for side_effect in effect.side_effects {
            if let SideEffect::Tag { id: tag } = side_effect {
                draft.tagged.entry(TagId(*tag)).or_default().departments.push(id);
            }
        }
    }
}

/// Puts fields back, and removes created departments. Members were done before.
pub(super) fn undo(draft: &mut Draft, effects: &Effects<'_>) {
    for effect in effects.of_kind(ObjectKind::Department) {
        if !effect.is_created && !effect.is_removed {
            restore_fields(draft, effect);
        }
    }
    // Those below first: they were created last.
    let mut created: Vec<&Effect<'_>> = effects
        .of_kind(ObjectKind::Department)
        .filter(|effect| effect.is_created && !effect.is_removed)
        .collect();
    created.sort_by_key(|effect| std::cmp::Reverse(effect.steps.first().copied()));
    for effect in created {
        take_back_creation(draft, effect);
    }
}

fn restore_fields(draft: &mut Draft, effect: &Effect<'_>) {
    let Some(record) = id_of(effect).and_then(|id| draft.departments.get(&id)).cloned() else {
        draft.findings.push(finding(FindingKind::Gone, effect));
        return;
    };
    let now = DepartmentNow {
        name: record.name.clone(),
        name_en: record.name_en.clone(),
        parent: record.parent,
        order: record.order,
    };
    let mut fields = BTreeMap::new();
    let mut needs = Vec::new();
    for (name, (before, after)) in &effect.fields {
        let cannot =
            |why: Obstacle| finding(FindingKind::CannotReturn, effect).field(name.clone()).because(why);
        let Some(before) = before else {
            draft.findings.push(cannot(Obstacle::ValueBeforeHidden));
            continue;
        };
        match (now.shows(name, before), now.shows(name, after)) {
            (None, _) | (_, None) => draft.findings.push(cannot(Obstacle::ValueHidden)),
            (Some(true), _) => {}
            (Some(false), Some(false)) => {
                draft.findings.push(finding(FindingKind::Conflict, effect).field(name.clone()));
            }
            (Some(false), Some(true)) => {
                if name == "parentid" {
                    let parent = before.as_u64().and_then(|id| u32::try_from(id).ok()).map(DepartmentId);
                    let node = draft.creation(ObjectKind::Department, &before.to_string());
                    let exists = node.is_some()
                        || parent.is_some_and(|parent| draft.departments.contains_key(&parent));
                    if !exists {
                        draft.findings.push(cannot(Obstacle::ParentGone));
                        continue;
                    }
                    needs.extend(node);
                }
                fields
                    .insert(name.clone(), FieldChange { before: Some(after.clone()), after: before.clone() });
            }
        }
    }
    if fields.is_empty() {
        return;
    }
    let category = if fields.contains_key("parentid") { Category::Move } else { Category::Update };
    let update = step(draft, effect, StepAction::Update, category, fields);
    draft.add(update, needs);
}

fn take_back_creation(draft: &mut Draft, effect: &Effect<'_>) {
    let Some((id, record)) = id_of(effect).and_then(|id| Some((id, draft.departments.get(&id)?.clone())))
    else {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Gone, effect));
        }
        return;
    };
    if effect.is_unsettled {
        draft.findings.push(unsettled(effect));
        return;
    }
    let mut needs = Vec::new();
    let mut members = draft.head_counts.get(&id).copied().unwrap_or(0);
    let mut children: HashMap<String, &DepartmentRecord> = draft
        .departments
        .values()
        .filter(|other| other.parent.known() == Some(&id))
        .map(|other| (other.id.to_string(), other))
        .collect();
    let tags = draft.tags.values();
    let mut tagged: BTreeSet<String> = tags
        .filter(|tag| tag.departments.known().is_some_and(|inside| inside.contains(&id)))
        .map(|tag| tag.id.to_string())
        .collect();
    for (node, step) in draft.steps() {
        match step.object.kind {
            ObjectKind::Member => {
                let member = draft.member(&step.object.id.as_str().into());
                let is_inside =
                    member.is_some_and(|member| member.seats.iter().any(|seat| seat.department == id));
                let after = step.fields.get("department").and_then(|change| change.after.as_array());
                let stays = after
                    .is_none_or(|after| after.iter().any(|other| other.as_u64() == Some(u64::from(id.0))));
                if is_inside && (step.action == StepAction::Remove || !stays) {
                    members = members.saturating_sub(1);
                    needs.push(node);
                }
            }
            ObjectKind::Department => {
                let moves_away = step
                    .fields
                    .get("parentid")
                    .is_some_and(|change| change.after.as_u64() != Some(u64::from(id.0)));
                if (step.action == StepAction::Remove || moves_away)
                    && children.remove(&step.object.id).is_some()
                {
                    needs.push(node);
                }
            }
            ObjectKind::Tag => {
                let takes_out = step.action == StepAction::Remove
                    || step.action == StepAction::RemoveMembers && step.tagged_departments().contains(&id);
                if takes_out && tagged.remove(&step.object.id) {
                    needs.push(node);
                }
            }
        }
    }
    let is_tagged = !tagged.is_empty();
    let why = match (members, children.len(), is_tagged) {
        (0, 0, false) => None,
        (0, 0, true) => Some(Obstacle::InTag),
        (0, children, _) => Some(Obstacle::HasDepartments { count: children as u64 }),
        (members, ..) => Some(Obstacle::HasMembers { count: members }),
    };
    if let Some(why) = why {
        draft.findings.push(finding(FindingKind::CannotReturn, effect).because(why));
        return;
    }
    let mut removal = step(draft, effect, StepAction::Remove, Category::Remove, BTreeMap::new());
    if let (Some(name), Some(parent)) = (record.name.known(), record.parent.known()) {
        removal.former.insert("name".to_owned(), name.as_str().into());
        removal.former.insert("parentid".to_owned(), parent.0.into());
    }
    removal.former.extend(record.name_en.known().map(|name| ("name_en".to_owned(), name.as_str().into())));
    removal.former.extend(record.order.known().map(|order| ("order".to_owned(), Value::from(*order))));
    draft.add(removal, needs);
}
