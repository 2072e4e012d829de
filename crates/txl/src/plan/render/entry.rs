//! The changes of a plan, one entry for each object: all steps of a member, a department or a tag together.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use wecom_contacts::DepartmentId;
use wecom_directory::{
    journal::ObjectKind,
    plan::{Category, Object, Plan, Step, StepAction},
    roster::Place,
};

use super::{
    mask::Masking,
    names::{Names, after, department_id, department_ids},
};
use crate::messages::plan as messages;

/// The fields that only change together. They are shown as departments.
const SEATS: [&str; 4] = ["department", "order", "is_leader_in_dept", "main_department"];

/// What happens to one object.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What it counts as.
    pub(super) category: Category,
    /// The object.
    pub(super) object: Object,
    /// Where a member is drawn; `None` if the plan does not say.
    pub(super) department: Option<DepartmentId>,
    /// The departments that a member leaves and joins.
    pub(super) leaves: Vec<DepartmentId>,
    pub(super) joins: Vec<DepartmentId>,
    /// The fields that change.
    pub(super) fields: Vec<FieldText>,
    /// The rows that want it.
    pub(super) places: Vec<Place>,
}

/// A field that changes, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldText {
    /// The name in WeCom's JSON; an attribute as `extattr.工号`.
    pub(super) field: String,
    /// `None` if it is hidden, or if the object is new.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Entry {
    /// The sign in front of it.
    pub(super) fn sign(&self) -> char {
        sign(self.category)
    }

    /// The name, or the id if the name is unknown.
    pub(super) fn short_name(&self) -> &str {
        self.object.name.as_deref().unwrap_or(&self.object.id)
    }

    /// The name with the id.
    pub(super) fn full_name(&self) -> String {
        messages::object(&self.object).to_string()
    }
}

/// The sign of a kind of change.
pub(super) fn sign(category: Category) -> char {
    match category {
        Category::Create => '+',
        Category::Remove | Category::Disable => '-',
        Category::Move => '→',
        Category::Enable | Category::Update => '~',
    }
}

/// All entries of a plan in the order of their first steps.
pub(super) fn entries(plan: &Plan, names: &Names, masking: Masking) -> Vec<Entry> {
    let mut order: BTreeMap<(ObjectKind, String), usize> = BTreeMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    for step in &plan.steps {
        let key = (step.object.kind, step.object.id.to_ascii_lowercase());
        let at = *order.entry(key).or_insert_with(|| {
            entries.push(Entry {
                category: step.category,
                object: step.object.clone(),
                department: None,
                leaves: Vec::new(),
                joins: Vec::new(),
                fields: Vec::new(),
                places: Vec::new(),
            });
            entries.len() - 1
        });
        let entry = &mut entries[at];
        entry.category = entry.category.min(step.category);
        entry.department = place_of(step).or(entry.department);
        if let Some((leaves, joins)) = seat_changes(step) {
            entry.leaves.extend(leaves);
            entry.joins.extend(joins);
        }
        entry.fields.extend(fields(step, names, masking));
        entry.places.extend(&step.places);
        entry.places.sort_unstable();
        entry.places.dedup();
    }
    entries
}

/// The department in which the member of a step is drawn: the main one after the step, else the one that the member leaves.
fn place_of(step: &Step) -> Option<DepartmentId> {
    let main = after(step, "main_department").and_then(department_id);
    let first = || after(step, "department").map(department_ids)?.first().copied();
    let former = || {
        let main = step.former.get("main_department").and_then(department_id);
        main.or_else(|| step.former.get("department").map(department_ids)?.first().copied())
    };
    main.or_else(first).or_else(former)
}

/// The departments that a member leaves and joins; `None` for a new member, whose departments are no change.
fn seat_changes(step: &Step) -> Option<(Vec<DepartmentId>, Vec<DepartmentId>)> {
    let departments = step.fields.get("department")?;
    let (before, after) = (department_ids(departments.before.as_ref()?), department_ids(&departments.after));
    let leaves = before.iter().filter(|id| !after.contains(id)).copied().collect();
    let joins = after.iter().filter(|id| !before.contains(id)).copied().collect();
    Some((leaves, joins))
}

/// The fields of a step as text.
fn fields(step: &Step, names: &Names, masking: Masking) -> Vec<FieldText> {
    let mut fields = Vec::new();
    if step.object.kind == ObjectKind::Member {
        fields.extend(seats(step, names));
    }
    for (field, change) in &step.fields {
        if step.object.kind == ObjectKind::Member && SEATS.contains(&field.as_str()) {
            continue;
        }
        let (before, after) = (change.before.as_ref(), &change.after);
        match (step.object.kind, field.as_str()) {
            (ObjectKind::Member, "extattr" | "external_profile") => {
                fields.extend(attributes(field, before, after, masking));
            }
            // The list of a new member shows that it is not invited, and the id of a new department is no change.
            (ObjectKind::Member, "to_invite") if after == &Value::Bool(false) => {}
            (ObjectKind::Department, "id") => {}
            (ObjectKind::Department, "parentid") => fields.push(FieldText {
                field: field.clone(),
                before: before.and_then(department_id).map(|id| names.old_path(id)),
                after: department_id(after).map(|id| names.path(id)).unwrap_or_default(),
            }),
            (ObjectKind::Tag, "userlist") => fields.push(FieldText {
                field: messages::tag_members(step.action == StepAction::AddMembers).to_string(),
                before: None,
                after: masking.text(field, after),
            }),
            (ObjectKind::Tag, "partylist") => fields.push(FieldText {
                field: messages::tag_departments(step.action == StepAction::AddMembers).to_string(),
                before: None,
                after: paths(&department_ids(after), &|id| names.path(id)),
            }),
            _ => fields.push(FieldText {
                field: field.clone(),
                before: before.map(|before| masking.text(field, before)),
                after: masking.text(field, after),
            }),
        }
    }
    fields
}

