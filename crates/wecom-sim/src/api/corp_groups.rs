//! Corp groups (企业互联, 上下游): apps shared with lower corps, chains, and their permissions.
//!
//! Only the app configured in the console (上下游 > 可调用接口的应用) can read and change everything. Other apps can read the
//! data of the corps that they are shared with.

use serde_json::{Value, json};
use wecom_cipher::hex;

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{
    Business, Caller, Chain, ChainCorp, CorpGroups, Credential, Fail, World,
    callback::{Event, Receiver},
};

/// Maximum number of corps in one page of `list_app_share_info`.
const SHARES_PER_PAGE: i64 = 100;
/// Maximum number of ids for `batch/external_userid_to_pending_id`.
const EXTERNAL_IDS: usize = 100;

/// `corpgroup/corp/list_app_share_info`, doc 95813.
pub(super) fn shares(world: &World, call: &Call) -> Outcome {
    let agent_id = number(call, "agentid")?;
    let business = Business::of(call.args.integer("business_type")).ok_or_else(|| Fail::of(40058))?;
    let limit = call.args.integer("limit").unwrap_or(0);
    if !(0..=SHARES_PER_PAGE).contains(&limit) {
        return Err(Fail::of(40058));
    }
    let only = call.args.text("corpid").filter(|text| !text.is_empty());
    let corps: Vec<_> = groups(world, call)
        .shares
        .iter()
        .filter(|share| i64::from(share.agent_id) == agent_id && share.business == business)
        .map(|share| (share, world.corp(share.corp)))
        .filter(|(_, corp)| only.is_none_or(|id| id == corp.id))
        .map(|(share, corp)| json!({"corpid": corp.id, "corp_name": corp.name, "agentid": share.lower_agent_id}))
        .collect();
    let (page, next) = page(call, corps, limit)?;
    Ok(Reply::ok(&json!({
        "ending": u8::from(next.is_none()),
        "corp_list": page,
        "next_cursor": next.unwrap_or_default(),
    })))
}

/// `corpgroup/corp/gettoken`, doc 93359: a token of the lower corp's app.
pub(super) fn token(world: &mut World, call: &Call) -> Outcome {
    let corp_id = text(call, "corpid")?;
    let lower_agent_id = number(call, "agentid")?;
    let business = Business::of(call.args.integer("business_type")).ok_or_else(|| Fail::of(40058))?;
    let agent_id = own_app(&call.caller)?;
    let share = groups(world, call)
        .shares_of(agent_id, business)
        .find(|share| {
            world.corp(share.corp).id == corp_id && i64::from(share.lower_agent_id) == lower_agent_id
        })
        .ok_or_else(|| Fail::of(670_001))?;
    let lower = Caller { corp: share.corp, credential: Credential::SharedApp(share.lower_agent_id) };
    let (access_token, expires_in) = world.token_of(lower, call.now);
    Ok(Reply::ok(&json!({"access_token": access_token, "expires_in": expires_in})))
}

/// `miniprogram/transfer_session`, doc 95817, called with the lower corp's token.
pub(super) fn transfer_session(world: &World, call: &Call) -> Outcome {
    let userid = text(call, "userid")?;
    let session_key = text(call, "session_key")?;
    let Credential::SharedApp(_) = call.caller.credential else {
        return Err(Fail::of(48002));
    };
    let corp = &world.corp(call.caller.corp).id;
    Ok(Reply::ok(&json!({
        "userid": userid,
        // The key has the right format and is the same for the same session.
        "session_key": base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            digest(&["session", corp, session_key]),
        ),
    })))
}

/// `corpgroup/corp/get_chain_list`, doc 95820.
pub(super) fn chains(world: &World, call: &Call) -> Outcome {
    let chains: Vec<_> =
        groups(world, call).chains.iter().filter(|chain| sees_chain(world, call, chain)).map(named).collect();
    Ok(Reply::ok(&json!({"chains": chains})))
}

/// `corpgroup/corp/get_chain_group`, doc 95820.
pub(super) fn chain_groups(world: &World, call: &Call) -> Outcome {
    let chain = chain(world, call)?;
    let only = call.args.integer("groupid");
    if only.is_some_and(|id| !chain.has_group(id)) {
        return Err(Fail::of(670_003));
    }
    let groups: Vec<_> = chain
        .groups
        .iter()
        .filter(|group| only.is_none_or(|id| id == group.id))
        .map(|group| {
            json!({
                "groupid": group.id,
                "group_name": group.name,
                "parentid": group.parent,
                "order": group.order,
            })
        })
        .collect();
    Ok(Reply::ok(&json!({"groups": groups})))
}

