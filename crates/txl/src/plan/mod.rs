//! Plans (变更计划): the changes that bring the corp to a roster, made, shown and written to a file.

mod contract;
mod file;
mod render;
mod show;

use clap::{Args, Subcommand};

use crate::{failure::Result, output::Output};

/// Plan the changes that bring the corp to a roster (变更计划); nothing is sent
#[derive(Args)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Show(show::Show),
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Show(show) => show.run(output),
        }
    }
}
