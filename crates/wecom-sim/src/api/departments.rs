//! Departments (部门管理).

use serde::Serialize;
use serde_json::json;

use super::{Args, Call, Outcome, Reply};
use crate::{
    api::Fail,
    world::{Department, DepartmentForm, DepartmentRow, View, World},
};

/// `department/create`, doc 90205.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let form = form(&call.args);
    let id = world.create_department(call.caller.corp, call.caller.actor(), &form)?;
    Ok(Reply::with("created", &json!({ "id": id })))
}

/// `department/update`, doc 90206.
pub(super) fn update(world: &mut World, call: &Call) -> Outcome {
    let form = form(&call.args);
    world.update_department(call.caller.corp, call.caller.actor(), &form)?;
    Ok(Reply::said("updated"))
}

/// `department/delete`, doc 90207.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    let id = call.args.integer("id").ok_or_else(|| Fail::of(60003))?;
    world.delete_department(call.caller.corp, call.caller.actor(), id)?;
    Ok(Reply::said("deleted"))
}

/// `department/list`, doc 90208: parents before children, siblings in display order.
pub(super) fn list(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct List<'v> {
        department: Vec<DepartmentRow<'v>>,
    }
    let view = world.view(&call.caller);
    let view = &view;
    let department =
        listed(view, call)?.into_iter().map(|department| DepartmentRow { view, department }).collect();
    Ok(Reply::ok(&List { department }))
}

/// `department/simplelist`, doc 95350. `department_id` holds objects, despite its name.
pub(super) fn list_simple(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct List {
        department_id: Vec<Row>,
    }
    #[derive(Serialize)]
    struct Row {
        id: u32,
        parentid: u32,
        order: u32,
    }
    let view = world.view(&call.caller);
    let department_id = listed(&view, call)?
        .into_iter()
        .map(|department| Row { id: department.id, parentid: department.parent, order: department.order })
        .collect();
    Ok(Reply::ok(&List { department_id }))
}

/// `department/get`, doc 95351.
pub(super) fn get(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct One<'v> {
        department: DepartmentRow<'v>,
    }
    let view = world.view(&call.caller);
    let department = view.required_department(call.args.integer("id"))?;
    let view = &view;
    Ok(Reply::ok(&One { department: DepartmentRow { view, department } }))
}

fn form(args: &Args) -> DepartmentForm {
    DepartmentForm {
        id: args.integer("id"),
        name: args.text("name").map(str::to_owned),
        name_en: args.text("name_en").map(str::to_owned),
        parent: args.integer("parentid"),
        order: args.integer("order"),
    }
}

/// The department that a call names and all below it; all that the caller sees if it names none.
fn listed<'w>(view: &View<'w>, call: &Call) -> Result<Vec<&'w Department>, Fail> {
    let tops = match call.args.query("id") {
        None | Some("") => view.tops(),
        Some(_) => vec![view.required_department(call.args.integer("id"))?.id],
    };
    let departments = &view.corp.departments;
    Ok(tops.into_iter().flat_map(|top| departments.subtree(top)).collect())
}
