//! What a done step changes in the mirror, and the change that the journal keeps.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wecom_contacts::{
    DepartmentId, Seen, UserId,
    members::{Member, MemberField},
};

use super::{
    FingerprintKey, look,
    tag_list::TagList,
    values::{self, Side},
};
use crate::{
    FieldSet,
    journal::{Action, Cause, Change, ObjectKind},
    plan::{Step, StepAction},
    pull::merge::{self, Departments, Sight},
    record::{DepartmentRecord, MemberRecord, RowHashes, Source, State, TagRecord},
    store::MemberKey,
};

/// A change of an object that a step of a run made.
pub(super) fn change(step: &Step, run: i64, at: Timestamp, operator: Option<&str>, action: Action) -> Change {
    Change {
        seq: 0,
        at,
        kind: step.object.kind,
        id: step.object.id.clone(),
        person: None,
        action,
        fields: Map::new(),
        cause: Cause::step(run, step.id),
        operator: operator.map(str::to_owned),
    }
}

/// What a step wrote into a member's fields that no credential shows: their names and fingerprints.
pub(super) type Hidden = Vec<(String, String)>;

/// Puts a done step into the member's record. Returns what the journal keeps, and what was written into hidden fields.
pub(super) fn member(
    record: &mut MemberRecord,
    step: &Step,
    sight: Option<Sight>,
    at: Timestamp,
    key: Option<&FingerprintKey>,
) -> (Map<String, Value>, Hidden) {
    let mut hidden = Vec::new();
    // The bytes that were read last say nothing about what was written since.
    record.hashes = RowHashes::default();
    if step.action == StepAction::Remove {
        record.state = State::Removed;
        record.read_at = at;
        return (Map::new(), hidden);
    }
    let is_shown = |name: &str| {
        let Some(field) = MemberField::from_name(name) else { return false };
        let is_read = Member::FIELDS.contains(&field);
        is_read && sight.is_some_and(|sight| sight.sees_sensitive || !field.is_sensitive())
    };
    for (name, change) in &step.fields {
        let is_read = MemberField::from_name(name).is_some_and(|field| Member::FIELDS.contains(&field));
        if is_read && !values::is_seat_field(name) && !is_shown(name) {
            hidden.extend(key.map(|key| (name.clone(), key.fingerprint(name, &change.after))));
        }
    }
    let userid = record.member.userid.as_str().to_owned();
    let wanted = |name: &str| values::is_seat_field(name) || is_shown(name);
    let Some(mut row) = values::member(&userid, &step.fields, Side::After, wanted) else {
        return (Map::new(), hidden);
    };
    if let (Seen::Known(new), Seen::Known(old)) = (&mut row.external_profile, &record.member.external_profile)
    {
        // A step names only the parts that it writes.
        new.external_corp_name = new.external_corp_name.take().or_else(|| old.external_corp_name.clone());
        new.wechat_channels = new.wechat_channels.take().or_else(|| old.wechat_channels.clone());
        new.external_attr = new.external_attr.take().or_else(|| old.external_attr.clone());
    }
    // What a step wrote is known, also an empty value.
    let source = sight.map_or(Source::App, |sight| sight.source);
    let sight = Sight { source, sees_sensitive: true, sees_everybody: true };
    let shown = record.shown;
    let departments: Vec<DepartmentId> =
        values::seats_of(&row).unwrap_or_default().iter().map(|seat| seat.department).collect();
    let no_departments = HashSet::new();
    let departments = if departments.is_empty() {
        Departments::Visible(&no_departments)
    } else {
        Departments::All(&departments)
    };
    let changed = merge::details(record, &row, &departments, sight, at);
    let index = sight.source.index();
    let written = record.shown[index];
    record.shown = shown;
    record.shown[index] = shown[index].union(written);
    if let Some(new) = step.fields.get("new_userid").and_then(|change| change.after.as_str()) {
        record.member.userid = UserId::new(new);
    }
    (changed, hidden)
}

/// Puts what the verification has read of a member into the record: the fields that steps wrote, and what WeCom derives from them.
pub(super) fn read_back(
    record: &mut MemberRecord,
    steps: &[&Step],
    row: &Member,
    listed: &[DepartmentId],
    sight: Sight,
    at: Timestamp,
) -> Map<String, Value> {
    // Other fields are left to the next pull, which finds who changed them.
    let fields = if steps.iter().any(|step| step.action == StepAction::Create) {
        FieldSet::ALL
    } else {
        let derived = [MemberField::Status, MemberField::Enable, MemberField::Isleader];
        let written = steps.iter().flat_map(|step| step.fields.keys());
        FieldSet::of(written.filter_map(|name| MemberField::from_name(name)).chain(derived))
    };
    let shown = record.shown;
    let mut changed = merge::details_of(fields, record, row, &Departments::All(listed), sight, at);
    let index = sight.source.index();
    let read = record.shown[index];
    record.shown = shown;
    record.shown[index] = shown[index].union(read);
    record.hashes = RowHashes::default();
    // The server keeps some values in another form, which is no change.
    let is_same = |name: &str| {
        let last = steps.iter().rev().find_map(|step| step.fields.get(name));
        last.is_some_and(|change| values::shows(record, name, &change.after) == Some(true))
    };
    changed.retain(|name, _| !is_same(name));
    changed
}