/// `corpgroup/corp/get_chain_corpinfo_list`, doc 95820: the corps directly in one group.
pub(super) fn chain_corps(world: &World, call: &Call) -> Outcome {
    let chain = chain(world, call)?;
    let group = call.args.integer("groupid").unwrap_or(crate::world::ROOT_GROUP);
    if !chain.has_group(group) {
        return Err(Fail::of(670_003));
    }
    let with_pending = call.args.flag("need_pending").unwrap_or(false);
    let is_api_app = is_api_app(world, call);
    let corps: Vec<_> = chain
        .corps
        .iter()
        .filter(|corp| corp.group == group && (corp.joined || with_pending))
        .filter(|corp| sees_corp(world, call, corp))
        .map(|corp| {
            let mut row = json!({
                "groupid": corp.group,
                "corp_name": corp.name,
                "custom_id": corp.custom_id,
                "is_joined": u8::from(corp.joined),
            });
            let id = if corp.joined { "corpid" } else { "pending_corpid" };
            row[id] = corp.id.as_str().into();
            if is_api_app && !corp.invite_userid.is_empty() {
                row["invite_userid"] = corp.invite_userid.as_str().into();
            }
            row
        })
        .collect();
    let limit = call.args.integer("limit").unwrap_or(0);
    let (page, next) = page(call, corps, limit)?;
    Ok(Reply::ok(&json!({
        "has_more": next.is_some(),
        "next_cursor": next.unwrap_or_default(),
        "group_corps": page,
    })))
}

/// `corpgroup/corp/get_chain_corpinfo`, doc 95820.
pub(super) fn chain_corp(world: &World, call: &Call) -> Outcome {
    let chain = chain(world, call)?;
    let corp = named_corp(chain, call)?;
    if !sees_corp(world, call, corp) {
        return Err(Fail::of(670_004));
    }
    let mut reply = json!({
        "corp_name": corp.name,
        "custom_id": corp.custom_id,
        "groupid": corp.group,
        "is_joined": corp.joined,
    });
    if corp.joined {
        // 2 means verified (已验证).
        reply["qualification_status"] = 2.into();
    }
    Ok(Reply::ok(&reply))
}

/// `corpgroup/corp/remove_corp`, doc 95822.
pub(super) fn remove_corp(world: &mut World, call: &Call) -> Outcome {
    let agent_id = api_app(world, call)?;
    let chain_id = chain(world, call)?.id.clone();
    let corp_id = {
        let chain = chain(world, call)?;
        named_corp(chain, call)?.id.clone()
    };
    let upper = call.caller.corp;
    let groups = &mut world.corp_mut(upper).groups;
    let mut joined = false;
    if let Some(chain) = groups.chain_mut(&chain_id) {
        chain.corps.retain(|corp| {
            joined |= corp.id == corp_id && corp.joined;
            corp.id != corp_id
        });
    }
    let lower = world.corp_with_id(&corp_id);
    if let Some(lower) = lower {
        // Apps that were shared with the removed corp are no longer shared.
        let groups = &mut world.corp_mut(upper).groups;
        groups.shares.retain(|share| share.corp != lower || share.business != Business::Chain);
    }
    if joined {
        let event = Event::new(&world.corp(upper).id, "sys", call.now, "change_chain")
            .of_change("remove_corp")
            .text("ChangeType", "remove_corp")
            .text("ChainId", &chain_id)
            .text("CorpId", &corp_id);
        world.send_event(upper, Receiver::App(agent_id), event);
    }
    Ok(Reply::said("ok"))
}

/// `corpgroup/corp/get_chain_user_custom_id`, doc 97441.
pub(super) fn user_custom_id(world: &World, call: &Call) -> Outcome {
    let chain = chain(world, call)?;
    let corp_id = text(call, "corpid")?;
    let userid = text(call, "userid")?;
    let corp =
        chain.joined(corp_id).filter(|corp| sees_corp(world, call, corp)).ok_or_else(|| Fail::of(670_004))?;
    let lower = world.corp_with_id(corp_id).map(|index| world.corp(index));
    let member = lower.and_then(|lower| lower.members.get(userid)).ok_or_else(|| Fail::of(670_029))?;
    // A custom id was imported with a mobile; it belongs to the member with this mobile.
    let custom_id = corp
        .contacts
        .iter()
        .find(|contact| *contact.mobile == *member.mobile && !contact.user_custom_id.is_empty())
        .map(|contact| contact.user_custom_id.as_str())
        .ok_or_else(|| Fail::of(670_035))?;
    Ok(Reply::ok(&json!({"user_custom_id": custom_id})))
}

