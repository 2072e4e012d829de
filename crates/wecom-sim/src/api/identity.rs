//! Identities: OAuth codes (网页授权), second verification (二次验证), conversion of userids to openids and `open_userid`s.

use serde::Serialize;
use serde_json::json;

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{Fail, MemberNo, World, qr_code};

/// Maximum number of ids in one `batch/openuserid_to_userid`.
const CONVERTED_AT_ONCE: usize = 1000;

/// `auth/getuserinfo`, docs 91023 and 98176.
pub(super) fn user_info(world: &mut World, call: &Call) -> Outcome {
    let code = call.args.query("code").unwrap_or_default();
    let info = world.redeem_code(&call.caller, code, call.now)?;
    Ok(Reply::ok(&info))
}

/// `user/getuserinfo`, the former path of `auth/getuserinfo`, which older clients still call. The reply has the older
/// field names.
pub(super) fn user_info_of_old(world: &mut World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Info {
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        open_id: Option<String>,
        device_id: &'static str,
        #[serde(rename = "user_ticket", skip_serializing_if = "Option::is_none")]
        user_ticket: Option<String>,
        #[serde(rename = "external_userid", skip_serializing_if = "Option::is_none")]
        external_userid: Option<String>,
    }
    let code = call.args.query("code").unwrap_or_default();
    let info = world.redeem_code(&call.caller, code, call.now)?;
    Ok(Reply::ok(&Info {
        user_id: info.userid,
        open_id: info.openid,
        device_id: "",
        user_ticket: info.user_ticket,
        external_userid: info.external_userid,
    }))
}

/// `auth/getuserdetail`, doc 95833, and `user/getuserdetail`, its former path.
pub(super) fn user_detail(world: &World, call: &Call) -> Outcome {
    let ticket =
        call.args.text("user_ticket").filter(|ticket| !ticket.is_empty()).ok_or_else(|| Fail::of(84090))?;
    let no = world.holder_of_ticket(&call.caller, ticket, call.now)?;
    let corp = world.corp(call.caller.corp);
    let member = corp.members.at(no).ok_or_else(|| Fail::of(84015))?;
    let view = world.view(&call.caller);
    if !view.sees(no, member) {
        return Err(Fail::of(60011));
    }
    Ok(Reply::ok(&json!({
        "userid": member.userid,
        "gender": member.gender.digit(),
        "avatar": member.avatar(),
        "qr_code": qr_code(corp, no).to_string(),
        "mobile": member.mobile,
        "email": member.email,
        "biz_mail": member.biz_mail,
        "address": member.address,
    })))
}

/// `auth/get_tfa_info`, doc 99499.
pub(super) fn tfa_info(world: &mut World, call: &Call) -> Outcome {
    let code = call.args.text("code").unwrap_or_default();
    let (userid, tfa_code) = world.open_second_verification(&call.caller, code, call.now)?;
    Ok(Reply::ok(&json!({"userid": userid, "tfa_code": tfa_code})))
}

/// `user/tfa_succ`, doc 99500.
pub(super) fn confirm_tfa(world: &mut World, call: &Call) -> Outcome {
    let userid = call.args.text("userid").unwrap_or_default();
    let tfa_code = call.args.text("tfa_code").unwrap_or_default();
    world.close_second_verification(&call.caller, userid, tfa_code, call.now)?;
    Ok(Reply::said("ok"))
}

/// `user/convert_to_openid`, doc 90202.
pub(super) fn to_openid(world: &World, call: &Call) -> Outcome {
    let userid = call.args.text("userid").unwrap_or_default();
    let (no, member) = world.view(&call.caller).required_member(userid)?;
    if !member.has_wechat() {
        return Err(Fail::of(43004));
    }
    Ok(Reply::ok(&json!({"openid": world.corp(call.caller.corp).openid(no)})))
}

/// `user/convert_to_userid`, doc 90202.
pub(super) fn from_openid(world: &World, call: &Call) -> Outcome {
    let openid = call.args.text("openid").unwrap_or_default();
    if openid.is_empty() {
        return Err(Fail::of(40063));
    }
    let view = world.view(&call.caller);
    let corp = view.corp;
    let (no, member) = corp
        .number_of_openid(openid)
        .and_then(|no| Some((no, corp.members.at(no)?)))
        .filter(|(_, member)| member.has_wechat())
        .ok_or_else(|| Fail::of(40073))?;
    if !view.sees(no, member) {
        return Err(Fail::of(60011));
    }
    Ok(Reply::ok(&json!({"userid": member.userid})))
}

/// `batch/userid_to_openuserid`, doc 97062. Only third-party apps can call it, so every secret of the corp is
/// refused.
pub(super) fn to_open_userids(_world: &World, _call: &Call) -> Outcome {
    Err(Fail::of(48002))
}

/// `batch/openuserid_to_userid`, docs 95884 and 101521. The default of `source_agentid` is the calling app.
pub(super) fn from_open_userids(world: &World, call: &Call) -> Outcome {
    let ids = call.args.texts("open_userid_list").unwrap_or_default();
    if ids.is_empty() {
        return Err(Fail::of(40063));
    }
    if ids.len() > CONVERTED_AT_ONCE {
        return Err(Fail::of(40058));
    }
    let view = world.view(&call.caller);
    let source = call
        .args
        .integer("source_agentid")
        .map(|agent_id| u32::try_from(agent_id).ok())
        .unwrap_or(call.caller.agent_id());
    let source_view = source
        .filter(|agent_id| view.corp.app(*agent_id).is_some())
        .map(|agent_id| world.view_of_app(call.caller.corp, agent_id));
    let resolve = |id: &str| -> Option<(MemberNo, &str)> {
        let no = view.corp.number_of_open_userid(source?, id)?;
        let member = view.corp.members.at(no)?;
        let seen_by_source = source_view.as_ref().is_none_or(|source| source.sees(no, member));
        (view.sees(no, member) && seen_by_source).then_some((no, &*member.userid))
    };
    let mut found = Vec::new();
    let mut invalid = Vec::new();
    for id in ids {
        match resolve(id) {
            Some((_, userid)) => found.push(json!({"open_userid": id, "userid": userid})),
            None => invalid.push(id),
        }
    }
    Ok(Reply::ok(&json!({"userid_list": found, "invalid_open_userid_list": invalid})))
}
