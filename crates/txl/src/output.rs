//! The output of the command: data on stdout in one of five formats, everything else on stderr.
//!
//! A table is drawn from the JSON that `-o json` prints, so both have the same content. `flags` and `shape` read the flags, `columns` and `jq` select
//! data, `stdout` and `stderr` write, `fields` converts JSON to cells, `layout` measures and wraps text, `table` draws tables, `records` writes CSV,
//! `yaml` writes YAML, `document` is JSON in memory, and `rows` prints rows as they arrive.

mod columns;
mod document;
mod fields;
mod flags;
mod jq;
mod layout;
mod records;
mod rows;
mod shape;
pub(crate) mod stderr;
pub(crate) mod stdout;
mod table;
mod yaml;

use std::io;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::value::RawValue;

use self::columns::Columns;
use self::document::Document;
pub(crate) use self::fields::{console_term, status_in_words};
pub(crate) use self::flags::OutputFlags;
use self::jq::Jq;
pub(crate) use self::layout::{hanging, padded, terminal_width, width_of, wrapped};
pub(crate) use self::rows::Rows;
pub(crate) use self::stderr::{Log, say};
use self::stdout::Stdout;
use crate::{
    failure::{Failure, Result},
    messages::{self, Message},
};

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: a table as wide as the terminal
    #[default]
    Table,
    /// For scripts: one JSON document
    Json,
    /// For scripts: one JSON value a line
    Jsonl,
    /// For spreadsheets: a row of headings, then a row for each object; lists are joined by `;`
    Csv,
    /// For configuration: the same value as JSON
    Yaml,
}

/// The destination of data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// Whether CSV cells that a spreadsheet program would run as formulas get an apostrophe.
    pub(crate) csv_safe: bool,
    /// What is selected. The flags of a process never change.
    selection: &'static Selection,
    /// The words for codes in the cells of a table. Other formats have the codes.
    words: Option<Words>,
}

/// Returns the word for the code of a field, by the field's JSON name. Other cells have none.
pub(crate) type Words = fn(&str, &str) -> Option<Message>;

/// The parts of the data that are printed.
#[derive(Debug, Default)]
struct Selection {
    columns: Option<Columns>,
    jq: Option<Jq>,
    /// Whether texts that a filter returns are printed without quotation marks.
    is_raw: bool,
    /// Whether tables and CSV have no headings.
    has_no_headers: bool,
}

/// Everything is printed.
static EVERYTHING: Selection = Selection { columns: None, jq: None, is_raw: false, has_no_headers: false };

impl Output {
    /// Returns a table of all columns.
    pub(crate) fn table() -> Self {
        Self { format: Format::Table, csv_safe: false, selection: &EVERYTHING, words: None }
    }

    /// Returns the same output, whose tables show these words instead of codes.
    pub(crate) fn worded(self, words: Words) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Returns the same output in another format.
    pub(crate) fn in_format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Returns whether the output is for a person.
    pub(crate) fn is_table(self) -> bool {
        self.format == Format::Table
    }

    /// Returns whether many objects are printed as rows, without text around them.
    pub(crate) fn is_lines(self) -> bool {
        matches!(self.format, Format::Table | Format::Csv)
    }

    /// Returns whether a filter or columns select parts of the data, or headings are left out.
    pub(crate) fn selects(self) -> bool {
        let Selection { columns, jq, is_raw: _, has_no_headers } = self.selection;
        columns.is_some() || jq.is_some() || *has_no_headers
    }

    /// Prints one object: a list of its fields, its JSON, or headings with one row.
    pub(crate) fn record(self, value: &impl Serialize) -> Result {
        let has_headings = !self.selection.has_no_headers;
        if let Some(columns) = &self.selection.columns {
            columns.check(std::slice::from_ref(value), &[])?;
            let selected = columns.selected(value)?;
            return match self.format {
                Format::Table => table::record(&selected, has_headings, self.words),
                Format::Csv => self.csv(std::slice::from_ref(value)),
                _ => self.document(&selected),
            };
        }
        match self.format {
            Format::Table => table::record(value, has_headings, self.words),
            Format::Csv => self.csv(std::slice::from_ref(value)),
            _ => self.document(value),
        }
    }

    /// Prints many objects of one kind: a table with these columns, or all fields in the other formats.
    pub(crate) fn list<T: Serialize>(self, items: &[T], columns: &[&str]) -> Result {
        let chosen = self.selection.columns.as_ref();
        if let Some(chosen) = chosen {
            chosen.check(items, columns)?;
        }
        match (self.format, chosen) {
            (Format::Table, _) => {
                let columns: Vec<String> = match chosen {
                    Some(chosen) => chosen.names().to_vec(),
                    None => columns.iter().map(|&column| column.to_owned()).collect(),
                };
                table::list(items, columns, !self.selection.has_no_headers, self.words)?;
                say_count(items.len());
                Ok(())
            }
            (Format::Csv, _) => self.csv(items),
            (_, Some(chosen)) => {
                self.documents(&items.iter().map(|item| chosen.later(item)).collect::<Vec<_>>())
            }
            (_, None) => self.documents(items),
        }
    }

    /// Prints rows as they arrive. The first row determines the columns.
    pub(crate) fn rows(self) -> Rows {
        Rows::new(self)
    }

