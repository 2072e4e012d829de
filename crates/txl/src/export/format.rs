//! The formats of exported rows.

use std::{path::Path, sync::Arc};

use super::{
    departments::Paths,
    row::Row,
    sheet::{Incomplete, Sheet},
};
use crate::{
    failure::{Failure, Result},
    messages, output,
};

/// The format of rows in a file or on stdout. Tables have their own printer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object on each line.
    #[default]
    Jsonl,
    /// One JSON array.
    Json,
    /// A text spreadsheet with the headings of WeCom's template.
    Csv,
    /// A workbook with the same headings, and words instead of codes.
    Xlsx,
}

impl Format {
    const ALL: [Self; 4] = [Self::Jsonl, Self::Json, Self::Csv, Self::Xlsx];

    /// Returns the format of a file: the requested one, or the one of the file extension.
    ///
    /// # Errors
    ///
    /// Fails if the two differ, or if the extension is unknown and no format was requested.
    pub(super) fn of_file(path: &Path, asked: Option<output::Format>) -> Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let named = Self::ALL.into_iter().find(|format| Some(format.extension()) == ending.as_deref());
        let asked = asked.map(Self::asked).transpose()?;
        match (asked, named, ending) {
            (Some(asked), Some(named), _) if asked != named && !(asked.is_json() && named.is_json()) => Err(
                Failure::usage(messages::export::formats_differ(path, named.extension(), asked.extension()))
                    .remedy(messages::export::leave_out_the_format()),
            ),
            (Some(format), ..) | (None, Some(format), _) => Ok(format),
            (None, None, None) => Ok(Self::default()),
            (None, None, Some(ending)) => {
                Err(Failure::usage(messages::export::no_format_has_this_ending(&ending, path))
                    .remedy(messages::export::use_a_known_ending()))
            }
        }
    }

    /// Returns the format that a flag selects. A file cannot be a table.
    pub(super) fn asked(format: output::Format) -> Result<Self> {
        match format {
            output::Format::Jsonl => Ok(Self::Jsonl),
            output::Format::Json => Ok(Self::Json),
            output::Format::Csv => Ok(Self::Csv),
            output::Format::Yaml => Err(Failure::usage(messages::export::yaml_goes_to_stdout())
                .remedy(messages::export::leave_out_the_file())),
            output::Format::Table => Err(Failure::usage(messages::export::table_goes_to_stdout())
                .remedy(messages::export::leave_out_the_file())),
        }
    }

    fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Writes batches of rows in a format.
pub(super) enum Writer<T> {
    Jsonl,
    Json { before: &'static str },
    Sheet(Box<Sheet<T>>),
}

impl<T: Row> Writer<T> {
    /// Rows that must wait for the end are stored in an unnamed file in `spool`.
    pub(super) fn new(format: Format, spool: &Path, style: &Style) -> Result<Self> {
        Ok(match format {
            Format::Jsonl => Self::Jsonl,
            Format::Json => Self::Json { before: "[\n  " },
            Format::Csv => Self::Sheet(Box::new(Sheet::csv(spool, style.csv_safe)?)),
            Format::Xlsx => Self::Sheet(Box::new(Sheet::xlsx(spool, Arc::clone(&style.paths))?)),
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
            Self::Sheet(sheet) => return rows.iter().try_for_each(|row| sheet.push(row)),
        }
        take(&text)
    }

    /// Writes the remaining rows. Returns the incomplete columns.
    pub(super) async fn finish(self, take: &mut impl FnMut(&[u8]) -> Result) -> Result<Vec<Incomplete>> {
        match self {
            Self::Jsonl => {}
            Self::Json { before } if before.starts_with('[') => take(b"[]\n")?,
            Self::Json { .. } => take(b"\n]\n")?,
            Self::Sheet(sheet) => return sheet.finish(take).await,
        }
        Ok(Vec::new())
    }
}

/// Options of spreadsheets.
#[derive(Clone, Default)]
pub(super) struct Style {
    /// In CSV, cells that a program would run as formulas get an apostrophe.
    pub(super) csv_safe: bool,
    /// The paths of departments for a workbook.
    pub(super) paths: Arc<Paths>,
}

fn json(row: &impl Row, text: &mut Vec<u8>) -> Result {
    serde_json::to_writer(text, &row.json())
        .map_err(|error| Failure::new(messages::export::row_cannot_be_json()).because(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_unknown_ending_needs_a_format() {
        use output::Format::{Csv, Json, Jsonl, Table};
        let of =
            |name: &str, asked| Format::of_file(Path::new(name), asked).map_err(|error| error.to_string());
        for (name, asked, format) in [
            ("a", None, Format::Jsonl),
            ("a.XLSX", None, Format::Xlsx),
            ("a.csv", None, Format::Csv),
            ("a.json", Some(Jsonl), Format::Jsonl),
            ("a.jsonl", Some(Json), Format::Json),
            ("a.csv", Some(Csv), Format::Csv),
            ("a.txt", Some(Csv), Format::Csv),
        ] {
            assert_eq!(of(name, asked), Ok(format), "{name}");
        }
        for (name, asked) in [
            ("a.foo", None),
            ("a.jsonl.gz", None),
            ("a.xlsx", Some(Csv)),
            ("a.csv", Some(Json)),
            ("a", Some(Table)),
        ] {
            assert!(of(name, asked).is_err(), "{name} {asked:?}");
        }
    }
}
