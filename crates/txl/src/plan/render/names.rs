//! The departments of a plan by name, before and after it.

use std::collections::BTreeMap;

use serde_json::Value;
use wecom_contacts::DepartmentId;
use wecom_directory::{
    journal::ObjectKind,
    plan::{Plan, Step},
};

/// The departments of a plan.
#[derive(Debug)]
pub(super) struct Names {
    departments: BTreeMap<DepartmentId, Department>,
}

/// A department before and after the plan.
#[derive(Clone, Debug, Default)]
struct Department {
    before: Place,
    after: Place,
}

/// The name and the parent of a department; `None` if they are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    name: Option<String>,
    parent: Option<DepartmentId>,
}

impl Names {
    /// The departments of this plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let place = |department: &wecom_directory::plan::PlanDepartment| Place {
            name: department.name.clone(),
            parent: department.parent.filter(|parent| parent.0 != 0 && *parent != department.id),
        };
        let mut departments: BTreeMap<_, _> = plan
            .departments
            .iter()
            .map(|department| {
                let place = place(department);
                (department.id, Department { before: place.clone(), after: place })
            })
            .collect();
        for step in plan.steps.iter().filter(|step| step.object.kind == ObjectKind::Department) {
            let Some(id) = id_of(step) else { continue };
            let department = departments.entry(id).or_default();
            if let Some(name) = after(step, "name").and_then(Value::as_str) {
                department.after.name = Some(name.to_owned());
            }
            if let Some(parent) = after(step, "parentid").and_then(department_id) {
                department.after.parent = Some(parent);
            }
        }
        Self { departments }
    }

    /// All departments with their parents after the plan.
    pub(super) fn parents(&self) -> impl Iterator<Item = (DepartmentId, Option<DepartmentId>)> {
        self.departments.iter().map(|(id, department)| (*id, department.after.parent))
    }

    /// The name after the plan.
    pub(super) fn name(&self, id: DepartmentId) -> String {
        named(self.departments.get(&id).map(|department| &department.after), id)
    }

    /// The name before the plan.
    pub(super) fn old_name(&self, id: DepartmentId) -> String {
        named(self.departments.get(&id).map(|department| &department.before), id)
    }

    /// The parent before the plan.
    pub(super) fn old_parent(&self, id: DepartmentId) -> Option<DepartmentId> {
        self.departments.get(&id)?.before.parent
    }

    /// The names from the root, joined by `/`, after the plan.
    pub(super) fn path(&self, id: DepartmentId) -> String {
        self.path_by(id, |department| &department.after)
    }

    /// The names from the root, joined by `/`, before the plan.
    pub(super) fn old_path(&self, id: DepartmentId) -> String {
        self.path_by(id, |department| &department.before)
    }

    fn path_by(&self, id: DepartmentId, place: impl Fn(&Department) -> &Place) -> String {
        let mut names = Vec::new();
        let mut next = Some(id);
        // A circle of parents would be a fault of the plan; it must not hang.
        while let Some(id) = next.filter(|_| names.len() <= self.departments.len()) {
            let department = self.departments.get(&id).map(&place);
            names.push(named(department, id));
            next = department.and_then(|department| department.parent);
        }
        names.reverse();
        names.join("/")
    }
}

fn named(place: Option<&Place>, id: DepartmentId) -> String {
    place.and_then(|place| place.name.clone()).unwrap_or_else(|| format!("id {id}"))
}

/// The department that a step writes.
pub(super) fn id_of(step: &Step) -> Option<DepartmentId> {
    step.object.id.parse().ok()
}

/// What a step writes into a field.
pub(super) fn after<'a>(step: &'a Step, field: &str) -> Option<&'a Value> {
    step.fields.get(field).map(|change| &change.after)
}

/// A department's id in JSON: a number, or a text of one.
pub(super) fn department_id(value: &Value) -> Option<DepartmentId> {
    match value {
        Value::Number(number) => {
            number.as_u64().and_then(|number| u32::try_from(number).ok()).map(DepartmentId)
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A list of departments in JSON.
pub(super) fn department_ids(value: &Value) -> Vec<DepartmentId> {
    value.as_array().into_iter().flatten().filter_map(department_id).collect()
}
