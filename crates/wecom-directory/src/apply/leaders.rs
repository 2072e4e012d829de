//! The leaders of departments after a run. WeCom derives them from the seats and the removals of members.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Map;
use wecom_contacts::{DepartmentId, Seen, departments::Department};

use super::{
    mirror,
    values::{self, Side},
};
use crate::{
    journal::{Action, Change, ObjectKind},
    plan::{Step, StepAction, StepId},
    record::{DepartmentRecord, Seat},
    store::MemberKey,
};

/// Whether a step can change the leaders of a department.
pub(super) fn may_change(step: &Step) -> bool {
    let writes = |name| step.fields.contains_key(name);
    step.object.kind == ObjectKind::Member
        && (step.action == StepAction::Remove
            || writes("department")
            || writes("is_leader_in_dept")
            || writes("new_userid"))
}

/// The departments whose leaders the steps may have changed, each with the last of these steps.
pub(super) fn touched(
    steps: &[&Step],
    departments: &BTreeMap<DepartmentId, DepartmentRecord>,
) -> BTreeMap<DepartmentId, StepId> {
    let mut led: HashMap<MemberKey, Vec<DepartmentId>> = HashMap::new();
    for department in departments.values() {
        for leader in department.leaders.known().into_iter().flatten() {
            led.entry(leader.into()).or_default().push(department.id);
        }
    }
    let mut touched = BTreeMap::new();
    for step in steps.iter().filter(|step| may_change(step)) {
        let before = mirror::key(step).and_then(|key| led.get(&key)).into_iter().flatten().copied();
        let leads = |seat: &Seat| seat.is_leader == Seen::Known(true);
        let after = values::seats(step, Side::After).unwrap_or_default().into_iter().filter(leads);
        touched.extend(before.chain(after.map(|seat| seat.department)).map(|id| (id, step.id)));
    }
    touched
}

/// Puts the leaders that a reading shows into the department. Returns what the journal keeps of a change.
pub(super) fn put(
    record: &mut DepartmentRecord,
    row: &Department,
    step: &Step,
    run: i64,
    operator: Option<&str>,
    at: Timestamp,
) -> Option<Change> {
    let mut fields = Map::new();
    mirror::set(
        &mut fields,
        "department_leader",
        &mut record.leaders,
        row.department_leader.known().cloned(),
    );
    if fields.is_empty() {
        return None;
    }
    record.read_at = at;
    let change = mirror::change(step, run, at, operator, Action::Changed);
    Some(Change { kind: ObjectKind::Department, id: record.id.to_string(), fields, ..change })
}
