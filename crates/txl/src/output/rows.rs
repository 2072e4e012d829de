//! Rows that are printed as they come: a query may return more of them than fit into memory.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;
use wecom_sheets::writing::CsvWriter;

use super::{Format, Output, records, say, stdout::Stdout, table, unprinted};
use crate::{failure::Result, messages};

/// How many rows a table reads before it chooses the widths of its columns.
const HELD: usize = 1_000;

/// Prints rows with the same columns.
pub(crate) struct Rows {
    output: Output,
    columns: Arc<[String]>,
    count: usize,
    sink: Option<Sink>,
}

enum Sink {
    /// The first rows of a table, whose widths are not known yet.
    Held(Vec<Row>),
    Table(table::Layout),
    Json(Stdout),
    Jsonl(Stdout),
    Csv(Box<CsvWriter<Stdout>>),
}

/// A row, as an object in the order of the columns.
struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (column, value) in self.columns.iter().zip(&self.values) {
            map.serialize_entry(column, value)?;
        }
        map.end()
    }
}

impl Rows {
    pub(super) fn new(output: Output) -> Self {
        Self { output, columns: Arc::new([]), count: 0, sink: None }
    }

    /// Prints a row. The columns of the first row are those of all.
    pub(crate) fn push(&mut self, columns: &[String], values: Vec<Value>) -> Result {
        if self.count == 0 {
            self.columns = columns.into();
        }
        let row = Row { columns: Arc::clone(&self.columns), values };
        let mut sink = match self.sink.take() {
            Some(sink) => sink,
            None => self.opened()?,
        };
        match &mut sink {
            Sink::Held(rows) => {
                rows.push(row);
                if rows.len() == HELD {
                    sink = self.laid_out(rows)?;
                }
            }
            Sink::Table(layout) => layout.print(&row)?,
            Sink::Json(out) => {
                out.line(if self.count == 0 { "[" } else { "," })?;
                // A line break inside a text is escaped, so that each line begins with the document's own.
                let object = serde_json::to_string_pretty(&row).map_err(unprinted)?;
                out.bytes(
                    object.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n").as_bytes(),
                )?;
            }
            Sink::Jsonl(out) => {
                serde_json::to_writer(&mut *out, &row).map_err(unprinted)?;
                out.line("")?;
            }
            Sink::Csv(sheet) => records::row(sheet, &row)?,
        }
        self.sink = Some(sink);
        self.count += 1;
        Ok(())
    }

    /// Prints what is held back, and the end of the document.
    pub(crate) fn finish(mut self) -> Result {
        let sink = match self.sink.take() {
            Some(Sink::Held(rows)) => self.laid_out(&rows)?,
            Some(sink) => sink,
            None => match self.opened()? {
                Sink::Held(rows) => self.laid_out(&rows)?,
                sink => sink,
            },
        };
        match sink {
            Sink::Held(_) => {}
            Sink::Table(layout) => {
                layout.finish()?;
                say(messages::lists::in_all(self.count));
            }
            Sink::Json(mut out) => {
                out.line(if self.count == 0 { "[]" } else { "\n]" })?;
                out.finish()?;
            }
            Sink::Jsonl(out) => out.finish()?,
            Sink::Csv(sheet) => records::finish(*sheet)?,
        }
        Ok(())
    }

    fn opened(&self) -> Result<Sink> {
        Ok(match self.output.format {
            Format::Table => Sink::Held(Vec::new()),
            Format::Json => Sink::Json(Stdout::json()),
            Format::Jsonl => Sink::Jsonl(Stdout::json()),
            Format::Csv => {
                let mut sheet = CsvWriter::new(Stdout::text()).safe(self.output.csv_safe);
                records::headings(&mut sheet, self.columns.iter().map(String::as_str))?;
                Sink::Csv(Box::new(sheet))
            }
        })
    }

    fn laid_out(&self, rows: &[Row]) -> Result<Sink> {
        let mut layout = table::Layout::of(rows, self.columns.iter().cloned().collect())?;
        for row in rows {
            layout.print(row)?;
        }
        Ok(Sink::Table(layout))
    }
}
