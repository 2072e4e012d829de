//! `txl roster`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wecom_sheets::roster::RosterTemplate;

use super::{export, known, link::Link, sheet::Sheet};
use crate::{
    access::Access,
    directory::{self, MirrorFlags},
    failure::Result,
    messages::roster as messages,
    output::say,
};

/// The name of the root in a template, if no mirror knows the corp's.
const SAMPLE_ROOT: &str = "示例集团";

/// Write rosters (花名册): an empty one for HR, or the mirror as one
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write a file with headings and a sample row, from what the corp has
    Template {
        /// File to write: .csv or .xlsx [default: CSV on stdout]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write the mirror as a roster: planned again, it changes nothing. Personal values are not masked
    Export {
        /// File to write: .csv or .xlsx [default: CSV on stdout]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    Link(Link),
}

impl Command {
    pub(crate) async fn run(self) -> Result {
        match self.verb {
            Verb::Template { out } => {
                let mut template = RosterTemplate::new(SAMPLE_ROOT);
                if let Some(store) = self.mirror.open_if_exists().await? {
                    let corp = directory::corp(&self.access, &*store).await?;
                    let known = known::everything(&*store, &corp).await?;
                    let root = known.paths.values().find(|path| !path.contains('/'));
                    template = RosterTemplate::new(root.map_or(SAMPLE_ROOT, String::as_str));
                    template = template.attributes(export::columns_of_attributes(&known.attributes));
                }
                let headings = template.headings();
                let mut sheet = Sheet::of(out.as_deref(), headings.iter().map(String::as_str))?;
                sheet.row(template.sample())?;
                sheet.finish()?;
                out.iter().for_each(|out| say(messages::template_written(out)));
                Ok(())
            }
            Verb::Export { out } => {
                let store = self.mirror.open_existing().await?;
                let corp = directory::corp(&self.access, &*store).await?;
                let rows = export::write(&*store, &corp, out.as_deref()).await?;
                say(messages::exported(rows, out.as_deref()));
                Ok(())
            }
            Verb::Link(link) => {
                let store = self.mirror.open_existing().await?;
                let corp = directory::corp(&self.access, &*store).await?;
                link.run(&*store, &corp, &self.access).await
            }
        }
    }
}
