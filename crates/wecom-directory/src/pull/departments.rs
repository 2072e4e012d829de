//! Departments: the ids of all of them, and the names of those that an app sees.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::Map;
use wecom_contacts::{
    DepartmentId, Seen,
    departments::{Department, DepartmentNode},
};

use super::merge::note;
use crate::{
    journal::{Action, Change, ObjectKind},
    record::{DepartmentRecord, State},
    store::DepartmentWrite,
};

/// What the readings of a pull have shown of departments.
#[derive(Default)]
pub(super) struct Readings {
    /// From a complete reading of the ids.
    pub(super) nodes: Option<(Timestamp, BTreeMap<DepartmentId, DepartmentNode>)>,
    /// With names, from an app.
    pub(super) details: Option<(Timestamp, BTreeMap<DepartmentId, Department>)>,
    /// The ids of the complete reading before that of `nodes`.
    pub(super) previous: Option<BTreeSet<DepartmentId>>,
}

/// What a pull changes in the departments.
pub(super) struct Outcome {
    pub(super) writes: Vec<DepartmentWrite>,
    pub(super) changes: Vec<Change>,
    pub(super) present: u64,
    pub(super) with_details: u64,
    /// How many are new in the mirror.
    pub(super) new: u64,
}

/// Merges the readings into the records. `is_baseline`: no reading has proven the departments before, so that one that appears may
/// be an old one.
pub(super) fn merge(records: Vec<DepartmentRecord>, readings: &Readings, is_baseline: bool) -> Outcome {
    let before: BTreeMap<_, _> = records.into_iter().map(|record| (record.id, record)).collect();
    let mut after = before.clone();
    let mut changes = Vec::new();
    // The ids are read again after the details, so a department that they lack does not exist any more.
    let seen: BTreeSet<_> = match (&readings.nodes, &readings.details) {
        (Some((_, nodes)), _) => nodes.keys().copied().collect(),
        (None, Some((_, details))) => details.keys().copied().collect(),
        (None, None) => BTreeSet::new(),
    };
    for id in &seen {
        let old = before.get(id);
        // A removed department whose id comes back is another one: what is not shown of it is not known.
        let same = old.filter(|old| old.state != State::Removed);
        let mut record =
            same.cloned().unwrap_or_else(|| DepartmentRecord::unread(*id, Timestamp::UNIX_EPOCH));
        let mut fields = Map::new();
        let mut read_at = record.read_at;
        if let Some((at, node)) = readings.nodes.as_ref().and_then(|(at, nodes)| Some((at, nodes.get(id)?))) {
            read_at = *at;
            set(&mut fields, "parentid", &mut record.parent, &node.parentid);
            set(&mut fields, "order", &mut record.order, &node.order);
        }
        if let Some((at, row)) = readings.details.as_ref().and_then(|(at, rows)| Some((at, rows.get(id)?))) {
            read_at = read_at.max(*at);
            set(&mut fields, "name", &mut record.name, &row.name);
            set(&mut fields, "name_en", &mut record.name_en, &english_name(row));
            // An app may see a department and not its parent.
            if !readings.nodes.as_ref().is_some_and(|(_, nodes)| nodes.contains_key(id)) {
                set(&mut fields, "parentid", &mut record.parent, &row.parentid);
                set(&mut fields, "order", &mut record.order, &row.order);
            }
            set(&mut fields, "department_leader", &mut record.leaders, &row.department_leader);
        }
        record.state = State::Present;
        let action = match old {
            None if is_baseline => None,
            None => Some(Action::Created),
            Some(old) if old.state == State::Removed => Some(Action::Created),
            Some(old) if old.state == State::OutOfSight => Some(Action::BackInSight),
            Some(_) => (!fields.is_empty()).then_some(Action::Changed),
        };
        changes.extend(action.map(|action| {
            super::writer::change(read_at, ObjectKind::Department, id.to_string(), action, fields)
        }));
        if old.is_none_or(|old| differs(old, &record)) {
            record.read_at = read_at;
        }
        after.insert(*id, record);
    }
    let closed_at = readings.nodes.as_ref().map_or_else(Timestamp::now, |(at, _)| *at);
    for (id, record) in &mut after {
        if seen.contains(id) || record.state == State::Removed {
            continue;
        }
        // Missing from the last two complete readings. One that is missing from the last alone is still changing.
        let was_listed = readings.previous.as_ref().is_some_and(|previous| previous.contains(id));
        let is_gone = readings.nodes.is_some() && readings.previous.is_some() && !was_listed;
        if was_listed {
            continue;
        }
        let state = if is_gone { State::Removed } else { State::OutOfSight };
        if record.state != state {
            let action = if is_gone { Action::Removed } else { Action::OutOfSight };
            let id = id.to_string();
            changes.push(super::writer::change(closed_at, ObjectKind::Department, id, action, Map::new()));
            record.state = state;
            record.read_at = closed_at;
        }
    }
    let with_details = readings.details.as_ref().map_or(0, |(_, details)| details.len() as u64);
    let is_new = |id: &&DepartmentId| before.get(id).is_none_or(|old| old.state == State::Removed);
    let new = seen.iter().filter(is_new).count() as u64;
    Outcome { writes: writes(&before, &after), changes, present: seen.len() as u64, with_details, new }
}

