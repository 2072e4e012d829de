//! Writing and checking a file of members.

use std::{
    borrow::Borrow,
    io::{self, Write},
    sync::Arc,
};

use super::{
    Checked, FileSink, ImportFile, ImportMember, InMemory, MemberColumn, Streamed, Violations,
    field_sets::{FieldSets, Layout},
    file::Content,
    member_check::{Check, Present},
    seen::Fingerprints,
    table::{LARGEST_FILE, Table},
};

/// A file of members about to be begun: its columns, and what it is checked against.
///
/// By default it has the columns that every template has: 姓名, 帐号, 手机号, 邮箱, 所在部门, 职位. **A column of the file decides its
/// field, an empty cell included**, so name only the columns that the rows really have values for. A row that
/// [keeps](ImportMember::keep) some of the fields goes into a part of its own without their columns.
#[derive(Clone, Debug)]
#[must_use]
pub struct MemberFileBuilder {
    columns: Vec<MemberColumn>,
    extra: Vec<String>,
    bom: bool,
    part_size: usize,
    keep: usize,
    fingerprints: Fingerprints,
    replaces_all: bool,
    present: Option<Present>,
}

impl MemberFileBuilder {
    pub(super) fn new() -> Self {
        Self {
            columns: MemberColumn::ALL[..6].to_vec(),
            extra: Vec::new(),
            bom: false,
            part_size: LARGEST_FILE,
            keep: Violations::KEPT,
            fingerprints: Fingerprints::default(),
            replaces_all: false,
            present: None,
        }
    }

