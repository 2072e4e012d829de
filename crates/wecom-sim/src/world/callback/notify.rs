//! Selects the receivers of each event (90970–90973, 90240) and its format.

use std::mem;

use super::{
    event::Event,
    payload::{full, slim},
    queue::NewDelivery,
    request::{AgentIdElement, CallbackRequest, Outcome},
    target::{AppTarget, Receiver, Target},
};
use crate::{
    clock::Millis,
    world::{
        changes::{Actor, ContactsChange},
        credentials::{App, Range},
        departments::ROOT,
        members::{CaselessSet, Life, Member},
        schedule::Due,
        state::World,
        view::View,
    },
};

/// A finished import or export job.
#[derive(Clone, Debug)]
pub(crate) struct FinishedJob {
    pub(crate) id: String,
    /// The `JobType` of its event, for example `sync_user` or `export_tag`.
    pub(crate) kind: &'static str,
    pub(crate) errcode: i32,
    pub(crate) errmsg: String,
    pub(crate) to: JobReceiver,
}

/// The receiver of a job's event.
#[derive(Clone, Debug)]
pub(crate) enum JobReceiver {
    /// The `callback` of an import request.
    Named(Target),
    /// The target of the app or of the contacts assistant that submitted the job. Without a target, no event is sent.
    Submitter(Receiver),
}

impl World {
    /// Processes every change after it was made.
    pub(crate) fn record(&mut self, corp: usize, actor: Actor, change: ContactsChange) {
        tracing::debug!(corp = %self.corp(corp).id, ?actor, "changed: {}", change.kind());
        self.notify_contacts_assistant(corp, actor, &change);
        match &change {
            ContactsChange::MemberCreated(member) => self.notify_apps_of_member(corp, None, Some(member)),
            ContactsChange::MemberUpdated(both) => {
                self.notify_apps_of_member(corp, Some(&both.0), Some(&both.1))
            }
            ContactsChange::MemberDeleted(member) => self.notify_apps_of_member(corp, Some(member), None),
            // A member's change of department is a change of the member. The shape of the tree matters only when a
            // subtree moves, and a tag can be part of a range.
            ContactsChange::DepartmentUpdated { parent: Some(_), .. } => {
                self.some_ranges_changed(corp, |range| !range.departments.contains(&ROOT));
            }
            ContactsChange::TagMembersChanged { tag, .. } => {
                self.some_ranges_changed(corp, |range| range.tags.contains(tag));
            }
            ContactsChange::DepartmentCreated { .. }
            | ContactsChange::DepartmentUpdated { .. }
            | ContactsChange::DepartmentDeleted { .. } => {}
        }
    }