/// A member whose details no credential shows any more.
pub(super) fn out_of_sight(record: &mut MemberRecord) {
    record.shown = [FieldSet::EMPTY; 2];
}

/// Puts a done step into the departments. Returns what the journal keeps.
pub(super) fn department(
    departments: &mut BTreeMap<DepartmentId, DepartmentRecord>,
    step: &Step,
    at: Timestamp,
) -> Map<String, Value> {
    let mut changed = Map::new();
    let Some(id) = look::department_id(step) else { return changed };
    let record = departments.entry(id).or_insert_with(|| DepartmentRecord::unread(id, at));
    record.read_at = at;
    match step.action {
        StepAction::Remove => {
            record.state = State::Removed;
            return changed;
        }
        StepAction::Create => {
            // An earlier department may have had the id.
            *record =
                DepartmentRecord { leaders: Seen::Known(Vec::new()), ..DepartmentRecord::unread(id, at) };
        }
        _ => record.state = State::Present,
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    for (name, change) in &step.fields {
        let value = &change.after;
        match name.as_str() {
            "name" => set(&mut changed, name, &mut record.name, text(value)),
            "name_en" => set(&mut changed, name, &mut record.name_en, text(value)),
            "parentid" => set(&mut changed, name, &mut record.parent, number(value).map(DepartmentId)),
            "order" => set(&mut changed, name, &mut record.order, number(value)),
            _ => {}
        }
    }
    changed
}

pub(super) fn set<T: Clone + PartialEq + serde::Serialize>(
    changed: &mut Map<String, Value>,
    name: &str,
    old: &mut Seen<T>,
    new: Option<T>,
) {
    let Some(new) = new.map(Seen::Known) else { return };
    if *old != new {
        merge::note(changed, name, old, &new);
        *old = new;
    }
}

/// Puts a done step into a tag. `refused`: members and departments that WeCom did not take. Returns what the journal keeps.
pub(super) fn tag(
    record: &mut TagRecord,
    step: &Step,
    refused: &TagList,
    at: Timestamp,
) -> Map<String, Value> {
    let mut changed = Map::new();
    record.read_at = at;
    match step.action {
        StepAction::Create => {
            record.state = State::Present;
            record.members = Seen::Known(Vec::new());
            record.members_complete = true;
            record.departments = Seen::Known(Vec::new());
        }
        StepAction::Remove => {
            record.state = State::Removed;
            return changed;
        }
        StepAction::Update => {}
        StepAction::AddMembers | StepAction::RemoveMembers => {
            let TagList { members, departments } = TagList::of(step).without(refused);
            let adds = step.action == StepAction::AddMembers;
            if let (false, Seen::Known(inside)) = (members.is_empty(), &mut record.members) {
                let moved = move_into(inside, members, adds, |userid| MemberKey::from(userid));
                changed.insert("members".to_owned(), moved);
            }
            if let (false, Seen::Known(inside)) = (departments.is_empty(), &mut record.departments) {
                let before = inside.clone();
                move_into(inside, departments, adds, |id| *id);
                merge::note(&mut changed, "departments", &Seen::Known(before), &record.departments);
            }
            return changed;
        }
    }
    let name = step.fields.get("tagname").and_then(|change| change.after.as_str()).map(str::to_owned);
    set(&mut changed, "tagname", &mut record.name, name);
    changed
}

/// Adds to a sorted list, or removes from it. Returns what the journal keeps.
fn move_into<T: Clone + Ord + serde::Serialize, K: Eq + std::hash::Hash>(
    inside: &mut Vec<T>,
    given: Vec<T>,
    adds: bool,
    key: impl Fn(&T) -> K,
) -> Value {
    let have: HashSet<K> = inside.iter().map(&key).collect();
    let moved: Vec<T> = given.into_iter().filter(|one| have.contains(&key(one)) != adds).collect();
    if adds {
        inside.extend(moved.iter().cloned());
        inside.sort();
        inside.dedup();
        return json!({ "added": moved, "removed": [] });
    }
    let gone: HashSet<K> = moved.iter().map(&key).collect();
    inside.retain(|one| !gone.contains(&key(one)));
    json!({ "added": [], "removed": moved })
}

/// The action that the journal keeps of a step.
pub(super) const fn action(step: &Step) -> Action {
    match step.action {
        StepAction::Create => Action::Created,
        StepAction::Remove => Action::Removed,
        StepAction::Update | StepAction::AddMembers | StepAction::RemoveMembers => Action::Changed,
    }
}

/// The key of the userid that a step gives to its member.
pub(super) fn new_key(step: &Step) -> Option<MemberKey> {
    let new = step.fields.get("new_userid")?.after.as_str()?;
    (step.object.kind == ObjectKind::Member).then(|| MemberKey::from(new))
}

/// The members whose records a step changes.
pub(super) fn key(step: &Step) -> Option<MemberKey> {
    (step.object.kind == ObjectKind::Member).then(|| MemberKey::from(step.object.id.as_str()))
}
