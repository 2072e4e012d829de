//! Writes what a run does: each step before it is sent and after its answer, with the mirror and the journal.
//!
//! What arrives while a transaction is committed goes into the next one together (group commit).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use wecom_contacts::{CorpId, DepartmentId, TagId};

use super::{
    FingerprintKey,
    look::{self, Reader, Touched},
    measures::Tally,
    mirror,
    tag_list::TagList,
    verify::{self, Verified},
};
use crate::{
    Error, Result,
    journal::{Action, Change, ObjectKind},
    plan::{Plan, Step, StepAction, StepId},
    pull::{departments, merge::Sight},
    record::{DepartmentRecord, MemberRecord, State, TagRecord},
    run::{PersonKey, RunRecord, RunState, StepReason, StepRecord, StepState, Stop, WrittenHidden},
    search,
    store::{Lock, MemberKey, MemberWrite, Store, Transaction},
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
    pub(super) plan: &'a Plan,
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
            let plan = serde_json::to_string(self.plan).map_err(|error| Error::Database(Box::new(error)))?;
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
            .filter_map(|record| Some((step(self.plan, record.step)?, record.reason)))
            .collect();
        if done.is_empty() {
            return Ok(Verified::default());
        }
        let sighted = reader.look(&Touched::of(done.iter().map(|(step, _)| *step))).await?;
        let verified = verify::verify(&done, &sighted);
        let mut steps: BTreeMap<MemberKey, Vec<&Step>> = BTreeMap::new();
        for (step, _) in &done {
            if step.object.kind == ObjectKind::Member && step.action != StepAction::Remove {
                steps.entry(verify::current_key(step)).or_default().push(step);
            }
        }
        let keys: Vec<_> = steps.keys().cloned().collect();
        if keys.is_empty() {
            return Ok(verified);
        }
        let mut transaction = self.store.begin_run(self.corp).await?;
        let (mut written, mut changes) = (Vec::new(), Vec::new());
        for mut record in transaction.members(&keys).await? {
            let key = MemberKey::from(&record.member.userid);
            let Some(steps) = steps.get(&key) else { continue };
            let Some((at, sight, row)) = sighted.row(&key) else {
                mirror::out_of_sight(&mut record);
                written.push(record);
                continue;
            };
            let Some(listed) = sighted.listed(&key) else { continue };
            let fields = mirror::read_back(&mut record, steps, row, listed, *sight, *at);
            if let (false, Some(last)) = (fields.is_empty(), steps.last()) {
                let operator = self.run.operator.as_deref();
                let change = mirror::change(last, self.run.id, *at, operator, Action::Changed);
                changes.push(Change { fields, person: record.person, ..change });
            }
            written.push(record);
        }
        put_members(&mut *transaction, written).await?;
        transaction.put_changes(changes).await?;
        self.commit(transaction).await?;
        Ok(verified)
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
            self.run.measures = self.tally.measures(Some(self.plan));
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
        let plan = self.plan;
        let steps: Vec<(&Step, StepRecord)> =
            done.into_iter().filter_map(|record| Some((step(plan, record.step)?, record))).collect();
        steps.iter().for_each(|(step, _)| self.tally.add(step));
        let keys: Vec<MemberKey> = steps.iter().filter_map(|(step, _)| mirror::key(step)).collect();
        let mut members: HashMap<MemberKey, MemberRecord> = HashMap::new();
        if !keys.is_empty() {
            let found = transaction.members(&keys).await?;
            members.extend(found.into_iter().map(|record| (MemberKey::from(&record.member.userid), record)));
        }
        let mut written = Vec::new();
        let mut keyed = Vec::new();
        let mut changes: Vec<(Option<MemberKey>, Change)> = Vec::new();
        let changes_departments = steps.iter().any(|(step, _)| step.object.kind == ObjectKind::Department);
        let before = changes_departments.then(|| self.departments.clone());
        let mut tags = BTreeMap::new();
        for (step, record) in &steps {
            let operator = self.run.operator.as_deref();
            let mut change = mirror::change(step, self.run.id, record.at, operator, mirror::action(step));
            match step.object.kind {
                ObjectKind::Member => {
                    let key = MemberKey::from(step.object.id.as_str());
                    let member = members
                        .entry(key.clone())
                        .or_insert_with(|| MemberRecord::unread(step.object.id.as_str().into(), record.at));
                    if step.action == StepAction::Create {
                        // The mirror may have had the userid as out of sight.
                        let person = member.person;
                        *member = MemberRecord::unread(step.object.id.as_str().into(), record.at);
                        member.person = person;
                        keyed.extend(roster_key(plan, step).map(|(name, value)| (key.clone(), name, value)));
                    }
                    let (fields, hidden) =
                        mirror::member(member, step, self.sight, record.at, self.key.as_ref());
                    if step.action != StepAction::Create {
                        change.fields = fields;
                    }
                    written.extend(hidden.into_iter().map(|hidden| (key.clone(), hidden)));
                    changes.push((Some(key), change));
                }
                ObjectKind::Department => {
                    let fields = mirror::department(&mut self.departments, step, record.at);
                    if step.action == StepAction::Update {
                        change.fields = fields;
                    }
                    changes.push((None, change));
                }
                ObjectKind::Tag => {
                    let Some(id) = look::tag_id(step) else { continue };
                    let refused = TagList::refused(record.reason.as_ref());
                    let tag = self.tags.entry(id).or_insert_with(|| new_tag(id, record.at));
                    let fields = mirror::tag(tag, step, &refused, record.at);
                    tags.insert(id, tag.clone());
                    if step.action != StepAction::Create {
                        change.fields = fields;
                    }
                    changes.push((None, change));
                }
            }
        }
        if let Some(before) = before {
            // With those below, whose paths change.
            transaction.put_departments(departments::writes(&before, &self.departments)).await?;
        }
        if !tags.is_empty() {
            transaction.put_tags(tags.into_values().collect()).await?;
        }
        let (keys, records): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        let persons = put_members(transaction, records).await?;
        let persons: HashMap<_, _> = keys.into_iter().zip(persons).collect();
        for (key, change) in &mut changes {
            change.person = key.as_ref().and_then(|key| persons.get(key)).copied();
        }
        transaction.put_changes(changes.into_iter().map(|(_, change)| change).collect()).await?;
        let written: Vec<_> = written
            .into_iter()
            .filter_map(|(key, (field, fingerprint))| {
                Some(WrittenHidden { person: *persons.get(&key)?, field, fingerprint })
            })
            .collect();
        if !written.is_empty() {
            transaction.put_written_hidden(written).await?;
        }
        let keyed: Vec<_> = keyed
            .into_iter()
            .filter_map(|(key, name, value)| Some(PersonKey { name, value, person: *persons.get(&key)? }))
            .collect();
        if !keyed.is_empty() {
            transaction.put_person_keys(keyed).await?;
        }
        Ok(())
    }
}

