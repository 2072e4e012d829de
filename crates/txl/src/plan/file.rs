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

/// Reads the file as a plan if it says that it is one.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_if_plan(path: &Path) -> Result<Option<Plan>> {
    plan_bytes(path)?.map(|bytes| parse(path, &bytes)).transpose()
}

/// Returns whether the file says that it is a plan, although it may be none that can be used.
pub(crate) fn says_plan(path: &Path) -> Result<bool> {
    Ok(plan_bytes(path)?.is_some())
}

fn plan_bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    let is_json = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if path == Path::new("-") || !(is_json || begins_as_json(path)) {
        return Ok(None);
    }
    let bytes = file::contents(path)?;
    Ok(Plan::is_plan(&bytes).then_some(bytes))
}

/// Whether a file begins as an object of JSON. A workbook or a table of any size is not read for that.
fn begins_as_json(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 64];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let text = head[..read].strip_prefix("\u{feff}".as_bytes()).unwrap_or(&head[..read]);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Plan> {
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
