//! The JSON form of the actions, `POST /_sim/console/<action>`.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    forms::{
        ConsoleCallback, ConsoleDepartment, ConsoleEvent, ConsoleLegacy, ConsolePermission, ConsoleRange,
        ConsoleVisit, TrustedIps,
    },
    member::ConsoleMember,
    session::{Result, Session, act, set_callback},
};
use crate::{
    control::{Call, Input, Operation},
    world::{Actor, TagMove},
};

/// Returns the operations of all actions.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        action("create_member", "Creates a member (添加成员).", |session, form: ConsoleMember| {
            Ok(NewUserid { userid: session.create_member(form)? })
        }),
        action("update_member", "Changes a member (编辑成员).", |session, form: ConsoleMember| {
            done(session.update_member(Actor::Console, form))
        }),
        action("delete_member", "Deletes a member (删除成员).", |session, Userid { userid }| {
            done(session.delete_member(&userid))
        }),
        action(
            "activate_member",
            "Lets a member log in for the first time (激活).",
            |session, Userid { userid }| done(session.activate_member(&userid)),
        ),
        action(
            "member_quits",
            "Lets a member leave the corp (退出企业).",
            |session, Userid { userid }| done(session.quit_member(&userid)),
        ),
        action(
            "member_edits_profile",
            "Changes the profile of a member, as done by the member in the WeCom app.",
            |session, form: ConsoleMember| done(session.update_member(Actor::Member, form)),
        ),
        action(
            "create_department",
            "Creates a department (添加部门).",
            |session, form: ConsoleDepartment| Ok(NewDepartmentId { id: session.create_department(form)? }),
        ),
        action("update_department", "Changes a department.", |session, form: ConsoleDepartment| {
            done(session.update_department(form))
        }),
        action("delete_department", "Deletes an empty department.", |session, DepartmentId { id }| {
            done(session.delete_department(id))
        }),
        action("create_tag", "Creates a tag (标签).", |session, NewTag { tagname, tagid }| {
            Ok(NewTagId { tagid: session.create_tag(&tagname, tagid)? })
        }),
        action("rename_tag", "Renames a tag.", |session, RenamedTag { tagid, tagname }| {
            done(session.rename_tag(tagid, &tagname))
        }),
        action("delete_tag", "Deletes a tag.", |session, TagId { tagid }| done(session.delete_tag(tagid))),
        action("add_tag_members", "Adds members and departments to a tag.", |session, form: TagMembers| {
            move_tag_members(session, TagMove::Add, &form)
        }),
        action(
            "remove_tag_members",
            "Removes members and departments from a tag.",
            |session, form: TagMembers| move_tag_members(session, TagMove::Remove, &form),
        ),
        Operation::post(
            path_of("set_callback"),
            id_of("set_callback"),
            "Sets a callback target (接收事件服务器). The URL must pass its verification first.",
            async |call: Call<(), (), Input<ConsoleCallback>>| {
                set_callback(&call.shared, call.body.0).await?;
                Ok(Json(Done { ok: true }))
            },
        ),
        action("remove_callback", "Removes a callback target.", |session, CallbackReceiver { agentid }| {
            session.remove_callback(agentid);
            done(Ok(()))
        }),
        action(
            "set_permission",
            "Sets the permission of the contacts-sync secret (通讯录同步 > 权限).",
            |session, Permission { permission }| {
                session.set_permission(permission);
                done(Ok(()))
            },
        ),
        action(
            "set_legacy",
            "Sets or removes the permissions from before 2022.",
            |session, form: ConsoleLegacy| done(session.set_legacy(form)),
        ),
        action(
            "set_trusted_ips",
            "Sets the only IPs that can call with a secret (企业可信IP). An empty list allows all IPs.",
            |session, TrustedIps { agentid, ips }| done(session.set_trusted_ips(agentid, ips)),
        ),
        action(
            "set_app_range",
            "Sets the visible range (可见范围) of an app.",
            |session, form: ConsoleRange| done(session.set_app_range(form)),
        ),
        action("oauth_code", "Opens a page of an app (网页授权).", oauth_code),
        action("tfa_code", "Opens the second-verification page as a member (二次验证).", tfa_code),
        action("open_userid", "Returns the open_userid of a member for an app of a provider.", open_userid),
        action("event", "Sends any event, with the elements given.", |session, form: ConsoleEvent| {
            Ok(NewDelivery { id: session.send_event(form)? })
        }),
        // Shorter paths for the visits.
        shortcut("oauth/code", "oauth_code", "Opens a page of an app (网页授权).", oauth_code),
        shortcut(
            "tfa/code",
            "tfa_code",
            "Opens the second-verification page as a member (二次验证).",
            tfa_code,
        ),
        shortcut(
            "open_userid",
            "open_userid",
            "Returns the open_userid of a member for an app of a provider.",
            open_userid,
        ),
    ]
}