/// `corpgroup/get_corp_shared_chain_list`, doc 97442.
pub(super) fn shared_chains(world: &World, call: &Call) -> Outcome {
    let corp_id = text(call, "corpid")?;
    let chains: Vec<_> = groups(world, call)
        .chains
        .iter()
        .filter(|chain| chain.joined(corp_id).is_some_and(|corp| sees_corp(world, call, corp)))
        .map(named)
        .collect();
    Ok(Reply::ok(&json!({"chains": chains})))
}

/// `corpgroup/rule/list_ids`, doc 95631.
pub(super) fn rule_ids(world: &World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let ids: Vec<_> = chain(world, call)?.rules.keys().collect();
    Ok(Reply::ok(&json!({"rule_ids": ids})))
}

/// `corpgroup/rule/get_rule_info`, doc 95633.
pub(super) fn rule(world: &World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let id = number(call, "rule_id")?;
    let rule = chain(world, call)?.rules.get(&id).ok_or_else(|| Fail::of(670_006))?;
    Ok(Reply::ok(&json!({"rule_info": rule})))
}

/// `corpgroup/rule/add_rule`.
pub(super) fn add_rule(world: &mut World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let rule = rule_info(call)?;
    let chain = chain_mut(world, call)?;
    chain.last_rule += 1;
    let id = chain.last_rule;
    chain.rules.insert(id, rule);
    Ok(Reply::ok(&json!({"rule_id": id})))
}

/// `corpgroup/rule/modify_rule`.
pub(super) fn modify_rule(world: &mut World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let id = number(call, "rule_id")?;
    let rule = rule_info(call)?;
    let kept = chain_mut(world, call)?.rules.get_mut(&id).ok_or_else(|| Fail::of(670_006))?;
    *kept = rule;
    Ok(Reply::said("ok"))
}

/// `corpgroup/rule/delete_rule`.
pub(super) fn delete_rule(world: &mut World, call: &Call) -> Outcome {
    api_app(world, call)?;
    let id = number(call, "rule_id")?;
    chain_mut(world, call)?.rules.remove(&id).ok_or_else(|| Fail::of(670_006))?;
    Ok(Reply::said("ok"))
}

/// `corpgroup/unionid_to_external_userid`, doc 95818. The simulator has no customers, so every unionid counts as a
/// customer of every corp that the app is shared with.
pub(super) fn external_userids(world: &World, call: &Call) -> Outcome {
    let unionid = text(call, "unionid")?;
    text(call, "openid")?;
    let only = call.args.text("corpid").filter(|text| !text.is_empty());
    let agent_id = own_app(&call.caller)?;
    let found: Vec<_> = groups(world, call)
        .shares_of(agent_id, Business::Chain)
        .map(|share| world.corp(share.corp).id.as_str())
        .filter(|corp| only.is_none_or(|id| id == *corp))
        .map(|corp| json!({"corpid": corp, "external_userid": invented("wm", &[unionid, corp])}))
        .collect();
    Ok(Reply::ok(&json!({"external_userid_info": found})))
}

/// `corpgroup/unionid_to_pending_id`, doc 97357.
pub(super) fn pending_id(_world: &World, call: &Call) -> Outcome {
    let unionid = text(call, "unionid")?;
    text(call, "openid")?;
    Ok(Reply::ok(&json!({"pending_id": invented("pd", &[unionid])})))
}

/// `corpgroup/batch/external_userid_to_pending_id`, doc 97357.
pub(super) fn pending_ids(_world: &World, call: &Call) -> Outcome {
    let ids =
        call.args.texts("external_userid").filter(|ids| !ids.is_empty()).ok_or_else(|| Fail::of(40063))?;
    if ids.len() > EXTERNAL_IDS {
        return Err(Fail::of(40058));
    }
    let result: Vec<_> =
        ids.iter().map(|id| json!({"external_userid": id, "pending_id": invented("pd", &[id])})).collect();
    Ok(Reply::ok(&json!({"result": result})))
}

pub(super) fn groups<'a>(world: &'a World, call: &Call) -> &'a CorpGroups {
    &world.corp(call.caller.corp).groups
}

pub(super) fn text<'a>(call: &'a Call, key: &str) -> Result<&'a str, Fail> {
    call.args.text(key).filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(40063))
}

fn number(call: &Call, key: &str) -> Result<i64, Fail> {
    call.args.integer(key).ok_or_else(|| Fail::of(40063))
}

