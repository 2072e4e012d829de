//! What came of reading a file.

use std::{collections::BTreeMap, fmt};

use wecom_contacts::UserId;

use crate::{
    cleaning::{CellProblem, Correction},
    headings::Column,
};

/// How many problems, rows of people who left and footers are kept; all but the footers are counted.
pub(crate) const KEPT: usize = 1_000;

/// What came of reading a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Reading {
    /// How many rows there are, without footers and repeated headings.
    pub rows: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// How many of them are of people who left, and were passed over.
    pub left: u64,
    /// The people who left, by the words of a column such as 状态; the first thousand.
    pub leaving: Vec<Leaving>,
    /// The lines of the rows that were passed over: they say who made the list or how many people are in it, or repeat the headings, as at the top of
    /// each page; a thousand at most.
    pub footers: Vec<u64>,
    /// What is wrong with the rows; the first thousand problems.
    pub problems: Vec<SheetProblem>,
    /// How many problems there are.
    pub problem_count: u64,
    /// How many cells were changed: by heading, how, and how many.
    pub corrected: Vec<(String, Correction, u64)>,
    /// How many cells empty a field, in the rows that were handed on: by heading, those with any.
    pub cleared: Vec<(String, u64)>,
    /// How many cells give departments by names or paths.
    pub department_names: u64,
    /// How many cells stand in columns without a heading; they are ignored.
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

    /// Names the columns of what was counted.
    pub(crate) fn finish<C>(&mut self, columns: &[Column<C>]) {
        self.corrected = self.tally.corrected(columns);
        self.cleared = self.tally.cleared(columns);
    }
}

/// A person who left, so that the row is not handed on.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leaving {
    /// The line of the file, or the row's number in a workbook.
    pub line: u64,
    /// The account, as the file has it.
    pub userid: UserId,
    /// The name, as the file has it.
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

/// A cell that cannot be taken, by its place. It does not quote the cell, which may be anybody's number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SheetProblem {
    /// The line of the file, or the row's number in a workbook.
    pub line: u64,
    /// The column's heading; empty if the whole row is meant.
    pub heading: String,
    /// What is wrong.
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

/// Corrections by column and kind, and cells that empty a field.
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