fn path_of(action: &str) -> String {
    format!("/_sim/console/{action}")
}

fn id_of(action: &str) -> String {
    format!("console_{action}")
}

/// Returns the operation of an action, which is done while the world is locked.
fn action<B, R, F>(name: &'static str, summary: &'static str, perform: F) -> Operation
where
    B: DeserializeOwned + JsonSchema + Send + 'static,
    R: Serialize + JsonSchema + Send + 'static,
    F: FnOnce(&mut Session<'_>, B) -> Result<R> + Clone + Send + Sync + 'static,
{
    at_path(path_of(name), id_of(name), summary, perform)
}

fn shortcut<B, R, F>(path: &str, id: &'static str, summary: &'static str, perform: F) -> Operation
where
    B: DeserializeOwned + JsonSchema + Send + 'static,
    R: Serialize + JsonSchema + Send + 'static,
    F: FnOnce(&mut Session<'_>, B) -> Result<R> + Clone + Send + Sync + 'static,
{
    at_path(format!("/_sim/{path}"), id.to_owned(), summary, perform)
}

fn at_path<B, R, F>(path: String, id: String, summary: &'static str, perform: F) -> Operation
where
    B: DeserializeOwned + JsonSchema + Send + 'static,
    R: Serialize + JsonSchema + Send + 'static,
    F: FnOnce(&mut Session<'_>, B) -> Result<R> + Clone + Send + Sync + 'static,
{
    let handler = move |call: Call<(), (), Input<B>>| async move {
        Ok(Json(act(&call.shared, |session| perform(session, call.body.0)).await?))
    };
    Operation::post(path, id, summary, handler)
}

fn done(outcome: Result<()>) -> Result<Done> {
    outcome.map(|()| Done { ok: true })
}

fn move_tag_members(session: &mut Session<'_>, to: TagMove, form: &TagMembers) -> Result<NotMoved> {
    let userids: Vec<&str> = form.userlist.iter().map(String::as_str).collect();
    let invalid = session.move_tag_members(to, form.tagid, &userids, &form.partylist)?;
    Ok(NotMoved { invalidlist: invalid.members, invalidparty: invalid.departments })
}

fn oauth_code(session: &mut Session<'_>, visit: ConsoleVisit) -> Result<VisitCode> {
    Ok(VisitCode { code: session.oauth_code(visit)? })
}

fn tfa_code(session: &mut Session<'_>, visit: ConsoleVisit) -> Result<VisitCode> {
    Ok(VisitCode { code: session.tfa_code(visit.userid.as_deref())? })
}

fn open_userid(session: &mut Session<'_>, visit: ConsoleVisit) -> Result<OpenUserid> {
    Ok(OpenUserid { open_userid: session.open_userid(visit.userid.as_deref(), visit.agent_id)? })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Userid {
    userid: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DepartmentId {
    id: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewTag {
    tagname: String,
    /// Defaults to the next free id.
    tagid: Option<i64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RenamedTag {
    tagid: i64,
    tagname: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TagId {
    tagid: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TagMembers {
    tagid: i64,
    /// Userids.
    #[serde(default)]
    userlist: Vec<String>,
    /// Ids of departments.
    #[serde(default)]
    partylist: Vec<i64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CallbackReceiver {
    /// The app; defaults to the contacts assistant.
    agentid: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Permission {
    permission: ConsolePermission,
}

/// The reply of a call without a result.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// Always true.
    pub(crate) ok: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NewUserid {
    userid: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NewDepartmentId {
    id: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NewTagId {
    tagid: u32,
}

/// The ids that do not exist.
#[derive(Debug, Serialize, JsonSchema)]
struct NotMoved {
    /// Userids without a member.
    invalidlist: Vec<String>,
    /// Ids without a department.
    invalidparty: Vec<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct VisitCode {
    /// The code for the page. It works once, for five minutes.
    code: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OpenUserid {
    open_userid: String,
}

/// The id of a new delivery.
#[derive(Debug, Serialize, JsonSchema)]
struct NewDelivery {
    id: u64,
}
