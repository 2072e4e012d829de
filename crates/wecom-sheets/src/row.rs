//! A row of a sheet: cells as text, and what the sheet held them as.

use std::{fmt, fmt::Write as _};

/// What a sheet holds a cell as.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Text, as typed. All cells of a CSV file are.
    Text,
    /// A number; one that a workbook holds as such has at most 15 digits that can be relied on.
    Number(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// A date or a time of day; its text is ISO 8601.
    Date,
    /// A length of time.
    Duration,
    /// A formula that failed, such as `#N/A`.
    Error,
    /// A formula without a stored value: the program that wrote the file did not compute it.
    Uncomputed,
    /// The row has no such cell, as a JSON object without the key: its field is left alone.
    Absent,
}

/// One row, reused from row to row.
#[derive(Clone, Default)]
pub struct Row {
    line: u64,
    text: String,
    cells: Vec<Held>,
}

#[derive(Clone, Copy)]
struct Held {
    kind: Kind,
    end: usize,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("line", &self.line)
            .field("cells", &self.cells.len())
            .finish_non_exhaustive()
    }
}

impl Row {
    /// The line of the file on which the row begins, or the row's number in a workbook; counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many cells the row has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is nothing in any cell.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A cell's text, as a person sees it; empty for a cell that the row lacks.
    pub fn text(&self, at: usize) -> &str {
        let Some(held) = self.cells.get(at) else { return "" };
        let start = at.checked_sub(1).map_or(0, |before| self.cells[before].end);
        &self.text[start..held.end]
    }

    /// What the sheet holds a cell as.
    pub fn kind(&self, at: usize) -> Kind {
        self.cells.get(at).map_or(Kind::Text, |held| held.kind)
    }

    /// All cells' texts.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.text(at))
    }

    pub(crate) fn start(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.cells.clear();
    }

    pub(crate) fn push(&mut self, kind: Kind, text: &str) {
        self.text.push_str(text);
        self.cells.push(Held { kind, end: self.text.len() });
    }

    pub(crate) fn push_shown(&mut self, kind: Kind, value: impl fmt::Display) {
        // A String takes everything.
        let _ = write!(self.text, "{value}");
        self.cells.push(Held { kind, end: self.text.len() });
    }

    /// Fills up with empty cells.
    pub(crate) fn pad(&mut self, len: usize) {
        let end = self.text.len();
        if self.cells.len() < len {
            self.cells.resize(len, Held { kind: Kind::Text, end });
        }
    }
}
