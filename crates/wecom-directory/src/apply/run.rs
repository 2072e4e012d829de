//! The course of a run.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    pin::Pin,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use wecom_contacts::{Bilingual, Client, RetryPolicy};

use super::{
    Apply, PlanRefused, check,
    look::{Reader, Sighted, Touched},
    measures::Tally,
    recorder::{Entry, Recorder, changes_mirror},
    report::{RunEvent, RunReport},
    schedule::{Place, Schedule},
    send,
    sender::{Sender, Sent, Started},
    settle,
    slots::Slots,
    stale,
    tag_list::TagList,
    values::Evidence,
};
use crate::{
    Error, Result,
    gate::{self, Verdict},
    journal::ObjectKind,
    plan::{Origin, Plan, Step, StepAction, StepId},
    pull::merge::Sight,
    record::Source,
    run::{RunCounts, RunRecord, RunState, StepReason, StepRecord, StepState, Stop},
    store::{Lock, Store},
    tasks,
};

/// The first writes of a run, of which too many refusals stop it.
const FIRST_WRITES: u64 = 50;
/// The largest number of refusals among them: 20 %.
const REFUSED_AT_MOST: u64 = 10;
/// The number of stale objects that never stops a run, however few objects the plan has.
const STALE_FLOOR: u64 = 2;
/// How many lost answers are settled together at most.
const LOST_AT_MOST: usize = 64;
/// How many steps are on their way for each call at the same time. Most of them are on the disk before a slot is free for them, and one
/// commit records many.
const AHEAD: usize = 8;
/// How often one step is sent again after a reading has shown that it was not executed.
const RESENDS: u32 = 3;

/// Applies a plan for the first time.
pub(super) async fn begin(apply: Apply, store: &dyn Store, plan: &Plan) -> Result<RunReport> {
    let lock: Arc<dyn Lock> = store.lock(&apply.corp, &apply.holder, apply.lock_wait).await?.into();
    let now = Timestamp::now();
    check::plan(store, &apply.corp, plan, now).await?;
    let reasons = gate::reasons_at(store, &apply.corp, plan, &apply.allowed, now).await?;
    if !reasons.is_empty() {
        return Err(PlanRefused::Gate(Box::new(Verdict::new(reasons))).into());
    }
    let run = RunRecord {
        id: 0,
        fingerprint: plan.fingerprint.clone(),
        operator: apply.operator.clone(),
        undo_of: match plan.origin {
            Origin::Undo { run } => Some(run),
            _ => None,
        },
        started_at: now,
        updated_at: now,
        ended_at: None,
        state: RunState::Running,
        counts: RunCounts::default(),
        measures: BTreeMap::new(),
        stop: None,
    };
    execute(apply, store, Arc::new(plan.clone()), run, Vec::new(), lock).await
}

/// Continues a run.
pub(super) async fn resume(apply: Apply, store: &dyn Store, number: Option<i64>) -> Result<RunReport> {
    let lock: Arc<dyn Lock> = store.lock(&apply.corp, &apply.holder, apply.lock_wait).await?.into();
    let runs = store.runs(&apply.corp).await?;
    if let Some(number) = number
        && !runs.iter().any(|run| run.id == number)
    {
        return Err(Error::UnknownRun(number));
    }
    let is_wanted =
        |run: &RunRecord| run.state != RunState::Done && number.is_none_or(|number| run.id == number);
    let run = runs.into_iter().rev().find(is_wanted).ok_or(PlanRefused::NothingToResume)?;
    let text = store.run_plan(&apply.corp, run.id).await?.ok_or(Error::Damaged("a run has no plan"))?;
    let plan: Plan =
        serde_json::from_str(&text).map_err(|_| Error::Damaged("the plan of a run cannot be read"))?;
    if Timestamp::now() > plan.expires_at {
        return Err(PlanRefused::Expired { at: plan.expires_at }.into());
    }
    let earlier = store.run_steps(&apply.corp, run.id).await?;
    let operator = apply.operator.clone().or_else(|| run.operator.clone());
    let run = RunRecord { state: RunState::Running, ended_at: None, stop: None, operator, ..run };
    execute(apply, store, Arc::new(plan), run, earlier, lock).await
}

