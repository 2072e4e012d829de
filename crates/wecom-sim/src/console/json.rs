//! The JSON form of the actions, `POST /_sim/console/<action>`.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    error::ConsoleError,
    forms::{ConsolePermission, ConsoleVisit, TrustedIps},
    session::{Result, Session, act, set_callback},
};
use crate::{
    shared::Shared,
    world::{Actor, TagMove},
};

type Action = fn(&mut Session<'_>, Value) -> Result<Value>;

/// All actions except `set_callback`, which first sends a request to a URL.
const ACTIONS: &[(&str, Action)] = &[
    ("create_member", |session, body| Ok(json!({"userid": session.create_member(read(body)?)?}))),
    ("update_member", |session, body| done(session.update_member(Actor::Console, read(body)?))),
    ("delete_member", |session, body| done(session.delete_member(&userid(body)?))),
    ("activate_member", |session, body| done(session.activate_member(&userid(body)?))),
    ("member_quits", |session, body| done(session.quit_member(&userid(body)?))),
    ("member_edits_profile", |session, body| done(session.update_member(Actor::Member, read(body)?))),
    ("create_department", |session, body| Ok(json!({"id": session.create_department(read(body)?)?}))),
    ("update_department", |session, body| done(session.update_department(read(body)?))),
    ("delete_department", |session, body| {
        let DepartmentId { id } = read(body)?;
        done(session.delete_department(id))
    }),
    ("create_tag", |session, body| {
        let NewTag { tagname, tagid } = read(body)?;
        Ok(json!({"tagid": session.create_tag(&tagname, tagid)?}))
    }),
    ("rename_tag", |session, body| {
        let RenamedTag { tagid, tagname } = read(body)?;
        done(session.rename_tag(tagid, &tagname))
    }),
    ("delete_tag", |session, body| {
        let TagId { tagid } = read(body)?;
        done(session.delete_tag(tagid))
    }),
    ("add_tag_members", |session, body| move_tag_members(session, TagMove::Add, body)),
    ("remove_tag_members", |session, body| move_tag_members(session, TagMove::Remove, body)),
    ("remove_callback", |session, body| {
        let Receiver { agentid } = read(body)?;
        session.remove_callback(agentid);
        done(Ok(()))
    }),
    ("set_permission", |session, body| {
        let Permission { permission } = read(body)?;
        session.set_permission(permission);
        done(Ok(()))
    }),
    ("set_legacy", |session, body| done(session.set_legacy(read(body)?))),
    ("set_trusted_ips", |session, body| {
        let TrustedIps { agentid, ips } = read(body)?;
        done(session.set_trusted_ips(agentid, ips))
    }),
    ("set_app_range", |session, body| done(session.set_app_range(read(body)?))),
    ("oauth_code", |session, body| Ok(json!({"code": session.oauth_code(read(body)?)?}))),
    ("tfa_code", |session, body| {
        let visit: ConsoleVisit = read(body)?;
        Ok(json!({"code": session.tfa_code(visit.userid.as_deref())?}))
    }),
    ("open_userid", |session, body| {
        let visit: ConsoleVisit = read(body)?;
        Ok(json!({"open_userid": session.open_userid(visit.userid.as_deref(), visit.agent_id)?}))
    }),
    ("event", |session, body| Ok(json!({"id": session.send_event(read(body)?)?}))),
];

/// Performs an action by its name. Each action has its own body; `docs/simulator.md` lists them.
pub(crate) async fn perform(shared: &Shared, action: &str, body: Value) -> Result<Value> {
    if action == "set_callback" {
        return done(set_callback(shared, read(body)?).await);
    }
    let Some((_, perform)) = ACTIONS.iter().find(|(name, _)| *name == action) else {
        let known: Vec<_> = ACTIONS.iter().map(|(name, _)| *name).chain(["set_callback"]).collect();
        return Err(ConsoleError::UnknownAction { action: action.into(), known: known.join(", ") });
    };
    act(shared, |session| perform(session, body)).await
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T> {
    serde_json::from_value(body).map_err(ConsoleError::input)
}

fn done(outcome: Result<()>) -> Result<Value> {
    outcome.map(|()| json!({"ok": true}))
}

fn userid(body: Value) -> Result<String> {
    let Userid { userid } = read(body)?;
    Ok(userid)
}

fn move_tag_members(session: &mut Session<'_>, to: TagMove, body: Value) -> Result<Value> {
    let TagMembers { tagid, userlist, partylist } = read(body)?;
    let userids: Vec<&str> = userlist.iter().map(String::as_str).collect();
    let invalid = session.move_tag_members(to, tagid, &userids, &partylist)?;
    Ok(json!({"invalidlist": invalid.members, "invalidparty": invalid.departments}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Userid {
    userid: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DepartmentId {
    id: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTag {
    tagname: String,
    tagid: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RenamedTag {
    tagid: i64,
    tagname: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagId {
    tagid: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagMembers {
    tagid: i64,
    #[serde(default)]
    userlist: Vec<String>,
    #[serde(default)]
    partylist: Vec<i64>,
}

/// `agentid` selects an app; the default is the contacts assistant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    agentid: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    permission: ConsolePermission,
}
