//! The end of a run: a summary for HR, the contract's object for scripts, and files.

use std::collections::{BTreeMap, BTreeSet};

use wecom_directory::{
    apply::RunReport,
    journal::ObjectKind,
    plan::{Category, Plan, StepId},
    run::{RunState, Stop},
};

use super::{
    newcomers,
    run::{Ended, RunArgs},
};
use crate::{
    failure::{Exit, Failure, Result},
    messages::{apply as messages, plan as plan_messages},
    output::{Output, print_text, say},
    plan,
    signals::Signal,
};

/// Names of one kind that the summary shows.
const NAMES: usize = 20;

/// Prints the end of a run and writes the files that flags ask for. A failure of one of them does not hold back the others.
///
/// # Errors
///
/// Fails if the run stopped, if a step is not done, if its record is gone, or if a file or stdout cannot be written.
pub(super) fn finish(ended: Ended, plan: Option<&Plan>, args: &RunArgs, output: Output) -> Result {
    let Ended { report, signal, kept } = ended;
    let report = &report;
    let ids = match (&args.write_ids, plan) {
        (Some(out), Some(plan)) => newcomers::write_ids(report, plan, out),
        _ => Ok(()),
    };
    let refused = match (&args.write_refused, plan) {
        (Some(out), Some(plan)) => newcomers::write_refused(report, plan, out),
        _ => Ok(()),
    };
    let printed = if output.is_table() {
        print_text(&summary(report, plan))
    } else {
        // The object of the contract only counts, and no run records them.
        for difference in &report.differences {
            say(messages::difference(&difference.object, difference.field.as_deref()));
        }
        let counts = &report.counts;
        output.record(&plan::ended(report.run, counts.done, counts.refused, counts.stale, counts.unknown))
    };
    // The exit code is that of the run, if it failed.
    let mut failures =
        [success(report, signal), kept, ids, refused, printed].into_iter().filter_map(Result::err);
    let Some(first) = failures.next() else { return Ok(()) };
    for failure in failures {
        let _ = failure.report();
    }
    Err(first)
}

/// Fails if the run stopped, or if a step is not done.
fn success(report: &RunReport, signal: Option<Signal>) -> Result {
    let resume = messages::resume(report.run);
    match (&report.stopped, signal) {
        (Some(Stop::Cancelled), Some(signal)) => {
            return Err(signal.failure(messages::interrupted).remedy(resume));
        }
        (Some(stop), _) => {
            let exit = match stop {
                Stop::Unreachable { .. } => Exit::NoAnswer,
                _ => Exit::Failed,
            };
            return Err(Failure::new(messages::stopped(report.run, stop)).remedy(resume).exit(exit));
        }
        (None, _) if report.state != RunState::Done => {
            return Err(Failure::new(messages::not_ended(report.run)).remedy(resume));
        }
        (None, _) => {}
    }
    if report.outcomes.is_empty() && report.differences.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(messages::not_all_done(report.outcomes.len(), report.differences.len()));
    let failure = match report.outcomes.len() {
        0 => failure,
        _ => failure.remedy(messages::plan_the_rest(report.run)),
    };
    Err(match report.differences.len() {
        0 => failure,
        _ => failure.remedy(messages::plan_the_differences()),
    })
}

/// Prints the end of a command that had nothing to send.
pub(super) fn nothing(output: Output) -> Result {
    if output.is_table() { Ok(()) } else { output.record(&plan::ended(None, 0, 0, 0, 0)) }
}

/// A summary that can be pasted into a message to HR: no value of a field, only names.
fn summary(report: &RunReport, plan: Option<&Plan>) -> String {
    let mut lines =
        vec![messages::title(report).to_string(), format!("  {}", messages::counts(&report.counts))];
    if let Some(plan) = plan.filter(|_| report.remaining == 0) {
        let failed: BTreeSet<StepId> = report.outcomes.iter().map(|outcome| outcome.step).collect();
        let mut done: BTreeMap<(ObjectKind, Category), Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for step in plan.steps.iter().filter(|step| !failed.contains(&step.id)) {
            let kind = (step.object.kind, step.category);
            if seen.insert((kind, step.object.id.clone())) {
                done.entry(kind).or_default().push(plan_messages::object(&step.object).to_string());
            }
        }
        for ((kind, category), names) in done {
            lines.push(format!("  {}", messages::done(kind, category, &names, NAMES)));
        }
    }
    for outcome in &report.outcomes {
        let text = messages::step(
            &outcome.object,
            outcome.action,
            outcome.state,
            outcome.reason.as_ref(),
            &outcome.places,
        );
        lines.push(format!("  {text}"));
    }
    for difference in &report.differences {
        lines.push(format!("  {}", messages::difference(&difference.object, difference.field.as_deref())));
    }
    if !report.not_verifiable.is_empty() {
        let names: Vec<_> =
            report.not_verifiable.iter().map(|object| plan_messages::object(object).to_string()).collect();
        lines.push(format!("  {}", messages::not_verifiable(&names, NAMES)));
    }
    lines.push(String::new());
    lines.join("\n")
}