/// The clients that read, with what the mirror knows of their sight.
async fn reader(apply: &Apply, store: &dyn Store) -> Result<Reader> {
    let credentials = store.credentials(&apply.corp).await?;
    let sight = |source: Source, agent: Option<i64>| {
        let known = credentials.iter().find(|known| known.source == source && known.agent_id == agent);
        known.map(|known| Sight {
            source,
            sees_sensitive: known.sees_sensitive.unwrap_or(false),
            sees_everybody: known.sees_everybody.unwrap_or(false),
        })
    };
    let mut details = Vec::new();
    if let Some((agent, client)) = &apply.app {
        let unknown = Sight { source: Source::App, sees_sensitive: false, sees_everybody: false };
        details.push((client.clone(), sight(Source::App, Some(i64::from(agent.0))).unwrap_or(unknown)));
    }
    // A pull has found out whether this secret is an old one, which reads details.
    details.extend(sight(Source::ContactsSync, None).map(|sight| (apply.contacts_sync.clone(), sight)));
    Ok(Reader { contacts: apply.contacts_sync.clone(), details, calls: apply.concurrency })
}

async fn execute(
    apply: Apply,
    store: &dyn Store,
    plan: Arc<Plan>,
    mut run: RunRecord,
    earlier: Vec<StepRecord>,
    lock: Arc<dyn Lock>,
) -> Result<RunReport> {
    let reader = reader(&apply, store).await?;
    let Apply { corp, contacts_sync, concurrency, key, cancelled, report, .. } = apply;
    let (entries, receiver) = mpsc::unbounded_channel();
    let changes = |kind| plan.steps.iter().any(|step| step.object.kind == kind);
    let departments =
        if changes(ObjectKind::Department) { store.departments(&corp).await? } else { Vec::new() };
    let tags = if changes(ObjectKind::Tag) { store.tags(&corp).await? } else { Vec::new() };
    let is_new = run.id == 0;
    let mut tally = Tally::default();
    run.counts = RunCounts { steps: plan.steps.len() as u64, ..RunCounts::default() };
    for record in &earlier {
        run.counts.add(record.state);
        if changes_mirror(record) {
            plan.step(record.step).into_iter().for_each(|step| tally.add(step));
        }
    }
    let sender = Arc::new(Sender {
        plan: Arc::clone(&plan),
        client: writer(&contacts_sync),
        entries,
        slots: Slots::new(concurrency),
        halted: watch::Sender::new(false),
        report: Mutex::new(report),
        _lock: Arc::clone(&lock),
    });
    let mut course = Course::new(&sender, &reader, &run, &earlier);
    course.look().await?;
    let mut recorder = Recorder {
        store,
        corp: &corp,
        plan: Arc::clone(&plan),
        run,
        tally,
        sight: reader.details.first().map(|(_, sight)| *sight),
        key,
        departments: departments.into_iter().map(|department| (department.id, department)).collect(),
        tags: tags.into_iter().map(|tag| (tag.id, tag)).collect(),
        lock,
    };
    recorder.begin(is_new).await?;
    let (recorded, ()) = tokio::join!(recorder.record(receiver), course.send_all(cancelled));
    recorded?;
    let is_done = course.schedule.is_done();
    let mut stop = course.stop;
    let mut verified = super::verify::Verified::default();
    if is_done {
        sender.report(RunEvent::Verifying);
        match recorder.verify(&reader).await {
            Ok(found) => verified = found,
            Err(Error::WeCom(error)) => stop = Some(Stop::Unreachable { text: error.report().message }),
            Err(error) => return Err(error),
        }
    }
    recorder.end(if is_done && stop.is_none() { RunState::Done } else { RunState::Stopped }, stop).await?;
    let records = store.run_steps(&corp, recorder.run.id).await?;
    let report = RunReport::new(&recorder.run, &plan, &records);
    Ok(RunReport { differences: verified.differences, not_verifiable: verified.not_verifiable, ..report })
}

