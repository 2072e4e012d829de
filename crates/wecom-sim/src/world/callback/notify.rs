//! Who hears of what (90970–90973, 90240), in which form.

use std::{collections::HashSet, mem};

use super::{
    AppHook, Errand, Event, Outcome, Receiver, Target,
    payload::{full, slim},
    queue::Letter,
    request::AgentIdElement,
};
use crate::{
    clock::Millis,
    world::{Actor, App, Change, Corp, Due, Life, Member, ROOT, Range, View, World},
};

/// A finished import or export job, to be told to whoever submitted it.
#[derive(Clone, Debug)]
pub(crate) struct FinishedJob {
    pub(crate) id: String,
    /// The `JobType` of its event: `sync_user`, `export_tag`.
    pub(crate) kind: &'static str,
    pub(crate) errcode: i32,
    pub(crate) errmsg: String,
    pub(crate) to: JobReceiver,
}

/// Where a finished job is told.
#[derive(Clone, Debug)]
pub(crate) enum JobReceiver {
    /// The `callback` of an import request.
    Named(Target),
    /// The target of the app, or of the contacts assistant, that submitted the job; nowhere if it has none.
    Submitter(Receiver),
}

impl World {
    /// Every change passes here, after it is made.
    pub(crate) fn record(&mut self, corp: usize, actor: Actor, change: Change) {
        tracing::debug!(corp = %self.corp(corp).id, ?actor, "changed: {}", change.kind());
        self.tell_contacts_assistant(corp, actor, &change);
        match &change {
            Change::MemberCreated(member) => self.tell_apps_of_member(corp, None, Some(member)),
            Change::MemberUpdated(both) => self.tell_apps_of_member(corp, Some(&both.0), Some(&both.1)),
            Change::MemberDeleted(member) => self.tell_apps_of_member(corp, Some(member), None),
            // A member's change of department is a change of the member; the tree's own shape matters only when
            // a subtree moves. A tag may be part of a range.
            Change::DepartmentUpdated { parent: Some(_), .. } => {
                self.some_ranges_changed(corp, |range| !range.departments.contains(&ROOT));
            }
            Change::TagMembersChanged { tag, .. } => {
                self.some_ranges_changed(corp, |range| range.tags.contains(tag));
            }
            Change::DepartmentCreated { .. }
            | Change::DepartmentUpdated { .. }
            | Change::DepartmentDeleted { .. } => {}
        }
    }

    fn tell_contacts_assistant(&mut self, corp: usize, actor: Actor, change: &Change) {
        let at = self.moment;
        let corp = self.corp(corp);
        let Some(target) = corp.callbacks.contacts.clone() else {
            return;
        };
        let heard = match actor {
            // Its own doings are not called back (said on each page).
            Actor::ContactsApi => false,
            // "Once API editing is switched on" (90193).
            Actor::Member => corp.contacts.may_edit,
            Actor::App(_) | Actor::Console => true,
        };
        if !heard {
            return;
        }
        let write = if corp.callbacks.full_payload { full } else { slim };
        if let Some(event) = write(corp, at, change, self.choices.events_of_the_page) {
            let corp_id = corp.id.clone();
            self.deliver("contacts".into(), target, corp_id, None, event);
        }
    }

    /// Tells of a finished job (异步任务完成通知).
    pub(crate) fn record_job(&mut self, corp: usize, job: FinishedJob) {
        let corp = self.corp(corp);
        let (to, target, agent_id) = match job.to {
            JobReceiver::Named(target) => ("import job".to_owned(), Some(target), None),
            JobReceiver::Submitter(receiver) => {
                (receiver.name(), corp.target(receiver).cloned(), receiver.agent_id())
            }
        };
        let Some(target) = target else { return };
        let event =
            Event::new(&corp.id, "sys", self.moment, "batch_job_result").nested("BatchJob", |event| {
                event
                    .text("JobId", &job.id)
                    .text("JobType", job.kind)
                    .number("ErrCode", job.errcode.into())
                    .text("ErrMsg", &job.errmsg)
            });
        let corp_id = corp.id.clone();
        self.deliver(to, target, corp_id, agent_id, event);
    }

