//! Files for HR after a run: the userids of new members, and the rows that were not applied.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;
use wecom_contacts::DepartmentId;
use wecom_directory::{
    apply::{RunReport, StepOutcome},
    journal::ObjectKind,
    plan::{Plan, Step, StepAction, StepId},
    run::StepState,
};
use wecom_sheets::roster::RosterField;

use crate::{
    failure::Result,
    messages::apply as messages,
    output::say,
    roster::sheet::{REASON, Sheet},
};

/// The heading of the column of lines in HR's file.
const LINE: &str = "行";

/// Writes the userids of the members whom the run created.
pub(super) fn write_ids(report: &RunReport, plan: &Plan, out: &Path) -> Result {
    let headings = [RosterField::Name.heading(), RosterField::Userid.heading(), LINE];
    let mut sheet = Sheet::new(out, headings)?;
    let failed: BTreeSet<StepId> = report.outcomes.iter().map(|outcome| outcome.step).collect();
    let mut count = 0_u64;
    // The steps of a run that stopped have no outcome yet, so that what was created is not known.
    let steps = plan.steps.iter().filter(|_| report.remaining == 0);
    for step in steps.filter(|step| is_newcomer(step) && !failed.contains(&step.id)) {
        let line = step.places.first().map(|place| place.line.to_string()).unwrap_or_default();
        sheet.row([text(step, "name").as_str(), &step.object.id, &line])?;
        count += 1;
    }
    sheet.finish()?;
    say(messages::ids_written(count, out));
    Ok(())
}

fn is_newcomer(step: &Step) -> bool {
    step.object.kind == ObjectKind::Member && step.action == StepAction::Create
}

/// The columns of a file of refused rows.
const FIELDS: [(RosterField, &str); 12] = [
    (RosterField::Userid, "userid"),
    (RosterField::Name, "name"),
    (RosterField::Alias, "alias"),
    (RosterField::Mobile, "mobile"),
    (RosterField::Email, "email"),
    (RosterField::Department, "department"),
    (RosterField::Position, "position"),
    (RosterField::Gender, "gender"),
    (RosterField::Telephone, "telephone"),
    (RosterField::Address, "address"),
    (RosterField::ExternalPosition, "external_position"),
    (RosterField::DirectLeader, "direct_leader"),
];

/// Writes the rows of members whose steps were not applied. A cell that is empty was not to be written.
pub(super) fn write_refused(report: &RunReport, plan: &Plan, out: &Path) -> Result {
    let headings = FIELDS.iter().map(|(field, _)| field.heading()).chain([LINE, REASON]);
    let mut sheet = Sheet::new(out, headings)?;
    let steps: BTreeMap<StepId, &Step> = plan.steps.iter().map(|step| (step.id, step)).collect();
    let mut count = 0_u64;
    for outcome in &report.outcomes {
        let Some(step) = steps.get(&outcome.step).filter(|step| step.object.kind == ObjectKind::Member)
        else {
            continue;
        };
        let mut cells: Vec<String> = FIELDS
            .iter()
            .map(|(field, name)| match field {
                RosterField::Userid => step.object.id.clone(),
                RosterField::Name if !step.fields.contains_key("name") => {
                    step.object.name.clone().unwrap_or_default()
                }
                RosterField::Department => departments(step, plan),
                _ => text(step, name),
            })
            .collect();
        cells.push(step.places.first().map(|place| place.line.to_string()).unwrap_or_default());
        cells.push(reason(outcome));
        sheet.row(cells)?;
        count += 1;
    }
    sheet.finish()?;
    say(messages::refused_written(count, out));
    Ok(())
}

fn reason(outcome: &StepOutcome) -> String {
    match &outcome.reason {
        Some(reason) => reason.message(),
        None => StepState::as_str(outcome.state).to_owned(),
    }
}

/// What a step writes into a field, as a cell.
fn text(step: &Step, field: &str) -> String {
    match step.fields.get(field).map(|change| &change.after) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(";"),
        Some(Value::Null) | None => String::new(),
        Some(value) => value.to_string(),
    }
}

/// The departments of a step as paths.
fn departments(step: &Step, plan: &Plan) -> String {
    let Some(ids) = step.fields.get("department").and_then(|change| change.after.as_array()) else {
        return String::new();
    };
    let paths = crate::plan::department_paths(plan);
    let path = |id: &Value| paths.get(&DepartmentId(u32::try_from(id.as_u64()?).ok()?)).cloned();
    ids.iter().map(|id| path(id).unwrap_or_else(|| id.to_string())).collect::<Vec<_>>().join(";")
}
