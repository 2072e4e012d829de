//! What a run did to each object, all its steps together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use wecom_contacts::{DepartmentId, UserId};

use crate::{
    apply::TagList,
    journal::ObjectKind,
    plan::{Object, Plan, SideEffect, Step, StepAction, StepId},
    run::{StepRecord, StepState},
    store::{FORGOTTEN, MemberKey},
};

/// An object as a plan names it. Userids are in lower case.
pub(super) type ObjectKey = (ObjectKind, String);

pub(super) fn object_key(object: &Object) -> ObjectKey {
    (object.kind, object.id.to_ascii_lowercase())
}

/// What the steps of a run did to one object.
pub(super) struct Effect<'a> {
    pub(super) object: Object,
    /// The steps, in the order of the plan.
    pub(super) steps: Vec<StepId>,
    pub(super) is_created: bool,
    pub(super) is_removed: bool,
    /// The fields that updates wrote: the value before the first of them, and the one after the last.
    pub(super) fields: BTreeMap<String, (Option<Value>, Value)>,
    /// What a removed object was.
    pub(super) former: &'a Map<String, Value>,
    pub(super) side_effects: &'a [SideEffect],
    /// The status before, if the object is a member.
    pub(super) status: Option<i64>,
    /// Members that a tag gained and lost.
    pub(super) added: BTreeMap<MemberKey, UserId>,
    pub(super) removed: BTreeMap<MemberKey, UserId>,
    /// Departments that a tag gained and lost.
    pub(super) added_departments: BTreeSet<DepartmentId>,
    pub(super) removed_departments: BTreeSet<DepartmentId>,
    /// Whether an answer was lost, so that nothing shows whether the last step was executed.
    pub(super) is_unknown: bool,
    /// Whether the creation was interrupted, so that somebody else may have created the object.
    pub(super) is_unsettled: bool,
    /// Whether the values were erased.
    pub(super) is_forgotten: bool,
}

/// What a run did, by object.
pub(super) struct Effects<'a> {
    pub(super) objects: BTreeMap<ObjectKey, Effect<'a>>,
    /// The object of each step that was executed.
    pub(super) by_step: BTreeMap<StepId, ObjectKey>,
}

static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl<'a> Effects<'a> {
    /// Adds up the steps that were executed, in whole or in part, or may have been.
    pub(super) fn of(plan: &'a Plan, records: &[StepRecord]) -> Self {
        let records: BTreeMap<_, _> = records.iter().map(|record| (record.step, record)).collect();
        let mut effects = Self { objects: BTreeMap::new(), by_step: BTreeMap::new() };
        for step in &plan.steps {
            let Some(record) = records.get(&step.id) else { continue };
            let refused = TagList::refused(record.reason.as_ref());
            let is_executed = match record.state {
                StepState::Done | StepState::Unknown | StepState::Sending => true,
                StepState::Refused => !refused.is_empty(),
                StepState::Stale | StepState::Skipped => false,
            };
            if is_executed {
                effects.add(step, record, &refused);
            }
        }
        effects
    }

    fn add(&mut self, step: &'a Step, record: &StepRecord, refused: &TagList) {
        let key = object_key(&step.object);
        self.by_step.insert(step.id, key.clone());
        let effect = self.objects.entry(key).or_insert_with(|| Effect {
            object: step.object.clone(),
            steps: Vec::new(),
            is_created: false,
            is_removed: false,
            fields: BTreeMap::new(),
            former: &NOTHING,
            side_effects: &[],
            status: step.status,
            added: BTreeMap::new(),
            removed: BTreeMap::new(),
            added_departments: BTreeSet::new(),
            removed_departments: BTreeSet::new(),
            is_unknown: false,
            is_unsettled: false,
            is_forgotten: step.object.id == FORGOTTEN,
        });
        effect.steps.push(step.id);
        effect.is_unknown |= record.state != StepState::Done && record.state != StepState::Refused;
        match step.action {
            StepAction::Create => {
                effect.is_created = true;
                effect.is_unsettled = record.state == StepState::Sending;
            }
            StepAction::Remove => {
                effect.is_removed = true;
                effect.former = &step.former;
                effect.side_effects = &step.side_effects;
            }
            StepAction::Update => {
                for (name, change) in &step.fields {
                    let first = || (change.before.clone(), change.after.clone());
                    effect.fields.entry(name.clone()).or_insert_with(first).1 = change.after.clone();
                }
            }
            StepAction::AddMembers | StepAction::RemoveMembers => {
                let TagList { members, departments } = TagList::of(step).without(refused);
                let adds = step.action == StepAction::AddMembers;
                let (into, from) = either(adds, &mut effect.added, &mut effect.removed);
                for userid in members {
                    let member = MemberKey::from(&userid);
                    if from.remove(&member).is_none() {
                        into.insert(member, userid);
                    }
                }
                let (into, from) =
                    either(adds, &mut effect.added_departments, &mut effect.removed_departments);
                for department in departments {
                    if !from.remove(&department) {
                        into.insert(department);
                    }
                }
            }
        }
    }

    /// The effects on objects of one kind.
    pub(super) fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Effect<'a>> {
        self.objects.iter().filter(move |((other, _), _)| *other == kind).map(|(_, effect)| effect)
    }
}

/// What a step fills, and what it takes from: `added` first if it adds.
const fn either<'a, T>(adds: bool, added: &'a mut T, removed: &'a mut T) -> (&'a mut T, &'a mut T) {
    if adds { (added, removed) } else { (removed, added) }
}
