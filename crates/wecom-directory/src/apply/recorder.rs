//! Writes what a run does: each step before it is sent and after its answer, with the mirror and the journal.
//!
//! What arrives while a transaction is committed goes into the next one together (group commit).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use wecom_contacts::{CorpId, DepartmentId, TagId};

use super::{
    FingerprintKey,
    done::{DoneSteps, Outcome, ReadBack},
    leaders,
    look::{self, Reader, Touched},
    measures::Tally,
    mirror,
    tag_list::TagList,
    verify::{self, Verified},
};
use crate::{
    Error, Result,
    journal::{Change, ObjectKind},
    plan::{Plan, Step, StepAction, StepId},
    pull::{self, merge::Sight},
    record::{DepartmentRecord, State, TagRecord},
    run::{RunRecord, RunState, StepReason, StepRecord, StepState, Stop},
    store::{DepartmentWrite, Lock, Store, Transaction},
};

/// How many entries one transaction takes at most.
const BATCH: usize = 500;

/// Something to be recorded.
pub(super) enum Entry {
    /// A step is about to be sent. The sender waits until this is on the disk.
    Sending(StepRecord, oneshot::Sender<()>),
    /// A step was not sent after all.
    NotSent(StepId),
    /// A step has its outcome.
    Ended(StepRecord),
    /// Nothing follows.
    Last,
}

pub(super) struct Recorder<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) corp: &'a CorpId,
    pub(super) plan: Arc<Plan>,
    pub(super) run: RunRecord,
    pub(super) tally: Tally,
    /// The credential whose reading the mirror has of members.
    pub(super) sight: Option<Sight>,
    pub(super) key: Option<FingerprintKey>,
    /// All departments of the corp, if the plan changes any.
    pub(super) departments: BTreeMap<DepartmentId, DepartmentRecord>,
    /// The tags of the corp, if the plan changes any.
    pub(super) tags: BTreeMap<TagId, TagRecord>,
    /// A commit that goes on after its run was dropped keeps the corp locked.
    pub(super) lock: Arc<dyn Lock>,
}

