//! Members (成员管理).

use clap::{Args, Subcommand};

use crate::{context::Access, failure::Result, output::Output};

/// Read and change members (成员)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show one member (读取成员)
    Get {
        /// The account (账号)
        userid: String,
    },
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Get { userid } => {
                let member = self.access.app()?.members().get(userid).await?;
                output.record(&member)
            }
        }
    }
}
