//! Runs (执行): `txl apply` sends a plan, `txl undo` sends its inverse, `txl run` shows what was sent.

mod newcomers;
mod progress;
mod run;
mod runs;
mod summary;
mod undo;

use std::path::{Path, PathBuf};

use clap::Args;
use wecom_directory::{
    gate::{self, Verdict},
    plan::Plan,
    policy::Measure,
};

use self::{
    run::{RunArgs, Runner},
    summary::finish,
};
pub(crate) use self::{runs::Command as Runs, undo::Undo};
use crate::{
    access::Access,
    confirm,
    directory::{self, MirrorFlags},
    failure::{Failure, Result},
    messages::{Message, apply as messages},
    output::{Output, say},
    plan::{Look, PlanningArgs, Wanted, print, read_if_plan, stop},
};

/// Apply a plan (执行变更计划), or plan a roster and apply that
///
/// Everything that the plan touches is read again before the first write; what was changed since is left out and reported. Each step
/// is recorded before it is sent, so that a run survives a crash: --resume continues it. `txl undo` plans the inverse of a run.
///
/// A file of `txl plan --out` is a plan, any other file a roster. Without --yes the plan is shown and confirmed on the terminal.
///
/// Exit code 1: some steps were refused, stale, skipped or unknown. Exit code 4: the gate (安全闸) stops the plan.
#[derive(Args)]
pub(crate) struct Apply {
    /// A plan, or the files of a roster
    #[arg(value_name = "PLAN|ROSTER", required_unless_present = "resume")]
    sources: Vec<PathBuf>,
    /// Apply without a question
    #[arg(long)]
    yes: bool,
    /// Allow this many of a measure for this plan, as the gate's message says, such as members_removed=120. It needs a plan file
    #[arg(long, value_name = "MEASURE=N", value_parser = allowance)]
    allow: Vec<(Measure, u64)>,
    /// Continue a run that stopped or was interrupted [default: the last one]
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with = "sources")]
    resume: Option<Option<i64>>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

pub(crate) fn allowance(text: &str) -> std::result::Result<(Measure, u64), Message> {
    let (measure, count) = text.split_once('=').ok_or_else(messages::allowance_expected)?;
    let measure = measure.parse().map_err(|_| messages::unknown_measure(measure))?;
    Ok((measure, count.parse().map_err(|_| messages::allowance_expected())?))
}

impl Apply {
    pub(crate) async fn run(self, output: Output) -> Result {
        self.run.check_files()?;
        if let Some(run) = self.resume {
            let store = self.mirror.open_existing().await?;
            let corp = directory::corp(&self.access, &*store).await?;
            let runner = self.runner(output);
            let (ended, plan) = runner.resume(&*store, &corp, run).await?;
            return finish(ended, plan.as_ref(), &self.run, output);
        }
        // A missing secret, and a question that cannot be asked, are reported before anything is read.
        self.access.contacts()?;
        let is_sure = self.yes || confirm::can_ask();
        if !is_sure {
            return Err(Failure::usage(messages::needs_a_terminal()).remedy(messages::confirm_by_yes()));
        }
        let (file, plan, store, corp) = match self.plan_file()? {
            Some((path, plan)) => {
                let store = self.mirror.open_existing().await?;
                let corp = directory::corp(&self.access, &*store).await?;
                // A plan that cannot be applied is refused before it is shown.
                wecom_directory::apply::check(&*store, &corp, &plan).await?;
                (Some(path), plan, store, corp)
            }
            None => {
                if !self.allow.is_empty() {
                    return Err(
                        Failure::usage(messages::allow_needs_a_plan()).remedy(messages::write_a_plan())
                    );
                }
                let wanted = Wanted::Roster(&self.sources);
                let (plan, store, corp) =
                    self.planning.plan(wanted, &self.mirror, &self.access, output.is_table()).await?;
                (None, plan, store, corp)
            }
        };
        let allowed = self.allow.iter().copied().collect();
        let reasons = gate::reasons(&*store, &corp, &plan, &allowed).await?;
        if output.is_table() {
            // The text shows the verdict with the allowances.
            let shown = Plan { gate: Verdict::new(reasons.clone()), ..plan.clone() };
            // The file is named by the command that allows the rest.
            print(&shown, &self.look, file.filter(|_| !shown.gate.passes()), output)?;
        }
        if let Some(stopped) = stop(&plan, reasons, file, output) {
            return Err(stopped);
        }
        if plan.steps.is_empty() {
            say(messages::nothing_to_do());
            return summary::nothing(output);
        }
        if !self.yes {
            confirm::ask(messages::apply(plan.steps.len())).await?;
        }
        let runner = self.runner(output);
        let ended = runner.run(&*store, &corp, &plan).await?;
        finish(ended, Some(&plan), &self.run, output)
    }

    fn runner(&self, output: Output) -> Runner<'_> {
        Runner { args: &self.run, mirror: &self.mirror, access: &self.access, allow: &self.allow, output }
    }

    /// The plan, if the only file is one.
    fn plan_file(&self) -> Result<Option<(&Path, Plan)>> {
        let [path] = self.sources.as_slice() else { return Ok(None) };
        Ok(read_if_plan(path)?.map(|plan| (path.as_path(), plan)))
    }
}
