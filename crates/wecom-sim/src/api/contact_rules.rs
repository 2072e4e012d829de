//! Rules about the visibility of contacts (通讯录查看权限管理), docs 101536, 101537, 101539, 101540.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{Fail, World};

/// `contactrule/create`.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let ids = world.corp_mut(call.caller.corp).rules.create(rules(call)?)?;
    Ok(Reply::ok(&json!({ "rule_ids": ids })))
}

/// `contactrule/list`.
pub(super) fn list(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct List<'w> {
        rules: Vec<&'w Map<String, Value>>,
    }
    Ok(Reply::ok(&List { rules: world.corp(call.caller.corp).rules.iter().collect() }))
}

/// `contactrule/update`.
pub(super) fn update(world: &mut World, call: &Call) -> Outcome {
    world.corp_mut(call.caller.corp).rules.update(rules(call)?)?;
    Ok(Reply::said("ok"))
}

/// `contactrule/delete`. Its page could not be read; the name of the list is that of the reply to `create`.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    let ids = call.args.integers("rule_ids").unwrap_or_default();
    world.corp_mut(call.caller.corp).rules.delete(&ids)?;
    Ok(Reply::said("ok"))
}

fn rules(call: &Call) -> Result<&[Value], Fail> {
    call.args.value("rules").and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| Fail::of(40063))
}