/// The departments that differ between two readings of the ids: new, gone, or with another parent or place.
pub(super) fn difference(
    before: &BTreeMap<DepartmentId, DepartmentNode>,
    after: &BTreeMap<DepartmentId, DepartmentNode>,
) -> BTreeSet<DepartmentId> {
    let place = |node: Option<&DepartmentNode>| node.map(|node| (node.parentid, node.order));
    let all = before.keys().chain(after.keys()).copied();
    all.filter(|id| place(before.get(id)) != place(after.get(id))).collect()
}

/// Returns the English name as a reply shows it: WeCom leaves the key out for a department that has none (recorded live).
pub(crate) fn english_name(department: &Department) -> Seen<String> {
    match (&department.name, &department.name_en) {
        (Seen::Known(_), Seen::Hidden) => Seen::Known(String::new()),
        (_, name_en) => name_en.clone(),
    }
}

fn set<T: Clone + PartialEq + serde::Serialize>(
    fields: &mut Map<String, serde_json::Value>,
    name: &str,
    old: &mut Seen<T>,
    new: &Seen<T>,
) {
    if new.is_known() && old != new {
        note(fields, name, old, new);
        *old = new.clone();
    }
}

fn differs(old: &DepartmentRecord, new: &DepartmentRecord) -> bool {
    DepartmentRecord { read_at: new.read_at, ..old.clone() } != *new
}

/// The records that changed, and those whose path changed with them.
fn writes(
    before: &BTreeMap<DepartmentId, DepartmentRecord>,
    after: &BTreeMap<DepartmentId, DepartmentRecord>,
) -> Vec<DepartmentWrite> {
    let old_paths = paths(before);
    let new_paths = paths(after);
    after
        .values()
        .filter(|record| {
            before.get(&record.id).is_none_or(|old| differs(old, record))
                || old_paths.get(&record.id) != new_paths.get(&record.id)
        })
        .map(|record| {
            let (path, depth) = new_paths.get(&record.id).cloned().unwrap_or_default();
            DepartmentWrite { record: record.clone(), path, depth }
        })
        .collect()
}

/// Returns these departments with their paths, and those below the ones whose paths have changed.
pub(crate) fn writes_of(
    departments: &BTreeMap<DepartmentId, DepartmentRecord>,
    mut ids: BTreeSet<DepartmentId>,
    mut moved: BTreeSet<DepartmentId>,
) -> Vec<DepartmentWrite> {
    let mut found = moved.clone();
    while !moved.is_empty() {
        let is_below = |record: &&DepartmentRecord| {
            !found.contains(&record.id) && record.parent.known().is_some_and(|parent| moved.contains(parent))
        };
        moved = departments.values().filter(is_below).map(|record| record.id).collect();
        found.extend(&moved);
    }
    ids.extend(found);
    let write = |id: &DepartmentId| {
        let (path, depth) = path(departments, *id);
        Some(DepartmentWrite { record: departments.get(id)?.clone(), path, depth })
    };
    ids.iter().filter_map(write).collect()
}

