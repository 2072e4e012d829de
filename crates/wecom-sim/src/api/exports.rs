//! Asynchronous exports (异步导出).

use serde_json::json;
use wecom_cipher::EncodingAesKey;

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{ExportKind, ExportRequest, Fail, World};

/// Maximum and default `block_size`.
const LARGEST_BLOCK: i64 = 1_000_000;

/// `export/simple_user`, doc 94849.
pub(super) fn members_simple(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ExportKind::SimpleUser)
}

/// `export/user`, doc 94851.
pub(super) fn members(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ExportKind::User)
}

/// `export/department`, doc 94852.
pub(super) fn departments(world: &mut World, call: &Call) -> Outcome {
    submit(world, call, ExportKind::Department)
}

/// `export/taguser`, doc 94853. Every app can read the members of every tag within its range, as with `tag/get`.
pub(super) fn tag(world: &mut World, call: &Call) -> Outcome {
    let id = call.args.integer("tagid");
    let tag = world.corp(call.caller.corp).required_tag(id)?.id;
    submit(world, call, ExportKind::TagUser(tag))
}

/// `export/get_result`, doc 94854.
pub(super) fn result(world: &mut World, call: &Call) -> Outcome {
    let id = call.args.query("jobid").unwrap_or_default();
    let result = world.export_result(&call.caller, id, call.now)?;
    Ok(Reply::ok(&result))
}

fn submit(world: &mut World, call: &Call, kind: ExportKind) -> Outcome {
    let key =
        call.args.text("encoding_aeskey").filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(40063))?;
    let key = EncodingAesKey::new(key).map_err(|_| {
        Fail::new(40058, "encoding_aeskey is not 43 letters and digits, invalid Request Parameter")
    })?;
    let smallest = world.corp(call.caller.corp).jobs.settings().smallest_block;
    let block_size = call.args.integer("block_size").unwrap_or(LARGEST_BLOCK);
    if !(smallest..=LARGEST_BLOCK).contains(&block_size) {
        let text =
            format!("block_size is not within {smallest} and {LARGEST_BLOCK}, invalid Request Parameter");
        return Err(Fail::new(40058, text));
    }
    let request = ExportRequest { kind, key, block_size: block_size.unsigned_abs() };
    let id = world.submit_export(call.caller.clone(), request, call.now);
    Ok(Reply::ok(&json!({ "jobid": id })))
}
