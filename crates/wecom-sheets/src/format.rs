//! The format of a file.

use std::fmt;

use crate::Encoding;

/// The format of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text in rows.
    Csv {
        /// The encoding of the text.
        encoding: Encoding,
        /// The delimiter: a comma, a semicolon, a tab, or the one that the first line declares with `sep=`.
        delimiter: u8,
        /// The size of the BOM in bytes.
        bom: usize,
    },
    /// JSON objects: one on each line, or in one array.
    Json {
        /// The encoding of the text.
        encoding: Encoding,
        /// The size of the BOM in bytes.
        bom: usize,
    },
    /// A sheet of an XLSX workbook.
    Xlsx {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
    /// A sheet of an ODS workbook (`OpenDocument`).
    Ods {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
    /// A sheet of an XLS workbook (Excel 97–2003).
    Xls {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
}

impl Format {
    /// Returns the names of the other sheets of the workbook. Other formats have none.
    pub fn other_sheets(&self) -> impl Iterator<Item = &str> {
        let (sheet, sheets) = match self {
            Self::Xlsx { sheet, sheets } | Self::Ods { sheet, sheets } | Self::Xls { sheet, sheets } => {
                (sheet.as_str(), sheets.as_slice())
            }
            Self::Csv { .. } | Self::Json { .. } => ("", [].as_slice()),
        };
        sheets.iter().map(String::as_str).filter(move |other| *other != sheet)
    }

    /// Returns whether this format does not store how a number is displayed, so that 7 can be displayed as `00007`.
    ///
    /// In such a file, a [`Kind::Number`](crate::Kind::Number) cannot be an id: the user can see `7` or `00007`. XLSX stores the display formats, and
    /// a number that is displayed with other digits is a [`Kind::Text`](crate::Kind::Text).
    pub fn hides_number_formats(&self) -> bool {
        matches!(self, Self::Ods { .. } | Self::Xls { .. })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csv { encoding, delimiter, .. } => {
                let between = match delimiter {
                    b'\t' => "tabs",
                    b';' => "semicolons",
                    b',' => "commas",
                    other => return write!(f, "CSV, {encoding}, {:?} between cells", char::from(*other)),
                };
                write!(f, "CSV, {encoding}, {between} between cells")
            }
            Self::Json { encoding, .. } => write!(f, "JSON objects, {encoding}"),
            Self::Xlsx { sheet, sheets } => workbook(f, "XLSX", sheet, sheets),
            Self::Ods { sheet, sheets } => workbook(f, "ODS", sheet, sheets),
            Self::Xls { sheet, sheets } => workbook(f, "XLS (Excel 97–2003)", sheet, sheets),
        }
    }
}

fn workbook(f: &mut fmt::Formatter<'_>, format: &str, sheet: &str, sheets: &[String]) -> fmt::Result {
    write!(f, "{format}, sheet {sheet:?}")?;
    if sheets.len() > 1 { write!(f, ", one of {}", sheets.len()) } else { Ok(()) }
}
