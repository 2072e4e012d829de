//! What done steps make of the members in the mirror. This runs where the store reads and writes them, beside the calls.

use std::{
    collections::{BTreeMap, HashMap, hash_map},
    sync::Arc,
};

use super::{FingerprintKey, look::Sighted, mirror, verify};
use crate::{
    journal::{Action, Change, ObjectKind},
    plan::{Plan, Step, StepAction, StepId},
    pull::merge::Sight,
    record::{MemberRecord, State},
    run::StepRecord,
    search,
    store::{MemberKey, MemberUpdates, MemberWrite},
};

/// The outcome of a step that changes the mirror.
pub(super) enum Outcome {
    Member(StepRecord),
    /// A step on another object is in the mirror already, and has this change for the journal.
    Other(Change),
}

/// Done steps in the order of their answers.
pub(super) struct DoneSteps {
    pub(super) plan: Arc<Plan>,
    pub(super) run: i64,
    pub(super) operator: Option<String>,
    /// The credential whose reading the mirror has of members.
    pub(super) sight: Option<Sight>,
    pub(super) key: Option<FingerprintKey>,
    pub(super) outcomes: Vec<Outcome>,
}

impl DoneSteps {
    /// Returns the keys of the members whose records the steps change.
    pub(super) fn keys(&self) -> Vec<MemberKey> {
        let step = |outcome: &Outcome| match outcome {
            Outcome::Member(record) => self.plan.step(record.step),
            Outcome::Other(_) => None,
        };
        let steps = self.outcomes.iter().filter_map(step);
        steps.flat_map(|step| mirror::key(step).into_iter().chain(mirror::new_key(step))).collect()
    }

    /// Puts the steps into the records of their members.
    pub(super) fn put_into(self, mut records: Vec<MemberRecord>) -> MemberUpdates {
        let mut updates = MemberUpdates::default();
        let mut places: HashMap<MemberKey, usize> = records
            .iter()
            .enumerate()
            .map(|(place, record)| (MemberKey::from(&record.member.userid), place))
            .collect();
        for outcome in self.outcomes {
            let outcome = match outcome {
                Outcome::Member(outcome) => outcome,
                Outcome::Other(change) => {
                    updates.changes.push((None, change));
                    continue;
                }
            };
            let Some(step) = self.plan.step(outcome.step) else { continue };
            let unread = || MemberRecord::unread(step.object.id.as_str().into(), outcome.at);
            let place = match places.entry(MemberKey::from(step.object.id.as_str())) {
                hash_map::Entry::Occupied(place) => *place.get(),
                hash_map::Entry::Vacant(place) => {
                    records.push(unread());
                    *place.insert(records.len() - 1)
                }
            };
            let record = &mut records[place];
            if step.action == StepAction::Create {
                // The mirror may have had the userid as out of sight.
                *record = MemberRecord { person: record.person, ..unread() };
                let key = roster_key(&self.plan, step);
                updates.person_keys.extend(key.map(|(name, value)| (place, name, value)));
            }
            let (fields, hidden) = mirror::member(record, step, self.sight, outcome.at, self.key.as_ref());
            updates
                .written_hidden
                .extend(hidden.into_iter().map(|(field, fingerprint)| (place, field, fingerprint)));
            let operator = self.operator.as_deref();
            let mut change = mirror::change(step, self.run, outcome.at, operator, mirror::action(step));
            if step.action != StepAction::Create {
                change.fields = fields;
            }
            updates.changes.push((Some(place), change));
            let Some(new) = mirror::new_key(step) else { continue };
            places.remove(&MemberKey::from(step.object.id.as_str()));
            // The mirror may have had the new userid as out of sight. WeCom gave it away, so that its holder does not exist any more.
            let holder = places.insert(new, place).filter(|holder| *holder != place);
            if let Some(holder) = holder {
                let record = &mut records[holder];
                record.state = State::Removed;
                record.read_at = outcome.at;
                let id = record.member.userid.as_str().to_owned();
                let removal = mirror::change(step, self.run, outcome.at, operator, Action::Removed);
                updates.changes.push((Some(holder), Change { id, ..removal }));
            }
        }
        updates.members = records.into_iter().map(member_write).collect();
        updates
    }
}

/// A member with what the search reads of it.
fn member_write(record: MemberRecord) -> MemberWrite {
    let search = search::text(&record.member);
    MemberWrite { record, search }
}

/// What was read of members after the run.
pub(super) struct ReadBack {
    pub(super) plan: Arc<Plan>,
    pub(super) run: i64,
    pub(super) operator: Option<String>,
    pub(super) sighted: Sighted,
    /// The done steps of each member, in the order of the plan.
    steps: BTreeMap<MemberKey, Vec<StepId>>,
}

impl ReadBack {
    pub(super) fn new(
        plan: Arc<Plan>,
        run: i64,
        operator: Option<String>,
        sighted: Sighted,
        done: &[StepId],
    ) -> Self {
        let mut steps: BTreeMap<MemberKey, Vec<StepId>> = BTreeMap::new();
        for step in done.iter().filter_map(|id| plan.step(*id)) {
            if step.object.kind == ObjectKind::Member && step.action != StepAction::Remove {
                steps.entry(verify::current_key(step)).or_default().push(step.id);
            }
        }
        Self { plan, run, operator, sighted, steps }
    }

    /// Returns the keys of the members that were read.
    pub(super) fn keys(&self) -> Vec<MemberKey> {
        self.steps.keys().cloned().collect()
    }

    /// Puts the readings into the records of these members. Returns those that differ.
    pub(super) fn put_into(&self, records: Vec<MemberRecord>) -> MemberUpdates {
        let mut updates = MemberUpdates::default();
        for mut record in records {
            let key = MemberKey::from(&record.member.userid);
            let Some(steps) = self.steps.get(&key) else { continue };
            let steps: Vec<&Step> = steps.iter().filter_map(|id| self.plan.step(*id)).collect();
            let before = record.clone();
            match (self.sighted.row(&key), self.sighted.listed(&key)) {
                (None, _) => mirror::out_of_sight(&mut record),
                (Some(_), None) => continue,
                (Some((at, sight, row)), Some(listed)) => {
                    let fields = mirror::read_back(&mut record, &steps, row, listed, *sight, *at);
                    if let (false, Some(last)) = (fields.is_empty(), steps.last()) {
                        let operator = self.operator.as_deref();
                        let change = mirror::change(last, self.run, *at, operator, Action::Changed);
                        updates.changes.push((Some(updates.members.len()), Change { fields, ..change }));
                    }
                }
            }
            // The time of the reading alone is no difference.
            if (MemberRecord { read_at: record.read_at, ..before }) != record {
                updates.members.push(member_write(record));
            }
        }
        updates
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
