//! The flags of the output, for every command.

use clap::{ArgAction, Args};

use super::{Format, Output, Selection, columns::Columns, jq::Jq, shape::Shape, stderr};
use crate::{
    failure::{Failure, Result},
    messages::formats as messages,
};

#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputFlags {
    /// Format of the data on stdout. Defaults to table, and to json with --jq
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT")]
    output: Option<Format>,

    /// Fields to print, separated by commas, in this order, such as userid,name
    #[arg(long, global = true, value_name = "NAMES", conflicts_with = "jq")]
    columns: Option<String>,

    /// Filter in the language of jq. It gets the document of -o json, or each line of -o jsonl
    #[arg(long, global = true, value_name = "FILTER")]
    jq: Option<String>,

    /// Print texts that --jq returns without quotation marks
    #[arg(short = 'r', long, global = true, requires = "jq")]
    raw_output: bool,

    /// Print no headings in tables and CSV
    #[arg(long, global = true, conflicts_with = "jq")]
    no_headers: bool,

    /// Print no progress, summaries or notes: only data, errors, and warnings about damaged data
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Log requests and replies on stderr, with personal data masked. Give it twice to log the shape of bodies as well
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,

    /// Put an apostrophe before cells of CSV that a spreadsheet program would run as formulas: those that begin with =, +, - or @
    #[arg(long, global = true)]
    csv_safe: bool,
}

impl OutputFlags {
    /// Returns how often `--verbose` is given.
    pub(crate) fn verbosity(&self) -> u8 {
        self.verbose
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns the output of a command, such as `member list`. Nothing is sent yet, so the flags are refused before anything happens.
    ///
    /// # Errors
    ///
    /// Fails if a flag makes no sense with the command or the format, if there are no columns, or if the filter is invalid.
    pub(crate) fn output(self, command: &str) -> Result<Output> {
        if self.quiet {
            stderr::silence();
        }
        let format = self.output.unwrap_or(if self.jq.is_some() { Format::Json } else { Format::Table });
        self.check(command, format)?;
        let columns = self.columns.as_deref().map(Columns::parsed).transpose()?;
        let jq = self.jq.as_deref().map(Jq::new).transpose()?;
        let selection = Selection { columns, jq, is_raw: self.raw_output, has_no_headers: self.no_headers };
        // One value for the whole process.
        Ok(Output { format, csv_safe: self.csv_safe, selection: Box::leak(Box::new(selection)), words: None })
    }

    fn check(&self, command: &str, format: Format) -> Result {
        let shape = Shape::of(command);
        let given = [
            ("--columns", self.columns.is_some()),
            ("--no-headers", self.no_headers),
            ("--jq", self.jq.is_some()),
        ];
        let is_structured = matches!(format, Format::Json | Format::Jsonl | Format::Yaml);
        for (flag, _) in given.into_iter().filter(|(_, is_given)| *is_given) {
            let is_jq = flag == "--jq";
            let message = match shape {
                Shape::Lines if flag != "--no-headers" => continue,
                Shape::Text | Shape::Lines => messages::prints_its_own_text(command, flag),
                Shape::Reply if !is_jq => messages::has_no_columns(command, flag),
                Shape::Report if !is_jq && format == Format::Table => {
                    messages::table_is_a_text(command, flag)
                }
                _ if is_jq && !is_structured => messages::jq_needs_json(format_name(format)),
                _ if flag == "--no-headers" && is_structured => {
                    messages::has_no_headings(format_name(format))
                }
                _ => continue,
            };
            return Err(Failure::usage(message).remedy(messages::see_formats()));
        }
        Ok(())
    }
}

/// Returns the word that `-o` takes for a format.
fn format_name(format: Format) -> &'static str {
    match format {
        Format::Table => "table",
        Format::Json => "json",
        Format::Jsonl => "jsonl",
        Format::Csv => "csv",
        Format::Yaml => "yaml",
    }
}
