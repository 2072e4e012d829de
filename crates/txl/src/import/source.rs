//! Reads the file of an import and prints what was recognized in it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wecom_sheets::{Encoding, HiddenRows, Mapping, Meaning, Options, Reading, Table};

use super::{
    check::{Check, Held, How, Import},
    unreadable::unreadable,
};
use crate::{
    failure::{Failure, Result},
    file::contents,
    messages::{Message, import::file as messages},
    output::say,
};

/// The maximum number of entries in a printed list.
const SHOWN: usize = 20;

#[derive(Args)]
pub(super) struct Source {
    /// File to import: CSV, XLSX, XLS, ODS, or JSON objects; `-` reads stdin
    file: PathBuf,
    /// Sheet of the workbook [default: the first visible sheet]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Encoding of a CSV or JSON file, such as GBK or Big5 [default: detected]
    #[arg(long, value_name = "NAME", value_parser = str::parse::<Encoding>)]
    encoding: Option<Encoding>,
    /// Treatment of hidden rows in a workbook [default: the file is refused]
    #[arg(long, value_name = "WHAT")]
    hidden_rows: Option<Hidden>,
    /// Import the column with this heading as this field, such as 'Our heading=mobile'; FIELD can also be extra:NAME
    /// or ignore
    #[arg(long, value_name = "HEADING=FIELD", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Ignore the column with this heading, even a column that affects people, such as 直属上级
    #[arg(long, value_name = "HEADING")]
    ignore_column: Vec<String>,
    /// Begin the CSV that is sent with a BOM
    #[arg(long)]
    bom: bool,
}

/// The treatment of hidden rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Hidden {
    /// Import hidden rows like other rows
    Include,
    /// Leave hidden rows out
    Skip,
}

fn pair(text: &str) -> std::result::Result<(String, String), Message> {
    match text.rsplit_once('=') {
        Some((heading, field)) if !heading.is_empty() && !field.is_empty() => {
            Ok((heading.to_owned(), field.to_owned()))
        }
        _ => Err(messages::heading_and_field_expected()),
    }
}

impl Source {
    pub(super) fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    /// Reads and checks all rows of the table.
    pub(super) fn check<R: Import>(&self, table: &Table<R>, replaces: bool, held: Held<'_>) -> Result<Check> {
        R::check(table, How { bom: self.bom, replaces }, held)
            .map_err(|error| unreadable::<R>(&self.file, &error))
    }

    /// Returns the default path for refused rows: beside the file, or in the working directory if the source is stdin or a pipe.
    pub(super) fn refused(&self, are_objects: bool) -> PathBuf {
        let extension = if are_objects { "refused.jsonl" } else { "refused.csv" };
        let is_file = !self.is_stdin() && self.file.metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file {
            self.file.with_extension(extension)
        } else {
            Path::new("import").with_extension(extension)
        }
    }

    /// Opens the file and recognizes its columns.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if a column that affects people cannot be imported and is not ignored by a flag.
    pub(super) fn table<R: Import>(&self, extras: &[String]) -> Result<Table<R>> {
        let mut mapping = Mapping::new();
        for (heading, field) in &self.map {
            mapping = mapping.column(heading, field);
        }
        for heading in &self.ignore_column {
            mapping = mapping.column(heading, "ignore");
        }
        for name in extras {
            mapping = mapping.extra(name);
        }
        let options = self.options();
        let table = if self.is_stdin() {
            Table::read_bytes(contents(&self.file)?, &options, &mapping)
        } else {
            Table::open(&self.file, &options, &mapping)
        };
        let table = table.map_err(|error| unreadable::<R>(&self.file, &error))?;
        say(messages::format_of(&self.file, table.sheet().format()));
        print_columns(&table);
        let deciding: Vec<_> = table.deciding().collect();
        if deciding.is_empty() {
            return Ok(table);
        }
        Err(Failure::new(messages::columns_cannot_be_written(&deciding))
            .remedy(messages::ignore_these_columns(&deciding)))
    }

    fn options(&self) -> Options {
        let mut options = Options::new();
        if let Some(sheet) = &self.sheet {
            options = options.sheet(sheet);
        }
        if let Some(encoding) = self.encoding {
            options = options.encoding(encoding);
        }
        match self.hidden_rows {
            None => options,
            Some(Hidden::Include) => options.hidden_rows(HiddenRows::Include),
            Some(Hidden::Skip) => options.hidden_rows(HiddenRows::Skip),
        }
    }

    /// Prints what was found in the rows: corrections, faults and warnings.
    ///
    /// # Errors
    ///
    /// Returns an error if a row has a fault. Warnings pass.
    pub(super) fn report(&self, check: &Check) -> Result {
        print_reading(&check.reading);
        let problems = check.problems();
        for (_, text) in problems.iter().take(SHOWN) {
            say(messages::entry(text));
        }
        let count = check.problem_count();
        if count > SHOWN as u64 {
            say(messages::more(count - SHOWN as u64));
        }
        for warning in check.warnings().iter().take(SHOWN) {
            say(messages::warning(warning));
        }
        if count == 0 {
            return Ok(());
        }
        let failure = Failure::new(messages::has_faults(&self.file, count));
        // The text of a fault states the rule, which helps more than the general meaning of WeCom's code.
        Err(failure.remedy(messages::correct_the_faults()))
    }
}

fn print_columns<R: Import>(table: &Table<R>) {
    for column in table.columns() {
        let heading = &column.heading;
        match &column.meaning {
            Meaning::Field(field) => say(messages::column_is(heading, R::field(*field))),
            Meaning::Extra(name) => say(messages::column_is_an_attribute(heading, name)),
            Meaning::Status => say(messages::column_is_the_status(heading)),
            _ => {}
        }
    }
    let read_only: Vec<_> = table.read_only().collect();
    if !read_only.is_empty() {
        say(messages::read_only_columns(&read_only));
    }
    let ignored: Vec<_> = table.ignored().collect();
    if !ignored.is_empty() {
        say(messages::ignored_columns(&ignored));
    }
}

fn print_reading(reading: &Reading) {
    for (heading, correction, count) in &reading.corrected {
        say(messages::corrected(heading, *count, *correction));
    }
    for (heading, count) in &reading.cleared {
        say(messages::empty_cells(heading, *count));
    }
    if reading.astray > 0 {
        say(messages::cells_without_a_heading(reading.astray));
    }
    if !reading.footers.is_empty() {
        say(messages::lines_without_data(&reading.footers, SHOWN));
    }
    if reading.left > 0 {
        say(messages::rows_of_people_who_left(reading.left));
        for leaving in reading.leaving.iter().take(SHOWN) {
            say(messages::row_of_a_person_who_left(leaving.line, &leaving.name, &leaving.userid));
        }
        if reading.left > SHOWN as u64 {
            say(messages::more(reading.left - SHOWN as u64));
        }
    }
    say(messages::rows(reading.rows));
}
