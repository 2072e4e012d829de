//! Writing sheets: rows of text cells become a CSV file or an XLSX workbook.
//!
//! All cells are text. Ids, mobile numbers and codes are not numbers for calculations, and a spreadsheet program would drop their leading zeros.
//! Memory does not grow with the number of rows.

mod csv;
mod formula;
mod people;
mod xlsx;

use std::io;

pub use self::{
    csv::CsvWriter,
    formula::{is_formula, neutralised, restored},
    people::SheetWriter,
    xlsx::{SHEET_ROWS, XlsxWriter},
};

/// Prefix for the heading of a column in which some rows have no value to import, for example `部分缺失-职位`.
///
/// An empty cell clears a field on import. An import ignores a column with this prefix, so the field keeps its value in all rows.
pub const INCOMPLETE_PREFIX: &str = "部分缺失-";

/// The reason that a sheet cannot be written. It is separate from the reading errors, because both have no error in common.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The operating system cannot write the file.
    #[error("the sheet cannot be written")]
    Io(#[from] io::Error),
    /// The rows exceed the limit of Excel.
    #[error("an XLSX sheet has at most {SHEET_ROWS} rows, including the headings")]
    TooManyRows,
    /// The text of a cell exceeds the limit of Excel.
    #[error("the cell in row {row} under {heading} exceeds 32767 characters, the maximum of XLSX")]
    TooLong {
        /// The row number in a spreadsheet program: the headings are row 1.
        row: u64,
        /// The heading of the column.
        heading: String,
    },
    /// The workbook cannot be created.
    #[error("the workbook cannot be written: {0}")]
    Workbook(String),
}
