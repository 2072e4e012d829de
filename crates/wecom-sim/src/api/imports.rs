//! Asynchronous imports (异步导入).

use serde_json::json;

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{
    Fail, ImportKind, ImportRequest, MediaKind, World,
    callback::{Target, TargetError},
};

/// `batch/syncuser`, doc 90980.
pub(super) fn sync_members(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ImportKind::SyncUser)
}

/// `batch/replaceuser`, doc 90981.
pub(super) fn replace_members(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ImportKind::ReplaceUser)
}

/// `batch/replaceparty`, doc 90982.
pub(super) fn replace_departments(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ImportKind::ReplaceParty)
}

/// `batch/getresult`, doc 90983.
pub(super) fn result(world: &World, call: &Call) -> Outcome {
    let id = call
        .args
        .query("jobid")
        .filter(|text| (1..=64).contains(&text.len()))
        .ok_or_else(|| Fail::of(40088))?;
    Ok(Reply::ok(&world.import_result(call.caller.corp, id)?))
}

fn submit(world: &mut World, call: &Call, kind: ImportKind) -> Outcome {
    let media_id =
        call.args.text("media_id").filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(41006))?;
    let to_invite = call.args.flag("to_invite").unwrap_or(true);
    let callback = callback(call)?;
    let medium = world.corp(call.caller.corp).media.get(media_id, call.now)?;
    if medium.kind != MediaKind::File || medium.by_url {
        return Err(Fail::of(40007));
    }
    let request = ImportRequest { kind, file: medium.bytes.clone(), to_invite, callback };
    let id = world.submit_import(call.caller.corp, request, call.now)?;
    Ok(Reply::ok(&json!({ "jobid": id })))
}

/// Returns the target of the completion event. It has the same rules as the callback settings of an app. Without a
/// URL no event is sent.
fn callback(call: &Call) -> Result<Option<Target>, Fail> {
    let Some(callback) = call.args.fields("callback") else {
        return Ok(None);
    };
    let text = |key| callback.text(key).unwrap_or_default();
    if text("url").is_empty() {
        return Ok(None);
    }
    match Target::new(text("url"), text("token"), text("encodingaeskey")) {
        Ok(target) => Ok(Some(target)),
        Err(TargetError::Url) => Err(Fail::of(40057)),
        Err(error) => Err(Fail::new(40058, format!("{error}, invalid Request Parameter"))),
    }
}
