//! Lost answers: what a reading says of steps that may have been executed.

use super::{
    look::{self, MemberNow, Sighted},
    tag_list::TagList,
    values::{self, Evidence, Side},
};
use crate::{
    journal::ObjectKind,
    plan::{Step, StepAction},
    store::MemberKey,
};

/// Judges one call of a step by what was read after it. Also returns the members and departments of a tag that the call lacks, if it
/// has the others.
pub(super) fn evidence(step: &Step, part: u32, sighted: &Sighted) -> (Evidence, TagList) {
    match step.object.kind {
        ObjectKind::Member => (member(step, sighted), TagList::default()),
        ObjectKind::Department => (department(step, sighted), TagList::default()),
        ObjectKind::Tag => match step.action {
            StepAction::AddMembers | StepAction::RemoveMembers => tag_members(step, part, sighted),
            _ => (tag(step, sighted), TagList::default()),
        },
    }
}

/// Evidence of an object that must be there, or must not be.
const fn existence(is_there: bool, wanted: bool) -> Evidence {
    if is_there == wanted { Evidence::Done } else { Evidence::NotDone }
}

fn member(step: &Step, sighted: &Sighted) -> Evidence {
    let now = sighted.member(&MemberKey::from(step.object.id.as_str()));
    match (step.action, now) {
        // The look before the first write has shown that no member had the userid.
        (StepAction::Create, now) => existence(!matches!(now, MemberNow::Absent), true),
        (StepAction::Remove, now) => existence(!matches!(now, MemberNow::Absent), false),
        (_, MemberNow::Absent) => {
            // A new userid is written with everything else of the call.
            let new = step.fields.get("new_userid").and_then(|change| change.after.as_str());
            let is_renamed = new.is_some_and(|new| !matches!(sighted.member(&new.into()), MemberNow::Absent));
            if is_renamed { Evidence::Done } else { Evidence::None }
        }
        (_, MemberNow::OutOfSight) => Evidence::None,
        (_, MemberNow::Seen(record)) => {
            // The four fields of seats are one value.
            let seats =
                |side| values::seats(step, side).map(|seats| values::same_seats(&seats, &record.seats));
            let mut others = step.fields.clone();
            others.retain(|name, _| !values::is_seat_field(name));
            let by_fields = Evidence::of_fields(&others, |name, value| values::shows(&record, name, value));
            let by_seats = match (seats(Side::Before), seats(Side::After)) {
                (Some(false) | None, Some(true)) => Evidence::Done,
                (Some(true) | None, Some(false)) => Evidence::NotDone,
                _ => Evidence::None,
            };
            match (by_seats, by_fields) {
                (evidence, Evidence::None) | (Evidence::None, evidence) => evidence,
                (left, right) if left == right => left,
                _ => Evidence::None,
            }
        }
    }
}

fn department(step: &Step, sighted: &Sighted) -> Evidence {
    let now = look::department_id(step).and_then(|id| sighted.department(id));
    match (step.action, now) {
        (StepAction::Create, now) => existence(now.is_some(), true),
        (StepAction::Remove, now) => existence(now.is_some(), false),
        (_, None) => Evidence::None,
        (_, Some(now)) => Evidence::of_fields(&step.fields, |name, value| now.shows(name, value)),
    }
}

fn tag(step: &Step, sighted: &Sighted) -> Evidence {
    let Some(now) = look::tag_id(step).map(|id| sighted.tag_name(id)) else { return Evidence::None };
    match step.action {
        StepAction::Create => existence(now.is_some(), true),
        StepAction::Remove => existence(now.is_some(), false),
        _ => Evidence::of_fields(&step.fields, |name, value| {
            (name == "tagname").then(|| now.is_some() && value.as_str() == now)
        }),
    }
}

/// A call for members or departments of a tag is done if nothing of it is missing: others may have changed a part of them.
fn tag_members(step: &Step, part: u32, sighted: &Sighted) -> (Evidence, TagList) {
    let wanted = TagList::of(step).part(part);
    let now = look::tag_id(step).and_then(|id| sighted.tag_list(id, &wanted));
    let Some(now) = now else { return (Evidence::None, TagList::default()) };
    let missing = match step.action {
        StepAction::AddMembers => wanted.clone().without(&now),
        _ => now,
    };
    if missing.is_empty() {
        (Evidence::Done, missing)
    } else if missing == wanted {
        (Evidence::NotDone, TagList::default())
    } else {
        (Evidence::NotDone, missing)
    }
}
