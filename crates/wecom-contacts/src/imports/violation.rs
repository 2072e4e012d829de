//! Violations of WeCom's rules in an import file, which are found before any request is sent.

use std::{borrow::Cow, fmt};

use super::{
    Severity,
    rules::{self, Breach},
};
use crate::{CodeInfo, DepartmentId, ErrorCode};

/// A part of a file that WeCom would refuse, that cannot be sent, or that is probably a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub(super) line: Option<u32>,
    pub(super) other: Option<u32>,
    pub(super) column: Option<Cow<'static, str>>,
    pub(super) problem: Problem,
}

/// The problem of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// The file has no rows (40092).
    Empty,
    /// The file lacks a column that every row requires (40092).
    MissingColumn,
    /// A required cell is empty: 40092 in a file of members, 302004 in a file of departments.
    MissingCell(Subject),
    /// Another row has the same account, ignoring case (302003).
    DuplicateUserid,
    /// Another row has the same department id (302006).
    DuplicateDepartment,
    /// Another row has the same name under the same parent (302007).
    DuplicateName,
    /// The parent is missing from the file (302004).
    OrphanParent,
    /// The parent is missing from the file, but exists in the corp. It is undocumented whether WeCom accepts such a file.
    ParentLeftOut,
    /// The department is its own ancestor (302004).
    Cycle,
    /// The root department (1) has a parent, or another department has 0 as its parent (302004).
    NotBelowRoot,
    /// The file would delete more members than WeCom's guard allows (45026).
    DeletesTooMany {
        /// Minimum number of members that would be deleted.
        deleted: u64,
        /// Number of existing members.
        present: u64,
    },
    /// The file exceeds 20 MB, the maximum of an upload (45001).
    TooLarge {
        /// The size in bytes.
        bytes: u64,
    },
    /// Another row has the same mobile number (60104). WeCom refuses the later row.
    DuplicateMobile,
    /// Another row has the same mail address (60106). WeCom refuses the later row.
    DuplicateEmail,
    /// The number of values differs from the number of departments: 60132 for 是否部门内领导, 40058 for 排序.
    UnevenList(ErrorCode),
    /// The row has a value that is not sent, because the file lacks its column.
    NoColumn,
    /// The value violates the rule of its field.
    Rule(Breach),
    /// The row exceeds the [maximum number of departments](rules::DEPARTMENTS_OF_MEMBER) of a member (60110).
    TooManyDepartments {
        /// Number of departments in the row.
        count: u64,
    },
    /// The rows exceed the [maximum number of members](rules::NODES_OF_DEPARTMENT) of a department (81001).
    FullDepartment {
        /// The department.
        department: DepartmentId,
        /// Number of members that the file puts into the department.
        members: u64,
    },
    /// The file exceeds the [maximum number of departments](rules::DEPARTMENTS_OF_CORP) of a corp (81001).
    FullCorp,
    /// The department exceeds the [maximum number of levels](rules::LEVELS) (81002).
    TooDeep {
        /// The level in the file's tree. The root has level 1.
        level: u64,
    },
    /// The rows have more different sets of fields than can be sent. WeCom supports one set a file, because a column
    /// determines its field in every row.
    FieldSets {
        /// Minimum number of sets in the rows.
        sets: u64,
        /// Maximum number of sets: 1 for a file that replaces all members or is written to a writer, otherwise 16.
        most: u64,
    },
}

/// The kind of rows in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Members.
    Members,
    /// Departments.
    Departments,
}

impl Violation {
    pub(super) const fn of_file(problem: Problem) -> Self {
        Self { line: None, other: None, column: None, problem }
    }

    pub(super) fn at(line: u32, column: impl Into<Cow<'static, str>>, problem: Problem) -> Self {
        Self { line: Some(line), other: None, column: Some(column.into()), problem }
    }

    pub(super) fn and(self, other: u32) -> Self {
        Self { other: Some(other), ..self }
    }

    /// Returns the problem.
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// Returns the line, in the caller's numbering. `None` if the violation concerns the whole file.
    pub fn line(&self) -> Option<u64> {
        self.line.map(u64::from)
    }

