//! Steps before they have numbers, and their order.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
};

use serde_json::Value;
use wecom_contacts::{DepartmentId, members::MemberField};

use crate::{
    journal::ObjectKind,
    plan::{Category, FieldChange, Finding, FindingKind, Object, Step, StepAction, StepId},
    record::PersonId,
    roster::Place,
};

/// In which part of a run a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Phase {
    Departments,
    Creations,
    Updates,
    Tags,
    Disabling,
    Removals,
    EmptyDepartments,
}

/// What a step needs before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Need {
    /// The department, if the plan creates it.
    Department(DepartmentId),
    /// The member, if the plan creates it: the userid in lower case.
    Member(String),
    /// Another step of the draft, by its place in the list.
    Draft(usize),
}

/// A step without a number.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) phase: Phase,
    /// Orders the steps of one phase, independently of the order of rows.
    pub(super) order: String,
    pub(super) step: Step,
    pub(super) needs: BTreeSet<Need>,
    /// The member, for steps of a member who exists.
    pub(super) person: Option<PersonId>,
    /// Unique values that the step wants, in the form in which they are compared.
    pub(super) wants: Vec<(MemberField, Box<str>)>,
}

impl Draft {
    pub(super) fn new(phase: Phase, object: Object, action: StepAction, category: Category) -> Self {
        let order = match object.kind {
            ObjectKind::Member => object.id.to_ascii_lowercase(),
            // Numbers in their own order.
            ObjectKind::Department | ObjectKind::Tag => format!("{:0>10}", object.id),
        };
        let step = Step::new(object, action, category, BTreeMap::new());
        Self { phase, order, step, needs: BTreeSet::new(), person: None, wants: Vec::new() }
    }

    pub(super) fn places(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.step.places.extend(places);
        self.step.places.sort_unstable();
        self
    }

    /// Sets a field of an object that exists.
    pub(super) fn change(&mut self, field: &str, before: Option<Value>, after: impl Into<Value>) {
        self.step.fields.insert(field.to_owned(), FieldChange { before, after: after.into() });
    }

    /// Sets a field of an object that is created.
    pub(super) fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.change(field, None, value);
    }
}

/// Puts the steps in an order in which each needs only steps before it. Steps that need one another in a circle are left out, and
/// are findings.
pub(super) fn order(mut drafts: Vec<Draft>, findings: &mut Vec<Finding>) -> Vec<Step> {
    let mut creations: HashMap<Need, usize> = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        if draft.step.action == StepAction::Create {
            let made = match draft.step.object.kind {
                ObjectKind::Department => {
                    draft.step.object.id.parse().ok().map(|id| Need::Department(DepartmentId(id)))
                }
                ObjectKind::Member => Some(Need::Member(draft.step.object.id.to_ascii_lowercase())),
                ObjectKind::Tag => None,
            };
            creations.extend(made.map(|made| (made, index)));
        }
    }
    let needs: Vec<Vec<usize>> = drafts
        .iter()
        .map(|draft| {
            let index = |need: &Need| match need {
                Need::Draft(index) => Some(*index),
                other => creations.get(other).copied(),
            };
            draft.needs.iter().filter_map(index).collect()
        })
        .collect();
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut unlocks: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    for (index, needs) in needs.iter().enumerate() {
        for need in needs {
            unlocks[*need].push(index);
        }
    }
    let rank = |drafts: &[Draft], index: usize| {
        let draft = &drafts[index];
        Reverse((draft.phase, draft.order.clone(), draft.step.action as u8, index))
    };
    let mut ready: BinaryHeap<_> =
        (0..drafts.len()).filter(|index| open[*index] == 0).map(|index| rank(&drafts, index)).collect();
    let mut numbers: Vec<Option<StepId>> = vec![None; drafts.len()];
    let mut sequence = Vec::with_capacity(drafts.len());
    while let Some(Reverse((.., index))) = ready.pop() {
        sequence.push(index);
        numbers[index] = Some(u32::try_from(sequence.len()).unwrap_or(u32::MAX));
        for next in std::mem::take(&mut unlocks[index]) {
            open[next] -= 1;
            if open[next] == 0 {
                ready.push(rank(&drafts, next));
            }
        }
    }
    for (index, draft) in drafts.iter().enumerate().filter(|(index, _)| numbers[*index].is_none()) {
        let other = needs[index].iter().find(|need| numbers[**need].is_none());
        let other = other.map_or(&draft.step.object, |need| &drafts[*need].step.object);
        let field = draft.wants.first().map_or("name", |(field, _)| field.name());
        findings.push(
            Finding::new(FindingKind::Released)
                .at(draft.step.places.clone())
                .object(other.clone())
                .field(field),
        );
    }
    let mut steps = Vec::with_capacity(sequence.len());
    for index in sequence {
        let draft = &mut drafts[index];
        let mut step = std::mem::replace(&mut draft.step, empty());
        step.id = numbers[index].unwrap_or_default();
        step.needs = needs[index].iter().filter_map(|need| numbers[*need]).collect();
        step.needs.sort_unstable();
        step.needs.dedup();
        steps.push(step);
    }
    steps
}

fn empty() -> Step {
    let object = Object { kind: ObjectKind::Member, id: String::new(), name: None };
    Draft::new(Phase::Updates, object, StepAction::Update, Category::Update).step
}
