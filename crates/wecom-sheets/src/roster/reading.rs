//! The summary of reading a roster.

use super::{RosterCell, RosterField, RosterRow};
use crate::{
    Column, SheetProblem,
    cleaning::{Correction, Corrections},
    reading::{KEPT, Tally},
};

/// The summary of reading a roster.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RosterReading {
    /// Number of rows, without skipped ones.
    pub rows: u64,
    /// Number of rows with a fault.
    pub faulty_rows: u64,
    /// Number of rows whose key cannot be read.
    pub faulty_keys: u64,
    /// Number of rows whose key is empty.
    pub empty_keys: u64,
    /// The faults, at most 1,000.
    pub faults: Vec<SheetProblem>,
    /// Number of faults.
    pub fault_count: u64,
    /// Lines of skipped rows: footers such as 合计, and repeated headings. At most 1,000.
    pub skipped: Vec<u64>,
    /// Number of skipped rows.
    pub skipped_count: u64,
    /// Number of changed cells by heading and kind of correction.
    pub corrected: Vec<(String, Correction, u64)>,
    /// Number of cells with text in columns without a heading. They are ignored.
    pub astray: u64,
    pub(super) tally: Tally,
}

impl RosterReading {
    pub(super) fn new(columns: usize) -> Self {
        Self { tally: Tally::new(columns), ..Self::default() }
    }

    pub(super) fn skip(&mut self, line: u64) {
        self.skipped_count += 1;
        if self.skipped.len() < KEPT {
            self.skipped.push(line);
        }
    }

    pub(super) fn correct(&mut self, column: usize, corrections: Corrections) {
        corrections.iter().for_each(|correction| self.tally.count(column, correction));
    }

    pub(super) fn count(&mut self, row: &RosterRow) {
        self.rows += 1;
        match row.key() {
            RosterCell::Faulty(_) => self.faulty_keys += 1,
            RosterCell::Value(_) => {}
            RosterCell::Unmanaged | RosterCell::Empty => self.empty_keys += 1,
        }
        if !row.is_faulty() {
            return;
        }
        self.faulty_rows += 1;
        for fault in row.faults() {
            self.fault_count += 1;
            if self.faults.len() < KEPT {
                self.faults.push(fault);
            }
        }
    }

    pub(super) fn finish(&mut self, columns: &[Column<RosterField>]) {
        self.corrected = self.tally.corrected(columns);
    }
}
