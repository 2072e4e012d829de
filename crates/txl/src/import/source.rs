//! The file as people have it: what it is read from, and what was understood of it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wecom_sheets::{Encoding, Error, HiddenRows, Mapping, Meaning, Options, Reading, Table};

use super::check::{Check, Held, How, Import};
use crate::{
    failure::{Exit, Failure, Result},
    file::contents,
    output::say,
    words::{agreeing, counted},
};

/// How many findings are shown.
const SHOWN: usize = 20;
/// In how many rows at the top the headings are looked for.
const HEADING_ROWS: usize = 20;

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

    /// Reads and checks all rows.
    pub(super) fn check<R: Import>(&self, table: &Table<R>, replaces: bool, held: Held<'_>) -> Result<Check> {
        R::check(table, How { bom: self.bom, replaces }, held).map_err(|error| self.unreadable::<R>(&error))
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
        let table = table.map_err(|error| self.unreadable::<R>(&error))?;
        say(format_args!("{}: {}", self.name(), table.sheet().format()));
        tell_columns(&table);
        let deciding: Vec<_> = table.deciding().collect();
        if deciding.is_empty() {
            return Ok(table);
        }
        let columns = deciding.join(", ");
        let (it, them) = (agreeing(deciding.len() as u64, "it", "them"), deciding.len() as u64);
        let flags: Vec<_> = deciding.iter().map(|heading| format!("--ignore-column '{heading}'")).collect();
        Err(Failure::new(format!(
            "nothing was sent: {} {} over people, and an import cannot write {it}",
            columns,
            agreeing(them, "decides", "decide"),
        ))
        .remedy(format!("{} {} on without {it}", flags.join(" "), agreeing(them, "goes", "go"))))
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

    fn name(&self) -> String {
        self.file.display().to_string()
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
            say(format_args!("  {text}"));
        }
        let count = check.problem_count();
        if count > SHOWN as u64 {
            say(format_args!("  and {} more", count - SHOWN as u64));
        }
        for warning in check.warnings().iter().take(SHOWN) {
            say(format_args!("warning: {warning}"));
        }
        if count == 0 {
            return Ok(());
        }
        let failure = Failure::new(format!(
            "{} cannot be imported: {} to correct; nothing was sent",
            self.name(),
            counted(count, "fault"),
        ));
        // The fault is in the file, and its words say the rule; what WeCom's code means in general does not help.
        Err(failure.remedy("correct what is named above and try again"))
    }

    fn unreadable<R: Import>(&self, error: &Error) -> Failure {
        let failure = Failure::new(format!("cannot import {}", self.name())).because(error);
        let is_usage = matches!(
            error,
            Error::NoField { .. } | Error::NoColumn { .. } | Error::NoSheet { .. } | Error::NotAWorkbook
        );
        let failure = if is_usage { failure.exit(Exit::Usage) } else { failure };
        match error {
            Error::NoHeadings { like, rows, is_json, is_undivided, other_sheets, .. } => {
                if *is_json {
                    return failure.remedy(format!(
                        "write one object for each {} with this key, as `txl export` does; --map 'KEY={}' takes another key",
                        R::NOUN,
                        R::field(R::ID)
                    ));
                }
                if *is_undivided {
                    return failure
                        .remedy("separate the cells of each row by commas, semicolons or tabs, or save the sheet as .xlsx");
                }
                let heading = like.first().map_or("HEADING", String::as_str);
                let failure = failure
                    .remedy(format!("say which column it is, as in --map '{heading}={}'", R::field(R::ID)));
                let failure = if *rows < HEADING_ROWS {
                    failure
                } else {
                    failure.remedy("if the headings are further below, delete the rows above them")
                };
                match other_sheets.first() {
                    Some(other) => {
                        failure.remedy(format!("read another sheet, as by --sheet '{other}'"))
                    }
                    None => failure,
                }
            }
            Error::Empty => failure.remedy(format!(
                "name a file that has a row of headings and below it a row for each {}",
                R::NOUN
            )),
            Error::EmptySheet { others, .. } => {
                let other = others.first().map_or("NAME", String::as_str);
                failure.remedy(format!("read another sheet, as by --sheet '{other}'"))
            }
            Error::Json { .. } => failure.remedy("correct this line, or export the file again"),
            Error::BrokenUtf8 { .. } => failure.remedy("export the file again, as CSV UTF-8 or as .xlsx"),
            Error::OnlyIds { .. } => {
                failure.remedy("say what the other columns are, as in --map 'HEADING=mobile'")
            }
            Error::TagExport => failure
                .remedy("change who has a tag by `txl tag add` and `txl tag remove`; `txl export members` can be imported"),
            Error::TwoHeadings { .. } => failure.remedy("leave one row of headings and try again"),
            Error::SameField { headings, .. } => match headings.as_slice() {
                [one, other] if one != other => failure.remedy(format!(
                    "leave one out, by --ignore-column '{one}' or --ignore-column '{other}'"
                )),
                // A flag would leave out both.
                _ => failure.remedy("delete or rename one of these columns in the file"),
            },
            Error::NoField { .. } | Error::NoColumn { .. } => {
                failure.remedy("write --map 'HEADING=FIELD' with one of these")
            }
            Error::NoSheet { .. } => failure.remedy("name one of these by --sheet"),
            Error::NotAWorkbook => failure.remedy("leave out --sheet"),
            Error::Io(_) => failure.remedy("name a file that exists and may be read, or - for stdin"),
            Error::NoEncoding { .. } | Error::Ambiguous { .. } | Error::PrivateUse { .. } => {
                failure.remedy("name the encoding, as in --encoding GBK, or save the file as CSV UTF-8")
            }
            Error::HiddenRows { .. } => failure
                .remedy("--hidden-rows include imports them like the others; --hidden-rows skip passes over them"),
            Error::Changed => failure.remedy("wait until the file is complete and try again"),
            Error::Password => failure.remedy("open it in Excel or WPS, save it without a password, and try again"),
            _ => failure.remedy("save the sheet as CSV UTF-8 or as .xlsx and try again"),
        }
    }
}