    /// Compares what an app has been told of one member with what is so now.
    fn tell_apps_of_member(&mut self, corp: usize, before: Option<&Member>, after: Option<&Member>) {
        let mut hooks = mem::take(&mut self.corp_mut(corp).callbacks.apps);
        for (agent_id, hook) in &mut hooks {
            let sees = after.is_some_and(|member| self.app_sees(corp, *agent_id, member));
            let known = before
                .or(after)
                .is_some_and(|member| hook.subscribed.remove(&*member.userid.to_ascii_lowercase()));
            if let (true, Some(member)) = (sees, after) {
                hook.subscribed.insert(member.userid.to_ascii_lowercase().into());
            }
            if let (true, Some(member)) = (sees != known, after.or(before)) {
                self.tell_app(corp, *agent_id, hook, &member.userid, sees);
            }
        }
        self.corp_mut(corp).callbacks.apps = hooks;
    }

    /// Notes that many members may have entered or left a range. They are compared in one go when the courier next
    /// looks, so that moving a thousand departments costs one comparison.
    pub(crate) fn ranges_changed(&mut self, corp: usize) {
        if !self.corp(corp).callbacks.apps.is_empty() {
            self.stale_ranges.insert(corp);
            self.post.bell().notify_one();
        }
    }

    /// As [`ranges_changed`](Self::ranges_changed), if an app that is told has such a range: the comparison is of all members.
    fn some_ranges_changed(&mut self, corp: usize, is_touched: impl Fn(&Range) -> bool) {
        let home = self.corp(corp);
        let told = |app: &&App| home.callbacks.apps.contains_key(&app.agent_id);
        if home.apps.iter().filter(told).any(|app| is_touched(&app.range)) {
            self.ranges_changed(corp);
        }
    }

    fn compare_ranges(&mut self) {
        for corp in mem::take(&mut self.stale_ranges) {
            let mut hooks = mem::take(&mut self.corp_mut(corp).callbacks.apps);
            for (agent_id, hook) in &mut hooks {
                let now = self.seen_by_app(corp, *agent_id);
                let mut entered: Vec<_> = now.difference(&hook.subscribed).cloned().collect();
                let mut left: Vec<_> = hook.subscribed.difference(&now).cloned().collect();
                entered.sort_unstable();
                left.sort_unstable();
                hook.subscribed = now;
                for (userid, sees) in
                    entered.iter().map(|id| (id, true)).chain(left.iter().map(|id| (id, false)))
                {
                    let spelled = self
                        .corp(corp)
                        .members
                        .get(userid)
                        .map_or(userid, |member| &member.userid)
                        .to_string();
                    self.tell_app(corp, *agent_id, hook, &spelled, sees);
                }
            }
            self.corp_mut(corp).callbacks.apps = hooks;
        }
    }

    fn tell_app(&mut self, corp: usize, agent_id: u32, hook: &AppHook, userid: &str, sees: bool) {
        let word = if sees { "subscribe" } else { "unsubscribe" };
        let corp_id = self.corp(corp).id.clone();
        let event = Event::new(&corp_id, userid, self.moment, word)
            .number("AgentID", agent_id.into())
            .text("EventKey", "");
        let to = Receiver::App(agent_id).name();
        self.deliver(to, hook.target.clone(), corp_id, Some(agent_id), event);
    }

    /// Sends an event to a target of the corp, whatever it is; returns the delivery's id, or nothing without a target.
    pub(crate) fn send_event(&mut self, corp: usize, receiver: Receiver, event: Event) -> Option<u64> {
        let target = self.corp(corp).target(receiver)?.clone();
        let corp_id = self.corp(corp).id.clone();
        Some(self.deliver(receiver.name(), target, corp_id, receiver.agent_id(), event))
    }

    fn deliver(
        &mut self,
        to: String,
        target: Target,
        corp_id: String,
        agent_id: Option<u32>,
        event: Event,
    ) -> u64 {
        let (event, xml) = event.finish();
        let agent_id = match agent_id {
            Some(id) => AgentIdElement::Filled(id),
            // Recorded of the contacts assistant alone, whose URL an import's is not.
            None if to == Receiver::Contacts.name() && !self.choices.events_of_the_page => {
                AgentIdElement::Empty
            }
            None => AgentIdElement::Absent,
        };
        let letter = Letter { to, target, corp_id, agent_id, event, xml };
        let (id, delayed_until) = self.post.send(letter, self.moment);
        if let Some(at) = delayed_until {
            self.schedule(at, Due::Delivery { id });
        }
        id
    }