/// Returns the app of the upper corp. A token of a lower corp is refused.
fn own_app(caller: &Caller) -> Result<u32, Fail> {
    match caller.credential {
        Credential::App(agent_id) => Ok(agent_id),
        _ => Err(Fail::of(48002)),
    }
}

fn is_api_app(world: &World, call: &Call) -> bool {
    own_app(&call.caller).is_ok_and(|agent_id| groups(world, call).api_app == Some(agent_id))
}

/// Returns the app configured in the console; other apps get 48002.
pub(super) fn api_app(world: &World, call: &Call) -> Result<u32, Fail> {
    let agent_id = own_app(&call.caller)?;
    if groups(world, call).api_app == Some(agent_id) { Ok(agent_id) } else { Err(Fail::of(48002)) }
}

fn sees_corp(world: &World, call: &Call, corp: &ChainCorp) -> bool {
    let Ok(agent_id) = own_app(&call.caller) else {
        return false;
    };
    let groups = groups(world, call);
    groups.api_app == Some(agent_id)
        || groups
            .shares_of(agent_id, Business::Chain)
            .any(|share| corp.joined && world.corp(share.corp).id == corp.id)
}

fn sees_chain(world: &World, call: &Call, chain: &Chain) -> bool {
    is_api_app(world, call) || chain.corps.iter().any(|corp| sees_corp(world, call, corp))
}

pub(super) fn chain<'a>(world: &'a World, call: &Call) -> Result<&'a Chain, Fail> {
    let id = text(call, "chain_id")?;
    groups(world, call)
        .chain(id)
        .filter(|chain| sees_chain(world, call, chain))
        .ok_or_else(|| Fail::of(670_002))
}

fn chain_mut<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Chain, Fail> {
    let id = text(call, "chain_id")?;
    let groups = &mut world.corp_mut(call.caller.corp).groups;
    groups.chain_mut(id).ok_or_else(|| Fail::of(670_002))
}

/// Returns the corp of `corpid` or `pending_corpid`; `corpid` has priority.
fn named_corp<'a>(chain: &'a Chain, call: &Call) -> Result<&'a ChainCorp, Fail> {
    let given = |key| call.args.text(key).filter(|text| !text.is_empty());
    let found = match (given("corpid"), given("pending_corpid")) {
        (Some(id), _) => chain.joined(id),
        (None, Some(id)) => chain.pending(id),
        (None, None) => return Err(Fail::of(40063)),
    };
    found.ok_or_else(|| Fail::of(670_004))
}

/// Checks that both ranges are present, each with at least one of its two lists.
fn rule_info(call: &Call) -> Result<Value, Fail> {
    let info = call.args.value("rule_info").and_then(Value::as_object).ok_or_else(|| Fail::of(40063))?;
    let listed = |range: &str, keys: [&str; 2]| {
        keys.iter().any(|key| {
            info.get(range).and_then(|range| range[*key].as_array()).is_some_and(|list| !list.is_empty())
        })
    };
    if listed("owner_corp_range", ["departmentids", "userids"])
        && listed("member_corp_range", ["groupids", "corpids"])
    {
        Ok(Value::Object(info.clone()))
    } else {
        Err(Fail::of(40063))
    }
}

fn named(chain: &Chain) -> Value {
    json!({"chain_id": chain.id, "chain_name": chain.name})
}

/// Returns one page of rows and the cursor of the next page; `limit` 0 returns all rows.
fn page(call: &Call, rows: Vec<Value>, limit: i64) -> Result<(Vec<Value>, Option<String>), Fail> {
    let first = match call.args.text("cursor").filter(|text| !text.is_empty()) {
        Some(cursor) => cursor
            .strip_prefix("cursor-")
            .and_then(|place| place.parse().ok())
            .ok_or_else(|| Fail::of(40058))?,
        None => 0_usize,
    };
    let limit = usize::try_from(limit).map_err(|_| Fail::of(40058))?;
    let count = rows.len();
    let end = if limit == 0 { count } else { count.min(first.saturating_add(limit)) };
    let next = (end < count).then(|| format!("cursor-{end}"));
    let page = rows.into_iter().take(end).skip(first).collect();
    Ok((page, next))
}

/// Returns an opaque id that is the same for the same parts.
fn invented(prefix: &str, parts: &[&str]) -> String {
    format!("{prefix}{}", hex(digest(parts)))
}

fn digest(parts: &[&str]) -> [u8; 16] {
    use md5::Digest;
    md5::Md5::digest(parts.join("\0")).into()
}
