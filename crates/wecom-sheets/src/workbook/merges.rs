//! Merged cells: the value of the first counts for all.

use crate::{Error, Kind, Result, Row, row::COLUMNS};

/// How many ranges of merged cells a sheet may have.
pub(super) const MERGES: usize = 100_000;

/// Cells that are merged into one, by places counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) top: u64,
    pub(super) left: usize,
    pub(super) bottom: u64,
    pub(super) right: usize,
}

/// The merged cells of a sheet while its rows pass, from top to bottom.
pub(super) struct Covers {
    /// Those whose first row has not passed, the next one last.
    waiting: Vec<Range>,
    /// Those that go on below.
    open: Vec<(Range, Kind, String)>,
    /// How many bytes the open ones have.
    bytes: usize,
    /// How many cells may still be filled.
    left: u64,
}

impl Covers {
    pub(super) fn new(mut ranges: Vec<Range>, cells: u64) -> Self {
        ranges.sort_unstable_by_key(|range| std::cmp::Reverse((range.top, range.left)));
        Self { waiting: ranges, open: Vec::new(), bytes: 0, left: cells }
    }

    /// Gives the cells of a row that are merged with others their value. `begun` are ranges that begin in this row.
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
                // The row of its first cell is not in the file: that cell is empty.
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
        // Ranges do not overlap, and each has a column.
        if self.open.len() >= COLUMNS {
            return Err(Error::Workbook("its merged cells overlap".to_owned()));
        }
        self.bytes += text.len();
        if self.bytes > BYTES {
            return Err(Error::TooMany { what: "bytes in the merged cells of one row", limit: BYTES as u64 });
        }
        self.open.push((range, kind, text.to_owned()));
        Ok(())
    }

    fn spend(&mut self, cells: usize) -> Result<()> {
        match self.left.checked_sub(cells as u64) {
            Some(left) => self.left = left,
            None => return Err(Error::TooMany { what: "merged cells", limit: super::CELLS }),
        }
        Ok(())
    }
}

/// More than any row has.
const BYTES: usize = 4 << 20;
