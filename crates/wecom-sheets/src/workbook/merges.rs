//! Merged cells: all of them get the value of the first.

use crate::{Error, Kind, Quantity, Result, Row, row::COLUMNS};

/// Maximum number of merged ranges of a sheet.
pub(super) const MERGES: usize = 100_000;

/// A range of merged cells. Positions are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) top: u64,
    pub(super) left: usize,
    pub(super) bottom: u64,
    pub(super) right: usize,
}

/// The merged cells of a sheet. Rows must pass from top to bottom.
pub(super) struct Covers {
    /// The ranges whose first row has not passed. The next one is last.
    waiting: Vec<Range>,
    /// The ranges that continue below.
    open: Vec<(Range, Kind, String)>,
    /// The size of the open ranges in bytes.
    bytes: usize,
    /// The number of cells that may still be filled.
    left: u64,
}

impl Covers {
    pub(super) fn new(mut ranges: Vec<Range>, cells: u64) -> Self {
        ranges.sort_unstable_by_key(|range| std::cmp::Reverse((range.top, range.left)));
        Self { waiting: ranges, open: Vec::new(), bytes: 0, left: cells }
    }

    /// Fills the merged cells of a row. `begun` are ranges that begin in this row.
    pub(super) fn fill(&mut self, row: &mut Row, begun: &[Range]) -> Result<()> {
        if self.waiting.is_empty() && self.open.is_empty() && begun.is_empty() {
            return Ok(());
        }
        let line = row.line() - 1;
        let bytes = &mut self.bytes;
        self.open.retain(|(range, _, text)| {
            let goes_on = range.bottom >= line;
            *bytes -= if goes_on { 0 } else { text.len() };
            goes_on
        });
        for at in 0..self.open.len() {
            let (range, kind, text) = &self.open[at];
            let columns = range.left..=range.right;
            row.cover(columns.clone(), *kind, text);
            self.spend(columns.count())?;
        }
        while let Some(range) = self.waiting.pop_if(|range| range.top <= line) {
            if range.bottom < line {
                continue;
            }
            if range.top == line {
                self.begin(row, range)?;
            } else {
                // The row of the first cell is missing in the file, so the cell is empty.
                row.cover(range.left..=range.right, Kind::Text, "");
                self.go_on(range, Kind::Text, "")?;
            }
        }
        for range in begun {
            self.begin(row, *range)?;
        }
        Ok(())
    }

    fn begin(&mut self, row: &mut Row, range: Range) -> Result<()> {
        row.spread(range.left..=range.right);
        self.spend(range.right - range.left)?;
        if range.bottom > range.top {
            self.go_on(range, row.kind(range.left), row.text(range.left))?;
        }
        Ok(())
    }

    fn go_on(&mut self, range: Range, kind: Kind, text: &str) -> Result<()> {
        // Ranges do not overlap, and each occupies a column.
        if self.open.len() >= COLUMNS {
            return Err(Error::Workbook("its merged cells overlap".to_owned()));
        }
        self.bytes += text.len();
        if self.bytes > BYTES {
            return Err(Error::TooMany { what: Quantity::MergedBytes, limit: BYTES as u64 });
        }
        self.open.push((range, kind, text.to_owned()));
        Ok(())
    }

    fn spend(&mut self, cells: usize) -> Result<()> {
        match self.left.checked_sub(cells as u64) {
            Some(left) => self.left = left,
            None => return Err(Error::TooMany { what: Quantity::MergedCells, limit: super::CELLS }),
        }
        Ok(())
    }
}

/// Maximum size of the open ranges.
const BYTES: usize = 4 << 20;
