//! The effect of the console's actions on the world.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::{
    error::ConsoleError,
    forms::{
        ConsoleCallback, ConsoleDepartment, ConsoleEvent, ConsoleLegacy, ConsolePermission, ConsoleRange,
        ConsoleVisit, InvalidTagMembers,
    },
    member::ConsoleMember,
};
use crate::{
    clock::Millis,
    shared::Shared,
    world::{
        Actor, App, DepartmentForm, MemberForm, MemberNo, TagMove, Visitor, World,
        callback::{Event, Receiver, Target},
    },
};

pub(super) type Result<T> = std::result::Result<T, ConsoleError>;

/// One running action: the locked world, and the time of the action.
pub(super) struct Session<'w> {
    world: &'w mut World,
    now: Millis,
    /// The default app.
    agent_id: u32,
}

/// Performs one action after all due work.
pub(super) async fn act<T>(shared: &Shared, action: impl FnOnce(&mut Session<'_>) -> Result<T>) -> Result<T> {
    shared.due_work.do_some().await;
    let now = shared.clock.now();
    let mut world = shared.world.write();
    world.acting_at = now;
    action(&mut Session { world: &mut world, now, agent_id: shared.config.world.agent_id })
}

/// Verifies the URL without holding the lock of the world, then saves the target.
pub(super) async fn set_callback(shared: &Shared, form: ConsoleCallback) -> Result<()> {
    let target = Target::new(&form.url, &form.token, &form.encodingaeskey).map_err(ConsoleError::input)?;
    let receiver = receiver(form.agentid);
    let corp_id = {
        let world = shared.world.read();
        if let Receiver::App(agent_id) = receiver {
            world.corp(0).app(agent_id).ok_or_else(|| no_app(agent_id))?;
        }
        world.corp(0).id.clone()
    };
    if form.verify {
        shared.callback_client.verify(&target, &corp_id, shared.clock.now()).await?;
    }
    shared.world.write().set_callback(0, receiver, Some(target));
    Ok(())
}

fn receiver(agent_id: Option<u32>) -> Receiver {
    agent_id.map_or(Receiver::Contacts, Receiver::App)
}

impl Session<'_> {
    pub(super) fn create_member(&mut self, member: ConsoleMember) -> Result<String> {
        let form = MemberForm::from(member);
        Ok(self.world.create_member(0, Actor::Console, &form, self.now)?.userid)
    }

    /// Changes a member, as an administrator or as the member in the WeCom app.
    pub(super) fn update_member(&mut self, actor: Actor, member: ConsoleMember) -> Result<()> {
        Ok(self.world.update_member(0, actor, &MemberForm::from(member), self.now)?)
    }

    pub(super) fn delete_member(&mut self, userid: &str) -> Result<()> {
        Ok(self.world.delete_member(0, Actor::Console, userid)?)
    }

    pub(super) fn activate_member(&mut self, userid: &str) -> Result<()> {
        Ok(self.world.activate_member(0, userid)?)
    }

    pub(super) fn quit_member(&mut self, userid: &str) -> Result<()> {
        Ok(self.world.quit_member(0, userid)?)
    }

    pub(super) fn create_department(&mut self, department: ConsoleDepartment) -> Result<u32> {
        Ok(self.world.create_department(0, Actor::Console, &DepartmentForm::from(department))?)
    }

    pub(super) fn update_department(&mut self, department: ConsoleDepartment) -> Result<()> {
        Ok(self.world.update_department(0, Actor::Console, &DepartmentForm::from(department))?)
    }

    pub(super) fn delete_department(&mut self, id: i64) -> Result<()> {
        Ok(self.world.delete_department(0, Actor::Console, id)?)
    }

    pub(super) fn create_tag(&mut self, name: &str, id: Option<i64>) -> Result<u32> {
        Ok(self.world.create_tag(0, Actor::Console, id, Some(name))?)
    }

    pub(super) fn rename_tag(&mut self, id: i64, name: &str) -> Result<()> {
        Ok(self.world.rename_tag(0, Actor::Console, Some(id), Some(name))?)
    }

    pub(super) fn delete_tag(&mut self, id: i64) -> Result<()> {
        self.world.delete_tag(0, Actor::Console, Some(id))?;
        // The tag may have been the only reason why an app saw its members.
        self.world.ranges_changed(0);
        Ok(())
    }

    pub(super) fn move_tag_members(
        &mut self,
        to: TagMove,
        tag: i64,
        userids: &[&str],
        departments: &[i64],
    ) -> Result<InvalidTagMembers> {
        let invalid =
            self.world.change_tag_members(0, Actor::Console, to, Some(tag), userids, departments)?;
        Ok(InvalidTagMembers { members: invalid.members, departments: invalid.departments })
    }

    pub(super) fn remove_callback(&mut self, agent_id: Option<u32>) {
        self.world.set_callback(0, receiver(agent_id), None);
    }

    pub(super) fn set_permission(&mut self, permission: ConsolePermission) {
        let contacts = &mut self.world.corp_mut(0).contacts;
        contacts.enabled = permission != ConsolePermission::Off;
        contacts.may_edit = permission == ConsolePermission::Edit;
    }

    pub(super) fn set_legacy(&mut self, legacy: ConsoleLegacy) -> Result<()> {
        let agent_id = legacy.agentid.unwrap_or(self.agent_id);
        if let Some(app) = legacy.app {
            self.app(agent_id)?.before_2022 = app;
        }
        let corp = self.world.corp_mut(0);
        if let Some(contacts) = legacy.contacts {
            corp.contacts.legacy_ip = contacts;
        }
        if let Some(callbacks) = legacy.callbacks {
            corp.callbacks.full_payload = callbacks;
        }
        Ok(())
    }

    pub(super) fn set_trusted_ips(&mut self, agent_id: Option<u32>, ips: Vec<IpAddr>) -> Result<()> {
        match agent_id {
            Some(agent_id) => self.app(agent_id)?.trusted_ips = ips,
            None => self.world.corp_mut(0).contacts.trusted_ips = ips,
        }
        Ok(())
    }

    pub(super) fn set_app_range(&mut self, range: ConsoleRange) -> Result<()> {
        let corp = self.world.corp(0);
        for id in &range.departments {
            corp.required_department(Some(i64::from(*id)))?;
        }
        for userid in &range.members {
            corp.required_member(userid)?;
        }
        for id in &range.tags {
            corp.required_tag(Some(i64::from(*id)))?;
        }
        let agent_id = range.agentid.unwrap_or(self.agent_id);
        self.app(agent_id)?.range = range.into();
        self.world.ranges_changed(0);
        Ok(())
    }

    /// Opens a page of an app (网页授权) and returns the code.
    pub(super) fn oauth_code(&mut self, visit: ConsoleVisit) -> Result<String> {
        let visitor = match visit.openid {
            Some(openid) => Visitor::Stranger { openid, external_userid: visit.external_userid },
            None => Visitor::Member(self.member_number(visit.userid.as_deref())?),
        };
        let agent_id = visit.agent_id.unwrap_or(self.agent_id);
        Ok(self.world.mint_oauth_code(0, agent_id, visitor, visit.private, self.now))
    }

    /// Opens the second-verification page as a member (二次验证).
    pub(super) fn tfa_code(&mut self, userid: Option<&str>) -> Result<String> {
        let number = self.member_number(userid)?;
        Ok(self.world.mint_tfa_code(0, number, self.now))
    }

    /// Returns the `open_userid` of a member for an app of a provider.
    pub(super) fn open_userid(&self, userid: Option<&str>, agent_id: Option<u32>) -> Result<String> {
        let number = self.member_number(userid)?;
        Ok(self.world.corp(0).open_userid(agent_id.unwrap_or(self.agent_id), number))
    }

    /// Sends an event and returns the delivery's id.
    pub(super) fn send_event(&mut self, asked: ConsoleEvent) -> Result<u64> {
        let receiver = receiver(asked.agentid);
        let corp_id = self.world.corp(0).id.clone();
        let mut event = Event::new(&corp_id, &asked.from, self.now, &asked.event);
        if let Some(change) = asked.elements.get("ChangeType").and_then(Value::as_str) {
            event = event.of_change(change);
        }
        if let (Some(agent_id), false) = (asked.agentid, WITHOUT_AGENT.contains(&asked.event.as_str())) {
            event = event.number("AgentID", agent_id.into());
        }
        let event = elements(event, &asked.elements)?;
        self.world
            .send_event(0, receiver, event)
            .ok_or_else(|| ConsoleError::input(format!("{} has no callback target", receiver.name())))
    }

    fn member_number(&self, userid: Option<&str>) -> Result<MemberNo> {
        let userid = userid.ok_or_else(|| ConsoleError::input("missing field `userid`"))?;
        Ok(self.world.corp(0).required_member(userid)?.0)
    }

    fn app(&mut self, agent_id: u32) -> Result<&mut App> {
        let apps = &mut self.world.corp_mut(0).apps;
        apps.iter_mut().find(|app| app.agent_id == agent_id).ok_or_else(|| no_app(agent_id))
    }
}

/// Events without an `AgentID` on their official pages, although an app receives them.
const WITHOUT_AGENT: [&str; 2] = ["change_chain", "upload_media_job_finish"];

fn elements(event: Event, all: &Map<String, Value>) -> Result<Event> {
    all.iter().try_fold(event, |event, (name, value)| {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(ConsoleError::input(format!("invalid element name `{name}`")));
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

fn no_app(agent_id: u32) -> ConsoleError {
    ConsoleError::input(format!("unknown agentid {agent_id}"))
}
