//! The checks of a file of members, row by row and at its end.

use super::{
    EmptyCell, ImportMember, MemberColumn, MemberColumns, Problem, Subject, Violation, Violations,
    deletion_guard::Present,
    department_loads::DepartmentLoads,
    field_sets::Layout,
    file::Clears,
    row_keys::{Fingerprints, Lines, RowKeys},
    rules::{self, Field},
    table::LARGEST_FILE,
};
use crate::{ErrorCode, members::Gender};

/// The state of the checks after the rows so far.
#[derive(Debug)]
pub(super) struct Check {
    columns: MemberColumns,
    absent: Vec<MemberColumn>,
    pub(super) violations: Violations,
    fingerprints: Fingerprints,
    present: Option<Present>,
    userids: RowKeys,
    mobiles: RowKeys,
    emails: RowKeys,
    departments: DepartmentLoads,
    /// The number of empty cells that empty their field, for each column and then for each extended attribute.
    clears: Vec<u64>,
    /// Whether the current row has a mobile number or a mail address.
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
            userids: RowKeys::default(),
            mobiles: RowKeys::default(),
            emails: RowKeys::default(),
            departments: DepartmentLoads::default(),
            clears: vec![0; layout.columns.len() + layout.extra.len()],
            reachable: false,
            refused: 0,
        }
    }

    pub(super) fn add_refused(&mut self, rows: u64) {
        self.refused += rows;
    }

    /// Returns the columns of the file whose fields a row leaves unchanged. An unknown gender is always one of them,
    /// because no cell can express it. The account is never one of them, because it identifies the row.
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

    /// Checks a cell that is a text. `place` is the index of its column in the file.
    #[inline]
    pub(super) fn text(&mut self, line: u32, place: usize, column: MemberColumn, text: &str) {
        // WeCom ignores blanks around a cell.
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
        match column.empty_cell() {
            EmptyCell::Refused => {
                let problem = Problem::MissingCell(Subject::Members);
                self.violations.push(Violation::at(line, column.heading(), problem));
            }
            EmptyCell::Kept => {}
            EmptyCell::Clears => self.clears[place] += 1,
        }
    }

    /// Checks the cell of an extended attribute. `place` is the index of its column, which follows the member columns.
    pub(super) fn attribute(&mut self, line: u32, place: usize, name: &str, text: &str) {
        let text = rules::trimmed(text);
        if text.is_empty() {
            self.clears[place] += 1;
        } else if let Err(violation) = rules::check(Field::Attribute, text) {
            self.violations.push(Violation::at(line, name.to_owned(), Problem::Rule(violation)));
        }
    }

    /// Checks a row as a whole, after the checks of its texts.
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

    /// Checks the size of a part.
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
        for (mut keys, column, problem) in [
            (self.mobiles, MemberColumn::Mobile, Problem::DuplicateMobile),
            (self.emails, MemberColumn::Email, Problem::DuplicateEmail),
        ] {
            for (line, first) in keys.duplicates() {
                found.push(Violation::at(line, column.heading(), problem).and(first));
            }
        }
        let column = MemberColumn::Userid.heading();
        for (line, first) in self.userids.duplicates() {
            found.push(Violation::at(line, column, Problem::DuplicateUserid).and(first));
        }
        self.departments.finish(found);
        if let Some(problem) =
            self.present.and_then(|present| present.problem(&self.userids, rows, self.refused))
        {
            found.push(Violation::of_file(problem));
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

#[cfg(test)]
mod tests {
    use crate::imports::{
        ImportFile, ImportMember, MemberColumn, Severity,
        member_file::rig::{csv, found, row},
    };

    #[test]
    fn whatever_would_fail_is_found_with_its_line_and_code() {
        let rows = [
            row("a").email("A@example.com"),
            row("A").mobile("+86 13897000").email("a@EXAMPLE.com"),
            ImportMember::new("", " ").position("x").alias("y"),
            row("d").department([2, 7]).order([1]).is_leader_in_dept([true]),
        ];
        let columns = MemberColumn::ALL.into_iter().filter(|column| *column != MemberColumn::Alias);
        let checked = ImportFile::members().columns(columns).rows(&rows);
        assert_eq!(
            found(&checked),
            [
                "line 3: 帐号 is the same as in line 2 (errcode 302003)",
                "line 3: 手机号 is the same as in line 2 (errcode 60104)",
                "line 3: 邮箱 is the same as in line 2 (errcode 60106)",
                "line 4: 姓名 is empty (errcode 40092)",
                "line 4: 帐号 is empty (errcode 40092)",
                "line 4: 手机号 is empty (errcode 40092)",
                "line 4: 所在部门 is empty (errcode 40092)",
                "line 4: 别名 has a value that is not sent: the file has no such column",
                "line 5: 排序 needs one value for each department of the member (errcode 40058)",
                "line 5: 是否部门内领导 needs one value for each department of the member (errcode 60132)",
            ]
        );
        let violations = checked.into_file().unwrap_err();
        assert_eq!(violations.worst(), Some(Severity::Job));
        assert_eq!(
            found(&ImportFile::members().rows::<ImportMember>([])),
            ["the file has no rows (errcode 40092)"]
        );
    }

    #[test]
    fn a_value_without_a_column_is_a_warning_and_no_more() {
        let checked = ImportFile::members().rows([row("a").enabled(true).extra(["A17"])]);
        assert_eq!(checked.violations().count(Severity::Warning), 2);
        checked.into_file().unwrap();
    }

    #[test]
    fn values_that_are_there_twice_are_found_across_parts_and_lines_count_all_rows() {
        let mut other = row("A").mobile("13897000");
        other.keep(MemberColumn::Position);
        let violations = ImportFile::members().rows([row("a"), other]).into_file().unwrap_err();
        assert_eq!(
            violations.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "line 3: 帐号 is the same as in line 2 (errcode 302003)",
                "line 3: 手机号 is the same as in line 2 (errcode 60104)",
            ]
        );
    }

    #[test]
    fn a_required_field_that_is_kept_is_not_missing() {
        let mut member = ImportMember::new("a", "");
        let required =
            [MemberColumn::Name, MemberColumn::Mobile, MemberColumn::Email, MemberColumn::Department];
        required.into_iter().for_each(|column| member.keep(column));
        let file = ImportFile::members().rows([&member]).into_file().unwrap();
        assert_eq!(csv(&file), ["帐号,职位\na,\n"]);
        member.kept.remove(MemberColumn::Mobile);
        let violations = ImportFile::members().rows([&member]).into_file().unwrap_err();
        assert_eq!(
            violations.to_string(),
            "WeCom would refuse the file: line 2: 手机号 is empty (errcode 40092)"
        );
    }

    #[test]
    fn a_file_whose_rows_were_all_refused_elsewhere_does_not_have_no_rows() {
        let mut file = ImportFile::members().in_memory();
        file.add_refused(1);
        let checked = file.finish();
        assert!(checked.violations().is_empty(), "{:?}", found(&checked));
        let others = (0..40).map(|number| format!("other{number}"));
        let mut file = ImportFile::members().present_members(others).in_memory();
        file.add_refused(40);
        assert!(file.finish().violations().is_empty());
    }
}
