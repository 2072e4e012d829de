//! Plans in files.

use std::path::Path;

use wecom_directory::plan::{InvalidPlan, Plan};

use crate::{
    failure::{Failure, Result},
    file::{self, Draft},
    messages::plan as messages,
};

/// Reads a plan.
///
/// # Errors
///
/// Fails if the file cannot be read, is no plan, has another version, or was changed since it was made.
pub(crate) fn read(path: &Path) -> Result<Plan> {
    parse(path, &file::contents(path)?)
}

/// Reads a plan from the bytes of its file.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Plan> {
    Plan::from_json(bytes).map_err(|error| {
        let remedy = match &error {
            InvalidPlan::NotAPlan(_) => messages::name_a_plan(),
            InvalidPlan::OtherVersion { .. } => messages::plan_with_this_version(),
            _ => messages::plan_again(),
        };
        Failure::new(messages::cannot_use(path)).because(&error).remedy(remedy)
    })
}

/// Writes a plan. Only the user may read the file, and it has its name once all of it is written.
pub(crate) fn write(plan: &Plan, path: &Path) -> Result {
    let mut json = serde_json::to_vec_pretty(plan)
        .map_err(|error| Failure::new(crate::messages::lists::answer_is_no_json()).because(&error))?;
    json.push(b'\n');
    let mut draft = Draft::new(path)?;
    draft.write(&json)?;
    draft.finish()
}
