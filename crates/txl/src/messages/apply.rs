//! Runs: `txl apply`, `txl undo` and `txl run`.

use std::path::Path;

use wecom_directory::{
    apply::RunReport,
    journal::ObjectKind,
    plan::{Category, Object, StepAction},
    roster::Place,
    run::{RunCounts, StepReason, StepState},
};

use super::{Message, agreeing, counted, plan as plan_messages};

pub(crate) fn allowance_expected() -> Message {
    message!(en: "expected MEASURE=N, such as members_removed=120")
}

pub(crate) fn unknown_measure(name: &str) -> Message {
    message!(en: "unknown measure {name}: write one of [gate] of the policy, as the gate's message says")
}

pub(crate) fn needs_a_terminal() -> Message {
    message!(en: "the changes must be confirmed, and there is no terminal for the question")
}

pub(crate) fn confirm_by_yes() -> Message {
    message!(en: "add --yes to confirm in advance")
}

pub(crate) fn allow_needs_a_plan() -> Message {
    message!(en: "--allow is for one plan, and a roster is no plan")
}

pub(crate) fn write_a_plan() -> Message {
    message!(en: "write a plan by `txl plan ROSTER --out plan.json`, read it, then `txl apply plan.json --allow MEASURE=N`")
}

pub(crate) fn nothing_to_do() -> Message {
    message!(en: "nothing to do")
}

pub(crate) fn apply(steps: usize) -> Message {
    message!(en: "send {} to WeCom", counted(steps as u64, "step"))
}

pub(crate) fn undo(run: i64, steps: usize) -> Message {
    message!(en: "undo run {run} in {}", counted(steps as u64, "step"))
}

pub(crate) fn undo_by_a_plan(run: i64) -> Message {
    message!(en: "write the plan by `txl undo {run} --out undo.json`, then apply it with the flags of the gate's message")
}

pub(crate) fn looking() -> Message {
    message!(en: "reading again what the plan touches")
}

pub(crate) fn verifying() -> Message {
    message!(en: "reading back what was written")
}

pub(crate) fn settling(steps: u64) -> Message {
    message!(en: "reading whether {} with a lost answer {} done", counted(steps, "step"), agreeing(steps, "is", "are"))
}

pub(crate) fn waiting(seconds: u64) -> Message {
    message!(en: "WeCom limits the calls: waiting {}", counted(seconds, "second"))
}

/// What became of the steps so far.
pub(crate) fn counts(counts: &RunCounts) -> Message {
    let parts = [
        (counts.refused, "refused"),
        (counts.stale, "stale"),
        (counts.skipped, "skipped"),
        (counts.unknown, "unknown"),
        (counts.remaining(), "remaining"),
    ];
    let others: String = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!(", {count} {word}"))
        .collect();
    message!(en: "{} of {} done{others}", counts.done, counted(counts.steps, "step"))
}

/// A step that is not done, or not wholly.
pub(crate) fn step(
    object: &Object,
    action: StepAction,
    state: StepState,
    reason: Option<&StepReason>,
    places: &[Place],
) -> Message {
    let object_text = plan_messages::object(object);
    let kind = object.kind.as_str();
    let action = action.as_str().replace('_', " ");
    let line =
        if places.is_empty() { String::new() } else { format!("{}: ", plan_messages::places(places, &[])) };
    let reason = reason.map(|reason| format!(": {}", reason.message())).unwrap_or_default();
    message!(en: "{line}{action} {kind} {object_text}: {}{reason}", state.as_str())
}

pub(crate) fn title(report: &RunReport) -> Message {
    message!(en: "Run {}: {}", report.run, report.state.as_str())
}

/// What was done to objects of a kind.
pub(crate) fn done(kind: ObjectKind, category: Category, names: &[String], most: usize) -> Message {
    let what = match (kind, category) {
        (ObjectKind::Tag, Category::Update) => "tags with other members",
        (ObjectKind::Member, Category::Create) => "new members",
        (ObjectKind::Member, Category::Remove) => "members removed",
        (ObjectKind::Member, Category::Disable) => "members disabled",
        (ObjectKind::Member, Category::Enable) => "members enabled",
        (ObjectKind::Member, Category::Move) => "members moved",
        (ObjectKind::Member, Category::Update) => "members updated",
        (_, Category::Create) => "new departments",
        (_, Category::Remove) => "departments removed",
        (_, Category::Move) => "departments moved",
        (_, _) => "departments changed",
    };
    message!(en: "{what} ({}): {}", names.len(), listed(names, most))
}

fn listed(names: &[String], most: usize) -> String {
    let shown: Vec<_> = names.iter().take(most).map(String::as_str).collect();
    let more = names.len().saturating_sub(most);
    let more = if more > 0 { plan_messages::and_more(more).to_string() } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

pub(crate) fn difference(object: &Object, field: Option<&str>) -> Message {
    let name = plan_messages::object(object);
    match field {
        Some(field) => message!(en: "{name}: {field} was written, and WeCom shows another value"),
        None => message!(en: "{name}: its existence is not as the step wrote it"),
    }
}

pub(crate) fn not_verifiable(names: &[String], most: usize) -> Message {
    message!(en: "not verifiable, outside the app's visible range ({}): {}", names.len(), listed(names, most))
}

pub(crate) fn resume(run: i64) -> Message {
    message!(en: "continue it by `txl apply --resume {run}`")
}

pub(crate) fn interrupted(signal: &str) -> Message {
    message!(en: "the run was stopped by {signal}; calls that were sent are finished and recorded")
}

pub(crate) fn stopped(run: i64, why: &str) -> Message {
    message!(en: "run {run} stopped: {why}")
}

pub(crate) fn not_ended(run: i64) -> Message {
    message!(en: "run {run} has not ended")
}

pub(crate) fn not_all_done(outcomes: usize, differences: usize) -> Message {
    match differences {
        0 => message!(en: "{} not done", agree(outcomes, "step is", "steps are")),
        _ => message!(
            en: "{} not done, and {} read back with another value",
            agree(outcomes, "step is", "steps are"),
            agree(differences, "field was", "fields were")
        ),
    }
}

fn agree(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", agreeing(count as u64, one, many))
}

pub(crate) fn plan_the_rest(run: i64) -> Message {
    message!(en: "`txl run show {run}` lists them; correct the rows and plan again")
}

pub(crate) fn ids_written(count: u64, path: &Path) -> Message {
    message!(en: "wrote {} to {}", counted(count, "userid"), path.display())
}

pub(crate) fn refused_written(count: u64, path: &Path) -> Message {
    message!(en: "wrote {} that {} not applied to {}", counted(count, "row"), agreeing(count, "was", "were"), path.display())
}

pub(crate) fn all_done() -> Message {
    message!(en: "every step is done")
}
