//! What a run says of itself.

use serde::{Deserialize, Serialize};

use crate::{
    plan::{Object, Plan, Step, StepAction, StepId},
    roster::Place,
    run::{RunCounts, RunRecord, RunState, StepReason, StepRecord, StepState, Stop},
};

/// Takes what happens in a run.
pub(super) type OnEvent = Box<dyn FnMut(RunEvent<'_>) + Send>;

/// Something that happened in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The objects of the plan are read again.
    Looking,
    /// A step is recorded and is about to be sent.
    Sending {
        /// The step.
        step: &'a Step,
    },
    /// A step has its outcome.
    Ended {
        /// The step.
        step: &'a Step,
        /// What became of it.
        state: StepState,
        /// Why it is not done, or not wholly.
        reason: Option<&'a StepReason>,
        /// What became of all steps so far.
        counts: RunCounts,
    },
    /// WeCom closed an endpoint; the run waits.
    Waiting {
        /// For how many seconds.
        seconds: u64,
    },
    /// Answers were lost; the objects are read to find out whether their steps are done.
    Settling {
        /// How many.
        steps: u64,
    },
    /// What was written is read back.
    Verifying,
}

/// What a run has done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunReport {
    /// The number of the run.
    pub run: i64,
    /// Whether it has ended.
    pub state: RunState,
    /// What became of its steps.
    #[serde(flatten)]
    pub counts: RunCounts,
    /// Steps that have no outcome yet: the run stopped before them.
    pub remaining: u64,
    /// Why it stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
    /// The steps that are not done, or not wholly, in the order of the plan.
    pub outcomes: Vec<StepOutcome>,
    /// Values that were written and read back as others.
    pub differences: Vec<Difference>,
    /// Objects that were written and cannot be read back: they are outside the app's visible range.
    pub not_verifiable: Vec<Object>,
}

impl RunReport {
    pub(super) fn new(run: &RunRecord, plan: &Plan, records: &[StepRecord]) -> Self {
        let outcome = |record: &StepRecord| {
            let is_whole = record.state == StepState::Done && record.reason.is_none();
            if is_whole || record.state == StepState::Sending {
                return None;
            }
            let step = plan.step(record.step)?;
            Some(StepOutcome {
                step: step.id,
                object: step.object.clone(),
                action: step.action,
                state: record.state,
                reason: record.reason.clone(),
                places: step.places.clone(),
            })
        };
        Self {
            run: run.id,
            state: run.state,
            counts: run.counts,
            remaining: run.counts.remaining(),
            stopped: run.stop.clone(),
            outcomes: records.iter().filter_map(outcome).collect(),
            differences: Vec::new(),
            not_verifiable: Vec::new(),
        }
    }

    /// Whether every step is done and no difference was found.
    pub fn is_clean(&self) -> bool {
        self.remaining == 0 && self.outcomes.is_empty() && self.differences.is_empty()
    }
}

/// A step that is not done, or not wholly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepOutcome {
    /// The step.
    pub step: StepId,
    /// What it was to write.
    pub object: Object,
    /// How.
    pub action: StepAction,
    /// What became of it.
    pub state: StepState,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<StepReason>,
    /// The rows of the roster that wanted it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

/// A value that was written and read back as another, or an object that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The step.
    pub step: StepId,
    /// The object.
    pub object: Object,
    /// The field, by its name in WeCom's JSON; `None` if the object itself is there or is not, against the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
