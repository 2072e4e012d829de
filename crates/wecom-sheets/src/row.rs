//! A row of a sheet: cells as text, and what the sheet held them as.

use std::{fmt, fmt::Write as _, ops::RangeInclusive};

use crate::{Kind, cleaning::trimmed};

/// The most columns that a row may have: Excel's own limit.
pub(crate) const COLUMNS: usize = 16_384;

/// One row of a sheet.
#[derive(Clone, Default)]
pub struct Row {
    line: u64,
    text: String,
    cells: Vec<Held>,
    is_open: bool,
}

/// A cell: where its text is. Merged cells share one text.
#[derive(Clone, Copy)]
struct Held {
    kind: Kind,
    start: usize,
    end: usize,
    /// It is merged with the cell to its left.
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

    /// Whether all cells are blank. A formula that was not computed is no blank cell.
    pub(crate) fn is_blank(&self) -> bool {
        (0..self.len()).all(|at| self.kind(at) != Kind::Uncomputed && trimmed(self.text(at)).is_empty())
    }

    /// A cell's text, as a person sees it; empty for a cell that the row lacks.
    pub fn text(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |held| &self.text[held.start..held.end])
    }

    /// What the sheet holds a cell as. A cell beyond the row's length is [`Kind::Absent`] in CSV, and an empty text in a workbook.
    pub fn kind(&self, at: usize) -> Kind {
        match self.cells.get(at) {
            Some(held) => held.kind,
            None if self.is_open => Kind::Absent,
            None => Kind::Text,
        }
    }

    /// Whether the cell is merged with the one to its left, and has its value.
    pub(crate) fn is_beside(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|held| held.is_beside)
    }

    /// All cells' texts.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.text(at))
    }

    /// How many bytes the cells have together, merged ones counted once.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Begins another row, whose cells beyond its length are empty, as those that a workbook's row lacks at its end.
    pub(crate) fn start(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.cells.clear();
        self.is_open = false;
    }

    /// Begins another row, whose cells beyond its length are [`Kind::Absent`], as those of a CSV line that ends early.
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
        // A String takes everything.
        let _ = write!(self.text, "{value}");
        self.cells.push(Held { kind, start, end: self.text.len(), is_beside: false });
    }

    /// Adds the last cell again.
    pub(crate) fn repeat(&mut self, times: usize) {
        if let Some(last) = self.cells.last().copied() {
            self.cells.resize(self.cells.len() + times, last);
        }
    }

    /// Fills up with empty cells.
    pub(crate) fn pad(&mut self, len: usize) {
        let end = self.text.len();
        if self.cells.len() < len {
            self.cells.resize(len, Held { kind: Kind::Text, start: end, end, is_beside: false });
        }
    }

    /// Gives these cells one value, in the place of their own.
    pub(crate) fn cover(&mut self, columns: RangeInclusive<usize>, kind: Kind, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pad(columns.end() + 1);
        let held = Held { kind, start, end: self.text.len(), is_beside: false };
        self.fill(columns, held);
    }

    /// Gives these cells the value of the first.
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
