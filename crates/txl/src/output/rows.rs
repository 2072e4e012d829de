//! Rows that are printed as they come: a query may return more of them than fit into memory.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;
use wecom_sheets::writing::CsvWriter;

use super::{
    Format, Output, Selection, document::Document, records, say_count, stdout::Stdout, table, unprinted, yaml,
};
use crate::failure::Result;

/// How many rows a table reads before it chooses the widths of its columns.
const HELD: usize = 1_000;

/// Prints rows with the same columns.
pub(crate) struct Rows {
    output: Output,
    /// The columns of the rows that arrive.
    columns: Arc<[String]>,
    /// The columns that are printed.
    printed: Arc<[String]>,
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
    Yaml(Stdout),
    /// Objects for a filter: all of them are one document, or each is filtered by itself.
    Filtered(Vec<Document>),
    EachFiltered,
}

/// A row, as an object in the order of the columns.
struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// Returns the row with these columns only.
    fn selected(mut self, columns: &Arc<[String]>) -> Self {
        let value = |name: &String| {
            let at = self.columns.iter().position(|column| column == name)?;
            Some(std::mem::take(&mut self.values[at]))
        };
        let values = columns.iter().map(value).map(Option::unwrap_or_default).collect();
        Self { columns: Arc::clone(columns), values }
    }
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
        Self { output, columns: Arc::new([]), printed: Arc::new([]), count: 0, sink: None }
    }

    /// Prints a row. The columns of the first row are those of all.
    pub(crate) fn push(&mut self, columns: &[String], values: Vec<Value>) -> Result {
        if self.count == 0 {
            self.columns = columns.into();
            self.printed = Arc::clone(&self.columns);
        }
        let row = Row { columns: Arc::clone(&self.columns), values };
        let row = match &self.output.selection.columns {
            Some(columns) => {
                if self.count == 0 {
                    columns.check(std::slice::from_ref(&row), &[])?;
                    self.printed = columns.names().into();
                }
                row.selected(&self.printed)
            }
            None => row,
        };
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
            Sink::Yaml(out) => yaml::write_item(out, &row)?,
            Sink::Filtered(rows) => rows.push(Document::of(&row)?),
            Sink::EachFiltered => self.output.document(&row)?,
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
                say_count(self.count);
            }
            Sink::Json(mut out) => {
                out.line(if self.count == 0 { "[]" } else { "\n]" })?;
                out.finish()?;
            }
            Sink::Jsonl(out) => out.finish()?,
            Sink::Csv(sheet) => records::finish(*sheet)?,
            Sink::Yaml(mut out) => {
                if self.count == 0 {
                    yaml::write(&mut out, &Document::List(Vec::new()))?;
                }
                out.finish()?;
            }
            Sink::Filtered(rows) => self.output.document(&rows)?,
            Sink::EachFiltered => {}
        }
        Ok(())
    }

    fn opened(&self) -> Result<Sink> {
        let Selection { jq, has_no_headers, .. } = self.output.selection;
        Ok(match self.output.format {
            Format::Jsonl if jq.is_some() => Sink::EachFiltered,
            _ if jq.is_some() => Sink::Filtered(Vec::new()),
            Format::Yaml => Sink::Yaml(Stdout::text()),
            Format::Table => Sink::Held(Vec::new()),
            Format::Json => Sink::Json(Stdout::json()),
            Format::Jsonl => Sink::Jsonl(Stdout::json()),
            Format::Csv => {
                let mut sheet = CsvWriter::new(Stdout::text()).safe(self.output.csv_safe);
                if !has_no_headers {
                    records::headings(&mut sheet, self.printed.iter().map(String::as_str))?;
                }
                Sink::Csv(Box::new(sheet))
            }
        })
    }

    fn laid_out(&self, rows: &[Row]) -> Result<Sink> {
        let mut layout = table::Layout::of(
            rows,
            self.printed.iter().cloned().collect(),
            !self.output.selection.has_no_headers,
            self.output.words,
        )?;
        for row in rows {
            layout.print(row)?;
        }
        Ok(Sink::Table(layout))
    }
}
