//! People's spreadsheets, read as what WeCom (企业微信) imports.
//!
//! A [`Table`] is a file of members or departments: CSV in UTF-8, UTF-16, GBK, Big5 or Windows-1252, a workbook (XLSX, ODS, XLS), or JSON objects. It finds the row of
//! headings, makes out the columns, [cleans](cleaning) what spreadsheets do to ids and numbers, and refuses what nobody can know: a [`Finding`] has
//! the place and the reason, and nothing is guessed. A [`Sheet`] is the layer below, rows of cells of any kind.
//!
//! Files come from strangers. CSV and JSON are read as a stream; a workbook is unpacked within limits; a row that never ends is an error.

pub mod cleaning;
mod delimited;
mod department_names;
mod encoding;
mod error;
mod footer;
mod heading_rows;
mod heading_text;
mod heading_words;
mod headings;
mod kinds;
mod reading;
mod record;
mod records;
mod row;
mod sheet;
mod source;
mod status;
mod table;
mod workbook;
pub mod writing;

pub use self::{
    department_names::{DepartmentNames, NameError},
    encoding::Encoding,
    error::{Error, Result},
    headings::{Column, Mapping, Meaning, REASON_HEADING},
    reading::{Finding, Leaving, Reading},
    record::Record,
    row::{Kind, Row},
    sheet::{Format, HiddenRows, Options, Sheet},
    table::Table,
};