fn paths(ids: &[DepartmentId], path: &dyn Fn(DepartmentId) -> String) -> String {
    ids.iter().map(|id| path(*id)).collect::<Vec<_>>().join("; ")
}

/// The departments, the main department and the departments that the member leads, as far as they change.
fn seats(step: &Step, names: &Names) -> Vec<FieldText> {
    let Some(departments) = step.fields.get("department") else { return Vec::new() };
    let after_ids = department_ids(&departments.after);
    let before_ids = departments.before.as_ref().map(department_ids);
    let mut fields = Vec::new();
    let sorted = |ids: &[DepartmentId]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    let is_same = before_ids.as_deref().is_some_and(|before| sorted(before) == sorted(&after_ids));
    if !is_same {
        fields.push(FieldText {
            field: "department".to_owned(),
            before: before_ids.as_deref().map(|ids| paths(ids, &|id| names.old_path(id))),
            after: paths(&after_ids, &|id| names.path(id)),
        });
    }
    if let Some(main) = step.fields.get("main_department") {
        let before = main.before.as_ref().and_then(department_id);
        let after = department_id(&main.after);
        if before != after && after_ids.len() + before_ids.as_ref().map_or(0, Vec::len) > 2 {
            fields.push(FieldText {
                field: "main_department".to_owned(),
                before: before.map(|id| names.old_path(id)),
                after: after.map(|id| names.path(id)).unwrap_or_default(),
            });
        }
    }
    if let Some(flags) = step.fields.get("is_leader_in_dept") {
        let led = |ids: &[DepartmentId], flags: &Value| -> Vec<DepartmentId> {
            let flags = flags.as_array().into_iter().flatten();
            ids.iter().zip(flags).filter(|(_, flag)| flag.as_u64() == Some(1)).map(|(id, _)| *id).collect()
        };
        let after = led(&after_ids, &flags.after);
        let before = before_ids.as_deref().zip(flags.before.as_ref()).map(|(ids, flags)| led(ids, flags));
        let is_same = before.as_deref().map_or(after.is_empty(), |before| sorted(before) == sorted(&after));
        if !is_same {
            fields.push(FieldText {
                field: "is_leader_in_dept".to_owned(),
                before: before.map(|ids| paths(&ids, &|id| names.old_path(id))),
                after: paths(&after, &|id| names.path(id)),
            });
        }
    }
    fields
}

/// The attributes that change, each as a field. The whole list is sent, but most of it stays.
fn attributes(field: &str, before: Option<&Value>, after: &Value, masking: Masking) -> Vec<FieldText> {
    let listed = |value: &Value| -> Map<String, Value> {
        let list = ["attrs", "external_attr"].iter().find_map(|key| value.get(*key)?.as_array());
        let named = |item: &Value| Some((item.get("name")?.as_str()?.to_owned(), content(item)));
        list.into_iter().flatten().filter_map(named).collect()
    };
    // The short name of the corp is beside the list.
    let corp_name = after.get("external_corp_name").map(|after| FieldText {
        before: before
            .and_then(|before| before.get("external_corp_name"))
            .map(|old| masking.text(field, old)),
        after: masking.text(field, after),
        field: "external_corp_name".to_owned(),
    });
    let (old, new) = (before.map(listed), listed(after));
    let removed = old.iter().flatten().filter(|(name, _)| !new.contains_key(*name));
    let removed = removed.map(|(name, _)| (name.clone(), Value::String(String::new())));
    let changed = new.iter().map(|(name, value)| (name.clone(), value.clone()));
    changed
        .chain(removed)
        .filter(|(name, value)| old.as_ref().and_then(|old| old.get(name)) != Some(value))
        .map(|(name, value)| FieldText {
            before: old.as_ref().map(|old| masking.text(field, old.get(&name).unwrap_or(&Value::Null))),
            after: masking.text(field, &value),
            field: format!("{field}.{name}"),
        })
        .chain(corp_name)
        .collect()
}

/// The content of an attribute: its text, or the whole item as JSON.
fn content(item: &Value) -> Value {
    let text = item.pointer("/text/value").or_else(|| item.get("value").filter(|value| value.is_string()));
    text.cloned().unwrap_or_else(|| item.clone())
}
