//! What a file of members is checked for, row by row and at its end.

use std::collections::HashMap;

use super::{
    ImportMember, MemberColumn, MemberColumns, Problem, Subject, Violation, Violations,
    field_sets::Layout,
    file::Clears,
    rules::{self, Field},
    seen::{Fingerprints, Lines, Seen},
    table::LARGEST_FILE,
};
use crate::{DepartmentId, ErrorCode, members::Gender};

/// Who is there before the import.
#[derive(Clone, Debug)]
pub(super) enum Present {
    Count(u64),
    Members(Vec<u64>),
}

/// What is known of the rows so far.
#[derive(Debug)]
pub(super) struct Check {
    columns: MemberColumns,
    absent: Vec<MemberColumn>,
    pub(super) violations: Violations,
    fingerprints: Fingerprints,
    present: Option<Present>,
    userids: Seen,
    mobiles: Seen,
    emails: Seen,
    departments: Departments,
    /// Empty cells that empty their field, of each column and then of each extended attribute.
    clears: Vec<u64>,
    /// Whether the row that is being written has a mobile number or a mail address.
    reachable: bool,
    refused: u64,
}

impl Check {
    pub(super) fn new(
        layout: &Layout,
        mut violations: Violations,
        fingerprints: Fingerprints,
        present: Option<Present>,
    ) -> Self {
        let columns: MemberColumns = layout.columns.iter().copied().collect();
        if !columns.contains(MemberColumn::Userid) {
            let column = Some(MemberColumn::Userid.heading().into());
            violations.push(Violation { column, ..Violation::of_file(Problem::MissingColumn) });
        }
        Self {
            columns,
            absent: MemberColumn::ALL.into_iter().filter(|column| !columns.contains(*column)).collect(),
            violations,
            fingerprints,
            present,
            userids: Seen::default(),
            mobiles: Seen::default(),
            emails: Seen::default(),
            departments: Departments::default(),
            clears: vec![0; layout.columns.len() + layout.extra.len()],
            reachable: false,
            refused: 0,
        }
    }

    pub(super) fn add_refused(&mut self, rows: u64) {
        self.refused += rows;
    }

    /// The columns of the file whose fields a row leaves as they are. An unknown gender has no cell that leaves it, and the
    /// account is what the row is known by.
    pub(super) fn kept(&self, row: &ImportMember) -> MemberColumns {
        let mut kept = row.kept;
        if row.gender == Some(Gender::Undefined) {
            kept.insert(MemberColumn::Gender);
        }
        if !kept.is_empty() {
            kept.remove(MemberColumn::Userid);
            self.absent.iter().for_each(|column| kept.remove(*column));
        }
        kept
    }

    /// Takes the cell of a column that is a text; `place` is that of the column in the file.
    #[inline]
    pub(super) fn text(&mut self, line: u32, place: usize, column: MemberColumn, text: &str) {
        // WeCom reads cells without the blanks around them.
        let text = rules::trimmed(text);
        if text.is_empty() {
            self.empty(line, place, column);
            return;
        }
        if let Some(Err(violation)) = Field::of(column).map(|field| rules::check(field, text)) {
            let problem = Problem::Rule(violation);
            self.violations.push(Violation::at(line, column.heading(), problem));
        }
        match column {
            MemberColumn::Userid => self.userids.push(self.fingerprints.caseless(text), line),
            MemberColumn::Mobile => {
                self.reachable = true;
                self.mobiles.push(self.fingerprints.mobile(text), line);
            }
            MemberColumn::Email => {
                self.reachable = true;
                self.emails.push(self.fingerprints.caseless(text), line);
            }
            _ => {}
        }
    }

    fn empty(&mut self, line: u32, place: usize, column: MemberColumn) {
        match column {
            MemberColumn::Name | MemberColumn::Userid => {
                let problem = Problem::MissingCell(Subject::Members);
                self.violations.push(Violation::at(line, column.heading(), problem));
            }
            MemberColumn::Disabled | MemberColumn::Enable => {}
            _ => self.clears[place] += 1,
        }
    }

    /// Takes the cell of an extended attribute; `place` follows those of the columns.
    pub(super) fn attribute(&mut self, line: u32, place: usize, name: &str, text: &str) {
        let text = rules::trimmed(text);
        if text.is_empty() {
            self.clears[place] += 1;
        } else if let Err(violation) = rules::check(Field::Attribute, text) {
            self.violations.push(Violation::at(line, name.to_owned(), Problem::Rule(violation)));
        }
    }

    /// Takes the rest of a row, whose texts were taken.
    pub(super) fn row(&mut self, line: u32, row: &ImportMember, kept: MemberColumns, extra: usize) {
        let columns = self.columns;
        let gives = |column| columns.contains(column) && !kept.contains(column);
        let found = &mut self.violations;
        let mut find =
            |column: MemberColumn, problem| found.push(Violation::at(line, column.heading(), problem));
        if !std::mem::take(&mut self.reachable) {
            let asked = [MemberColumn::Mobile, MemberColumn::Email].into_iter().find(|column| gives(*column));
            if let Some(column) = asked {
                find(column, Problem::MissingCell(Subject::Members));
            }
        }
        if gives(MemberColumn::Department) {
            let count = row.department.len();
            if count == 0 {
                find(MemberColumn::Department, Problem::MissingCell(Subject::Members));
            }
            if count > rules::DEPARTMENTS_OF_MEMBER {
                find(MemberColumn::Department, Problem::TooManyDepartments { count: count as u64 });
            } else {
                self.departments.row(&row.department);
            }
            let uneven = |values: usize| values > 0 && values != count;
            if gives(MemberColumn::IsLeaderInDept) && uneven(row.is_leader_in_dept.len()) {
                find(MemberColumn::IsLeaderInDept, Problem::UnevenList(ErrorCode(60132)));
            }
            if gives(MemberColumn::Order) && uneven(row.order.len()) {
                find(MemberColumn::Order, Problem::UnevenList(ErrorCode(40058)));
            }
        }
        for column in &self.absent {
            if !row.is_blank(*column) && !row.kept.contains(*column) {
                find(*column, Problem::NoColumn);
            }
        }
        if row.extra.len() > extra {
            self.violations.push(Violation::at(line, "扩展属性", Problem::NoColumn));
        }
    }

