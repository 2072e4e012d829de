//! Plans (变更计划): the changes that bring the corp to a roster, made, shown and written to a file.

mod contract;
mod file;
pub(crate) mod fingerprint;
mod leavers;
mod look_ups;
mod make;
mod print;
mod render;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wecom_directory::policy::Span;

pub(crate) use self::{
    contract::ended,
    file::{read_if_plan, write},
    make::{PlanningArgs, Wanted, operator},
    print::{print, stop},
    render::department_paths,
    show::Look,
};
use crate::{
    access::Access,
    directory::MirrorFlags,
    failure::{Failure, Result},
    file::Draft,
    messages::plan as messages,
    output::{Output, say},
    roster::sheet::Sheet,
};

/// Plan the changes that bring the corp to a roster (变更计划); nothing is sent
///
/// The corp is pulled first, then compared with the roster: CSV, XLSX or JSON, several files as one. roster.toml beside the roster says
/// what it manages; docs/sync.md explains each key. `txl apply` sends a plan.
///
/// Exit code 4: the gate (安全闸) stops the plan. Exit code 10, with --detailed-exit-code: there is something to do.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    make: Make,
}

#[derive(Subcommand)]
enum Verb {
    Show(show::Show),
}

#[derive(Args)]
struct Make {
    /// The files of the roster: CSV, XLSX, XLS, ODS or JSON; `-` reads stdin
    #[arg(value_name = "ROSTER", required_unless_present = "remove_disabled_since")]
    rosters: Vec<PathBuf>,
    /// Plan the removal of members whom runs disabled at least this long ago, such as 30d
    #[arg(long, value_name = "SPAN", value_parser = str::parse::<Span>, conflicts_with = "rosters")]
    remove_disabled_since: Option<Span>,
    /// File to write the plan to, for `txl apply` and `txl plan show`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the leavers to this file: .csv or .xlsx. It is a roster that states their leaving
    #[arg(long, value_name = "FILE")]
    write_leavers: Option<PathBuf>,
    /// Exit with 1 if there are findings
    #[arg(long)]
    strict: bool,
    /// Exit with 10 if there is something to do
    #[arg(long)]
    detailed_exit_code: bool,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Some(Verb::Show(show)) => show.run(output),
            None => self.make.run(output).await,
        }
    }
}

impl Make {
    async fn run(self, output: Output) -> Result {
        // An unusable file is found before the corp is read.
        if let Some(out) = &self.out {
            Draft::new(out)?;
        }
        if let Some(out) = &self.write_leavers {
            Sheet::check(out)?;
        }
        let wanted = match self.remove_disabled_since {
            Some(age) => Wanted::RemoveDisabled(age, &self.rosters),
            None => Wanted::Roster(&self.rosters),
        };
        let (plan, ..) = self.planning.plan(wanted, &self.mirror, &self.access, output.is_table()).await?;
        if let Some(out) = &self.out {
            file::write(&plan, out)?;
            say(messages::written(out));
        }
        if let Some(out) = &self.write_leavers {
            leavers::write(&plan, out)?;
        }
        print(&plan, &self.look, self.out.as_deref(), output)?;
        if let Some(stopped) = stop(&plan, plan.gate.reasons.clone(), self.out.as_deref(), output) {
            return Err(stopped);
        }
        if self.strict && !plan.findings.is_empty() {
            return Err(Failure::new(messages::has_findings(plan.findings.len()))
                .remedy(messages::correct_the_roster()));
        }
        if self.detailed_exit_code && !plan.counts.is_empty() {
            return Err(Failure::changes());
        }
        Ok(())
    }
}