    /// Prints one object of a stream on its own line: JSON, or what the filter makes of it.
    pub(crate) fn json_line(self, value: &impl Serialize) -> Result {
        if let Some(columns) = &self.selection.columns {
            columns.check(std::slice::from_ref(value), &[])?;
        }
        self.json_line_of_any(value)
    }

    /// Prints one object of a stream whose objects differ in their fields. Columns that this object lacks are left out.
    pub(crate) fn json_line_of_any(self, value: &impl Serialize) -> Result {
        let output = Self { format: Format::Jsonl, ..self };
        match &self.selection.columns {
            Some(columns) => output.document(&columns.selected(value)?),
            None => output.document(value),
        }
    }

    /// Prints ids: one on each line, as JSON, or as a column `value`.
    pub(crate) fn ids<T: Serialize>(self, ids: &[T]) -> Result {
        if let Some(columns) = &self.selection.columns {
            columns.check(ids, &[])?;
        }
        match self.format {
            Format::Table => {
                let mut out = Stdout::text();
                for id in ids {
                    out.line(&fields::text(&json(id)?))?;
                }
                out.finish()
            }
            Format::Csv => records::values(ids, self.csv_safe, !self.selection.has_no_headers),
            _ => self.documents(ids),
        }
    }

    /// Reports a completed change: in words on stderr, or as its reply in the other formats.
    pub(crate) fn done(self, reply: &impl Serialize, words: Message) -> Result {
        match self.format {
            Format::Table => {
                say(words);
                Ok(())
            }
            _ => self.record(reply),
        }
    }

    fn csv<T: Serialize>(self, items: &[T]) -> Result {
        let Selection { columns, has_no_headers, .. } = self.selection;
        records::list(items, columns.as_ref(), self.csv_safe, !has_no_headers)
    }

    /// Prints one value in a format that keeps its structure.
    fn document(self, value: &impl Serialize) -> Result {
        if let Some(jq) = &self.selection.jq {
            return self.filtered(jq, value);
        }
        match self.format {
            Format::Jsonl => print_json_line(value),
            Format::Yaml => yaml::print(value),
            _ => print_json(value),
        }
    }

    /// Prints many values: as one array, or each on its own line.
    fn documents<T: Serialize>(self, values: &[T]) -> Result {
        match (&self.selection.jq, self.format) {
            (Some(jq), Format::Jsonl) => values.iter().try_for_each(|value| self.filtered(jq, value)),
            (Some(jq), _) => self.filtered(jq, &values),
            (None, Format::Jsonl) => print_json_lines(values),
            (None, Format::Yaml) => yaml::print_list(values),
            (None, _) => print_json(&values),
        }
    }

    /// Prints what the filter makes of a value.
    fn filtered(self, jq: &Jq, value: &impl Serialize) -> Result {
        let json = serde_json::to_vec(value).map_err(|error| unwritable(&error))?;
        let mut out = if self.selection.is_raw { Stdout::text() } else { Stdout::json() };
        let filtered = jq.apply(&json, |result| {
            if stdout::is_unread() {
                // A filter can be endless.
                return Err(Failure::of_stdout(&io::ErrorKind::BrokenPipe.into()));
            }
            if let (true, Some(text)) = (self.selection.is_raw, jq::text(result)) {
                return out.line(text);
            }
            let result: Document =
                serde_json::from_str(&result.to_string()).map_err(|error| unwritable(&error))?;
            match self.format {
                Format::Jsonl => serde_json::to_writer(&mut out, &result).map_err(unprinted)?,
                Format::Yaml => return yaml::write_document(&mut out, &result),
                _ => serde_json::to_writer_pretty(&mut out, &result).map_err(unprinted)?,
            }
            out.line("")
        });
        match filtered {
            Err(failure) if failure.is_hang_up() && stdout::is_unread() => Ok(()),
            filtered => filtered.and_then(|()| out.finish()),
        }
    }
}

/// Says how many rows a table has, but not if the reader of the table is gone.
fn say_count(rows: usize) {
    if !stdout::is_unread() {
        say(messages::lists::in_all(rows));
    }
}

/// Prints text on stdout. Control characters are escaped on a terminal, and unchanged in files and pipes.
pub(crate) fn print_text(text: &str) -> Result {
    print_bytes(text.as_bytes())
}

/// Prints bytes on stdout. They are unchanged in files and pipes. On a terminal they must be text.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result {
    let mut out = Stdout::text();
    out.bytes(bytes)?;
    out.finish()
}

/// Prints one JSON value on one line.
pub(crate) fn print_json_line(value: &impl Serialize) -> Result {
    print_json_lines(std::slice::from_ref(value))
}

fn print_json_lines<T: Serialize>(values: &[T]) -> Result {
    let mut out = Stdout::json();
    for value in values {
        serde_json::to_writer(&mut out, value).map_err(unprinted)?;
        out.line("")?;
    }
    out.finish()
}

fn print_json(value: &impl Serialize) -> Result {
    let mut out = Stdout::json();
    serde_json::to_writer_pretty(&mut out, value).map_err(unprinted)?;
    out.line("")?;
    out.finish()
}

fn json(value: &impl Serialize) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(value).map_err(|error| unwritable(&error))
}

fn unprinted(error: serde_json::Error) -> Failure {
    if error.is_io() { Failure::of_stdout(&error.into()) } else { unwritable(&error) }
}

fn unwritable(error: &serde_json::Error) -> Failure {
    Failure::new(messages::lists::answer_is_no_json()).because(error)
}