/// The path and the depth of each department, as far as the names and the parents are known.
pub(crate) fn paths(
    departments: &BTreeMap<DepartmentId, DepartmentRecord>,
) -> HashMap<DepartmentId, (Option<String>, Option<u32>)> {
    departments.keys().map(|id| (*id, path(departments, *id))).collect()
}

fn path(
    departments: &BTreeMap<DepartmentId, DepartmentRecord>,
    id: DepartmentId,
) -> (Option<String>, Option<u32>) {
    let mut names = Vec::new();
    let mut known = true;
    let mut above = Some(id);
    let mut depth = Some(0_u32);
    let mut steps = 0;
    while let Some(record) = above.and_then(|id| departments.get(&id)) {
        steps += 1;
        if steps > departments.len() {
            // A circle, which no corp has: neither path nor depth.
            (known, depth) = (false, None);
            break;
        }
        match &record.name {
            Seen::Known(name) => names.push(name.as_str()),
            Seen::Hidden => known = false,
        }
        above = match record.parent {
            Seen::Known(DepartmentId(0)) => None,
            Seen::Known(parent) if departments.contains_key(&parent) => {
                depth = depth.map(|depth| depth + 1);
                Some(parent)
            }
            _ if record.id == DepartmentId::ROOT => None,
            _ => {
                (known, depth) = (false, None);
                None
            }
        };
    }
    names.reverse();
    (known.then(|| names.join("/")), depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_comes_back_has_nothing_of_the_removed_department() {
        let id = DepartmentId(20);
        let removed = DepartmentRecord {
            state: State::Removed,
            name: Seen::Known("华东".to_owned()),
            leaders: Seen::Known(vec!["lisi".into()]),
            ..DepartmentRecord::unread(id, Timestamp::UNIX_EPOCH)
        };
        let node = serde_json::json!({"id": 20, "parentid": 1, "order": 5});
        let nodes = BTreeMap::from([(id, serde_json::from_value(node).unwrap())]);
        let readings = Readings { nodes: Some((Timestamp::UNIX_EPOCH, nodes)), ..Readings::default() };
        let outcome = merge(vec![removed], &readings, false);
        let record = &outcome.writes[0].record;
        assert_eq!(
            (record.state, &record.name, &record.leaders),
            (State::Present, &Seen::Hidden, &Seen::Hidden)
        );
        assert_eq!((outcome.changes.len(), outcome.changes[0].action), (1, Action::Created));
        assert!(outcome.changes[0].fields.is_empty(), "nothing has changed of a new department");
    }

    #[test]
    fn departments_below_a_moved_one_are_written_with_their_new_paths() {
        let record = |id: u32, name: &str, parent: u32| DepartmentRecord {
            name: Seen::Known(name.to_owned()),
            parent: Seen::Known(DepartmentId(parent)),
            ..DepartmentRecord::unread(DepartmentId(id), Timestamp::UNIX_EPOCH)
        };
        let departments: BTreeMap<_, _> = [
            record(1, "示例", 0),
            record(2, "华东", 1),
            record(3, "上海", 2),
            record(4, "浦东", 3),
            record(5, "华北", 1),
        ]
        .map(|record| (record.id, record))
        .into();
        let ids = |ids: &[u32]| ids.iter().copied().map(DepartmentId).collect::<BTreeSet<_>>();
        let written = |wrote: &[u32], moved: &[u32]| -> Vec<(u32, String)> {
            let writes = writes_of(&departments, ids(wrote), ids(moved)).into_iter();
            writes.map(|write| (write.record.id.0, write.path.unwrap())).collect()
        };
        let row = |id: u32, path: &str| (id, path.to_owned());
        assert_eq!(written(&[5], &[]), [row(5, "示例/华北")]);
        let below = [row(2, "示例/华东"), row(3, "示例/华东/上海"), row(4, "示例/华东/上海/浦东")];
        assert_eq!(written(&[2], &[2]), below);
        assert_eq!(written(&[2, 3], &[2]), below, "one of them was written without a new path of its own");
    }
}
