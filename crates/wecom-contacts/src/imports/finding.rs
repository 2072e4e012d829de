//! What a check of an import file finds, before anything is sent.

use std::fmt;

use crate::{CodeInfo, ErrorCode};

/// Something about a file that WeCom would refuse, or that is likely not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(super) line: Option<u32>,
    pub(super) other: Option<u32>,
    pub(super) column: Option<&'static str>,
    pub(super) problem: Problem,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// There is no row (40092).
    Empty,
    /// The file has no column for what every row must have (40092).
    MissingColumn,
    /// A cell is empty that must not be: 40092 in a file of members, 302004 in one of departments.
    MissingCell(Subject),
    /// Another row has the same account, upper and lower case being the same (302003).
    DuplicateUserid,
    /// Another row has the same department id (302006).
    DuplicateDepartment,
    /// Another row has the same name under the same parent (302007).
    DuplicateName,
    /// The parent is not in the file (302004).
    OrphanParent,
    /// The parent is not in the file, but was said to exist: whether WeCom takes such a file is not documented.
    ParentLeftOut,
    /// The department is its own ancestor (302004).
    Cycle,
    /// The root department (1) has a parent, or another department has none (302004).
    NotBelowRoot,
    /// More members would be deleted than WeCom's guard allows (45026).
    DeletesTooMany {
        /// How many members would be deleted, at least.
        deleted: u64,
        /// How many there are.
        present: u64,
    },
    /// The file has more than 20 MB, which no upload may have (45001).
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// Another row has the same mobile number (60104): the later one is refused.
    DuplicateMobile,
    /// Another row has the same mail address (60106): the later one is refused.
    DuplicateEmail,
    /// There are not as many values as departments: 60132 for 是否部门内领导, 40058 for 排序.
    UnevenList(ErrorCode),
    /// The row has a value for which the file has no column, so that it is not sent.
    NoColumn,
}

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Members.
    Members,
    /// Departments.
    Departments,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// WeCom would take it; it may not be what was meant.
    Warning,
    /// WeCom would refuse the row.
    Row,
    /// WeCom would refuse the whole file.
    Job,
}

impl Finding {
    pub(super) const fn of_file(problem: Problem) -> Self {
        Self { line: None, other: None, column: None, problem }
    }

    pub(super) const fn at(line: u32, column: &'static str, problem: Problem) -> Self {
        Self { line: Some(line), other: None, column: Some(column), problem }
    }

    pub(super) const fn and(self, other: u32) -> Self {
        Self { other: Some(other), ..self }
    }

    /// What is wrong.
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// The line that is wrong, as the caller counts them; `None` if it is the file.
    pub fn line(&self) -> Option<u64> {
        self.line.map(u64::from)
    }

    /// The line of the row that this one is at odds with: the first that has the same value.
    pub fn other_line(&self) -> Option<u64> {
        self.other.map(u64::from)
    }

    /// The heading of the column, in WeCom's template.
    pub fn column(&self) -> Option<&'static str> {
        self.column
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }

    /// The code that WeCom would answer with, for [what it means and what to do](ErrorCode::info); `None` for a warning.
    pub fn code(&self) -> Option<ErrorCode> {
        self.problem.code()
    }
}

impl Problem {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::ParentLeftOut | Self::NoColumn => Severity::Warning,
            Self::DuplicateMobile | Self::DuplicateEmail | Self::UnevenList(_) => Severity::Row,
            _ => Severity::Job,
        }
    }

    /// The code that WeCom would answer with; `None` for a warning.
    pub fn code(self) -> Option<ErrorCode> {
        Some(ErrorCode(match self {
            Self::Empty | Self::MissingColumn | Self::MissingCell(Subject::Members) => 40092,
            Self::MissingCell(Subject::Departments)
            | Self::OrphanParent
            | Self::Cycle
            | Self::NotBelowRoot => 302_004,
            Self::DuplicateUserid => 302_003,
            Self::DuplicateDepartment => 302_006,
            Self::DuplicateName => 302_007,
            Self::DeletesTooMany { .. } => 45026,
            Self::TooLarge { .. } => 45001,
            Self::DuplicateMobile => 60104,
            Self::DuplicateEmail => 60106,
            Self::UnevenList(code) => return Some(code),
            Self::ParentLeftOut | Self::NoColumn => return None,
        }))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(column) = self.column {
            write!(f, "{column} ")?;
        }
        match self.problem {
            Problem::Empty => f.write_str("the file has no rows"),
            Problem::MissingColumn => f.write_str("is no column of the file"),
            Problem::MissingCell(_) => f.write_str("is empty"),
            Problem::DuplicateUserid
            | Problem::DuplicateDepartment
            | Problem::DuplicateName
            | Problem::DuplicateMobile
            | Problem::DuplicateEmail => match self.other {
                Some(other) => write!(f, "is the same as in line {other}"),
                None => f.write_str("is there twice"),
            },
            Problem::OrphanParent => f.write_str("is a department that the file does not have"),
            Problem::ParentLeftOut => f.write_str("is a department that is there, but not in the file"),
            Problem::Cycle => f.write_str("makes the department its own ancestor"),
            Problem::NotBelowRoot => f.write_str("must be 0 for the root department (1), and for no other"),
            Problem::DeletesTooMany { deleted, present } => {
                write!(f, "{deleted} of {present} members would be deleted, more than WeCom allows")
            }
            Problem::TooLarge { bytes } => write!(f, "the file has {bytes} bytes, more than 20 MB"),
            Problem::UnevenList(_) => f.write_str("has not as many values as there are departments"),
            Problem::NoColumn => f.write_str("has a value, and the file no such column"),
        }?;
        match self.code() {
            Some(code) => write!(f, " (errcode {code})"),
            None => Ok(()),
        }
    }
}

