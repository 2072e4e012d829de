//! The fresh look: which objects were changed since the plan was made.

use std::collections::HashMap;

use wecom_contacts::Seen;

use super::{
    look::{self, MemberNow, Sighted},
    schedule::Place,
    values::{self, Side},
};
use crate::{
    journal::ObjectKind,
    plan::{Plan, Step, StepAction},
    run::{StepReason, StepState},
    store::{FORGOTTEN, MemberKey},
};

/// An object as a plan names it. Userids compare without case.
pub(super) type ObjectKey = (ObjectKind, String);

pub(super) fn object_key(step: &Step) -> ObjectKey {
    (step.object.kind, step.object.id.to_ascii_lowercase())
}

/// Why the steps of an object are left out.
pub(super) type LeftOut = HashMap<ObjectKey, (StepState, StepReason)>;

/// What earlier steps of the plan do to an object.
#[derive(Default)]
struct Earlier<'a> {
    is_created: bool,
    written: Vec<&'a str>,
    /// Why its steps are left out.
    found: Option<(StepState, StepReason)>,
}

/// Compares the first pending step of each object, and of each field, with what the readings show.
pub(super) fn left_out(plan: &Plan, is_pending: impl Fn(Place) -> bool, sighted: &Sighted) -> LeftOut {
    let mut objects: HashMap<ObjectKey, Earlier<'_>> = HashMap::new();
    for (_, step) in plan.steps.iter().enumerate().filter(|(place, _)| is_pending(*place)) {
        let Earlier { is_created, written, found } = objects.entry(object_key(step)).or_default();
        if !*is_created && found.is_none() {
            *found = check(step, sighted, |field| !written.contains(&field));
        }
        if step.action == StepAction::Create {
            *is_created = true;
        } else {
            written.extend(step.fields.keys().map(String::as_str));
        }
    }
    objects.into_iter().filter_map(|(key, earlier)| Some((key, earlier.found?))).collect()
}

fn check(
    step: &Step,
    sighted: &Sighted,
    is_compared: impl Fn(&str) -> bool,
) -> Option<(StepState, StepReason)> {
    if step.object.id == FORGOTTEN {
        return Some((StepState::Skipped, StepReason::Forgotten));
    }
    match step.object.kind {
        ObjectKind::Member => member(step, sighted, is_compared),
        ObjectKind::Department => department(step, sighted, is_compared),
        ObjectKind::Tag => tag(step, sighted, is_compared),
    }
}

const STALE_EXISTS: Option<(StepState, StepReason)> = Some((StepState::Stale, StepReason::Exists));
const STALE_GONE: Option<(StepState, StepReason)> = Some((StepState::Stale, StepReason::Gone));

fn changed(fields: Vec<String>) -> Option<(StepState, StepReason)> {
    (!fields.is_empty()).then_some((StepState::Stale, StepReason::Changed { fields }))
}

fn member(
    step: &Step,
    sighted: &Sighted,
    is_compared: impl Fn(&str) -> bool,
) -> Option<(StepState, StepReason)> {
    let now = sighted.member(&MemberKey::from(step.object.id.as_str()));
    let record = match (step.action, now) {
        (StepAction::Create, MemberNow::Absent) => return None,
        (StepAction::Create, _) => return STALE_EXISTS,
        (_, MemberNow::Absent) => return STALE_GONE,
        (_, MemberNow::OutOfSight) => return Some((StepState::Skipped, StepReason::OutOfSight)),
        (_, MemberNow::Seen(record)) => record,
    };
    let mut differing: Vec<String> = step
        .fields
        .iter()
        .filter(|(name, _)| !values::is_seat_field(name) && is_compared(name))
        .filter_map(|(name, change)| Some((name, change.before.as_ref()?)))
        .filter(|(name, before)| values::shows(&record, name, before) == Some(false))
        .map(|(name, _)| name.clone())
        .collect();
    if let Some(before) = values::seats(step, Side::Before)
        && is_compared("department")
    {
        if !values::same_seats(&before, &record.seats) {
            differing.push("department".to_owned());
        } else if !values::shows_seats(&record.seats, &before) {
            // The call writes all seats: one that is not shown would get an old value back.
            return Some((StepState::Skipped, StepReason::OutOfSight));
        }
    }
    if let (Some(before), Seen::Known(now)) = (step.status, record.member.status)
        && before != i64::from(now)
        && is_compared("enable")
    {
        differing.push("status".to_owned());
    }
    changed(differing)
}

fn department(
    step: &Step,
    sighted: &Sighted,
    is_compared: impl Fn(&str) -> bool,
) -> Option<(StepState, StepReason)> {
    let now = look::department_id(step).and_then(|id| sighted.department(id));
    let now = match (step.action, now) {
        (StepAction::Create, None) => return None,
        (StepAction::Create, Some(_)) => return STALE_EXISTS,
        (_, None) => return STALE_GONE,
        (_, Some(now)) => now,
    };
    let differing = step.fields.iter().filter(|(name, _)| is_compared(name)).filter(|(name, change)| {
        change.before.as_ref().is_some_and(|before| now.shows(name, before) == Some(false))
    });
    changed(differing.map(|(name, _)| name.clone()).collect())
}

fn tag(
    step: &Step,
    sighted: &Sighted,
    is_compared: impl Fn(&str) -> bool,
) -> Option<(StepState, StepReason)> {
    let id = look::tag_id(step)?;
    let now = sighted.tag_name(id);
    let wanted = step.fields.get("tagname");
    match (step.action, now) {
        (StepAction::Create, None) => {
            let is_taken = wanted
                .and_then(|name| name.after.as_str())
                .is_some_and(|name| sighted.tag_named(name).is_some());
            if is_taken { STALE_EXISTS } else { None }
        }
        (StepAction::Create, Some(_)) => STALE_EXISTS,
        (_, None) => STALE_GONE,
        (_, Some(now)) => {
            let before =
                wanted.filter(|_| is_compared("tagname")).and_then(|name| name.before.as_ref()?.as_str());
            changed(
                before.filter(|before| *before != now).map(|_| "tagname".to_owned()).into_iter().collect(),
            )
        }
    }
}
