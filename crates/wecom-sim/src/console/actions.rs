//! One function per action.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    ConsoleError,
    forms::{
        AnyEvent, AppRange, Callback, Department, DepartmentId, Legacy, Level, Member, NewTag, Permission,
        RenamedTag, TagId, TagMembers, TrustedIps, Userid, Visit, Whose,
    },
};
use crate::{
    clock::Millis,
    sim::Shared,
    world::{
        Actor, App, DepartmentForm, MemberForm, MemberNo, Range, TagMove, Visitor, World,
        callback::{Event, Receiver, Target},
    },
};

type Done = Result<Value, ConsoleError>;

/// Who acts, and when.
struct Deed<'w> {
    world: &'w mut World,
    now: Millis,
    /// The app that is meant where none is named.
    agent_id: u32,
}

type Action = fn(&mut Deed<'_>, Value) -> Done;

/// Everything but what must ask a URL first.
const ACTIONS: &[(&str, Action)] = &[
    ("create_member", create_member),
    ("update_member", update_member),
    ("delete_member", delete_member),
    ("activate_member", activate_member),
    ("member_quits", member_quits),
    ("member_edits_profile", member_edits_profile),
    ("create_department", create_department),
    ("update_department", update_department),
    ("delete_department", delete_department),
    ("create_tag", create_tag),
    ("rename_tag", rename_tag),
    ("delete_tag", delete_tag),
    ("add_tag_members", add_tag_members),
    ("remove_tag_members", remove_tag_members),
    ("remove_callback", remove_callback),
    ("set_permission", set_permission),
    ("set_legacy", set_legacy),
    ("set_trusted_ips", set_trusted_ips),
    ("set_app_range", set_app_range),
    ("oauth_code", oauth_code),
    ("tfa_code", tfa_code),
    ("open_userid", open_userid),
    ("event", event),
];

pub(crate) async fn perform(shared: &Arc<Shared>, action: &str, body: Value) -> Done {
    if action == "set_callback" {
        return set_callback(shared, read(body)?).await;
    }
    let Some((_, act)) = ACTIONS.iter().find(|(name, _)| *name == action) else {
        let known: Vec<_> = ACTIONS.iter().map(|(name, _)| *name).chain(["set_callback"]).collect();
        return Err(ConsoleError::UnknownAction { action: action.into(), known: known.join(", ") });
    };
    shared.settle().await;
    let now = shared.clock.now();
    let mut world = shared.world.write();
    world.moment = now;
    let mut deed = Deed { world: &mut world, now, agent_id: shared.config.agent_id };
    act(&mut deed, body)
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, ConsoleError> {
    serde_json::from_value(body).map_err(ConsoleError::input)
}

fn done() -> Done {
    Ok(json!({"ok": true}))
}

fn create_member(deed: &mut Deed<'_>, body: Value) -> Done {
    let form = MemberForm::from(read::<Member>(body)?);
    let created = deed.world.create_member(0, Actor::Console, &form, deed.now)?;
    Ok(json!({"userid": created.userid}))
}

fn update_member(deed: &mut Deed<'_>, body: Value) -> Done {
    let form = MemberForm::from(read::<Member>(body)?);
    deed.world.update_member(0, Actor::Console, &form, deed.now)?;
    done()
}

fn delete_member(deed: &mut Deed<'_>, body: Value) -> Done {
    let Userid { userid } = read(body)?;
    deed.world.delete_member(0, Actor::Console, &userid)?;
    done()
}

fn activate_member(deed: &mut Deed<'_>, body: Value) -> Done {
    let Userid { userid } = read(body)?;
    deed.world.activate_member(0, &userid)?;
    done()
}

/// 退出企业.
fn member_quits(deed: &mut Deed<'_>, body: Value) -> Done {
    let Userid { userid } = read(body)?;
    deed.world.quit_member(0, &userid)?;
    done()
}

/// In the client, by the member.
fn member_edits_profile(deed: &mut Deed<'_>, body: Value) -> Done {
    let form = MemberForm::from(read::<Member>(body)?);
    deed.world.update_member(0, Actor::Member, &form, deed.now)?;
    done()
}

fn create_department(deed: &mut Deed<'_>, body: Value) -> Done {
    let form = DepartmentForm::from(read::<Department>(body)?);
    let id = deed.world.create_department(0, Actor::Console, &form)?;
    Ok(json!({"id": id}))
}

fn update_department(deed: &mut Deed<'_>, body: Value) -> Done {
    let form = DepartmentForm::from(read::<Department>(body)?);
    deed.world.update_department(0, Actor::Console, &form)?;
    done()
}

fn delete_department(deed: &mut Deed<'_>, body: Value) -> Done {
    let DepartmentId { id } = read(body)?;
    deed.world.delete_department(0, Actor::Console, id)?;
    done()
}

fn create_tag(deed: &mut Deed<'_>, body: Value) -> Done {
    let NewTag { tagname, tagid } = read(body)?;
    let id = deed.world.create_tag(0, Actor::Console, tagid, Some(&tagname))?;
    Ok(json!({"tagid": id}))
}

fn rename_tag(deed: &mut Deed<'_>, body: Value) -> Done {
    let RenamedTag { tagid, tagname } = read(body)?;
    deed.world.rename_tag(0, Actor::Console, Some(tagid), Some(&tagname))?;
    done()
}

fn delete_tag(deed: &mut Deed<'_>, body: Value) -> Done {
    let TagId { tagid } = read(body)?;
    deed.world.delete_tag(0, Actor::Console, Some(tagid))?;
    // An app may have seen people only through this tag.
    deed.world.ranges_changed(0);
    done()
}

fn add_tag_members(deed: &mut Deed<'_>, body: Value) -> Done {
    change_tag_members(deed, TagMove::Add, body)
}

fn remove_tag_members(deed: &mut Deed<'_>, body: Value) -> Done {
    change_tag_members(deed, TagMove::Remove, body)
}

fn change_tag_members(deed: &mut Deed<'_>, to: TagMove, body: Value) -> Done {
    let TagMembers { tagid, userlist, partylist } = read(body)?;
    let users: Vec<&str> = userlist.iter().map(String::as_str).collect();
    let invalid = deed.world.change_tag_members(0, Actor::Console, to, Some(tagid), &users, &partylist)?;
    Ok(json!({"invalidlist": invalid.members, "invalidparty": invalid.departments}))
}

/// Asks the URL without holding the world, then saves.
async fn set_callback(shared: &Shared, form: Callback) -> Done {
    let target = Target::new(&form.url, &form.token, &form.encodingaeskey).map_err(ConsoleError::input)?;
    let receiver = form.agentid.map_or(Receiver::Contacts, Receiver::App);
    let corp_id = {
        let world = shared.world.read();
        if let Receiver::App(agent_id) = receiver {
            world.corp(0).app(agent_id).ok_or_else(|| no_app(agent_id))?;
        }
        world.corp(0).id.clone()
    };
    if form.verify {
        shared.courier.verify(&target, &corp_id, shared.clock.now()).await?;
    }
    shared.world.write().set_callback(0, receiver, Some(target));
    done()
}

fn remove_callback(deed: &mut Deed<'_>, body: Value) -> Done {
    let Whose { agentid } = read(body)?;
    let receiver = agentid.map_or(Receiver::Contacts, Receiver::App);
    deed.world.set_callback(0, receiver, None);
    done()
}

fn set_permission(deed: &mut Deed<'_>, body: Value) -> Done {
    let Permission { permission } = read(body)?;
    let contacts = &mut deed.world.corp_mut(0).contacts;
    contacts.enabled = permission != Level::Off;
    contacts.may_edit = permission == Level::Edit;
    done()
}

fn set_legacy(deed: &mut Deed<'_>, body: Value) -> Done {
    let legacy: Legacy = read(body)?;
    let agent_id = legacy.agentid.unwrap_or(deed.agent_id);
    if let Some(app) = legacy.app {
        deed.app(agent_id)?.before_2022 = app;
    }
    let corp = deed.world.corp_mut(0);
    if let Some(contacts) = legacy.contacts {
        corp.contacts.legacy_ip = contacts;
    }
    if let Some(callbacks) = legacy.callbacks {
        corp.callbacks.full_payload = callbacks;
    }
    done()
}

fn set_trusted_ips(deed: &mut Deed<'_>, body: Value) -> Done {
    let TrustedIps { agentid, ips } = read(body)?;
    match agentid {
        Some(agent_id) => deed.app(agent_id)?.trusted_ips = ips,
        None => deed.world.corp_mut(0).contacts.trusted_ips = ips,
    }
    done()
}

fn set_app_range(deed: &mut Deed<'_>, body: Value) -> Done {
    let range: AppRange = read(body)?;
    let corp = deed.world.corp(0);
    for id in &range.departments {
        corp.required_department(Some(i64::from(*id)))?;
    }
    for userid in &range.members {
        corp.required_member(userid)?;
    }
    for id in &range.tags {
        corp.required_tag(Some(i64::from(*id)))?;
    }
    let agent_id = range.agentid.unwrap_or(deed.agent_id);
    deed.app(agent_id)?.range =
        Range { departments: range.departments, members: range.members, tags: range.tags };
    deed.world.ranges_changed(0);
    done()
}

/// Somebody opens an app's page (网页授权) and comes back with a code.
fn oauth_code(deed: &mut Deed<'_>, body: Value) -> Done {
    let visit: Visit = read(body)?;
    let visitor = match visit.openid {
        Some(openid) => Visitor::Stranger { openid, external_userid: visit.external_userid },
        None => Visitor::Member(deed.member_number(visit.userid.as_deref())?),
    };
    let agent_id = visit.agent_id.unwrap_or(deed.agent_id);
    let code = deed.world.mint_oauth_code(0, agent_id, visitor, visit.private, deed.now);
    Ok(json!({"code": code}))
}

/// A member is sent to the second-verification page (二次验证).
fn tfa_code(deed: &mut Deed<'_>, body: Value) -> Done {
    let visit: Visit = read(body)?;
    let number = deed.member_number(visit.userid.as_deref())?;
    let code = deed.world.mint_tfa_code(0, number, deed.now);
    Ok(json!({"code": code}))
}

/// Under which `open_userid` a provider's app knows a member.
fn open_userid(deed: &mut Deed<'_>, body: Value) -> Done {
    let visit: Visit = read(body)?;
    let number = deed.member_number(visit.userid.as_deref())?;
    let agent_id = visit.agent_id.unwrap_or(deed.agent_id);
    Ok(json!({"open_userid": deed.world.corp(0).open_userid(agent_id, number)}))
}

/// Events that the pages give without an `AgentID`, though an app receives them.
const WITHOUT_AGENT: [&str; 2] = ["change_chain", "upload_media_job_finish"];

fn event(deed: &mut Deed<'_>, body: Value) -> Done {
    let asked: AnyEvent = read(body)?;
    let receiver = asked.agentid.map_or(Receiver::Contacts, Receiver::App);
    let corp_id = deed.world.corp(0).id.clone();
    let mut event = Event::new(&corp_id, &asked.from, deed.now, &asked.event);
    if let Some(change) = asked.elements.get("ChangeType").and_then(Value::as_str) {
        event = event.of_change(change);
    }
    if let (Some(agent_id), false) = (asked.agentid, WITHOUT_AGENT.contains(&asked.event.as_str())) {
        event = event.number("AgentID", agent_id.into());
    }
    let event = elements(event, &asked.elements)?;
    let id = deed
        .world
        .send_event(0, receiver, event)
        .ok_or_else(|| ConsoleError::input(format!("{} has no callback target", receiver.name())))?;
    Ok(json!({"id": id}))
}

fn elements(event: Event, all: &Map<String, Value>) -> Result<Event, ConsoleError> {
    all.iter().try_fold(event, |event, (name, value)| {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(ConsoleError::input(format!("`{name}` is no name of an element")));
        }
        Ok(match value {
            Value::String(text) => event.text(name, text),
            Value::Number(number) => match number.as_i64() {
                Some(number) => event.number(name, number),
                None => return Err(ConsoleError::input(format!("`{name}` must be a whole number"))),
            },
            Value::Array(items) => event.list(
                name,
                items.iter().map(|item| match item {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                }),
            ),
            Value::Object(inner) => elements(event.open(name), inner)?.close(name),
            Value::Bool(_) | Value::Null => {
                return Err(ConsoleError::input(format!("`{name}` must be a text, number, list or object")));
            }
        })
    })
}

impl Deed<'_> {
    fn member_number(&self, userid: Option<&str>) -> Result<MemberNo, ConsoleError> {
        let userid = userid.ok_or_else(|| ConsoleError::input("missing field `userid`"))?;
        Ok(self.world.corp(0).required_member(userid)?.0)
    }

    fn app(&mut self, agent_id: u32) -> Result<&mut App, ConsoleError> {
        let apps = &mut self.world.corp_mut(0).apps;
        apps.iter_mut().find(|app| app.agent_id == agent_id).ok_or_else(|| no_app(agent_id))
    }
}

fn no_app(agent_id: u32) -> ConsoleError {
    ConsoleError::input(format!("no app has the agentid {agent_id}"))
}