/// What the check of a file found, by line; findings on the file as a whole come first.
///
/// As an error it says how many findings there are, and the first of the worst.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    counts: [u64; 3],
    keep: usize,
}

impl Findings {
    /// So many findings of each severity are kept unless told.
    pub(super) const KEPT: usize = 1_000;

    pub(super) fn keeping(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(super) fn push(&mut self, finding: Finding) {
        let count = &mut self.counts[finding.severity() as usize];
        if *count < self.keep as u64 {
            self.kept.push(finding);
        }
        *count += 1;
    }

    pub(super) fn sort(&mut self) {
        self.kept.sort_by_key(|finding| (finding.line, finding.problem));
    }

    /// The findings, by line. Of each severity at most 1,000 are kept, or as many as the file was told.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.kept.iter()
    }

    /// How many findings of this severity there are, those not kept included.
    pub fn count(&self, severity: Severity) -> u64 {
        self.counts[severity as usize]
    }

    /// How many findings there are, those not kept included.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Whether nothing was found at all.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The worst severity among the findings; `None` if there are none.
    pub fn worst(&self) -> Option<Severity> {
        [Severity::Job, Severity::Row, Severity::Warning]
            .into_iter()
            .find(|severity| self.count(*severity) > 0)
    }

    /// What the first of the worst findings means and what to do, from the table of codes.
    pub fn info(&self) -> Option<&'static CodeInfo> {
        self.first_of_the_worst()?.code()?.info()
    }

    fn first_of_the_worst(&self) -> Option<&Finding> {
        let worst = self.worst()?;
        self.kept.iter().find(|finding| finding.severity() == worst)
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.first_of_the_worst() else {
            return f.write_str("nothing was found");
        };
        let fate = match first.severity() {
            Severity::Job => "WeCom would refuse the file",
            Severity::Row => "WeCom would refuse rows of the file",
            Severity::Warning => "the file may not be what was meant",
        };
        write!(f, "{fate}: {first}")?;
        match self.total() - 1 {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Findings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_count_on_when_they_are_no_longer_kept() {
        let mut findings = Findings::keeping(2);
        for line in (2..12).rev() {
            findings.push(Finding::at(line, "手机号", Problem::DuplicateMobile).and(1));
        }
        findings.push(Finding::at(7, "帐号", Problem::DuplicateUserid).and(3));
        findings.push(Finding::of_file(Problem::DeletesTooMany { deleted: 60, present: 100 }));
        findings.sort();
        let lines: Vec<_> = findings.iter().map(Finding::line).collect();
        assert_eq!(lines, [None, Some(7), Some(10), Some(11)]);
        assert_eq!((findings.total(), findings.count(Severity::Row)), (12, 10));
        assert_eq!(
            findings.to_string(),
            "WeCom would refuse the file: 60 of 100 members would be deleted, more than WeCom allows (errcode 45026); and 11 more"
        );
        assert_eq!(findings.info().unwrap().code, ErrorCode(45026));
    }

    #[test]
    fn every_error_has_a_code_of_the_table() {
        for problem in [
            Problem::Empty,
            Problem::MissingColumn,
            Problem::MissingCell(Subject::Members),
            Problem::MissingCell(Subject::Departments),
            Problem::DuplicateUserid,
            Problem::DuplicateDepartment,
            Problem::DuplicateName,
            Problem::OrphanParent,
            Problem::Cycle,
            Problem::NotBelowRoot,
            Problem::DeletesTooMany { deleted: 51, present: 60 },
            Problem::TooLarge { bytes: 30 << 20 },
            Problem::DuplicateMobile,
            Problem::DuplicateEmail,
            Problem::UnevenList(ErrorCode(60132)),
        ] {
            assert!(problem.code().unwrap().info().is_some(), "{problem:?}");
        }
    }
}
