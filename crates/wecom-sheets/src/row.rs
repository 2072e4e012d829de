//! A row of a sheet: the texts and types of its cells.

use std::{fmt, fmt::Write as _, ops::RangeInclusive};

use crate::{Kind, cleaning::trimmed};

/// Maximum number of columns of a row. This is Excel's limit.
pub(crate) const COLUMNS: usize = 16_384;

/// One row of a sheet.
#[derive(Clone, Default)]
pub struct Row {
    line: u64,
    text: String,
    cells: Vec<Held>,
    is_open: bool,
}

/// The position of a cell's text. Merged cells share one text.
#[derive(Clone, Copy)]
struct Held {
    kind: Kind,
    start: usize,
    end: usize,
    /// The cell is merged with the cell to its left.
    is_beside: bool,
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
    /// Returns the line of the file on which the row begins, or the number of the row in a workbook. Counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns whether all cells are empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns whether all cells are blank. A formula without a stored value is not blank.
    pub(crate) fn is_blank(&self) -> bool {
        (0..self.len()).all(|at| self.kind(at) != Kind::Uncomputed && trimmed(self.text(at)).is_empty())
    }

    /// Returns the displayed text of a cell. A cell beyond the end of the row is empty.
    pub fn text(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |held| &self.text[held.start..held.end])
    }

    /// Returns the type of a cell. A cell beyond the end of the row is [`Kind::Absent`] in CSV, and an empty text in a workbook.
    pub fn kind(&self, at: usize) -> Kind {
        match self.cells.get(at) {
            Some(held) => held.kind,
            None if self.is_open => Kind::Absent,
            None => Kind::Text,
        }
    }

    /// Returns whether the cell is merged with the cell to its left and shares its value.
    pub(crate) fn is_beside(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|held| held.is_beside)
    }

    /// Returns the texts of all cells.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.text(at))
    }

    /// Returns the number of bytes in all cells. Merged cells are counted once.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Begins another row. Cells beyond its end are empty, because workbooks omit empty cells at the end.
    pub(crate) fn start(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.cells.clear();
        self.is_open = false;
    }

    /// Begins another row. Cells beyond its end are [`Kind::Absent`], because a CSV line can end early.
    pub(crate) fn start_open(&mut self, line: u64) {
        self.start(line);
        self.is_open = true;
    }

    pub(crate) fn renumber(&mut self, line: u64) {
        self.line = line;
    }

    pub(crate) fn push(&mut self, kind: Kind, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push(Held { kind, start, end: self.text.len(), is_beside: false });
    }

    pub(crate) fn push_shown(&mut self, kind: Kind, value: impl fmt::Display) {
        let start = self.text.len();
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "{value}");
        self.cells.push(Held { kind, start, end: self.text.len(), is_beside: false });
    }

    /// Repeats the last cell.
    pub(crate) fn repeat(&mut self, times: usize) {
        if let Some(last) = self.cells.last().copied() {
            self.cells.resize(self.cells.len() + times, last);
        }
    }

    /// Adds empty cells up to this length.
    pub(crate) fn pad(&mut self, len: usize) {
        let end = self.text.len();
        if self.cells.len() < len {
            self.cells.resize(len, Held { kind: Kind::Text, start: end, end, is_beside: false });
        }
    }

    /// Sets these cells to one value.
    pub(crate) fn cover(&mut self, columns: RangeInclusive<usize>, kind: Kind, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pad(columns.end() + 1);
        let held = Held { kind, start, end: self.text.len(), is_beside: false };
        self.fill(columns, held);
    }

    /// Sets these cells to the value of the first.
    pub(crate) fn spread(&mut self, columns: RangeInclusive<usize>) {
        self.pad(columns.end() + 1);
        let first = self.cells[*columns.start()];
        self.fill(columns, first);
    }

    fn fill(&mut self, columns: RangeInclusive<usize>, first: Held) {
        let start = *columns.start();
        self.cells[columns.clone()].fill(Held { is_beside: true, ..first });
        self.cells[start] = first;
    }
}
