//! Tokens and addresses (获取 `access_token`, IP 段).

use std::net::IpAddr;

use serde_json::json;

use super::{
    args::Args,
    call::{Call, Outcome},
    reply::Reply,
};
use crate::{
    clock::Millis,
    world::{Fail, World},
};

/// `gettoken`, doc 91039. It has no trusted-IP check, as observed.
pub(super) fn gettoken(world: &mut World, args: &Args, now: Millis, _ip: IpAddr) -> Outcome {
    let given = |key| args.query(key).filter(|text| !text.is_empty());
    // A missing secret is reported before a missing corpid, as recorded live.
    let secret = given("corpsecret").ok_or_else(|| Fail::of(41004))?;
    let corp_id = given("corpid").ok_or_else(|| Fail::of(41002))?;
    let (access_token, expires_in) = world.issue_token(corp_id, secret, now)?;
    Ok(Reply::ok(&json!({"access_token": access_token, "expires_in": expires_in})))
}

/// `get_api_domain_ip`, doc 92520.
pub(super) fn api_ips(_world: &World, _call: &Call) -> Outcome {
    Ok(Reply::ok(&json!({"ip_list": ["203.0.113.1", "203.0.113.2"]})))
}

/// `getcallbackip`, doc 92521.
pub(super) fn callback_ips(_world: &World, _call: &Call) -> Outcome {
    Ok(Reply::ok(&json!({"ip_list": ["198.51.100.1", "198.51.100.*"]})))
}
