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
    /// Ready steps that create members.
    ready_creations: BTreeSet<Place>,
    ready_departments: BTreeSet<Place>,
    /// All other ready steps.
    ready: BTreeSet<Place>,
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
            ready_creations: BTreeSet::new(),
            ready_departments: BTreeSet::new(),
            ready: BTreeSet::new(),
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
        self.ready_like(place).insert(place);
    }

    /// The ready steps of the same kind as this step.
    fn ready_like(&mut self, place: Place) -> &mut BTreeSet<Place> {
        let step = self.step(place);
        match (step.object.kind, step.action) {
            (ObjectKind::Department, _) => &mut self.ready_departments,
            // They take accounts of the corp.
            (ObjectKind::Member, StepAction::Create) => &mut self.ready_creations,
            _ => &mut self.ready,
        }
    }

    /// Takes the next step that may be sent, in the order of the plan.
    pub(super) fn next(&mut self) -> Option<Place> {
        let department = self.ready_departments.first().filter(|_| !self.is_department_running);
        let creation = self.ready_creations.first().filter(|_| self.creates_members);
        let next = *[department, creation, self.ready.first()].into_iter().flatten().min()?;
        self.ready_like(next).remove(&next);
        self.is_department_running |= self.step(next).object.kind == ObjectKind::Department;
        self.at[next] = At::Running;
        Some(next)
    }

    /// Takes a step that an interrupted run had begun to send.
    pub(super) fn claim(&mut self, place: Place) {
        if self.at[place] == At::Ended {
            return;
        }
        self.ready_like(place).remove(&place);
        self.is_department_running |= self.step(place).object.kind == ObjectKind::Department;
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
            self.ready_like(place).remove(&place);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(steps: serde_json::Value) -> Plan {
        let mut plan = serde_json::json!({
            "format": "txl-plan", "version": 1, "made_by": "test", "corp": "ww1", "fingerprint": "",
            "made_at": "2026-11-28T00:00:00Z", "expires_at": "2026-11-29T00:00:00Z",
            "origin": {"kind": "undo", "run": 1},
            "basis": {"pull": 1, "pulled_at": "2026-11-28T00:00:00Z", "existence": true,
                      "coverage": {"members": "complete", "departments": "complete", "tags": "complete"}},
            "policy": {}, "scope": [], "findings": [], "not_writable": [], "unchecked": {}, "leavers": [], "departments": [],
            "measured": {}, "gate": {"verdict": "pass", "reasons": []},
            "counts": serde_json::to_value(crate::plan::PlanCounts::default()).unwrap(),
        });
        plan["steps"] = steps;
        serde_json::from_value(plan).unwrap()
    }

    fn step(id: u32, kind: &str, object: &str, needs: &[u32]) -> serde_json::Value {
        serde_json::json!({"id": id, "object": {"kind": kind, "id": object}, "action": "update", "category": "update",
                           "fields": {}, "needs": needs})
    }

    #[test]
    fn departments_go_one_at_a_time_and_an_object_is_never_sent_twice_at_once() {
        let plan = plan(serde_json::json!([
            step(1, "department", "2", &[]),
            step(2, "department", "3", &[]),
            step(3, "member", "lisi", &[]),
            step(4, "member", "LiSi", &[]),
        ]));
        let mut schedule = Schedule::new(&plan);
        assert_eq!([schedule.next(), schedule.next(), schedule.next()], [Some(0), Some(2), None]);
        assert_eq!(schedule.end(0, StepState::Done), []);
        assert_eq!(schedule.next(), Some(1));
        // The order of steps on one object is no need.
        assert_eq!(schedule.end(2, StepState::Refused), []);
        assert_eq!(schedule.next(), Some(3));
    }

    #[test]
    fn what_needs_a_failed_step_is_skipped_with_all_that_needs_it() {
        let plan = plan(serde_json::json!([
            step(1, "department", "2", &[]),
            step(2, "member", "a", &[1]),
            step(3, "tag", "1", &[2]),
            step(4, "member", "b", &[]),
            step(5, "member", "c", &[9]),
        ]));
        let mut schedule = Schedule::new(&plan);
        let place = schedule.next().unwrap();
        let skipped = schedule.end(place, StepState::Unknown);
        assert_eq!(skipped, [(1, StepReason::Needs { step: 1 }), (2, StepReason::Needs { step: 2 })]);
        assert_eq!(schedule.next(), Some(3));
        schedule.put_back(3);
        assert_eq!(schedule.next(), Some(3));
        schedule.end(3, StepState::Done);
        assert!(schedule.next().is_none() && !schedule.is_done(), "no step has the number 9");
    }
}