/// A client that sends each call once: the run itself decides what is sent again.
fn writer(client: &Client) -> Client {
    client.with_retry(RetryPolicy::none())
}

/// The sending of the steps of one run.
struct Course<'a> {
    sender: &'a Arc<Sender>,
    reader: &'a Reader,
    schedule: Schedule<'a>,
    counts: RunCounts,
    /// Steps whose answers were lost.
    lost: Vec<(Place, Started)>,
    /// Steps that are sent again, from a part on, and how often.
    again: HashMap<Place, (Started, u32)>,
    /// Objects that earlier looks of this run found changed.
    stale_before: u64,
    stop: Option<Stop>,
    /// Writes with an answer, and those of the first ones that were refused.
    writes: u64,
    refused: u64,
}

impl<'a> Course<'a> {
    fn new(sender: &'a Arc<Sender>, reader: &'a Reader, run: &RunRecord, earlier: &[StepRecord]) -> Self {
        let plan = &*sender.plan;
        let mut course = Self {
            schedule: Schedule::new(plan),
            sender,
            reader,
            counts: run.counts,
            lost: Vec::new(),
            again: HashMap::new(),
            stale_before: 0,
            stop: None,
            writes: 0,
            refused: 0,
        };
        let places: HashMap<StepId, Place> =
            plan.steps.iter().enumerate().map(|(place, step)| (step.id, place)).collect();
        let place = |record: &StepRecord| places.get(&record.step).copied();
        let recorded: HashSet<Place> = earlier.iter().filter_map(place).collect();
        let mut stale = HashSet::new();
        for record in earlier.iter().filter(|record| record.state != StepState::Sending) {
            let Some(place) = place(record) else { continue };
            if record.state == StepState::Stale {
                stale.insert(stale::object_key(&plan.steps[place]));
            }
            let skipped = course.schedule.end(place, record.state);
            // A crash may have come before these were recorded.
            course
                .record_skipped(skipped.into_iter().filter(|(place, _)| !recorded.contains(place)).collect());
        }
        course.stale_before = stale.len() as u64;
        for record in earlier.iter().filter(|record| record.state == StepState::Sending) {
            let Some(place) = place(record) else { continue };
            course.schedule.claim(place);
            let refused = TagList::refused(record.reason.as_ref());
            course.lost.push((place, Started { part: record.part, refused }));
        }
        course
    }

    /// The fresh look before the first write: settles what an interrupted run has sent, and leaves out what was changed.
    async fn look(&mut self) -> Result<()> {
        let plan = &*self.sender.plan;
        let pending = plan.steps.iter().enumerate().filter(|(place, _)| !self.schedule.has_ended(*place));
        let touched = Touched::of(pending.map(|(_, step)| step));
        self.sender.report(RunEvent::Looking);
        let sighted = self.reader.look(&touched).await?;
        let lost = std::mem::take(&mut self.lost);
        self.settle_by(lost, &sighted);
        let left_out = stale::left_out(plan, |place| !self.schedule.has_ended(place), &sighted);
        let stale = left_out.values().filter(|(state, _)| *state == StepState::Stale).count() as u64;
        let stale = stale + self.stale_before;
        let objects: HashSet<_> = plan.steps.iter().map(stale::object_key).collect();
        for (place, step) in plan.steps.iter().enumerate() {
            if self.schedule.has_ended(place) {
                continue;
            }
            if let Some((state, reason)) = left_out.get(&stale::object_key(step)) {
                self.end(place, *state, Some(reason.clone()), Timestamp::now());
            }
        }
        let objects = objects.len() as u64;
        if stale > STALE_FLOOR && stale * 10 > objects {
            self.stop(Stop::TooManyStale { stale, objects });
        }
        Ok(())
    }