    /// Sets or takes away a callback target, without verifying it.
    pub(crate) fn set_callback(&mut self, corp: usize, receiver: Receiver, target: Option<Target>) {
        match (receiver, target) {
            (Receiver::Contacts, target) => self.corp_mut(corp).callbacks.contacts = target,
            (Receiver::App(agent_id), Some(target)) => {
                // Those it sees already are not news.
                let subscribed = self.seen_by_app(corp, agent_id);
                let hook = AppHook { target, subscribed };
                self.corp_mut(corp).callbacks.apps.insert(agent_id, hook);
            }
            (Receiver::App(agent_id), None) => {
                self.corp_mut(corp).callbacks.apps.remove(&agent_id);
            }
        }
    }

    /// After a seed, which is no change: the apps see whom they see.
    pub(crate) fn forget_subscriptions(&mut self, corp: usize) {
        self.stale_ranges.remove(&corp);
        let agents: Vec<u32> = self.corp(corp).callbacks.apps.keys().copied().collect();
        for agent_id in agents {
            let seen = self.seen_by_app(corp, agent_id);
            if let Some(hook) = self.corp_mut(corp).callbacks.apps.get_mut(&agent_id) {
                hook.subscribed = seen;
            }
        }
    }

    /// In the visible range, joined and not disabled (90240 names all three).
    fn app_sees(&self, corp: usize, agent_id: u32, member: &Member) -> bool {
        let number = self.corp(corp).members.number_of(&member.userid);
        let view = View::of_app(self, corp, agent_id);
        has_joined(member) && number.is_some_and(|number| view.sees(number, member))
    }

    fn seen_by_app(&self, corp: usize, agent_id: u32) -> HashSet<Box<str>> {
        let view = View::of_app(self, corp, agent_id);
        view.corp
            .members
            .iter()
            .filter(|(number, member)| has_joined(member) && view.sees(*number, member))
            .map(|(_, member)| member.userid.to_ascii_lowercase().into())
            .collect()
    }

    pub(crate) fn has_post_work(&self) -> bool {
        !self.stale_ranges.is_empty() || self.post.has_work()
    }

    pub(crate) fn is_at_rest(&self) -> bool {
        self.stale_ranges.is_empty() && self.post.is_at_rest()
    }

    pub(crate) fn take_post(&mut self) -> Vec<Errand> {
        self.compare_ranges();
        self.post.take()
    }

    pub(crate) fn post_done(&mut self, errand: Errand, outcome: Outcome, now: Millis) {
        let retry_statuses = self.choices.callback_retries_other_statuses;
        let id = errand.id;
        let next = self.post.done(errand, outcome, retry_statuses, now);
        if let Some(at) = next.retry_at {
            self.schedule(at, Due::Delivery { id });
        }
        if let Some(at) = next.replay_at {
            self.schedule(at, Due::Replay { id });
        }
    }
}

fn has_joined(member: &Member) -> bool {
    member.life == Life::Active && !member.disabled
}

impl Receiver {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Contacts => "contacts".into(),
            Self::App(agent_id) => format!("app {agent_id}"),
        }
    }

    fn agent_id(self) -> Option<u32> {
        match self {
            Self::Contacts => None,
            Self::App(agent_id) => Some(agent_id),
        }
    }
}

impl Corp {
    pub(crate) fn targets(&self) -> impl Iterator<Item = (Receiver, &Target)> {
        let contacts = self.callbacks.contacts.iter().map(|target| (Receiver::Contacts, target));
        let apps = &self.callbacks.apps;
        contacts.chain(apps.iter().map(|(id, hook)| (Receiver::App(*id), &hook.target)))
    }

    pub(crate) fn target(&self, receiver: Receiver) -> Option<&Target> {
        match receiver {
            Receiver::Contacts => self.callbacks.contacts.as_ref(),
            Receiver::App(agent_id) => self.callbacks.apps.get(&agent_id).map(|hook| &hook.target),
        }
    }
}
