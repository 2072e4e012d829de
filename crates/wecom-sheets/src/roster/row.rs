//! One row of a roster.

use std::{fmt, sync::Arc};

use super::{RosterField, RosterValue, columns::Layout};
use crate::{Meaning, SheetProblem, cleaning::CellProblem, heading_text::is_same};

/// One row of a roster: one person.
#[derive(Clone)]
pub struct RosterRow {
    pub(super) line: u64,
    pub(super) layout: Arc<Layout>,
    /// One for each column, and the department of several levels if the file has such columns.
    pub(super) cells: Vec<Held>,
    /// The row as a whole cannot be read.
    pub(super) fault: Option<CellProblem>,
}

/// The content of a cell.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Unmanaged,
    Empty,
    Value(RosterValue),
    Faulty(CellProblem),
}

/// A cell of a roster's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterCell<'a> {
    /// The row says nothing: the file lacks the column, the row lacks the cell, or the cell says that the value is unknown.
    Unmanaged,
    /// The cell is empty.
    Empty,
    /// The cell has a value.
    Value(&'a RosterValue),
    /// The cell cannot be cleaned.
    Faulty(&'a CellProblem),
}

impl<'a> From<&'a Held> for RosterCell<'a> {
    fn from(held: &'a Held) -> Self {
        match held {
            Held::Unmanaged => Self::Unmanaged,
            Held::Empty => Self::Empty,
            Held::Value(value) => Self::Value(value),
            Held::Faulty(problem) => Self::Faulty(problem),
        }
    }
}

impl<'a> RosterCell<'a> {
    /// Returns the value, if the cell has one.
    pub fn value(self) -> Option<&'a RosterValue> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the value of a cell with one text.
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Value(RosterValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Shows the line. The cells can be personal data.
impl fmt::Debug for RosterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterRow").field("line", &self.line).finish_non_exhaustive()
    }
}

impl RosterRow {
    /// Returns the line of the file, or the row's number in a workbook.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the cell of a field.
    pub fn cell(&self, field: RosterField) -> RosterCell<'_> {
        self.at(self.layout.place(field))
    }

    /// Returns the cell of an extended attribute. Case and blanks in the name are ignored.
    pub fn attribute(&self, name: &str) -> RosterCell<'_> {
        let is_it =
            |meaning: &Meaning<RosterField>| matches!(meaning, Meaning::Extra(own) if is_same(own, name));
        self.at(self.layout.columns.iter().position(|column| is_it(&column.meaning)))
    }

    /// Returns the extended attributes of the file with their cells, in the order of the columns.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, RosterCell<'_>)> {
        self.layout.columns.iter().enumerate().filter_map(|(at, column)| match &column.meaning {
            Meaning::Extra(name) => Some((name.as_str(), self.at(Some(at)))),
            _ => None,
        })
    }

    /// Returns the cell of an attribute of the external profile. Case and blanks in the name are ignored.
    pub fn external_attribute(&self, name: &str) -> RosterCell<'_> {
        let is_it =
            |meaning: &Meaning<RosterField>| matches!(meaning, Meaning::External(own) if is_same(own, name));
        self.at(self.layout.columns.iter().position(|column| is_it(&column.meaning)))
    }

    /// Returns the cell of the key column.
    pub fn key(&self) -> RosterCell<'_> {
        self.at(Some(self.layout.key))
    }

    /// Returns whether the key cannot be read, so that the row belongs to an unknown person. An empty key is not faulty.
    pub fn is_key_faulty(&self) -> bool {
        matches!(self.key(), RosterCell::Faulty(_))
    }

    /// Returns whether the row has a fault.
    pub fn is_faulty(&self) -> bool {
        self.fault.is_some() || self.cells.iter().any(|cell| matches!(cell, Held::Faulty(_)))
    }

    /// Returns the faults with their places. A fault of the whole row has an empty heading.
    pub fn faults(&self) -> impl Iterator<Item = SheetProblem> {
        let whole = self.fault.iter().map(|problem| ("", problem));
        let cells = self.layout.columns.iter().zip(&self.cells).filter_map(|(column, cell)| match cell {
            Held::Faulty(problem) => Some((column.heading.as_str(), problem)),
            _ => None,
        });
        whole.chain(cells).map(|(heading, problem)| SheetProblem {
            line: self.line,
            heading: heading.to_owned(),
            problem: problem.clone(),
        })
    }

    fn at(&self, place: Option<usize>) -> RosterCell<'_> {
        let Some(held) = place.and_then(|at| self.cells.get(at)) else { return RosterCell::Unmanaged };
        match &self.fault {
            Some(problem) if !matches!(held, Held::Unmanaged) => RosterCell::Faulty(problem),
            _ => RosterCell::from(held),
        }
    }
}