    /// Takes the size of a part.
    pub(super) fn size(&mut self, bytes: u64) {
        if bytes > LARGEST_FILE as u64 {
            self.violations.push(Violation::of_file(Problem::TooLarge { bytes }));
        }
    }

    pub(super) fn finish(mut self, layout: &Layout, rows: u64) -> (Violations, Clears, Lines) {
        let found = &mut self.violations;
        if rows == 0 && self.refused == 0 {
            found.push(Violation::of_file(Problem::Empty));
        }
        for (mut seen, column, problem) in [
            (self.mobiles, MemberColumn::Mobile, Problem::DuplicateMobile),
            (self.emails, MemberColumn::Email, Problem::DuplicateEmail),
        ] {
            seen.duplicates(|line, first| {
                found.push(Violation::at(line, column.heading(), problem).and(first));
            });
        }
        let column = MemberColumn::Userid.heading();
        self.userids.duplicates(|line, first| {
            found.push(Violation::at(line, column, Problem::DuplicateUserid).and(first));
        });
        self.departments.finish(found);
        if let Some(present) = self.present {
            let (deleted, present) = present.leaving(&self.userids, rows);
            // Rows that were refused elsewhere may be of members who would be deleted without them.
            let deleted = deleted.saturating_sub(self.refused);
            if is_guarded(deleted, present) {
                found.push(Violation::of_file(Problem::DeletesTooMany { deleted, present }));
            }
        }
        self.violations.sort();
        let (columns, extra) = self.clears.split_at(layout.columns.len());
        let clears = Clears {
            columns: layout
                .columns
                .iter()
                .copied()
                .zip(columns.iter().copied())
                .filter(|(_, n)| *n > 0)
                .collect(),
            extra: layout.extra.iter().cloned().zip(extra.iter().copied()).filter(|(_, n)| *n > 0).collect(),
        };
        (self.violations, clears, Lines::Members(self.fingerprints, self.userids))
    }
}

/// How many members the file puts into each department.
#[derive(Debug, Default)]
struct Departments {
    members: HashMap<DepartmentId, u64>,
    /// The departments of the row before and how many rows on end have the same, as files often come sorted.
    last: Vec<DepartmentId>,
    run: u64,
    /// Whether there are more departments than a corp can have; those beyond are not counted.
    beyond: bool,
}

impl Departments {
    #[inline]
    fn row(&mut self, departments: &[DepartmentId]) {
        if self.last == departments {
            self.run += 1;
            return;
        }
        self.count();
        self.last.clear();
        self.last.extend_from_slice(departments);
        self.run = 1;
    }

    /// Counts the rows of the run, which is over.
    fn count(&mut self) {
        for (place, department) in self.last.iter().enumerate() {
            // 0 stands for 其他（待设置部门）, whose id the file does not have.
            if *department == DepartmentId(0) || self.last[..place].contains(department) {
                continue;
            }
            if let Some(members) = self.members.get_mut(department) {
                *members += self.run;
                continue;
            }
            let root = !self.members.contains_key(&DepartmentId::ROOT) && *department != DepartmentId::ROOT;
            if self.members.len() + usize::from(root) >= rules::DEPARTMENTS_OF_CORP {
                self.beyond = true;
                continue;
            }
            self.members.insert(*department, self.run);
        }
    }

    fn finish(mut self, found: &mut Violations) {
        self.count();
        if self.beyond {
            found.push(Violation::of_file(Problem::FullCorp));
        }
        let column = MemberColumn::Department.heading();
        for (department, members) in self.members {
            if members > rules::NODES_OF_DEPARTMENT as u64 {
                let problem = Problem::FullDepartment { department, members };
                found.push(Violation { column: Some(column.into()), ..Violation::of_file(problem) });
            }
        }
    }
}

impl Present {
    /// How many leave, and how many there are.
    fn leaving(self, staying: &Seen, rows: u64) -> (u64, u64) {
        match self {
            Self::Count(present) => (present.saturating_sub(rows), present),
            Self::Members(mut present) => {
                present.sort_unstable();
                present.dedup();
                let mut staying = staying.as_slice().iter().map(|(fingerprint, _)| *fingerprint).peekable();
                let stays = |fingerprint: &&u64| {
                    while staying.next_if(|other| other < *fingerprint).is_some() {}
                    staying.peek() == Some(*fingerprint)
                };
                let stay = present.iter().filter(stays).count();
                ((present.len() - stay) as u64, present.len() as u64)
            }
        }
    }
}

/// The guard of 全量覆盖成员: more than 50 members who are more than 20 % of all, or fewer than 50 who are more than 80 %.
fn is_guarded(deleted: u64, present: u64) -> bool {
    (deleted > 50 && deleted * 5 > present) || (deleted < 50 && deleted * 5 > present * 4)
}