    fn notify_contacts_assistant(&mut self, corp: usize, actor: Actor, change: &ContactsChange) {
        let at = self.acting_at;
        let corp = self.corp(corp);
        let Some(target) = corp.callbacks.contacts.clone() else {
            return;
        };
        let heard = match actor {
            // The assistant gets no events for its own changes (stated on each page).
            Actor::ContactsApi => false,
            // Events start "once API editing is switched on" (90193).
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

    /// Sends the event of a finished job (异步任务完成通知).
    pub(crate) fn record_job(&mut self, corp: usize, job: FinishedJob) {
        let corp = self.corp(corp);
        let (to, target, agent_id) = match job.to {
            JobReceiver::Named(target) => ("import job".to_owned(), Some(target), None),
            JobReceiver::Submitter(receiver) => {
                (receiver.name(), corp.callbacks.target(receiver).cloned(), receiver.agent_id())
            }
        };
        let Some(target) = target else { return };
        let event =
            Event::new(&corp.id, "sys", self.acting_at, "batch_job_result").nested("BatchJob", |event| {
                event
                    .text("JobId", &job.id)
                    .text("JobType", job.kind)
                    .number("ErrCode", job.errcode.into())
                    .text("ErrMsg", &job.errmsg)
            });
        let corp_id = corp.id.clone();
        self.deliver(to, target, corp_id, agent_id, event);
    }

    /// Compares the subscription of one member in each app with the present state.
    fn notify_apps_of_member(&mut self, corp: usize, before: Option<&Member>, after: Option<&Member>) {
        let mut app_targets = mem::take(&mut self.corp_mut(corp).callbacks.apps);
        for (agent_id, app_target) in &mut app_targets {
            let sees = after.is_some_and(|member| self.app_sees(corp, *agent_id, member));
            let known = before.or(after).is_some_and(|member| app_target.subscribed.remove(&member.userid));
            if let (true, Some(member)) = (sees, after) {
                app_target.subscribed.insert(&member.userid);
            }
            if let (true, Some(member)) = (sees != known, after.or(before)) {
                self.notify_app(corp, *agent_id, app_target, &member.userid, sees);
            }
        }
        self.corp_mut(corp).callbacks.apps = app_targets;
    }

    /// Notes that many members may have entered or left a range. They are compared together on the next pass of the
    /// worker, so moving a thousand departments costs one comparison.
    pub(crate) fn ranges_changed(&mut self, corp: usize) {
        if !self.corp(corp).callbacks.apps.is_empty() {
            self.stale_ranges.insert(corp);
            self.deliveries.wake().notify_one();
        }
    }

    /// Same as [`ranges_changed`](Self::ranges_changed), but only if an app with a target has such a range, because
    /// the comparison covers all members.
    fn some_ranges_changed(&mut self, corp: usize, is_touched: impl Fn(&Range) -> bool) {
        let home = self.corp(corp);
        let told = |app: &&App| home.callbacks.apps.contains_key(&app.agent_id);
        if home.apps.iter().filter(told).any(|app| is_touched(&app.range)) {
            self.ranges_changed(corp);
        }
    }

    fn compare_ranges(&mut self) {
        for corp in mem::take(&mut self.stale_ranges) {
            let mut app_targets = mem::take(&mut self.corp_mut(corp).callbacks.apps);
            for (agent_id, app_target) in &mut app_targets {
                let now = self.seen_by_app(corp, *agent_id);
                let entered = now.without(&app_target.subscribed);
                let left = app_target.subscribed.without(&now);
                app_target.subscribed = now;
                for (userid, sees) in
                    entered.iter().map(|id| (id, true)).chain(left.iter().map(|id| (id, false)))
                {
                    let spelled = self
                        .corp(corp)
                        .members
                        .get(userid)
                        .map_or(userid, |member| &member.userid)
                        .to_string();
                    self.notify_app(corp, *agent_id, app_target, &spelled, sees);
                }
            }
            self.corp_mut(corp).callbacks.apps = app_targets;
        }
    }

    fn notify_app(&mut self, corp: usize, agent_id: u32, app_target: &AppTarget, userid: &str, sees: bool) {
        let word = if sees { "subscribe" } else { "unsubscribe" };
        let corp_id = self.corp(corp).id.clone();
        let event = Event::new(&corp_id, userid, self.acting_at, word)
            .number("AgentID", agent_id.into())
            .text("EventKey", "");
        let to = Receiver::App(agent_id).name();
        self.deliver(to, app_target.target.clone(), corp_id, Some(agent_id), event);
    }

    /// Sends any event to a target of the corp. Returns the delivery's id, or `None` without a target.
    pub(crate) fn send_event(&mut self, corp: usize, receiver: Receiver, event: Event) -> Option<u64> {
        let target = self.corp(corp).callbacks.target(receiver)?.clone();
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
            // Recorded for the contacts assistant only; the URL of an import is a different target.
            None if to == Receiver::Contacts.name() && !self.choices.events_of_the_page => {
                AgentIdElement::Empty
            }
            None => AgentIdElement::Absent,
        };
        let delivery = NewDelivery { to, target, corp_id, agent_id, event, xml };
        let (id, delayed_until) = self.deliveries.send(delivery, self.acting_at);
        if let Some(at) = delayed_until {
            self.schedule(at, Due::Delivery { id });
        }
        id
    }

    /// Sets or removes a callback target without verification.
    pub(crate) fn set_callback(&mut self, corp: usize, receiver: Receiver, target: Option<Target>) {
        match (receiver, target) {
            (Receiver::Contacts, target) => self.corp_mut(corp).callbacks.contacts = target,
            (Receiver::App(agent_id), Some(target)) => {
                // Members that the app already sees cause no events.
                let subscribed = self.seen_by_app(corp, agent_id);
                let app_target = AppTarget { target, subscribed };
                self.corp_mut(corp).callbacks.apps.insert(agent_id, app_target);
            }
            (Receiver::App(agent_id), None) => {
                self.corp_mut(corp).callbacks.apps.remove(&agent_id);
            }
        }
    }

    /// Updates the subscriptions after a seed without sending events.
    pub(crate) fn forget_subscriptions(&mut self, corp: usize) {
        self.stale_ranges.remove(&corp);
        let agents: Vec<u32> = self.corp(corp).callbacks.apps.keys().copied().collect();
        for agent_id in agents {
            let seen = self.seen_by_app(corp, agent_id);
            if let Some(app_target) = self.corp_mut(corp).callbacks.apps.get_mut(&agent_id) {
                app_target.subscribed = seen;
            }
        }
    }

    /// Whether the member is in the visible range, has joined and is not disabled (the three conditions of 90240).
    fn app_sees(&self, corp: usize, agent_id: u32, member: &Member) -> bool {
        let number = self.corp(corp).members.number_of(&member.userid);
        let view = View::of_app(self, corp, agent_id);
        has_joined(member) && number.is_some_and(|number| view.sees(number, member))
    }

    fn seen_by_app(&self, corp: usize, agent_id: u32) -> CaselessSet {
        let view = View::of_app(self, corp, agent_id);
        view.corp
            .members
            .iter()
            .filter(|(number, member)| has_joined(member) && view.sees(*number, member))
            .map(|(_, member)| &*member.userid)
            .collect()
    }

    pub(crate) fn has_callbacks_to_send(&self) -> bool {
        !self.stale_ranges.is_empty() || self.deliveries.has_work()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.stale_ranges.is_empty() && self.deliveries.is_idle()
    }

    pub(crate) fn take_callback_requests(&mut self) -> Vec<CallbackRequest> {
        self.compare_ranges();
        self.deliveries.take()
    }

    pub(crate) fn callback_done(&mut self, request: CallbackRequest, outcome: Outcome, now: Millis) {
        let retry_statuses = self.choices.callback_retries_other_statuses;
        let id = request.id;
        let follow_up = self.deliveries.done(request, outcome, retry_statuses, now);
        if let Some(at) = follow_up.retry_at {
            self.schedule(at, Due::Delivery { id });
        }
        if let Some(at) = follow_up.replay_at {
            self.schedule(at, Due::Replay { id });
        }
    }
}

fn has_joined(member: &Member) -> bool {
    member.life == Life::Active && !member.disabled
}
