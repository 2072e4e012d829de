//! Mobiles and mail addresses that pass from one member to another.

use std::collections::HashMap;

use wecom_contacts::members::MemberField;

use super::{
    draft::{Draft, Need},
    matching::{Holder, Matching},
    people::compared,
};
use crate::{
    plan::{Finding, FindingKind, StepAction},
    record::PersonId,
};

/// Leaves out each value that its holder keeps, and creations that want it; each is a finding. Returns whether anything was left out.
pub(super) fn without_held(drafts: &mut Vec<Draft>, found: &Matching, findings: &mut Vec<Finding>) -> bool {
    let by_person = by_person(drafts);
    let mut held = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        for (field, value) in &draft.wants {
            let Some(holder) = found.holders.get(&(*field, value.clone())) else { continue };
            if giver(drafts, &by_person, holder, *field, value).is_none() {
                held.push((index, *field, holder.object.clone()));
            }
        }
    }
    let mut dropped = Vec::new();
    let is_changed = !held.is_empty();
    for (index, field, holder) in held {
        let draft = &mut drafts[index];
        findings.push(
            Finding::new(FindingKind::Taken)
                .at(draft.step.places.iter().copied())
                .object(holder)
                .field(field.name()),
        );
        draft.step.fields.remove(field.name());
        draft.wants.retain(|(wanted, _)| *wanted != field);
        if draft.step.action == StepAction::Create || draft.step.fields.is_empty() {
            dropped.push(index);
        }
    }
    remove(drafts, &dropped);
    is_changed
}

/// Orders each step that wants a value behind the step that gives it up.
pub(super) fn put_behind(drafts: &mut [Draft], found: &Matching) {
    let by_person = by_person(drafts);
    let mut needs = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        for (field, value) in &draft.wants {
            let holder = found.holders.get(&(*field, value.clone()));
            let giver = holder.and_then(|holder| giver(drafts, &by_person, holder, *field, value));
            needs.extend(giver.map(|giver| (index, giver)));
        }
    }
    for (index, giver) in needs {
        drafts[index].needs.insert(Need::Draft(giver));
    }
}

fn by_person(drafts: &[Draft]) -> HashMap<PersonId, usize> {
    drafts.iter().enumerate().filter_map(|(index, draft)| Some((draft.person?, index))).collect()
}

/// The step by which the holder of a value gives it up.
fn giver(
    drafts: &[Draft],
    by_person: &HashMap<PersonId, usize>,
    holder: &Holder,
    field: MemberField,
    value: &str,
) -> Option<usize> {
    by_person.get(&holder.person).copied().filter(|giver| {
        let change = drafts[*giver].step.fields.get(field.name());
        // Disabling and moving release nothing.
        change
            .is_some_and(|change| change.after.as_str().is_some_and(|after| compared(field, after) != *value))
    })
}

/// Removes drafts by their places, in ascending order, and keeps the places that other drafts need.
pub(super) fn remove(drafts: &mut Vec<Draft>, dropped: &[usize]) {
    if dropped.is_empty() {
        return;
    }
    let mut places = Vec::with_capacity(drafts.len());
    let mut next = 0;
    for index in 0..drafts.len() {
        let is_dropped = dropped.binary_search(&index).is_ok();
        places.push((!is_dropped).then_some(next));
        next += usize::from(!is_dropped);
    }
    let mut index = 0;
    drafts.retain(|_| {
        index += 1;
        places[index - 1].is_some()
    });
    for draft in drafts {
        let needs = std::mem::take(&mut draft.needs);
        draft.needs = needs
            .into_iter()
            .filter_map(|need| match need {
                Need::Draft(index) => places[index].map(Need::Draft),
                other => Some(other),
            })
            .collect();
    }
}
