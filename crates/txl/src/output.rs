//! The output of the command: data on stdout in one of four formats, everything else on stderr.
//!
//! A table is drawn from the JSON that `-o json` prints, so both have the same content. `stdout` and `stderr` write, `fields` converts JSON to
//! cells, `layout` measures and wraps text, `table` draws tables, `records` writes CSV, and `rows` prints rows as they arrive.

mod fields;
mod layout;
mod records;
mod rows;
pub(crate) mod stderr;
mod stdout;
mod table;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::value::RawValue;

pub(crate) use self::fields::status_in_words;
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
}

/// The destination of data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// Whether CSV cells that a spreadsheet program would run as formulas get an apostrophe.
    pub(crate) csv_safe: bool,
}

impl Output {
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

    /// Prints one object: a list of its fields, its JSON, or headings with one row.
    pub(crate) fn record(self, value: &impl Serialize) -> Result {
        match self.format {
            Format::Table => table::record(value),
            Format::Json => print_json(value),
            Format::Jsonl => print_json_line(value),
            Format::Csv => records::list(std::slice::from_ref(value), self.csv_safe),
        }
    }

    /// Prints many objects of one kind: a table with these columns, or all fields in the other formats.
    pub(crate) fn list<T: Serialize>(self, items: &[T], columns: &[&str]) -> Result {
        match self.format {
            Format::Table => {
                table::list(items, columns)?;
                say(messages::lists::in_all(items.len()));
                Ok(())
            }
            Format::Json => print_json(&items),
            Format::Jsonl => print_json_lines(items),
            Format::Csv => records::list(items, self.csv_safe),
        }
    }

    /// Prints rows as they arrive. The first row determines the columns.
    pub(crate) fn rows(self) -> Rows {
        Rows::new(self)
    }

    /// Prints ids: one on each line, as JSON, or as a column `value`.
    pub(crate) fn ids<T: Serialize>(self, ids: &[T]) -> Result {
        match self.format {
            Format::Table => {
                let mut out = Stdout::text();
                for id in ids {
                    out.line(&fields::text(&json(id)?))?;
                }
                out.finish()
            }
            Format::Json => print_json(&ids),
            Format::Jsonl => print_json_lines(ids),
            Format::Csv => records::values(ids, self.csv_safe),
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
