//! What runs changed within the window of the limits, as far as it is still there.
//!
//! A run of the window that was undone counts for what its undo left, and that undo does not count: both together change less than the
//! run alone. The limits do not stop such an undo for the same reason. The undo of an older run is a change like any other, and so is
//! the undo of an undo, which makes the change again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;
use wecom_contacts::CorpId;

use crate::{
    Result,
    apply::{TagList, changes_mirror, measures::Tally},
    journal::ObjectKind,
    plan::{Category, Object, Origin, Plan, Step, StepAction, StepId},
    policy::{GateLimits, Measure},
    run::RunRecord,
    store::Store,
};

/// An object of a plan. Userids are in lower case.
type ObjectKey = (ObjectKind, String);

fn key(object: &Object) -> ObjectKey {
    (object.kind, object.id.to_ascii_lowercase())
}

/// The runs of a corp, and the window that ends now.
pub(super) struct Window {
    runs: Vec<RunRecord>,
    limits: GateLimits,
    now: Timestamp,
    /// The runs that took back another run of their own window.
    reducing: BTreeSet<i64>,
}

impl Window {
    pub(super) async fn read(
        store: &dyn Store,
        corp: &CorpId,
        limits: &GateLimits,
        now: Timestamp,
    ) -> Result<Self> {
        let runs = store.runs(corp).await?;
        let mut window = Self { runs, limits: limits.clone(), now, reducing: BTreeSet::new() };
        // An undo comes after the run that it undoes.
        for index in 0..window.runs.len() {
            let RunRecord { id, undo_of, started_at, .. } = window.runs[index];
            if undo_of.is_some_and(|undone| window.can_be_reduced(undone, started_at)) {
                window.reducing.insert(id);
            }
        }
        Ok(window)
    }

    /// Returns whether a plan undoes a run of the window, so that it makes the corp's change smaller.
    pub(super) fn is_reduced_by(&self, plan: &Plan) -> bool {
        matches!(plan.origin, Origin::Undo { run } if self.can_be_reduced(run, self.now))
    }

    /// Returns whether an undo at this time reduces what this run changed.
    fn can_be_reduced(&self, run: i64, at: Timestamp) -> bool {
        let undone = self.runs.iter().find(|other| other.id == run);
        undone.is_some_and(|run| run.updated_at >= self.since(at) && !self.reducing.contains(&run.id))
    }

    fn since(&self, at: Timestamp) -> Timestamp {
        at.checked_sub(self.limits.window.duration()).unwrap_or(Timestamp::MIN)
    }

    /// Returns what the runs of the window changed.
    pub(super) async fn measures(&self, store: &dyn Store, corp: &CorpId) -> Result<BTreeMap<Measure, u64>> {
        let since = self.since(self.now);
        let mut sum = BTreeMap::new();
        for run in self.runs.iter().filter(|run| run.updated_at >= since && !self.reducing.contains(&run.id))
        {
            let undos = self.runs.iter().filter(|undo| undo.undo_of == Some(run.id));
            let undos: Vec<i64> =
                undos.map(|undo| undo.id).filter(|undo| self.reducing.contains(undo)).collect();
            let left = if undos.is_empty() { None } else { left(store, corp, run.id, &undos).await? };
            for (measure, count) in left.as_ref().unwrap_or(&run.measures) {
                *sum.entry(*measure).or_insert(0_u64) += count;
            }
        }
        Ok(sum)
    }
}

/// Returns what these undos left of a run. `None` if a plan cannot be read.
async fn left(
    store: &dyn Store,
    corp: &CorpId,
    run: i64,
    undos: &[i64],
) -> Result<Option<BTreeMap<Measure, u64>>> {
    let mut back: BTreeMap<ObjectKey, Back> = BTreeMap::new();
    for undo in undos {
        let Some((plan, done)) = done(store, corp, *undo).await? else { return Ok(None) };
        for step in plan.steps {
            let Some(refused) = done.get(&step.id) else { continue };
            let back = back.entry(key(&step.object)).or_default();
            if step.action == StepAction::AddMembers {
                back.tagged.extend(TagList::of(&step).without(refused));
            }
            back.fields.extend(step.fields.into_keys());
        }
    }
    let Some((plan, done)) = done(store, corp, run).await? else { return Ok(None) };
    let mut tally = Tally::default();
    for step in &plan.steps {
        let Some(refused) = done.get(&step.id) else { continue };
        match back.get(&key(&step.object)) {
            Some(back) => without(step, back, refused).iter().for_each(|step| tally.add(step)),
            None => tally.add(step),
        }
    }
    Ok(Some(tally.measures(Some(&plan))))
}

/// What undos took back of an object.
#[derive(Default)]
struct Back {
    fields: BTreeSet<String>,
    /// The members and departments that a tag got back.
    tagged: TagList,
}

/// The plan of a run, and its steps that are done, with what WeCom refused of them.
async fn done(
    store: &dyn Store,
    corp: &CorpId,
    run: i64,
) -> Result<Option<(Plan, BTreeMap<StepId, TagList>)>> {
    let Some(text) = store.run_plan(corp, run).await? else { return Ok(None) };
    let Ok(plan) = serde_json::from_str::<Plan>(&text) else { return Ok(None) };
    let records = store.run_steps(corp, run).await?.into_iter();
    let done = records.filter(changes_mirror);
    let done = done.map(|record| (record.step, TagList::refused(record.reason.as_ref())));
    Ok(Some((plan, done.collect())))
}

/// A step without what was taken back of it and what WeCom refused. `None` if nothing is left.
fn without(step: &Step, back: &Back, refused: &TagList) -> Option<Step> {
    let mut step = step.clone();
    if step.action == StepAction::RemoveMembers {
        let left = TagList::of(&step).without(&back.tagged).without(refused);
        for (name, list) in [("userlist", json!(left.members)), ("partylist", json!(left.departments))] {
            if let Some(change) = step.fields.get_mut(name) {
                change.after = list;
            }
        }
        return (!left.is_empty()).then_some(step);
    }
    if step.action != StepAction::Update {
        return None;
    }
    let fields = &back.fields;
    step.fields.retain(|name, _| !fields.contains(name));
    if fields.contains("enable") && matches!(step.category, Category::Disable | Category::Enable) {
        step.category = Category::Update;
    }
    (!step.fields.is_empty()).then_some(step)
}
