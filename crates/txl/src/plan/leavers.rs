//! The leavers of a plan as a file that HR can correct: a roster that states their leaving.

use std::path::Path;

use wecom_directory::plan::Plan;
use wecom_sheets::roster::RosterField;

use crate::{failure::Result, messages::plan as messages, output::say, roster::sheet};

/// The word for people who have left, which every policy knows unless it lists its own.
const LEFT: &str = "离职";

/// Writes the leavers with what the plan does with each.
pub(super) fn write(plan: &Plan, out: &Path) -> Result {
    let fields = [RosterField::Userid, RosterField::Name, RosterField::State].map(RosterField::heading);
    let headings = fields.into_iter().chain([sheet::REASON]);
    let mut file = sheet::Sheet::new(out, headings)?;
    for leaver in &plan.leavers {
        let name = leaver.object.name.as_deref().unwrap_or_default();
        file.row([leaver.object.id.as_str(), name, LEFT, leaver.outcome.message()])?;
    }
    file.finish()?;
    say(messages::leavers_written(plan.leavers.len(), out));
    Ok(())
}
