//! The verification: what was written is read back and compared.

use std::collections::{BTreeSet, HashMap};

use wecom_contacts::{DepartmentId, Seen};

use super::{
    look::{self, MemberNow, Sighted},
    mirror,
    report::Difference,
    stale::{ObjectKey, object_key},
    tag_list::TagList,
    values,
};
use crate::{
    journal::ObjectKind,
    plan::{Object, Step, StepAction},
    run::StepReason,
    store::MemberKey,
};

/// What the verification has found.
#[derive(Default)]
pub(super) struct Verified {
    pub(super) differences: Vec<Difference>,
    pub(super) not_verifiable: Vec<Object>,
}

/// What the run has removed.
struct Removed {
    members: BTreeSet<MemberKey>,
    departments: BTreeSet<DepartmentId>,
}

/// Compares the done steps, in the order of the plan, with what the readings show. A step comes with the reason that WeCom gave, if it
/// did not take the whole of it.
pub(super) fn verify(done: &[(&Step, Option<StepReason>)], sighted: &Sighted) -> Verified {
    let mut verified = Verified::default();
    // What the last step on an object wants of each field.
    let mut fields: HashMap<(usize, &str), usize> = HashMap::new();
    let mut last: Vec<usize> = Vec::new();
    let mut objects: HashMap<ObjectKey, usize> = HashMap::new();
    // Tags lose removed members and departments.
    let removals = || done.iter().map(|(step, _)| *step).filter(|step| step.action == StepAction::Remove);
    let removed = Removed {
        members: removals().filter_map(mirror::key).collect(),
        departments: removals()
            .filter(|step| step.object.kind == ObjectKind::Department)
            .filter_map(look::department_id)
            .collect(),
    };
    let mut object_of = Vec::with_capacity(done.len());
    for (index, (step, _)) in done.iter().enumerate() {
        let object = *objects.entry(object_key(step)).or_insert_with(|| {
            last.push(index);
            last.len() - 1
        });
        fields.extend(step.fields.keys().map(|name| ((object, name.as_str()), index)));
        last[object] = index;
        object_of.push(object);
    }
    for ((index, (step, reason)), object) in done.iter().enumerate().zip(object_of) {
        let is_last = last[object] == index;
        let is_last_of = |name: &str| fields.get(&(object, name)) == Some(&index);
        let difference = |field: Option<&str>| Difference {
            step: step.id,
            object: step.object.clone(),
            field: field.map(str::to_owned),
        };
        match step.object.kind {
            ObjectKind::Member => {
                let now = sighted.member(&current_key(step));
                match (step.action, now) {
                    (StepAction::Remove, MemberNow::Absent) => {}
                    (StepAction::Remove, _) | (_, MemberNow::Absent) => {
                        verified.differences.extend(is_last.then(|| difference(None)));
                    }
                    (_, MemberNow::OutOfSight) => {
                        verified.not_verifiable.extend(is_last.then(|| step.object.clone()));
                    }
                    (_, MemberNow::Seen(record)) => {
                        let wrong = step.fields.iter().filter(|(name, change)| {
                            is_last_of(name)
                                && !values::is_seat_field(name)
                                && values::shows(&record, name, &change.after) == Some(false)
                        });
                        verified.differences.extend(wrong.map(|(name, _)| difference(Some(name))));
                        let seats =
                            values::seats(step, values::Side::After).filter(|_| is_last_of("department"));
                        if seats.is_some_and(|seats| !values::same_seats(&seats, &record.seats)) {
                            verified.differences.push(difference(Some("department")));
                        }
                    }
                }
            }
            ObjectKind::Department => {
                let now = look::department_id(step).and_then(|id| sighted.department(id));
                match (step.action, now) {
                    (StepAction::Remove, None) => {}
                    (StepAction::Remove, Some(_)) | (_, None) => {
                        verified.differences.extend(is_last.then(|| difference(None)));
                    }
                    (_, Some(now)) => {
                        let wrong = step.fields.iter().filter(|(name, change)| {
                            is_last_of(name) && now.shows(name, &change.after) == Some(false)
                        });
                        verified.differences.extend(wrong.map(|(name, _)| difference(Some(name))));
                        if is_last && now.name.is_hidden() && step.fields.contains_key("name") {
                            verified.not_verifiable.push(step.object.clone());
                        }
                    }
                }
            }
            ObjectKind::Tag => verified
                .differences
                .extend(tag(step, reason.as_ref(), is_last, &removed, sighted).map(difference)),
        }
    }
    verified
}

/// The key of a member after the step.
pub(super) fn current_key(step: &Step) -> MemberKey {
    let new = step.fields.get("new_userid").and_then(|change| change.after.as_str());
    new.unwrap_or(&step.object.id).into()
}

fn tag<'a>(
    step: &Step,
    reason: Option<&StepReason>,
    is_last: bool,
    removed: &Removed,
    sighted: &Sighted,
) -> Option<Option<&'a str>> {
    let id = look::tag_id(step)?;
    let now = sighted.tag_name(id);
    match step.action {
        StepAction::Remove => (is_last && now.is_some()).then_some(None),
        _ if now.is_none() => is_last.then_some(None),
        StepAction::Create | StepAction::Update => {
            let wanted =
                step.fields.get("tagname").map_or(Seen::Hidden, |change| Seen::Known(change.after.clone()));
            (is_last && wanted.known().is_some_and(|wanted| wanted.as_str() != now))
                .then_some(Some("tagname"))
        }
        StepAction::AddMembers | StepAction::RemoveMembers => {
            let mut wanted = TagList::of(step).without(&TagList::refused(reason));
            wanted.members.retain(|userid| !removed.members.contains(&MemberKey::from(userid)));
            wanted.departments.retain(|id| !removed.departments.contains(id));
            let now = sighted.tag_list(id, &wanted)?;
            let wrong = if step.action == StepAction::AddMembers { wanted.without(&now) } else { now };
            match (wrong.members.is_empty(), wrong.departments.is_empty()) {
                (false, _) => Some(Some("userlist")),
                (true, false) => Some(Some("partylist")),
                (true, true) => None,
            }
        }
    }
}
