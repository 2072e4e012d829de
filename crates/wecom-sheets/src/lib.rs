//! Reads the spreadsheets of HR departments as records that WeCom (企业微信) can import.
//!
//! A [`Table`] is a file of members or departments: CSV in UTF-8, UTF-16, GBK, Big5 or Windows-1252, a workbook (XLSX, ODS, XLS), or JSON objects. It
//! finds the row of headings, recognizes the columns, and [cleans](cleaning) the changes that spreadsheets make to ids and numbers. A cell with an
//! unclear meaning is refused: a [`SheetProblem`] has the place and the reason. A [`Sheet`] is the layer below, with rows of cells of any kind.
//!
//! The files are untrusted. CSV and JSON are streams, a workbook is unpacked within limits, and a row without an end is an error.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cell_kind;
pub mod cleaning;
mod delimited;
mod department_names;
mod encoding;
mod error;
mod footer;
mod format;
mod heading_rows;
mod heading_text;
mod heading_words;
mod headings;
mod json_rows;
mod kinds;
mod misfit;
mod options;
mod panics;
mod quotes;
mod reading;
mod record;
pub mod roster;
mod row;
mod sheet;
mod source;
mod status;
mod table;
mod workbook;
pub mod writing;

pub use self::{
    cell_kind::Kind,
    department_names::{DepartmentNames, NameError},
    encoding::Encoding,
    error::{Error, Result},
    format::Format,
    headings::{Column, Mapping, Meaning, REASON_HEADING},
    misfit::{OtherFile, Quantity},
    options::{HiddenRows, Options},
    reading::{Leaving, Reading, SheetProblem},
    record::Record,
    row::Row,
    sheet::{Sheet, SheetRows},
    table::{Records, Table},
};

/// The examples of the README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
