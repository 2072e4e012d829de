//! Imports of contacts into a chain (批量导入上下游联系人). They have a job type of their own.

use serde_json::{Value, json};

use super::{
    call::{Call, Outcome},
    corp_groups::{api_app, chain, groups, text},
    reply::Reply,
};
use crate::{
    clock::Millis,
    world::{ChainImport, Due, Fail, World},
};

const CORPS_PER_CALL: usize = 1000;
const PEOPLE_PER_CALL: usize = 2000;
const PEOPLE_PER_CORP: usize = 200;
/// Times after the submission at which a job is running and done.
const RUNNING_AFTER: Millis = 1_000;
const DONE_AFTER: Millis = 2_000;

/// `corpgroup/import_chain_contact`, doc 95821.
pub(super) fn submit(world: &mut World, call: &Call) -> Outcome {
    let agent_id = api_app(world, call)?;
    let chain_id = chain(world, call)?.id.clone();
    let Some(Value::Array(rows)) = call.args.value("contact_list") else {
        return Err(Fail::of(40063));
    };
    let people: Vec<usize> =
        rows.iter().map(|row| row["contact_info_list"].as_array().map_or(0, Vec::len)).collect();
    if rows.is_empty() {
        return Err(Fail::of(40063));
    }
    if rows.len() > CORPS_PER_CALL || people.iter().sum::<usize>() > PEOPLE_PER_CALL {
        return Err(Fail::of(670_025));
    }
    if people.iter().any(|count| *count > PEOPLE_PER_CORP) {
        return Err(Fail::of(670_019));
    }
    if groups(world, call).imports.iter().any(|job| job.result.is_none()) {
        return Err(Fail::of(670_022));
    }
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(32).collect();
    let id = format!("jobid_{random}");
    let corp = call.caller.corp;
    world.corp_mut(corp).groups.imports.push(ChainImport {
        id: id.clone(),
        agent_id,
        chain_id,
        begun_at: call.now,
        rows: rows.clone(),
        result: None,
    });
    let due = Due::ChainImport { corp, id: id.clone() };
    world.schedule(call.now + DONE_AFTER, due);
    Ok(Reply::ok(&json!({"jobid": id})))
}

/// `corpgroup/getresult`, doc 95823.
pub(super) fn result(world: &World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let id = text(call, "jobid")?;
    let job = groups(world, call).imports.iter().find(|job| job.id == id).ok_or_else(|| Fail::of(40088))?;
    Ok(Reply::ok(&match &job.result {
        Some(result) => json!({"status": 3, "result": result}),
        None if call.now - job.begun_at < RUNNING_AFTER => json!({"status": 1}),
        None => json!({"status": 2}),
    }))
}
