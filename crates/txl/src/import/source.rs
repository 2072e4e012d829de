//! The file as people have it: what it is read from, and what was understood of it.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use wecom_sheets::{Error, Mapping, Meaning, Options, Reading, Table};

use super::file::{Import, Written};
use crate::{
    failure::{Failure, Result, printable},
    file::{Draft, contents},
    output::{Output, say},
};

/// How many findings are shown.
const SHOWN: usize = 20;

#[derive(Args)]
pub(super) struct Source {
    /// The file: CSV (UTF-8, UTF-16, GBK), XLSX, or JSON objects; `-` is stdin
    file: PathBuf,
    /// The sheet of a workbook [default: the first that is shown]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Take the column of this heading for that field, as in 'Our heading=mobile', =extra:NAME or =ignore
    #[arg(long, value_name = "HEADING=FIELD", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Begin the file that is sent with a BOM
    #[arg(long)]
    bom: bool,
    /// Read and check, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write the CSV that would be sent to this file
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    out: Option<PathBuf>,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((heading, field)) if !heading.is_empty() && !field.is_empty() => {
            Ok((heading.to_owned(), field.to_owned()))
        }
        _ => Err("write HEADING=FIELD".to_owned()),
    }
}

impl Source {
    pub(super) fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    /// Where rows that were refused go.
    pub(super) fn refused(&self) -> PathBuf {
        if self.is_stdin() {
            PathBuf::from("import.refused.csv")
        } else {
            self.file.with_extension("refused.csv")
        }
    }

    /// Opens the file and makes out its columns.
    pub(super) fn table<R: Import>(&self, extras: &[String]) -> Result<Table<R>> {
        let mut mapping = Mapping::new();
        for (heading, field) in &self.map {
            mapping = mapping.column(heading, field);
        }
        for name in extras {
            mapping = mapping.extra(name);
        }
        let mut options = Options::new();
        if let Some(sheet) = &self.sheet {
            options = options.sheet(sheet);
        }
        let table = if self.is_stdin() {
            Table::read_bytes(contents(&self.file)?, &options, &mapping)
        } else {
            Table::open(&self.file, &options, &mapping)
        };
        let table = table.map_err(|error| self.unreadable::<R>(&error))?;
        say(format_args!("{}: {}", self.file.display(), table.sheet().format()));
        for column in table.columns() {
            match &column.meaning {
                Meaning::Field(field) => {
                    say(format_args!("  {} is {}", printable(&column.heading), R::field(*field)))
                }
                Meaning::Extra(name) => say(format_args!(
                    "  {} is the attribute (扩展属性) {}",
                    printable(&column.heading),
                    printable(name)
                )),
                _ => {}
            }
        }
        let ignored: Vec<_> = table.ignored().map(printable).collect();
        if !ignored.is_empty() {
            say(format_args!(
                "warning: ignored are the columns {}; --map or --extra takes them",
                ignored.join(", ")
            ));
        }
        Ok(table)
    }

    /// Reads and checks the rows, and says what was found. Anything but warnings is a failure.
    pub(super) fn write<R: Import>(&self, table: &Table<R>, present: Option<R::Present>) -> Result<Written> {
        let check = R::check(table, self.bom, present).map_err(|error| self.unreadable::<R>(&error))?;
        tell_changes(&check.reading);
        let problems = check.problems();
        for (_, text) in problems.iter().take(SHOWN) {
            say(format_args!("  {}", printable(text)));
        }
        let count = check.problem_count();
        if count > SHOWN as u64 {
            say(format_args!("  and {} more", count - SHOWN as u64));
        }
        for warning in check.warnings().iter().take(SHOWN) {
            say(format_args!("warning: {}", printable(warning)));
        }
        if count == 0 {
            return Ok(check.written());
        }
        let nothing = if self.dry_run { "nothing would be sent" } else { "nothing was sent" };
        let failure = Failure::new(format!(
            "{} cannot be imported: {count} to correct; {nothing}",
            self.file.display()
        ));
        Err(match check.info() {
            Some(info) => failure.remedy(format!("{} {}", info.remedy, info.remedy_chinese)),
            None => {
                failure.remedy("correct the cells named above, or make their columns text in the spreadsheet")
            }
        })
    }

    /// The end of a dry run.
    pub(super) fn stop_short(&self, written: &Written, output: Output) -> Result {
        let parts = written.file.parts();
        let bytes: usize = parts.iter().map(AsRef::<[u8]>::as_ref).map(<[u8]>::len).sum();
        for (at, part) in parts.iter().enumerate() {
            let Some(out) = &self.out else { continue };
            let path = match at {
                0 => out.clone(),
                // More than one only of files over 20 MB.
                at => out.with_extension(format!("{}.csv", at + 1)),
            };
            let mut draft = Draft::new(&path)?;
            draft.write(part)?;
            draft.finish()?;
        }
        let jobs = if parts.len() > 1 { format!(", by {} jobs", parts.len()) } else { String::new() };
        let words = format!("{} rows, {bytes} bytes, would be sent{jobs}", written.rows);
        output.done(&json!({"rows": written.rows, "bytes": bytes, "parts": parts.len()}), words)
    }

    fn unreadable<R: Import>(&self, error: &Error) -> Failure {
        let failure = Failure::new(format!("cannot import {}", self.file.display())).because(error);
        let is_usage = matches!(
            error,
            Error::NoField { .. } | Error::NoColumn { .. } | Error::NoSheet { .. } | Error::NotAWorkbook
        );
        let failure = if is_usage { failure.exit(crate::failure::Exit::Usage) } else { failure };
        failure.remedy(match error {
            Error::NoHeadings { .. } => {
                format!("say which column it is by --map 'HEADING={}'", R::field(R::ID))
            }
            Error::SameField { .. } => "leave one out by --map 'HEADING=ignore'".to_owned(),
            Error::NoField { .. } | Error::NoColumn { .. } => {
                "write --map 'HEADING=FIELD' with one of these".to_owned()
            }
            Error::NoSheet { .. } => "name one of these by --sheet".to_owned(),
            Error::NotAWorkbook => "leave out --sheet".to_owned(),
            Error::Io(_) => "name a file that exists and may be read, or - for stdin".to_owned(),
            _ => "save the sheet as CSV UTF-8 or as .xlsx and try again".to_owned(),
        })
    }
}

fn tell_changes(reading: &Reading) {
    for (heading, change, count) in &reading.changed {
        say(format_args!("  {}: {count} {change}", printable(heading)));
    }
    if reading.astray > 0 {
        say(format_args!(
            "warning: {} cells stand in columns without a heading, and are ignored",
            reading.astray
        ));
    }
    say(format_args!("  {} rows", reading.rows));
}
