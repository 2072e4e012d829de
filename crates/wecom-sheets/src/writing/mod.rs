//! Sheets written: rows of text cells in, a CSV file or an XLSX workbook out.
//!
//! All cells are text: ids, mobile numbers and codes are not numbers to compute with, and a spreadsheet program would drop their leading zeros.
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

/// What is put before the heading of a column that has no value to import for some rows, such as `部分缺失-职位`.
///
/// An empty cell clears a field on import. A column with this prefix is no field to an import, and leaves all rows as they are.
pub const INCOMPLETE_PREFIX: &str = "部分缺失-";

/// Why a sheet cannot be written. Reading and writing have no failure in common, hence two types.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The system cannot write it.
    #[error("the sheet cannot be written")]
    Io(#[from] io::Error),
    /// Excel has no room for more rows.
    #[error("a sheet of XLSX holds {SHEET_ROWS} rows with its headings, and there are more")]
    TooManyRows,
    /// Excel has no room for more text in one cell.
    #[error("the cell of row {row} under {heading} is longer than the 32767 characters that XLSX takes")]
    TooLong {
        /// The row, as a spreadsheet program counts: the headings are row 1.
        row: u64,
        /// The heading of the column.
        heading: String,
    },
    /// The workbook cannot be made.
    #[error("the workbook cannot be written: {0}")]
    Workbook(String),
}