impl Recorder<'_> {
    /// Writes the run before its first step, with its plan if it is new.
    pub(super) async fn begin(&mut self, is_new: bool) -> Result<()> {
        let mut transaction = self.store.begin_run(self.corp).await?;
        self.run.updated_at = Timestamp::now();
        self.run.id = transaction.put_run(&self.run).await?;
        if is_new {
            let plan =
                serde_json::to_string(&*self.plan).map_err(|error| Error::Database(Box::new(error)))?;
            transaction.put_run_plan(self.run.id, &plan).await?;
        }
        self.commit(transaction).await
    }

    /// Writes how the run has ended.
    pub(super) async fn end(&mut self, state: RunState, stop: Option<Stop>) -> Result<()> {
        let now = Timestamp::now();
        self.run.state = state;
        self.run.stop = stop;
        (self.run.updated_at, self.run.ended_at) = (now, Some(now));
        let mut transaction = self.store.begin_run(self.corp).await?;
        transaction.put_run(&self.run).await?;
        self.commit(transaction).await
    }

    /// Records entries until the last one.
    pub(super) async fn record(&mut self, mut entries: mpsc::UnboundedReceiver<Entry>) -> Result<()> {
        let mut batch = Vec::new();
        while entries.recv_many(&mut batch, BATCH).await > 0 {
            let is_last = matches!(batch.last(), Some(Entry::Last));
            self.write(std::mem::take(&mut batch)).await?;
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// Reads back what the done steps of the run wrote, and puts it into the mirror.
    pub(super) async fn verify(&mut self, reader: &Reader) -> Result<Verified> {
        let records = self.store.run_steps(self.corp, self.run.id).await?;
        let done: Vec<(&Step, Option<StepReason>)> = records
            .into_iter()
            .filter(changes_mirror)
            .filter_map(|record| Some((self.plan.step(record.step)?, record.reason)))
            .collect();
        if done.is_empty() {
            return Ok(Verified::default());
        }
        let sighted = reader.look(&Touched::of(done.iter().map(|(step, _)| *step))).await?;
        let verified = verify::verify(&done, &sighted);
        let steps: Vec<&Step> = done.iter().map(|(step, _)| *step).collect();
        let (departments, changes) = self.leaders(&steps, reader).await?;
        let done: Vec<StepId> = done.iter().map(|(step, _)| step.id).collect();
        let operator = self.run.operator.clone();
        let read = Arc::new(ReadBack::new(Arc::clone(&self.plan), self.run.id, operator, sighted, &done));
        let keys = read.keys();
        if keys.is_empty() && changes.is_empty() {
            return Ok(verified);
        }
        let mut transaction = self.store.begin_run(self.corp).await?;
        if !changes.is_empty() {
            transaction.put_departments(departments).await?;
            transaction.put_changes(changes).await?;
        }
        for keys in keys.chunks(BATCH) {
            let read = Arc::clone(&read);
            transaction.update_members(keys.to_vec(), Box::new(move |found| read.put_into(found))).await?;
        }
        self.commit(transaction).await?;
        Ok(verified)
    }

    /// Reads the departments whose leaders the steps may have changed. Returns those with other leaders than in the mirror, and the
    /// changes.
    async fn leaders(&self, steps: &[&Step], reader: &Reader) -> Result<(Vec<DepartmentWrite>, Vec<Change>)> {
        if !steps.iter().any(|step| leaders::may_change(step)) {
            return Ok((Vec::new(), Vec::new()));
        }
        let departments = self.store.departments(self.corp).await?;
        let mut departments: BTreeMap<_, _> =
            departments.into_iter().map(|department| (department.id, department)).collect();
        let touched = leaders::touched(steps, &departments);
        if touched.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let at = Timestamp::now();
        let rows = reader.departments(|id| touched.contains_key(&id)).await?;
        let (mut written, mut changes) = (BTreeSet::new(), Vec::new());
        for (id, step) in touched {
            let (Some(record), Some(row), Some(step)) =
                (departments.get_mut(&id), rows.get(&id), self.plan.step(step))
            else {
                continue;
            };
            let operator = self.run.operator.as_deref();
            if let Some(change) = leaders::put(record, row, step, self.run.id, operator, at) {
                written.insert(id);
                changes.push(change);
            }
        }
        Ok((pull::departments::writes_of(&departments, written, BTreeSet::new()), changes))
    }

    /// Writes entries in one transaction.
    pub(super) async fn write(&mut self, entries: Vec<Entry>) -> Result<()> {
        let mut waiting = Vec::new();
        // The last entry of a step wins.
        let mut records: BTreeMap<StepId, Option<StepRecord>> = BTreeMap::new();
        let mut done = Vec::new();
        for entry in entries {
            match entry {
                Entry::Sending(record, sender) => {
                    records.insert(record.step, Some(record));
                    waiting.push(sender);
                }
                Entry::NotSent(step) => drop(records.insert(step, None)),
                Entry::Last => {}
                Entry::Ended(record) => {
                    self.run.counts.add(record.state);
                    if changes_mirror(&record) {
                        done.push(record.clone());
                    }
                    records.insert(record.step, Some(record));
                }
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin_run(self.corp).await?;
        let run = self.run.id;
        let removed: Vec<_> =
            records.iter().filter(|(_, record)| record.is_none()).map(|(step, _)| *step).collect();
        if !removed.is_empty() {
            transaction.remove_run_steps(run, removed).await?;
        }
        let records: Vec<_> = records.into_values().flatten().collect();
        if !records.is_empty() {
            transaction.put_run_steps(run, records).await?;
        }
        if !done.is_empty() {
            self.write_done(&mut *transaction, done).await?;
            self.run.measures = self.tally.measures(Some(&self.plan));
            self.run.updated_at = Timestamp::now();
            transaction.put_run(&self.run).await?;
        }
        self.commit(transaction).await?;
        // A sender that was dropped does not wait any more.
        for sender in waiting {
            let _ = sender.send(());
        }
        Ok(())
    }

    /// Commits on a task of its own, so that a commit that has begun ends before the corp is unlocked.
    pub(super) async fn commit(&self, transaction: Box<dyn Transaction>) -> Result<()> {
        let lock = Arc::clone(&self.lock);
        let commit = tokio::spawn(async move {
            let committed = transaction.commit().await;
            drop(lock);
            committed
        });
        commit.await.map_err(|error| Error::Database(Box::new(error)))?
    }

    async fn write_done(&mut self, transaction: &mut dyn Transaction, done: Vec<StepRecord>) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        let mut outcomes = Vec::with_capacity(done.len());
        // Departments that the steps wrote, and those among them with another path.
        let (mut departments, mut moved) = (BTreeSet::new(), BTreeSet::new());
        let mut tags = BTreeMap::new();
        for record in done {
            let Some(step) = plan.step(record.step) else { continue };
            self.tally.add(step);
            let operator = self.run.operator.as_deref();
            let change = mirror::change(step, self.run.id, record.at, operator, mirror::action(step));
            match step.object.kind {
                ObjectKind::Member => outcomes.push(Outcome::Member(record)),
                ObjectKind::Department => {
                    let id = look::department_id(step);
                    departments.extend(id);
                    let has = |name| step.fields.contains_key(name);
                    moved.extend(id.filter(|_| has("name") || has("parentid")));
                    let fields = mirror::department(&mut self.departments, step, record.at);
                    let fields = if step.action == StepAction::Update { fields } else { change.fields };
                    outcomes.push(Outcome::Other(Change { fields, ..change }));
                }
                ObjectKind::Tag => {
                    let Some(id) = look::tag_id(step) else { continue };
                    let refused = TagList::refused(record.reason.as_ref());
                    let tag = self.tags.entry(id).or_insert_with(|| new_tag(id, record.at));
                    let fields = mirror::tag(tag, step, &refused, record.at);
                    tags.insert(id, tag.clone());
                    let fields = if step.action == StepAction::Create { change.fields } else { fields };
                    outcomes.push(Outcome::Other(Change { fields, ..change }));
                }
            }
        }
        if !departments.is_empty() {
            let writes = pull::departments::writes_of(&self.departments, departments, moved);
            transaction.put_departments(writes).await?;
        }
        if !tags.is_empty() {
            transaction.put_tags(tags.into_values().collect()).await?;
        }
        let done = DoneSteps {
            plan,
            run: self.run.id,
            operator: self.run.operator.clone(),
            sight: self.sight,
            key: self.key.clone(),
            outcomes,
        };
        transaction.update_members(done.keys(), Box::new(move |found| done.put_into(found))).await
    }
}

/// Whether an outcome changes the mirror: the step is done, wholly or in part.
pub(crate) const fn changes_mirror(record: &StepRecord) -> bool {
    match record.state {
        StepState::Done => true,
        StepState::Refused => matches!(record.reason, Some(StepReason::RefusedMembers { .. })),
        _ => false,
    }
}

fn new_tag(id: TagId, at: Timestamp) -> TagRecord {
    TagRecord {
        id,
        state: State::Present,
        name: wecom_contacts::Seen::Hidden,
        members: wecom_contacts::Seen::Hidden,
        members_complete: false,
        departments: wecom_contacts::Seen::Hidden,
        read_at: at,
    }
}
