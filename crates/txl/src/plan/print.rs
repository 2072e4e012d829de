//! A plan on stdout, and the end of a command that the gate stops.

use std::path::Path;

use wecom_directory::{
    gate::{Reason, Verdict},
    plan::Plan,
};

use super::{
    contract::Contract,
    render::{self, PlanFormat},
    show::Look,
};
use crate::{
    failure::{Exit, Failure, Result},
    messages::plan as messages,
    output::{Format, Output, print_bytes},
};

/// Prints a plan: text for people, the contract's object for scripts, a row for each change as CSV.
pub(crate) fn print(plan: &Plan, look: &Look, file: Option<&Path>, output: Output) -> Result {
    let format = match output.format {
        Format::Json | Format::Jsonl | Format::Yaml => return output.record(&Contract::of(plan)),
        Format::Csv => PlanFormat::Csv,
        Format::Table => PlanFormat::Text,
    };
    print_bytes(&render::bytes(plan, format, look.style(file))?)
}

/// Returns the failure of a plan that the gate stops for these reasons; `None` if it passes. If the plan was printed as text, the reasons
/// and the commands are in it, and the failure does not repeat them.
pub(crate) fn stop(
    plan: &Plan,
    reasons: Vec<Reason>,
    file: Option<&Path>,
    output: Output,
) -> Option<Failure> {
    if reasons.is_empty() {
        return None;
    }
    let mut failure = Failure::new(messages::stopped()).exit(Exit::Gate);
    if !output.is_table() {
        let mut stopped = plan.clone();
        stopped.gate = Verdict::new(reasons);
        for reason in &stopped.gate.reasons {
            failure = failure.cause(messages::reason(reason));
        }
        for (title, command) in messages::what_next(&stopped, file) {
            failure = failure.remedy(messages::command(&title, &command));
        }
    }
    Some(failure.remedy(messages::how_to_answer_the_gate()))
}
