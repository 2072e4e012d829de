//! Which step may be sent next: in the order of dependencies, never two of one object, and departments one at a time.

use std::collections::{BTreeSet, HashMap};

use crate::{
    journal::ObjectKind,
    plan::{Plan, Step, StepAction, StepId},
    run::{StepReason, StepState},
};

/// A step of the plan by its place.
pub(super) type Place = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// It waits for other steps, or it is held back.
    Waiting,
    Ready,
    Running,
    Ended,
}

pub(super) struct Schedule<'a> {
    plan: &'a Plan,
    at: Vec<At>,
    /// How many steps each step waits for.
    missing: Vec<u32>,
    /// The steps that wait for each step, and whether they need it to be done.
    waiting: Vec<Vec<(Place, bool)>>,
    ready: BTreeSet<Place>,
    ready_departments: BTreeSet<Place>,
    is_department_running: bool,
    /// Whether members may be created.
    creates_members: bool,
}

impl<'a> Schedule<'a> {
    /// A schedule of all steps. A step that needs one which the plan does not have never runs.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let count = plan.steps.len();
        let places: HashMap<StepId, Place> =
            plan.steps.iter().enumerate().map(|(place, step)| (step.id, place)).collect();
        let mut missing = vec![0_u32; count];
        let mut waiting = vec![Vec::new(); count];
        let mut last: HashMap<(ObjectKind, String), Place> = HashMap::new();
        for (place, step) in plan.steps.iter().enumerate() {
            for need in &step.needs {
                missing[place] += 1;
                if let Some(needed) = places.get(need) {
                    waiting[*needed].push((place, true));
                }
            }
            let object = (step.object.kind, step.object.id.to_ascii_lowercase());
            if let Some(earlier) = last.insert(object, place) {
                missing[place] += 1;
                waiting[earlier].push((place, false));
            }
        }
        let mut schedule = Self {
            plan,
            at: vec![At::Waiting; count],
            missing,
            waiting,
            ready: BTreeSet::new(),
            ready_departments: BTreeSet::new(),
            is_department_running: false,
            creates_members: true,
        };
        (0..count)
            .filter(|place| schedule.missing[*place] == 0)
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|place| schedule.make_ready(place));
        schedule
    }

    fn step(&self, place: Place) -> &'a Step {
        &self.plan.steps[place]
    }

    fn make_ready(&mut self, place: Place) {
        self.at[place] = At::Ready;
        if self.step(place).object.kind == ObjectKind::Department {
            self.ready_departments.insert(place);
        } else {
            self.ready.insert(place);
        }
    }

    /// Takes the next step that may be sent, in the order of the plan.
    pub(super) fn next(&mut self) -> Option<Place> {
        let department = self.ready_departments.first().copied().filter(|_| !self.is_department_running);
        let other = self
            .ready
            .iter()
            .copied()
            .find(|place| self.creates_members || !creates_member(self.step(*place)));
        let next = match (department, other) {
            (Some(department), Some(other)) => department.min(other),
            (department, other) => department.or(other)?,
        };
        if self.ready_departments.remove(&next) {
            self.is_department_running = true;
        } else {
            self.ready.remove(&next);
        }
        self.at[next] = At::Running;
        Some(next)
    }

    /// Takes a step that an interrupted run had begun to send.
    pub(super) fn claim(&mut self, place: Place) {
        if self.at[place] == At::Ended {
            return;
        }
        self.ready.remove(&place);
        if self.step(place).object.kind == ObjectKind::Department {
            self.ready_departments.remove(&place);
            self.is_department_running = true;
        }
        self.at[place] = At::Running;
    }

    /// Takes a step that was not sent after all. It may be sent later.
    pub(super) fn put_back(&mut self, place: Place) {
        self.leave(place);
        self.make_ready(place);
    }

    /// A step leaves the calls that run, while its outcome is not known yet.
    fn leave(&mut self, place: Place) {
        if self.step(place).object.kind == ObjectKind::Department && self.at[place] == At::Running {
            self.is_department_running = false;
        }
    }

    /// Creates no more members.
    pub(super) fn stop_creating_members(&mut self) {
        self.creates_members = false;
    }

    /// Notes the outcome of a step. Returns the steps that need it and cannot be sent any more, with the reasons.
    pub(super) fn end(&mut self, place: Place, state: StepState) -> Vec<(Place, StepReason)> {
        let mut skipped = Vec::new();
        let mut ended = vec![(place, state == StepState::Done)];
        while let Some((place, is_done)) = ended.pop() {
            if self.at[place] == At::Ended {
                continue;
            }
            self.leave(place);
            self.ready.remove(&place);
            self.ready_departments.remove(&place);
            self.at[place] = At::Ended;
            for (next, is_needed) in std::mem::take(&mut self.waiting[place]) {
                if self.at[next] == At::Ended {
                    continue;
                }
                if is_needed && !is_done {
                    skipped.push((next, StepReason::Needs { step: self.step(place).id }));
                    ended.push((next, false));
                    continue;
                }
                self.missing[next] -= 1;
                if self.missing[next] == 0 && self.at[next] == At::Waiting {
                    self.make_ready(next);
                }
            }
        }
        skipped
    }

    /// Whether the step has its outcome.
    pub(super) fn has_ended(&self, place: Place) -> bool {
        self.at[place] == At::Ended
    }

    /// Whether every step has its outcome.
    pub(super) fn is_done(&self) -> bool {
        self.at.iter().all(|at| *at == At::Ended)
    }
}

/// Whether the step takes an account of the corp.
fn creates_member(step: &Step) -> bool {
    step.object.kind == ObjectKind::Member && step.action == StepAction::Create
}
