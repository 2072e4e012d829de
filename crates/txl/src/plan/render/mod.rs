//! A plan as people read it: text on the tree of departments, a page of HTML, or a table with a row for each change.

mod drawing;
mod entry;
mod html;
mod lines;
mod mask;
mod names;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use clap::ValueEnum;
use wecom_contacts::DepartmentId;
use wecom_directory::{
    plan::{Origin, Plan},
    roster::RosterFile,
};

pub(crate) use self::{
    mask::Masking,
    text::{TextStyle, text},
};
use crate::{
    failure::{Failure, Result},
    language::english,
    messages,
};

/// How a plan is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// The tree of departments, as wide as the terminal
    #[default]
    Text,
    /// A table with a row for each change, for a ticket or a chat
    Markdown,
    /// One page that folds and filters and needs no network
    Html,
    /// A row for each change
    Csv,
    /// A row for each change, as a workbook
    Xlsx,
}

/// Returns the plan in this format.
pub(crate) fn bytes(plan: &Plan, format: PlanFormat, style: TextStyle<'_>) -> Result<Vec<u8>> {
    let masking = style.masking;
    let unwritten = |error| Failure::new(messages::lists::row_cannot_be_written()).because(&error);
    Ok(match format {
        PlanFormat::Text => text(plan, style).into_bytes(),
        PlanFormat::Markdown => table::markdown(plan, masking).into_bytes(),
        PlanFormat::Html => html::html(plan, masking).into_bytes(),
        PlanFormat::Csv => english(|| table::csv(plan, masking)).map_err(unwritten)?,
        PlanFormat::Xlsx => english(|| table::xlsx(plan, masking)).map_err(unwritten)?,
    })
}

/// The paths of the departments of a plan as they are after it.
pub(crate) fn department_paths(plan: &Plan) -> BTreeMap<DepartmentId, String> {
    let names = names::Names::of(plan);
    names.parents().map(|(id, _)| (id, names.path(id))).collect()
}

/// The files that the places of a plan refer to.
fn files(plan: &Plan) -> &[RosterFile] {
    match &plan.origin {
        Origin::Roster { files, .. } => files,
        Origin::RemoveDisabled { .. } | Origin::Undo { .. } => &[],
    }
}
