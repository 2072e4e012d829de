//! How rows are written.

use std::path::Path;

use clap::ValueEnum;

use super::{row::Row, sheet::Sheet};
use crate::failure::{Failure, Result};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line
    #[default]
    Jsonl,
    /// One JSON array
    Json,
    /// A spreadsheet: WeCom's template headings first, further fields under their names in JSON, then attributes (扩展属性); columns
    /// without a value are left out. UTF-8 with BOM for Excel; cells are as they are, also those that begin with `=`
    Csv,
}

impl Format {
    /// The format that a file's name ends in.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::value_variants().iter().copied().find(|format| format.extension() == extension)
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// Writes batches of rows in a format, a piece at a time.
pub(super) enum Writer<T> {
    Jsonl,
    Json { before: &'static str },
    Csv(Box<Sheet<T>>),
}

impl<T: Row> Writer<T> {
    /// What cannot be written before the end waits in a nameless file in `spool`.
    pub(super) fn new(format: Format, spool: &Path) -> Result<Self> {
        Ok(match format {
            Format::Jsonl => Self::Jsonl,
            Format::Json => Self::Json { before: "[\n  " },
            Format::Csv => Self::Csv(Box::new(Sheet::new(spool)?)),
        })
    }

    pub(super) fn write(&mut self, rows: &[T], take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let mut text = Vec::new();
        match self {
            Self::Jsonl => {
                for row in rows {
                    json(row, &mut text)?;
                    text.push(b'\n');
                }
            }
            Self::Json { before } => {
                for row in rows {
                    text.extend_from_slice(before.as_bytes());
                    json(row, &mut text)?;
                    *before = ",\n  ";
                }
            }
            Self::Csv(sheet) => return rows.iter().try_for_each(|row| sheet.push(row)),
        }
        take(&text)
    }

    pub(super) async fn finish(self, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        match self {
            Self::Jsonl => Ok(()),
            Self::Json { before } if before.starts_with('[') => take(b"[]\n"),
            Self::Json { .. } => take(b"\n]\n"),
            Self::Csv(sheet) => sheet.finish(take).await,
        }
    }
}

fn json(row: &impl Row, text: &mut Vec<u8>) -> Result {
    serde_json::to_writer(text, &row.json())
        .map_err(|error| Failure::new("a row cannot be written as JSON").because(&error))
}