fn tell_columns<R: Import>(table: &Table<R>) {
    for column in table.columns() {
        let heading = &column.heading;
        match &column.meaning {
            Meaning::Field(field) => say(format_args!("  {heading} is {}", R::field(*field))),
            Meaning::Extra(name) => {
                say(format_args!("  {heading} is the attribute (扩展属性) {name}"));
            }
            Meaning::Status => {
                say(format_args!("  {heading} says who has left; those rows are not sent"));
            }
            _ => {}
        }
    }
    let read_only: Vec<_> = table.read_only().collect();
    if !read_only.is_empty() {
        say(format_args!("read-only columns, which an import cannot write: {}", read_only.join(", ")));
    }
    let ignored: Vec<_> = table.ignored().collect();
    if !ignored.is_empty() {
        say(format_args!("warning: ignored columns: {}; --map or --extra takes them", ignored.join(", ")));
    }
}

fn tell_reading(reading: &Reading) {
    for (heading, correction, count) in &reading.corrected {
        say(format_args!("  {heading}: {count} {correction}"));
    }
    for (heading, count) in &reading.cleared {
        say(format_args!(
            "  {heading}: {} {} the field",
            counted(*count, "empty cell"),
            agreeing(*count, "clears", "clear")
        ));
    }
    if reading.astray > 0 {
        say(format_args!(
            "warning: {} in columns without a heading {} ignored",
            counted(reading.astray, "cell"),
            agreeing(reading.astray, "is", "are")
        ));
    }
    if !reading.footers.is_empty() {
        let lines: Vec<_> = reading.footers.iter().take(SHOWN).map(ToString::to_string).collect();
        say(format_args!(
            "  no data (footers, repeated headings), not imported: {} {}{}",
            agreeing(reading.footers.len() as u64, "line", "lines"),
            lines.join(", "),
            if reading.footers.len() > SHOWN { ", …" } else { "" }
        ));
    }
    if reading.left > 0 {
        say(format_args!(
            "{} not sent, as the status says that the person has left:",
            counted(reading.left, "row")
        ));
        for leaving in reading.leaving.iter().take(SHOWN) {
            say(format_args!("  line {}: {} ({})", leaving.line, leaving.name, leaving.userid));
        }
        if reading.left > SHOWN as u64 {
            say(format_args!("  and {} more", reading.left - SHOWN as u64));
        }
    }
    say(format_args!("  {}", counted(reading.rows, "row")));
}