    /// Sets the columns, in this order. 帐号 must be among them.
    pub fn columns(mut self, columns: impl IntoIterator<Item = MemberColumn>) -> Self {
        self.columns.clear();
        for column in columns {
            let column = if column == MemberColumn::Enable { MemberColumn::Disabled } else { column };
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
        self
    }

    /// Adds columns for custom attributes (扩展属性) of these names, which must exist in the admin console: WeCom ignores
    /// others. Their values are each row's [`extra`](ImportMember::extra), in this order.
    pub fn extra<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.extra = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the file begins with a byte order mark, which spreadsheets like and WeCom accepts. Defaults to false.
    pub fn bom(mut self, bom: bool) -> Self {
        self.bom = bom;
        self
    }

    /// Sets how large a part of a file in memory may be in bytes. Defaults to 20 MB, the most that may be uploaded. A file that
    /// [replaces all](Self::replaces_all) has one part of any size.
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// Sets how many violations of each severity are kept. Defaults to 1,000. All are counted.
    pub fn keep_findings(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Says that the file is to [replace](super::Imports::replace_members) all members. It must then fit into one part, as the
    /// members of a second part would replace those of the first: a file of more than 20 MB, and one whose rows give different
    /// sets of fields, are violations.
    pub fn replaces_all(mut self) -> Self {
        self.replaces_all = true;
        self
    }

    /// Says that the file [replaces all](Self::replaces_all) members and who is there now, so that the guard against mass
    /// deletion (45026) is checked. Costs 8 bytes a member.
    pub fn present_members<U: AsRef<str>>(mut self, userids: impl IntoIterator<Item = U>) -> Self {
        let present = userids.into_iter().map(|userid| self.fingerprints.caseless(userid.as_ref())).collect();
        self.present = Some(Present::Members(present));
        self.replaces_all()
    }

    /// Says that the file [replaces all](Self::replaces_all) members and how many there are now. Without knowing who they are
    /// only the smallest possible number of deletions can be checked, as if all rows were members who are there.
    pub fn present_count(mut self, members: u64) -> Self {
        self.present = Some(Present::Count(members));
        self.replaces_all()
    }

    /// Writes and checks these rows, in memory. Their lines are those of the file: the first is 2, below the headings.
    pub fn rows<R: Borrow<ImportMember>>(self, rows: impl IntoIterator<Item = R>) -> Checked<ImportFile> {
        let mut file = self.in_memory();
        rows.into_iter().for_each(|row| file.push(row.borrow()));
        file.finish()
    }

    /// Begins the file in memory, to be [sent](super::Imports::sync_members).
    pub fn in_memory(self) -> MemberFile {
        let part_size = if self.replaces_all { usize::MAX } else { self.part_size };
        self.begin(InMemory::new(part_size))
    }

    /// Begins the file in a writer, in runs of 64 KiB. Memory is then the check's: 48 bytes a row. The headings are those of the
    /// fields that the first row gives; a row that gives others is a violation and is not written.
    pub fn to_writer<W: Write>(self, writer: W) -> MemberFile<Streamed<W>> {
        self.begin(Streamed::new(writer))
    }

    fn begin<S: FileSink>(self, sink: S) -> MemberFile<S> {
        let Self { columns, extra, bom, keep, fingerprints, replaces_all, present, .. } = self;
        let layout = Layout { columns, extra, bom };
        MemberFile {
            check: Check::new(&layout, Violations::keeping(keep), fingerprints, present),
            layout,
            field_sets: FieldSets::new(sink),
            replaces_all,
            cell: String::new(),
            rows: 0,
        }
    }
}

/// A file of members that is being written and checked.
///
/// Checking costs 16 bytes a row for each of 帐号, 手机号 and 邮箱, and takes place as the rows come; what is there twice turns up
/// at the end.
#[derive(Debug)]
pub struct MemberFile<S = InMemory> {
    layout: Layout,
    field_sets: FieldSets<S>,
    replaces_all: bool,
    cell: String,
    rows: u64,
    check: Check,
}

impl<S: FileSink> MemberFile<S> {
    /// Adds a row. Its line is its place among all rows, as a spreadsheet counts: the first row is 2, below the headings.
    pub fn push(&mut self, row: &ImportMember) {
        self.push_at(self.rows + 2, row);
    }

    /// Adds a row that comes from this line of the caller's own source, by which violations and the outcome call it.
    pub fn push_at(&mut self, line: u64, row: &ImportMember) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.rows += 1;
        let Self { layout, field_sets, cell, check, .. } = self;
        let kept = check.kept(row);
        let mut table = field_sets.table(layout, line, row, kept);
        let mut write = |text: &str| {
            if let Some(table) = &mut table {
                table.cell(text);
            }
        };
        for (place, &column) in layout.columns.iter().enumerate() {
            if kept.contains(column) {
                continue;
            }
            match row.text(column) {
                Some(text) => {
                    write(text);
                    check.text(line, place, column, text);
                }
                None => {
                    cell.clear();
                    row.spell(column, cell);
                    write(cell);
                }
            }
        }
        for (name, place) in layout.extra.iter().zip(layout.columns.len()..) {
            if let Some(Some(text)) = row.extra.get(place - layout.columns.len()) {
                write(text);
                check.attribute(line, place, name, text);
            }
        }
        if let Some(table) = table {
            table.end_row();
        }
        check.row(line, row, kept, layout.extra.len());
    }

    /// Counts rows that the caller refused and does not push, as their cells cannot be read. A file of which all rows were
    /// refused is not reported as empty, and a member who may be in one of those rows not as deleted.
    pub fn add_refused(&mut self, rows: u64) {
        self.check.add_refused(rows);
    }

    /// How many rows there are so far.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are no rows so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was found so far: all but what is there twice.
    pub fn violations(&self) -> &Violations {
        &self.check.violations
    }

    /// Ends the rows: the tables that were written, and what was found but for their sizes.
    fn end(self) -> (Vec<Table<S>>, Layout, Check) {
        let Self { layout, field_sets, replaces_all, mut check, .. } = self;
        if let Some(violation) = field_sets.violation(&layout, replaces_all) {
            check.violations.push(violation);
        }
        (field_sets.into_tables(&layout), layout, check)
    }
}

impl MemberFile<InMemory> {
    /// Ends the file.
    pub fn finish(self) -> Checked<ImportFile> {
        let rows = self.rows;
        let (tables, layout, mut check) = self.end();
        let field_sets = tables.len();
        let parts: Vec<_> = tables.into_iter().flat_map(Table::<InMemory>::finish).collect();
        for part in &parts {
            check.size(part.len() as u64);
        }
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        let (violations, clears, lines) = check.finish(&layout, rows);
        let file = ImportFile(Content::Built { parts, field_sets, lines: Arc::new(lines) });
        Checked { file, violations, rows, bytes, clears }
    }
}

impl<W: Write> MemberFile<Streamed<W>> {
    /// Ends the file and returns the writer, flushed. A file of more than 20 MB is a violation, as it cannot be uploaded.
    ///
    /// # Errors
    ///
    /// The first error of the writer, after which no more was written.
    pub fn finish(self) -> io::Result<Checked<W>> {
        let rows = self.rows;
        let (mut tables, layout, mut check) = self.end();
        let table = tables.pop().expect("a file has a table, and a writer takes one");
        let (file, bytes) = table.finish()?;
        check.size(bytes);
        let (violations, clears, _) = check.finish(&layout, rows);
        Ok(Checked { file, violations, rows, bytes, clears })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        imports::{Problem, Severity},
        members::Gender,
    };