/// Whether an outcome changes the mirror.
const fn changes_mirror(record: &StepRecord) -> bool {
    matches!(record.state, StepState::Done)
        || matches!(record.reason, Some(StepReason::RefusedMembers { .. }))
}

/// Writes members with what the search reads of them. Returns their person numbers.
pub(super) async fn put_members(
    transaction: &mut dyn Transaction,
    records: Vec<MemberRecord>,
) -> Result<Vec<crate::record::PersonId>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let write = |record: MemberRecord| {
        let search = search::text(&record.member);
        MemberWrite { record, search }
    };
    transaction.put_members(records.into_iter().map(write).collect()).await
}

/// The step of a plan with this number.
pub(super) fn step(plan: &Plan, id: StepId) -> Option<&Step> {
    // Plans number their steps from 1 without gaps.
    let guess = plan.steps.get((id as usize).wrapping_sub(1)).filter(|step| step.id == id);
    guess.or_else(|| plan.steps.iter().find(|step| step.id == id))
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

/// The key by which the roster of the plan knows a new member, and its value.
fn roster_key(plan: &Plan, step: &Step) -> Option<(String, String)> {
    let name = plan.policy.roster.key.clone();
    let text = |value: &serde_json::Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let value = match name.as_str() {
        "userid" => return None,
        "mobile" | "email" => text(&step.fields.get(&name)?.after)?,
        _ => {
            let attributes = step.fields.get("extattr")?.after.get("attrs")?.as_array()?;
            let attribute =
                attributes.iter().find(|attribute| attribute.get("name").is_some_and(|own| own == &name))?;
            text(
                attribute
                    .get("text")
                    .and_then(|text| text.get("value"))
                    .or_else(|| attribute.get("value"))?,
            )?
        }
    };
    Some((name, value))
}
