//! Departments (部门管理).

use serde::Serialize;
use serde_json::json;

use super::{
    args::Args,
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{Department, DepartmentForm, DepartmentRow, Fail, View, World};

/// `department/create`, doc 90205.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let parent = stated(&call.args, "parentid")?;
    let order = stated(&call.args, "order")?;
    let form = DepartmentForm { parent, order, ..form(&call.args) };
    let id = world.create_department(call.caller.corp, call.caller.actor(), &form)?;
    Ok(Reply::with("created", &json!({ "id": id })))
}

/// `department/update`, doc 90206.
pub(super) fn update(world: &mut World, call: &Call) -> Outcome {
    let args = &call.args;
    // An empty text means no department and does not count as a misread number.
    let names_none = args.value("parentid").is_some_and(|value| value == "");
    let parent = if names_none { Some(0) } else { legible(args, "parentid") };
    let form = DepartmentForm { parent, order: legible(args, "order"), ..form(args) };
    world.update_department(call.caller.corp, call.caller.actor(), &form)?;
    Ok(Reply::said("updated"))
}

/// `department/delete`, doc 90207.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    let id = call.args.integer("id").ok_or_else(|| Fail::of(40058))?;
    world.delete_department(call.caller.corp, call.caller.actor(), id)?;
    Ok(Reply::said("deleted"))
}

/// `department/list`, doc 90208. Sorted by id, as recorded live.
pub(super) fn list(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct List<'v> {
        department: Vec<DepartmentRow<'v>>,
    }
    let view = world.view(&call.caller);
    let view = &view;
    let department =
        listed(view, call, 60123)?.into_iter().map(|department| DepartmentRow { view, department }).collect();
    Ok(Reply::ok(&List { department }))
}

/// `department/simplelist`, doc 95350. Despite its name, `department_id` contains objects.
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
    let department_id = listed(&view, call, 60003)?
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
        parent: None,
        order: None,
    }
}

/// Returns a number on creation. A value that is not a 32-bit number is refused, with the warning (recorded live).
fn stated(args: &Args, key: &str) -> Result<Option<i64>, Fail> {
    let given = args.value(key).is_some();
    match args.integer(key) {
        Some(number) if u32::try_from(number).is_ok() => Ok(Some(number)),
        None if !given || args.has_strict_numbers() => Ok(None),
        _ => {
            args.note_misread();
            Err(Fail::of(60009))
        }
    }
}

/// Returns a number on an update. A value that is not a 32-bit number counts as absent, with the warning.
fn legible(args: &Args, key: &str) -> Option<i64> {
    let number = args.integer(key)?;
    if u32::try_from(number).is_err() {
        args.note_misread();
        return None;
    }
    Some(number)
}

/// Returns the requested department and its subtree, sorted by id. Without a department, all that the caller sees.
fn listed<'w>(view: &View<'w>, call: &Call, unknown: i32) -> Result<Vec<&'w Department>, Fail> {
    let tops = match call.args.query("id") {
        None | Some("") => view.tops(),
        Some("0") if !view.world.choices.unknown_department_zero => view.tops(),
        Some(_) => {
            let id = call.args.integer("id");
            let named = view.required_department(id).map_err(|fail| match fail.code {
                60003 => Fail::of(unknown),
                _ => fail,
            })?;
            vec![named.id]
        }
    };
    let departments = &view.corp.departments;
    let mut listed: Vec<_> = tops.into_iter().flat_map(|top| departments.subtree(top)).collect();
    listed.sort_unstable_by_key(|department| department.id);
    Ok(listed)
}