    /// Sends the steps until all have outcomes or something stops the run.
    async fn send_all(&mut self, mut cancelled: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let sender = self.sender;
        let mut is_cancelled = false;
        let mut running = JoinSet::new();
        loop {
            while !sender.is_halted()
                && self.lost.len() < LOST_AT_MOST
                && running.len() < AHEAD * sender.slots.size()
            {
                let Some(place) = self.schedule.next() else { break };
                let started = self.again.get(&place).map(|(started, _)| started.clone()).unwrap_or_default();
                running.spawn(Arc::clone(sender).send(place, started));
            }
            if running.is_empty() {
                if self.lost.is_empty() || sender.is_halted() {
                    break;
                }
                self.settle().await;
                continue;
            }
            tokio::select! {
                biased;
                () = &mut cancelled, if !is_cancelled => {
                    is_cancelled = true;
                    self.stop(Stop::Cancelled);
                }
                Some(ended) = running.join_next() => {
                    let (place, sent) = tasks::joined(ended).await;
                    self.take(place, sent);
                }
            }
        }
        if self.stop.is_none() && !sender.is_halted() {
            self.skip_unreachable();
        }
        // The recorder ends when it has written everything before this.
        let _ = sender.entries.send(Entry::Last);
    }

    /// Skips steps that need one which the plan does not have, or each other.
    fn skip_unreachable(&mut self) {
        for (place, step) in self.sender.plan.steps.iter().enumerate() {
            if !self.schedule.has_ended(place)
                && let Some(need) = step.needs.first()
            {
                self.end(
                    place,
                    StepState::Skipped,
                    Some(StepReason::Needs { step: *need }),
                    Timestamp::now(),
                );
            }
        }
    }

    /// Takes what became of a step that was sent.
    fn take(&mut self, place: Place, sent: Sent) {
        match sent {
            Sent::Done { at, refused } => {
                self.count_write(!refused.is_empty());
                self.end_sent(place, &refused, at);
            }
            // The call before, whose answer was lost, may have been executed after the reading.
            Sent::Refused { ref reason, .. }
                if self.again.contains_key(&place) && is_done_already(self.sender.step(place), reason) =>
            {
                let started = self.again.get(&place).map(|(started, _)| started.clone()).unwrap_or_default();
                self.lost.push((place, started));
            }
            Sent::Refused { at, reason } => {
                self.count_write(!matches!(reason, StepReason::Invalid { .. }));
                self.end(place, StepState::Refused, Some(reason), at);
            }
            Sent::Lost(started) => self.lost.push((place, started)),
            Sent::PutBack(stop) => {
                self.schedule.put_back(place);
                stop.into_iter().for_each(|stop| self.stop(stop));
            }
            Sent::Interrupted(stop) => stop.into_iter().for_each(|stop| self.stop(stop)),
            Sent::AccountCeiling => {
                self.schedule.put_back(place);
                self.schedule.stop_creating_members();
                self.stop.get_or_insert(Stop::AccountCeiling);
            }
            Sent::NotRecorded => self.sender.halt(),
        }
    }

    fn count_write(&mut self, is_refused: bool) {
        self.writes += 1;
        if self.writes > FIRST_WRITES {
            return;
        }
        self.refused += u64::from(is_refused);
        if self.refused > REFUSED_AT_MOST {
            let (refused, writes) = (self.refused, self.writes);
            self.stop(Stop::TooManyRefused { refused, writes });
        }
    }

    /// Sends nothing more. The first reason is kept.
    fn stop(&mut self, stop: Stop) {
        if matches!(self.stop, None | Some(Stop::AccountCeiling)) {
            self.stop = Some(stop);
        }
        self.sender.halt();
    }