    fn row(userid: &str) -> ImportMember {
        let digits: String = userid.bytes().map(|byte| byte.to_string()).collect();
        ImportMember::new(userid, "王芳").mobile(format!("138{digits}000")).department([2])
    }

    fn csv(file: &ImportFile) -> Vec<&str> {
        file.parts().iter().map(|part| std::str::from_utf8(part).unwrap()).collect()
    }

    fn found(checked: &Checked<ImportFile>) -> Vec<String> {
        checked.violations().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_has_the_columns_it_was_told_and_is_quoted_where_it_must_be() {
        let rows = [
            row("a")
                .gender(crate::members::Gender::Female)
                .position("工程师, \"高级\"\n第二行")
                .extra(["A17"]),
            row("b").department([2, 7]).is_leader_in_dept([true, false]).enabled(false).extra([""]),
        ];
        let columns = [
            MemberColumn::Userid,
            MemberColumn::Name,
            MemberColumn::Mobile,
            MemberColumn::Department,
            MemberColumn::Position,
            MemberColumn::Gender,
            MemberColumn::IsLeaderInDept,
            MemberColumn::Enable,
            MemberColumn::Disabled,
        ];
        let checked = ImportFile::members().columns(columns).extra(["工号"]).bom(true).rows(&rows);
        assert_eq!(found(&checked), ["line 2: 职位 has a line break or a tab inside"]);
        assert_eq!(checked.rows(), 2);
        assert_eq!(checked.clears(), [(MemberColumn::Position, 1), (MemberColumn::Gender, 1)]);
        assert_eq!(checked.extra_clears(), [("工号".to_owned(), 1)]);
        let file = checked.into_file().unwrap();
        let text = std::str::from_utf8(&file.parts()[0]).unwrap();
        assert_eq!(
            text,
            "\u{feff}帐号,姓名,手机号,所在部门,职位,性别,是否部门内领导,禁用,工号\n\
             a,王芳,13897000,2,\"工程师, \"\"高级\"\"\n第二行\",女,,,A17\n\
             b,王芳,13898000,2;7,,,1;0,1,\n"
        );
    }

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
                "line 4: 别名 has a value, but the file has no such column: it is not sent",
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
    fn the_guard_against_mass_deletion_is_foreseen() {
        let rows: Vec<ImportMember> = (0..200).map(|number| row(&format!("u{number}"))).collect();
        let present = |count: u32| (0..count).map(|number| format!("U{number}"));
        let guarded = |checked: Checked<ImportFile>| {
            checked
                .violations()
                .iter()
                .any(|violation| matches!(violation.problem(), Problem::DeletesTooMany { .. }))
        };
        for (count, expected) in [(250, false), (251, true), (300, true), (200, false), (10, false)] {
            assert_eq!(
                guarded(ImportFile::members().present_members(present(count)).rows(&rows)),
                expected,
                "{count}"
            );
            assert_eq!(
                guarded(ImportFile::members().present_count(count.into()).rows(&rows)),
                expected,
                "{count}"
            );
        }
        // All others leave, which only the accounts tell.
        let others = (0..40).map(|number| format!("other{number}"));
        assert!(guarded(ImportFile::members().present_members(others).rows(&rows)));
        assert!(!guarded(ImportFile::members().present_count(40).rows(&rows)));
    }

    #[test]
    fn a_large_file_in_memory_comes_in_parts_that_each_have_the_headings() {
        let rows: Vec<ImportMember> = (0..100).map(|number| row(&number.to_string())).collect();
        let file = ImportFile::members().part_size(1_000).rows(&rows).into_file().unwrap();
        assert!(file.parts().len() > 2);
        let mut lines = 0;
        for part in file.parts() {
            assert!(part.len() <= 1_000);
            let text = std::str::from_utf8(part).unwrap();
            assert!(text.starts_with("姓名,帐号") && text.ends_with('\n'));
            lines += text.lines().count() - 1;
        }
        assert_eq!(lines, 100);
    }

    #[test]
    fn a_writer_gets_the_same_file_and_its_error_is_told_at_the_end() {
        let rows: Vec<ImportMember> = (0..5_000).map(|number| row(&number.to_string())).collect();
        let mut streamed = ImportFile::members().to_writer(Vec::new());
        rows.iter().for_each(|row| streamed.push(row));
        let streamed = streamed.finish().unwrap();
        let kept = ImportFile::members().rows(&rows);
        assert_eq!((streamed.rows(), streamed.bytes()), (5_000, kept.bytes()));
        assert_eq!(streamed.into_file().unwrap(), kept.into_file().unwrap().parts()[0]);

        let mut full = [0; 100];
        let mut streamed = ImportFile::members().to_writer(&mut full[..]);
        rows.iter().for_each(|row| streamed.push(row));
        assert_eq!(streamed.finish().unwrap_err().kind(), io::ErrorKind::WriteZero);
    }

    #[test]
    fn rows_that_keep_fields_go_into_parts_without_their_columns() {
        let mut kept = row("b").position("会计").extra(["B"]);
        kept.keep(MemberColumn::Position);
        // What the file does not have, and the account, need no part of their own.
        let mut same = row("d").position("").extra([""]);
        [MemberColumn::Address, MemberColumn::Userid].into_iter().for_each(|column| same.keep(column));
        let mut attribute = row("e").position("出纳").extra(["A"]);
        attribute.extra = vec![None];
        let rows =
            [row("a").position("出纳").extra(["A"]), kept.clone(), row("c").extra(["C"]), same, attribute];
        let columns = [MemberColumn::Userid, MemberColumn::Mobile, MemberColumn::Position];
        let builder = || ImportFile::members().columns(columns).extra(["工号"]);
        let ignored = |violation: &&crate::imports::Violation| violation.problem() != Problem::NoColumn;

        let checked = builder().rows(&rows);
        assert_eq!(checked.violations().iter().filter(ignored).count(), 0);
        assert_eq!((checked.rows(), checked.clears()), (5, &[(MemberColumn::Position, 2)][..]));
        let file = checked.into_file().unwrap();
        assert_eq!(
            csv(&file),
            [
                "帐号,手机号,职位,工号\na,13897000,出纳,A\nc,13899000,,C\nd,138100000,,\n",
                "帐号,手机号,工号\nb,13898000,B\n",
                "帐号,手机号,职位\ne,138101000,出纳\n",
            ]
        );

        let said = "line 3: 职位 is given in only one of lines 2 and 3: the rows give 3 different sets of fields, and this \
            file can have only one; give each field in every row or in none";
        let mut streamed = builder().to_writer(Vec::new());
        rows.iter().for_each(|row| streamed.push(row));
        for violations in [
            builder().replaces_all().rows(&rows).into_file().unwrap_err(),
            builder().present_members(["a", "b", "c", "d", "e"]).rows(&rows).into_file().unwrap_err(),
            streamed.finish().unwrap().into_file().unwrap_err(),
        ] {
            assert!(violations.iter().any(|violation| violation.to_string() == said), "{violations}");
            assert_eq!(violations.worst(), Some(Severity::Job));
            assert!(
                violations.to_string().starts_with("the file cannot be sent as it is: line 3: "),
                "{violations}"
            );
        }
        let only_attribute = [&rows[0], &rows[4]];
        let said = "line 3: 工号 is given in only one of lines 2 and 3";
        let violations = builder().replaces_all().rows(only_attribute).into_file().unwrap_err();
        assert!(violations.iter().any(|violation| violation.to_string().starts_with(said)), "{violations}");
        // Rows that all keep the same are one set.
        let file = builder().replaces_all().rows([&kept, &kept.clone()]).into_file_anyway();
        assert_eq!(csv(&file), ["帐号,手机号,工号\nb,13898000,B\nb,13898000,B\n"]);
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
    fn sets_of_fields_beyond_those_that_can_be_sent_are_found() {
        let columns =
            [MemberColumn::Name, MemberColumn::Position, MemberColumn::Alias, MemberColumn::Address];
        let rows = (0_u32..16).map(|set| {
            let mut member = row(&format!("u{set}"));
            let kept = columns.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
            kept.for_each(|(_, column)| member.keep(*column));
            member
        });
        let mut rows: Vec<_> = rows.collect();
        let checked = ImportFile::members().columns(MemberColumn::ALL).rows(&rows);
        assert!(checked.violations().is_empty(), "{:?}", found(&checked));
        assert_eq!(checked.into_file().unwrap().parts().len(), 16);

        rows.push(rows[5].clone());
        rows[16].userid = "u16".into();
        rows[16].mobile = "13800000016".into();
        rows[16].keep(MemberColumn::Telephone);
        let checked = ImportFile::members().columns(MemberColumn::ALL).rows(&rows);
        assert_eq!(
            found(&checked),
            [
                "line 18: 姓名 is given in only one of lines 2 and 18: the rows give more than 16 different sets of fields, \
              and each needs a job of its own"
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
    fn an_unknown_gender_never_makes_an_empty_cell() {
        let columns = [MemberColumn::Userid, MemberColumn::Gender];
        let mut zero = row("c");
        zero.set(MemberColumn::Gender, "0").unwrap();
        let rows = [row("a").gender(Gender::Female), row("b").gender(Gender::Undefined), zero, row("d")];
        let checked = ImportFile::members().columns(columns).rows(&rows);
        assert_eq!(checked.clears(), [(MemberColumn::Gender, 1)]);
        assert_eq!(csv(&checked.into_file().unwrap()), ["帐号,性别\na,女\nd,\n", "帐号\nb\nc\n"]);
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

    #[test]
    fn more_than_a_department_or_a_corp_can_hold_is_found() {
        let file = |departments: &dyn Fn(u32) -> Vec<u32>, rows: u32| {
            let mut file =
                ImportFile::members().columns([MemberColumn::Userid, MemberColumn::Department]).in_memory();
            let mut row = ImportMember::default();
            for number in 0..rows {
                row.userid = format!("u{number}").into();
                row.department = departments(number).into_iter().map(Into::into).collect();
                file.push(&row);
            }
            found(&file.finish())
        };
        assert_eq!(file(&|_| vec![7, 7], 30_000), [""; 0]);
        assert_eq!(
            file(&|number| if number % 2 == 0 { vec![7] } else { vec![8, 7] }, 30_001),
            ["所在部门 puts 30001 members into department 7, which can hold 30000 (errcode 81001)"]
        );
        // The root and 其他（待设置部门） are departments that a corp has anyway.
        let hundred = |number: u32| (number * 100 + 2..number * 100 + 102).collect::<Vec<u32>>();
        assert_eq!(file(&hundred, 299), [""; 0]);
        assert_eq!(
            file(&hundred, 300),
            ["the file has more than 30000 departments, which no corp can have (errcode 81001)"]
        );
        assert_eq!(
            file(&|_| (2..103).collect(), 1),
            ["line 2: 所在部门 names 101 departments, and at most 100 are allowed (errcode 60110)"]
        );
    }

    fn read(file: &[u8]) -> Vec<Vec<String>> {
        let reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
        reader.into_records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_row_of_one_empty_cell_is_a_row() {
        let file = ImportFile::members().columns([MemberColumn::Userid]).rows([ImportMember::default()]);
        assert_eq!(read(&file.into_file_anyway().parts()[0]), [["帐号"], [""]]);
    }

    proptest! {
        #[test]
        fn trap_38_what_is_written_reads_back_the_same_whatever_the_cells_hold(
            rows in vec([text(), text(), text(), text()], 0..8),
            bom: bool,
            part_size in 1_usize..200,
        ) {
            let columns = [MemberColumn::Userid, MemberColumn::Name, MemberColumn::Address];
            let row = |[userid, name, address, extra]: &[String; 4]| {
                ImportMember::new(userid.as_str(), name).address(address).extra([extra])
            };
            let builder = ImportFile::members().columns(columns).extra(["爱好"]).bom(bom).part_size(part_size);
            let file = builder.rows(rows.iter().map(row)).into_file_anyway();
            let mut again = Vec::new();
            for part in file.parts() {
                let mut records = read(part).into_iter();
                prop_assert_eq!(records.next().unwrap(), ["帐号", "姓名", "地址", "爱好"]);
                again.extend(records);
            }
            prop_assert_eq!(again, rows);
        }
    }

    /// Anything, with more than its share of what CSV trips over.
    fn text() -> impl Strategy<Value = String> {
        let any = prop_oneof![
            Just(','),
            Just('"'),
            Just('\n'),
            Just('\r'),
            Just(' '),
            Just('\u{feff}'),
            any::<char>()
        ];
        vec(any, 0..10).prop_map(|chars| chars.into_iter().collect())
    }
}
