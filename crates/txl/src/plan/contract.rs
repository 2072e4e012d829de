//! The JSON of a plan for scripts: `txl plan FILE -o json`. The form is a contract; docs/sync.md describes it.

use serde::Serialize;
use serde_json::{Value, json};
use wecom_directory::{
    gate::{Decision, Reason},
    plan::{Finding, Plan, PlanCounts},
};

/// The counts of a plan with its findings and the gate's verdict.
#[derive(Serialize)]
pub(crate) struct Contract<'a> {
    #[serde(flatten)]
    counts: &'a PlanCounts,
    findings: Vec<Explained<'a, Finding>>,
    gate: Gate<'a>,
}

#[derive(Serialize)]
struct Gate<'a> {
    verdict: Decision,
    reasons: Vec<Explained<'a, Reason>>,
}

/// A part of a plan with what it says in English, and the flag that answers it.
#[derive(Serialize)]
struct Explained<'a, T: Serialize> {
    #[serde(flatten)]
    part: &'a T,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
}

impl<'a> Contract<'a> {
    /// The contract's object of this plan.
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let finding =
            |finding: &'a Finding| Explained { part: finding, message: finding.message(), flag: None };
        let reason =
            |reason: &'a Reason| Explained { part: reason, message: reason.message(), flag: reason.flag() };
        Self {
            counts: &plan.counts,
            findings: plan.findings.iter().map(finding).collect(),
            gate: Gate {
                verdict: plan.gate.verdict,
                reasons: plan.gate.reasons.iter().map(reason).collect(),
            },
        }
    }
}

/// The end of a run for scripts: `txl apply -o json` and `txl undo -o json`.
pub(crate) fn ended(run: impl Into<Option<i64>>, done: u64, refused: u64, stale: u64, unknown: u64) -> Value {
    json!({"run": run.into(), "done": done, "refused": refused, "stale": stale, "unknown": unknown})
}