    /// Returns the line of the other row: the first one with the same value, or with a different set of fields.
    pub fn other_line(&self) -> Option<u64> {
        self.other.map(u64::from)
    }

    /// Returns the heading of the column in WeCom's template, or the name of an extended attribute (扩展属性).
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// Returns the severity.
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }

    /// Returns the errcode that WeCom would return; [`ErrorCode::info`] has its meaning and remedy. Returns `None` for a
    /// warning, and for a problem that the SDK stops before WeCom receives the file.
    pub fn code(&self) -> Option<ErrorCode> {
        self.problem.code()
    }
}

impl Problem {
    /// Returns the severity.
    pub fn severity(self) -> Severity {
        match self {
            Self::ParentLeftOut | Self::NoColumn => Severity::Warning,
            Self::Rule(breach) => breach.severity(),
            Self::DuplicateMobile
            | Self::DuplicateEmail
            | Self::UnevenList(_)
            | Self::TooManyDepartments { .. }
            | Self::FullDepartment { .. }
            | Self::FullCorp
            | Self::TooDeep { .. } => Severity::Row,
            _ => Severity::Job,
        }
    }

    /// Returns the errcode that WeCom would return. Returns `None` for a warning, and for a problem that the SDK stops
    /// before WeCom receives the file.
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
            Self::TooManyDepartments { .. } => 60110,
            Self::FullDepartment { .. } | Self::FullCorp => 81001,
            Self::TooDeep { .. } => 81002,
            Self::UnevenList(code) => return Some(code),
            Self::Rule(breach) => return breach.code(),
            Self::ParentLeftOut | Self::NoColumn | Self::FieldSets { .. } => return None,
        }))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "{column} ")?;
        }
        match self.problem {
            Problem::Empty => f.write_str("the file has no rows"),
            Problem::MissingColumn => f.write_str("is missing from the columns of the file"),
            Problem::MissingCell(_) => f.write_str("is empty"),
            Problem::DuplicateUserid
            | Problem::DuplicateDepartment
            | Problem::DuplicateName
            | Problem::DuplicateMobile
            | Problem::DuplicateEmail => match self.other {
                Some(other) => write!(f, "is the same as in line {other}"),
                None => f.write_str("is a duplicate"),
            },
            Problem::OrphanParent => f.write_str("is a department that is missing from the file"),
            Problem::ParentLeftOut => f.write_str("is an existing department that is missing from the file"),
            Problem::Cycle => f.write_str("makes the department its own ancestor"),
            Problem::NotBelowRoot => {
                f.write_str("must be 0 for the root department (1) and above 0 for all others")
            }
            Problem::DeletesTooMany { deleted, present } => {
                let members = if present == 1 { "member" } else { "members" };
                write!(f, "{deleted} of {present} {members} would be deleted, more than WeCom allows")
            }
            Problem::TooLarge { bytes } => write!(f, "the file has {bytes} bytes, more than 20 MB"),
            Problem::UnevenList(_) => f.write_str("needs one value for each department of the member"),
            Problem::NoColumn => f.write_str("has a value that is not sent: the file has no such column"),
            Problem::Rule(breach) => breach.fmt(f),
            Problem::TooManyDepartments { count } => {
                write!(f, "has {count} departments, and at most {} are allowed", rules::DEPARTMENTS_OF_MEMBER)
            }
            Problem::FullDepartment { department, members } => {
                let most = rules::NODES_OF_DEPARTMENT;
                write!(f, "puts {members} members into department {department}, which can hold {most}")
            }
            Problem::FullCorp => {
                write!(
                    f,
                    "the file has more than {} departments, the maximum of a corp",
                    rules::DEPARTMENTS_OF_CORP
                )
            }
            Problem::TooDeep { level } => {
                write!(
                    f,
                    "puts the department on level {level}, and at most {} levels are allowed",
                    rules::LEVELS
                )
            }
            Problem::FieldSets { sets, most } => self.say_sets(f, sets, most),
        }?;
        match self.code() {
            Some(code) => write!(f, " (errcode {code})"),
            None => Ok(()),
        }
    }
}

