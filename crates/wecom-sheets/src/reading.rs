//! The result of reading a file.

use std::{collections::BTreeMap, fmt};

use wecom_contacts::UserId;

use crate::{
    cleaning::{CellProblem, Correction},
    headings::Column,
};

/// Maximum number of problems, of people who left, and of footers that are kept. All except the footers are counted.
pub(crate) const KEPT: usize = 1_000;

/// The result of reading a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Reading {
    /// The number of rows, without footers and repeated headings.
    pub rows: u64,
    /// The number of refused rows.
    pub refused: u64,
    /// The number of rows of people who left. These rows are omitted.
    pub left: u64,
    /// The people who left according to a column such as 状态. At most 1,000 are kept.
    pub leaving: Vec<Leaving>,
    /// The lines of omitted rows without data: footers, and headings that are repeated at the top of each page. At most 1,000 are kept.
    pub footers: Vec<u64>,
    /// The faults of the rows. At most 1,000 are kept.
    pub problems: Vec<SheetProblem>,
    /// The number of faults.
    pub problem_count: u64,
    /// The corrections: heading, kind of correction, and number of cells.
    pub corrected: Vec<(String, Correction, u64)>,
    /// The number of cells that clear a field, in the rows that were returned, for each heading with such cells.
    pub cleared: Vec<(String, u64)>,
    /// The number of cells with department names or paths.
    pub department_names: u64,
    /// The number of cells in columns without a heading. They are ignored.
    pub astray: u64,
    pub(crate) tally: Tally,
}

impl Reading {
    pub(crate) fn new(columns: usize) -> Self {
        Self { tally: Tally::new(columns), ..Self::default() }
    }

    pub(crate) fn find(&mut self, line: u64, heading: &str, problem: CellProblem) {
        self.problem_count += 1;
        if self.problems.len() < KEPT {
            self.problems.push(SheetProblem { line, heading: heading.to_owned(), problem });
        }
    }

    /// Adds the headings of the columns to the counts.
    pub(crate) fn finish<C>(&mut self, columns: &[Column<C>]) {
        self.corrected = self.tally.corrected(columns);
        self.cleared = self.tally.cleared(columns);
    }
}

/// A person who left. The row is omitted.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leaving {
    /// The line of the file, or the number of the row in a workbook.
    pub line: u64,
    /// The account, as in the file.
    pub userid: UserId,
    /// The name, as in the file.
    pub name: String,
}

impl fmt::Debug for Leaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaving")
            .field("line", &self.line)
            .field("userid", &self.userid)
            .finish_non_exhaustive()
    }
}

/// A fault of a cell, with its place. The value of the cell is omitted, because it can be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SheetProblem {
    /// The line of the file, or the number of the row in a workbook.
    pub line: u64,
    /// The heading of the column. It is empty if the whole row has the fault.
    pub heading: String,
    /// The fault.
    pub problem: CellProblem,
}

impl fmt::Display for SheetProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.heading.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.problem),
            heading => write!(f, "line {}, {heading}: {}", self.line, self.problem),
        }
    }
}

/// Counts of corrections by column and kind, and of cells that clear a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    corrections: Vec<BTreeMap<Correction, u64>>,
    cleared: Vec<u64>,
}

impl Tally {
    pub(crate) fn new(columns: usize) -> Self {
        Self { corrections: vec![BTreeMap::new(); columns], cleared: vec![0; columns] }
    }

    pub(crate) fn count(&mut self, column: usize, correction: Correction) {
        *self.corrections[column].entry(correction).or_default() += 1;
    }

    pub(crate) fn clear(&mut self, column: usize) {
        self.cleared[column] += 1;
    }

    pub(crate) fn corrected<C>(&self, columns: &[Column<C>]) -> Vec<(String, Correction, u64)> {
        let each = columns.iter().zip(&self.corrections);
        each.flat_map(|(column, corrections)| {
            corrections.iter().map(|(correction, count)| (column.heading.clone(), *correction, *count))
        })
        .collect()
    }

    fn cleared<C>(&self, columns: &[Column<C>]) -> Vec<(String, u64)> {
        let each = columns.iter().zip(&self.cleared).filter(|(_, count)| **count > 0);
        each.map(|(column, count)| (column.heading.clone(), *count)).collect()
    }
}
