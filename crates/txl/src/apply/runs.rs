//! `txl run`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde::Serialize;
use wecom_directory::{
    plan::{Plan, StepId},
    run::{RunCounts, RunRecord, RunState, StepReason, StepState},
};

use crate::{
    directory::MirroredCorp,
    failure::Result,
    messages::{cells, plan as plan_messages, run as run_messages},
    output::{Output, say},
};

/// Show the runs (执行) of the corp, and what became of their steps
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    mirrored: MirroredCorp,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List all runs
    List,
    /// Show the steps of a run that are not done, or all of them
    Show {
        /// The run
        run: i64,
        /// Show the steps that are done too
        #[arg(long)]
        all: bool,
    },
}

/// A run, as `-o json` prints it.
#[derive(Serialize)]
struct Listed {
    run: i64,
    state: RunState,
    started_at: String,
    operator: Option<String>,
    undo_of: Option<i64>,
    #[serde(flatten)]
    counts: RunCounts,
    stopped: Option<String>,
}

/// A step, as `-o json` prints it.
#[derive(Serialize)]
struct ListedStep {
    step: u32,
    object: String,
    action: &'static str,
    state: &'static str,
    reason: Option<String>,
    line: Option<u32>,
}

fn listed(run: RunRecord, output: Output) -> Listed {
    Listed {
        run: run.id,
        state: run.state,
        // With the fraction of a second, the table would be wider than 80 columns.
        started_at: match output.is_table() {
            true => plan_messages::minute(run.started_at),
            false => run.started_at.to_string(),
        },
        operator: run.operator,
        undo_of: run.undo_of,
        counts: run.counts,
        stopped: run.stop.map(|stop| match output.is_table() {
            true => run_messages::stop(&stop).to_string(),
            false => stop.message(),
        }),
    }
}

/// The reason of a step: in the language of people for a table, in English as data.
fn reason_in(output: Output, reason: &StepReason) -> String {
    if output.is_table() { run_messages::step_reason(reason).to_string() } else { reason.message() }
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirrored.open().await?;
        let runs = store.runs(&corp).await?;
        match self.verb {
            Verb::List => {
                let runs: Vec<_> = runs.into_iter().map(|run| listed(run, output)).collect();
                let columns = [
                    "run",
                    "state",
                    "started_at",
                    "operator",
                    "undo_of",
                    "done",
                    "refused",
                    "stale",
                    "unknown",
                    "skipped",
                ];
                output.worded(cells::run).list(&runs, &columns)
            }
            Verb::Show { run, all } => {
                let record = runs.into_iter().find(|record| record.id == run);
                let record = record.ok_or(wecom_directory::Error::UnknownRun(run))?;
                let plan: Option<Plan> =
                    store.run_plan(&corp, run).await?.and_then(|plan| serde_json::from_str(&plan).ok());
                let records = store.run_steps(&corp, run).await?;
                let recorded: BTreeSet<StepId> = records.iter().map(|record| record.step).collect();
                // A step that was not sent has no record.
                let remaining = plan.iter().flat_map(|plan| &plan.steps).map(|step| step.id);
                let remaining: Vec<_> = remaining.filter(|step| !recorded.contains(step)).collect();
                let listed_step = |id: StepId, state, reason: Option<StepReason>| {
                    let step = plan.as_ref().and_then(|plan| plan.step(id));
                    ListedStep {
                        step: id,
                        object: step
                            .map(|step| plan_messages::object(&step.object).to_string())
                            .unwrap_or_default(),
                        action: step.map_or("", |step| step.action.as_str()),
                        state,
                        reason: reason.map(|reason| reason_in(output, &reason)),
                        line: step.and_then(|step| step.places.first()).map(|place| place.line),
                    }
                };
                let steps: Vec<_> = records
                    .into_iter()
                    .filter(|step| all || step.state != StepState::Done || step.reason.is_some())
                    .map(|record| listed_step(record.step, record.state.as_str(), record.reason))
                    .chain(remaining.into_iter().map(|step| listed_step(step, cells::REMAINING, None)))
                    .collect();
                if output.is_table() {
                    output.worded(cells::run).record(&listed(record, output))?;
                    if steps.is_empty() {
                        say(crate::messages::apply::all_done());
                        return Ok(());
                    }
                }
                output
                    .worded(cells::step)
                    .list(&steps, &["step", "object", "action", "state", "reason", "line"])
            }
        }
    }
}