impl Violation {
    fn say_sets(&self, f: &mut fmt::Formatter<'_>, sets: u64, most: u64) -> fmt::Result {
        if let (Some(line), Some(other)) = (self.line, self.other) {
            write!(f, "has a value in only one of lines {other} and {line}: ")?;
        }
        if most > 1 {
            return write!(
                f,
                "the rows have more than {most} different sets of fields, and each set needs a separate job"
            );
        }
        write!(
            f,
            "the rows have {sets} different sets of fields, and this file can have only one; set each field in all rows or in no row"
        )
    }
}

/// The violations of a file, by line. Violations of the file as a whole come first.
///
/// As an error, its text contains the number of violations and the first of the most severe ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    kept: Vec<Violation>,
    counts: [u64; 3],
    keep: usize,
}

impl Violations {
    /// The default maximum number of violations kept for each severity.
    pub(super) const KEPT: usize = 1_000;

    pub(super) fn keeping(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(super) fn push(&mut self, violation: Violation) {
        let count = &mut self.counts[violation.severity() as usize];
        if *count < self.keep as u64 {
            self.kept.push(violation);
        }
        *count += 1;
    }

    pub(super) fn sort(&mut self) {
        self.kept.sort_by_key(|violation| (violation.line, violation.problem));
    }

    /// Returns the violations, by line. At most 1,000 of each severity are kept; the builder of the file can change this
    /// limit.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.kept.iter()
    }

    /// Returns the number of violations of this severity, including those that were not kept.
    pub fn count(&self, severity: Severity) -> u64 {
        self.counts[severity as usize]
    }

    /// Returns the number of violations, including those that were not kept.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns whether the file has no violations.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Returns the highest severity among the violations, or `None` without violations.
    pub fn worst(&self) -> Option<Severity> {
        [Severity::Job, Severity::Row, Severity::Warning]
            .into_iter()
            .find(|severity| self.count(*severity) > 0)
    }

    /// Returns the meaning and remedy of the first of the most severe violations, from the table of error codes.
    pub fn info(&self) -> Option<&'static CodeInfo> {
        self.first_of_the_worst()?.code()?.info()
    }

    fn first_of_the_worst(&self) -> Option<&Violation> {
        let worst = self.worst()?;
        self.kept.iter().find(|violation| violation.severity() == worst)
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.first_of_the_worst() else {
            return f.write_str("no violations");
        };
        let fate = match first.severity() {
            Severity::Job if first.code().is_none() => "the file cannot be sent in this form",
            Severity::Job => "WeCom would refuse the file",
            Severity::Row if first.code().is_none() => "rows of the file are damaged",
            Severity::Row => "WeCom would refuse rows of the file",
            Severity::Warning => "the file can contain mistakes",
        };
        write!(f, "{fate}: {first}")?;
        match self.total() - 1 {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_count_on_when_they_are_no_longer_kept() {
        let mut violations = Violations::keeping(2);
        for line in (2..12).rev() {
            violations.push(Violation::at(line, "手机号", Problem::DuplicateMobile).and(1));
        }
        violations.push(Violation::at(7, "帐号", Problem::DuplicateUserid).and(3));
        violations.push(Violation::of_file(Problem::DeletesTooMany { deleted: 60, present: 100 }));
        violations.sort();
        let lines: Vec<_> = violations.iter().map(Violation::line).collect();
        assert_eq!(lines, [None, Some(7), Some(10), Some(11)]);
        assert_eq!((violations.total(), violations.count(Severity::Row)), (12, 10));
        assert_eq!(
            violations.to_string(),
            "WeCom would refuse the file: 60 of 100 members would be deleted, more than WeCom allows (errcode 45026); and 11 more"
        );
        assert_eq!(violations.info().unwrap().code, ErrorCode(45026));
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
            Problem::TooManyDepartments { count: 101 },
            Problem::FullDepartment { department: 7.into(), members: 30_001 },
            Problem::FullCorp,
            Problem::TooDeep { level: 16 },
        ] {
            assert!(problem.code().unwrap().info().is_some(), "{problem:?}");
        }
    }
}
