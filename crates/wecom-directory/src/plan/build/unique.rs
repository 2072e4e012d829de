//! Mobiles and mail addresses that pass from one member to another.

use std::collections::HashMap;

use super::{
    draft::{Draft, Need},
    matching::Matching,
    people::compared,
};
use crate::{
    plan::{Finding, FindingKind, StepAction},
    record::PersonId,
};

/// Orders each step that wants a value behind the step that gives it up. A value that its holder keeps is a finding, and is not
/// written; a creation that wants it is left out.
pub(super) fn settle(drafts: &mut Vec<Draft>, found: &Matching, findings: &mut Vec<Finding>) {
    let by_person: HashMap<PersonId, usize> =
        drafts.iter().enumerate().filter_map(|(index, draft)| Some((draft.person?, index))).collect();
    let mut needs = Vec::new();
    let mut drop_fields = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        for (field, value) in &draft.wants {
            let Some(holder) = found.holders.get(&(*field, value.clone())) else { continue };
            let gives_up = by_person.get(&holder.person).copied().filter(|giver| {
                let change = drafts[*giver].step.fields.get(field.name());
                // Disabling and moving release nothing.
                change.is_some_and(|change| {
                    change.after.as_str().is_some_and(|after| compared(*field, after) != **value)
                })
            });
            match gives_up {
                Some(giver) => needs.push((index, giver)),
                None => drop_fields.push((index, *field, holder.object.clone())),
            }
        }
    }
    for (index, giver) in needs {
        drafts[index].needs.insert(Need::Draft(giver));
    }
    let mut dropped = Vec::new();
    for (index, field, holder) in drop_fields {
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
