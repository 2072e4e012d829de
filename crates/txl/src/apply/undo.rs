//! `txl undo`.

use std::path::PathBuf;

use clap::Args;
use wecom_directory::{Error::UnknownRun, policy::Span};

use super::{
    run::{RunArgs, Runner},
    summary::{self, finish},
};
use crate::{
    access::Access,
    confirm,
    directory::{self, MirrorFlags},
    failure::{Failure, Result},
    file::Draft,
    messages::{apply as messages, plan as plan_messages},
    output::{Output, say},
    plan::{self, Look, operator, print, stop},
};

/// Undo a run (撤销): plan its inverse from what was recorded, and apply that
///
/// The corp is pulled first. Each value goes back only if it is still what the run wrote; what others changed since is kept and
/// reported. What cannot come back is listed first. docs/sync.md lists the limits.
#[derive(Args)]
pub(crate) struct Undo {
    /// The run; `txl run list` shows all
    run: i64,
    /// Undo without a question
    #[arg(long)]
    yes: bool,
    /// Remove members whom the run created, if they have not activated. Without this flag they are disabled
    #[arg(long)]
    remove_created: bool,
    /// Write the plan to this file instead of applying it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How long the plan can be applied, such as 3d or 12h
    #[arg(long, value_name = "SPAN", default_value = "3 days", value_parser = str::parse::<Span>)]
    max_age: Span,
    #[command(flatten)]
    running: RunArgs,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

impl Undo {
    pub(crate) async fn run(self, output: Output) -> Result {
        if !self.yes && self.out.is_none() && !confirm::can_ask() {
            return Err(Failure::usage(messages::needs_a_terminal()).remedy(messages::confirm_by_yes()));
        }
        self.running.check_files()?;
        if let Some(out) = &self.out {
            Draft::new(out)?;
        }
        self.access.contacts()?;
        let store = self.mirror.open_existing().await?;
        let corp = directory::corp(&self.access, &*store).await?;
        // A wrong number is said before the corp is read, which takes a while.
        if store.run_plan(&corp, self.run).await?.is_none() {
            return Err(UnknownRun(self.run).into());
        }
        directory::pull_now(&self.access, &*store, output.is_table()).await?;
        let mut undo = wecom_directory::undo::Undo::new(corp.clone(), self.run)
            .remove_created(self.remove_created)
            .made_by(concat!("txl ", env!("CARGO_PKG_VERSION")))
            .max_age(std::time::Duration::from_secs(self.max_age.seconds()));
        if let Some(operator) = operator() {
            undo = undo.operator(operator);
        }
        let plan = undo.plan(&*store).await?;
        if let Some(out) = &self.out {
            plan::write(&plan, out)?;
            say(plan_messages::written(out));
        }
        if output.is_table() || self.out.is_some() {
            print(&plan, &self.look, self.out.as_deref(), output)?;
        }
        if let Some(stopped) = stop(&plan, plan.gate.reasons.clone(), self.out.as_deref(), output) {
            return Err(stopped.remedy(messages::undo_by_a_plan(self.run)));
        }
        if self.out.is_some() {
            return Ok(());
        }
        if plan.steps.is_empty() {
            say(messages::nothing_to_do());
            return summary::nothing(output);
        }
        if !self.yes {
            confirm::ask(messages::undo(self.run, plan.steps.len())).await?;
        }
        let (mirror, access) = (&self.mirror, &self.access);
        let runner = Runner { args: &self.running, mirror, access, allow: &[], output };
        let ended = runner.run(&*store, &corp, &plan).await?;
        finish(ended, Some(&plan), &self.running, output)
    }
}
