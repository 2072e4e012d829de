//! Members (成员管理).

use serde_json::json;

use super::{Call, Fail, Outcome, Reply};
use crate::world::World;

/// `user/get`, doc 90196.
pub(super) fn get(world: &World, call: &Call) -> Outcome {
    let userid = call
        .args
        .text("userid")
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Fail::of(41009))?;
    let corp = world.corp(call.caller.corp);
    let member = corp.members.get(userid).ok_or_else(|| Fail::of(60111))?;
    Ok(Reply::ok(&json!({"userid": member.userid, "name": member.name})))
}