    /// Notes the outcome of a step, and those of the steps that need it.
    fn end(&mut self, place: Place, state: StepState, reason: Option<StepReason>, at: Timestamp) {
        let skipped = self.schedule.end(place, state);
        self.record(place, state, reason, at);
        self.record_skipped(skipped);
    }

    /// Notes the outcome of a step whose calls were executed. `refused`: what WeCom did not take of them.
    fn end_sent(&mut self, place: Place, refused: &TagList, at: Timestamp) {
        match refused.reason() {
            None => self.end(place, StepState::Done, None, at),
            reason => self.end(place, StepState::Refused, reason, at),
        }
    }

    fn record_skipped(&mut self, skipped: Vec<(Place, StepReason)>) {
        for (place, reason) in skipped {
            self.record(place, StepState::Skipped, Some(reason), Timestamp::now());
        }
    }

    fn record(&mut self, place: Place, state: StepState, reason: Option<StepReason>, at: Timestamp) {
        let step = self.sender.step(place);
        self.counts.add(state);
        self.sender.report(RunEvent::Ended { step, state, reason: reason.as_ref(), counts: self.counts });
        let record = StepRecord { step: step.id, state, part: 0, at, reason };
        // A recorder that has failed ends the run with its own error.
        let _ = self.sender.entries.send(Entry::Ended(record));
    }

    /// Reads what the lost answers were about, and notes what the readings show.
    async fn settle(&mut self) {
        self.sender.report(RunEvent::Settling { steps: self.lost.len() as u64 });
        let touched = Touched::of(self.lost.iter().map(|(place, _)| self.sender.step(*place)));
        match self.reader.look_closer(&touched).await {
            Ok(sighted) => {
                let lost = std::mem::take(&mut self.lost);
                self.settle_by(lost, &sighted);
            }
            Err(error) => {
                let text = match error {
                    Error::WeCom(error) => error.report().message,
                    error => Bilingual::untranslated(error.to_string()),
                };
                self.stop(Stop::Unreachable { text });
            }
        }
    }

    fn settle_by(&mut self, lost: Vec<(Place, Started)>, sighted: &Sighted) {
        for (place, Started { part, mut refused }) in lost {
            let step = self.sender.step(place);
            let (mut evidence, missing) = settle::evidence(step, part, sighted);
            // The answer to a call for a tag says what WeCom does not take. If it is lost each time, the reading has to say it.
            let resends = self.again.get(&place).map_or(0, |(_, resends)| *resends);
            if !missing.is_empty() && resends >= RESENDS {
                refused.extend(missing);
                evidence = Evidence::Done;
            }
            match evidence {
                Evidence::Done if part + 1 < send::parts(step) => {
                    self.send_again(place, Started { part: part + 1, refused });
                }
                Evidence::Done => self.end_sent(place, &refused, Timestamp::now()),
                Evidence::NotDone => self.send_again(place, Started { part, refused }),
                Evidence::None => {
                    self.end(place, StepState::Unknown, Some(StepReason::AnswerLost), Timestamp::now());
                }
            }
        }
    }

    fn send_again(&mut self, place: Place, started: Started) {
        let resends = self.again.get(&place).map_or(0, |(_, resends)| *resends) + 1;
        self.again.insert(place, (started, resends));
        if resends > RESENDS {
            let text = Bilingual::new("the same answer was lost again and again", "同一应答反复丢失");
            self.stop(Stop::Unreachable { text });
        } else {
            self.schedule.put_back(place);
        }
    }
}

/// Whether WeCom refused a step because the object exists that it creates, or does not exist that it removes.
const fn is_done_already(step: &Step, reason: &StepReason) -> bool {
    let StepReason::Refused { code, .. } = reason else { return false };
    match step.action {
        StepAction::Create => matches!(*code, 60102 | 60008 | 40068 | 40071),
        StepAction::Remove => matches!(*code, 60111 | 60003 | 60123 | 40068),
        _ => false,
    }
}
