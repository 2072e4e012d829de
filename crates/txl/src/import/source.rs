//! The file as people have it: what it is read from, and what was understood of it.

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

/// How many findings are shown.
const SHOWN: usize = 20;

#[derive(Args)]
pub(super) struct Source {
    /// The file: CSV, XLSX, XLS, ODS, or JSON objects; `-` is stdin
    file: PathBuf,
    /// The sheet of a workbook [default: the first that is shown]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The encoding of a CSV or JSON file, such as GBK or Big5 [default: by evidence]
    #[arg(long, value_name = "NAME", value_parser = str::parse::<Encoding>)]
    encoding: Option<Encoding>,
    /// What becomes of the rows that a workbook hides [default: a file that has any is refused]
    #[arg(long, value_name = "WHAT")]
    hidden_rows: Option<Hidden>,
    /// Take the column of this heading for that field, as in 'Our heading=mobile', =extra:NAME or =ignore
    #[arg(long, value_name = "HEADING=FIELD", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Ignore the column of this heading, also one that decides over people, such as 直属上级
    #[arg(long, value_name = "HEADING")]
    ignore_column: Vec<String>,
    /// Begin the file that is sent with a BOM
    #[arg(long)]
    bom: bool,
}

/// What becomes of hidden rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Hidden {
    /// They are imported like the others
    Include,
    /// They are passed over
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

    /// Reads and checks all rows.
    pub(super) fn check<R: Import>(&self, table: &Table<R>, replaces: bool, held: Held<'_>) -> Result<Check> {
        R::check(table, How { bom: self.bom, replaces }, held)
            .map_err(|error| unreadable::<R>(&self.file, &error))
    }

    /// Where rows that were refused go: beside the file, or into the working directory for what is no file, such as a pipe.
    pub(super) fn refused(&self, are_objects: bool) -> PathBuf {
        let extension = if are_objects { "refused.jsonl" } else { "refused.csv" };
        let is_file = !self.is_stdin() && self.file.metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file {
            self.file.with_extension(extension)
        } else {
            Path::new("import").with_extension(extension)
        }
    }

    /// Opens the file and makes out its columns.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has a column that decides over people and cannot be imported.
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
        tell_columns(&table);
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

    /// Says what was found in the rows.
    ///
    /// # Errors
    ///
    /// If anything must be corrected; warnings alone pass.
    pub(super) fn tell(&self, check: &Check) -> Result {
        tell_reading(&check.reading);
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
        // The fault is in the file, and its words say the rule; what WeCom's code means in general does not help.
        Err(failure.remedy(messages::correct_the_faults()))
    }
}

fn tell_columns<R: Import>(table: &Table<R>) {
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

fn tell_reading(reading: &Reading) {
    for (heading, correction, count) in &reading.corrected {
        say(messages::corrected(heading, *count, correction));
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
