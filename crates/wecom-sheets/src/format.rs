//! What a file is written in.

use std::fmt;

use crate::Encoding;

/// What a file is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text in rows.
    Csv {
        /// How the text is encoded.
        encoding: Encoding,
        /// What stands between cells: a comma, a semicolon, a tab, or what the first line declares by `sep=`.
        delimiter: u8,
        /// How many bytes the BOM has.
        bom: usize,
    },
    /// JSON objects: one a line, or in one array.
    Json {
        /// How the text is encoded.
        encoding: Encoding,
        /// How many bytes the BOM has.
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
    /// The names of the workbook's sheets that are not read; none for what is no workbook.
    pub fn other_sheets(&self) -> impl Iterator<Item = &str> {
        let (sheet, sheets) = match self {
            Self::Xlsx { sheet, sheets } | Self::Ods { sheet, sheets } | Self::Xls { sheet, sheets } => {
                (sheet.as_str(), sheets.as_slice())
            }
            Self::Csv { .. } | Self::Json { .. } => ("", [].as_slice()),
        };
        sheets.iter().map(String::as_str).filter(move |other| *other != sheet)
    }

    /// Whether a number's cell may show other digits than the number has, such as `00007` for 7, without a way to know.
    ///
    /// Then a [`Kind::Number`](crate::Kind::Number) is no id: whether a person sees `7` or `00007` is not known. Of XLSX the formats are known, and
    /// digits that differ from the number are a [`Kind::Text`](crate::Kind::Text).
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
