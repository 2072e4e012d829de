//! Rosters (花名册): HR's file as plain rows, one for each person.
//!
//! A [`RosterTable`] recognises the columns of a file and yields a [`RosterRow`] for each row below the headings. It reads
//! every format of [`Sheet`](crate::Sheet) and cleans cells as an import does. A cell that cannot be cleaned is a fault of
//! its row; the other cells of the row stay available. A [`DepartmentTable`] reads a sheet or a file of departments.
//!
//! The module resolves nothing: departments, leaders and tags are texts or ids as the file contains them.
//! Rows are read as a stream, so memory does not grow with their number.

mod cell;
mod columns;
mod dates;
mod departments;
mod field;
mod footer;
mod headings;
mod levels;
mod options;
mod reading;
mod row;
mod table;
mod template;
mod words;

pub use self::{
    cell::{RosterValue, WrittenDepartment},
    departments::{DepartmentPlace, DepartmentTable, ListedDepartment, ListedDepartments, ListedField},
    field::RosterField,
    options::RosterOptions,
    reading::RosterReading,
    row::{RosterCell, RosterRow},
    table::{RosterRows, RosterTable},
    template::RosterTemplate,
};
