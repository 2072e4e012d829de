//! `txl plan show`.

use std::path::PathBuf;

use clap::Args;

use super::{
    contract::Contract,
    file,
    render::{self, Masking, PlanFormat, TextStyle},
};
use crate::{
    failure::Result,
    file::Draft,
    output::{Output, print_bytes, terminal_width},
};

/// Columns of text that goes to a file or a pipe.
const COLUMNS: usize = 80;
/// A line with more columns is hard to read.
const MOST_COLUMNS: usize = 120;

/// Show a plan for the person who approves it
///
/// Personal values are masked, as in `txl sql`. A plan is a file of `txl plan --out`.
#[derive(Args)]
pub(crate) struct Show {
    /// The plan
    plan: PathBuf,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormat,
    /// File to write instead of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    look: Look,
}

/// How much of a plan is shown.
#[derive(Args)]
pub(crate) struct Look {
    /// Show every member and every finding in a line of its own
    #[arg(long)]
    all: bool,
    /// Show mobile numbers, mail addresses, addresses and attributes in full
    #[arg(long)]
    unmask: bool,
}

impl Look {
    /// The style of text on stdout.
    pub(super) fn style<'a>(&self, file: Option<&'a std::path::Path>) -> TextStyle<'a> {
        TextStyle {
            width: terminal_width().unwrap_or(COLUMNS).min(MOST_COLUMNS),
            all: self.all,
            masking: Masking::of(self.unmask),
            file,
        }
    }
}

impl Show {
    pub(crate) fn run(self, output: Output) -> Result {
        let plan = file::read(&self.plan)?;
        if !output.is_table() {
            return output.record(&Contract::of(&plan));
        }
        let bytes = render::bytes(&plan, self.format, self.look.style(Some(&self.plan)))?;
        match &self.out {
            Some(out) => {
                let mut draft = Draft::new(out)?;
                draft.write(&bytes)?;
                draft.finish()
            }
            None => print_bytes(&bytes),
        }
    }
}
