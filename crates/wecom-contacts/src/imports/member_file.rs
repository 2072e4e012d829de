//! Writing and checking a file of members.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{
    Checked, FileSink, ImportFile, ImportMember, InMemory, Streamed, Violations,
    field_sets::{FieldSets, Layout},
    file::Content,
    member_check::Check,
    table::Table,
};

/// A file of members that is being written and checked.
///
/// Rows are checked when they are added; duplicates are found at the end. The check needs 16 bytes of memory a row for
/// each of 帐号, 手机号 and 邮箱.
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
    pub(super) fn new(layout: Layout, field_sets: FieldSets<S>, check: Check, replaces_all: bool) -> Self {
        Self { layout, field_sets, replaces_all, cell: String::new(), rows: 0, check }
    }

    /// Adds a row. Its line is its position among all rows, in the numbering of a spreadsheet: the first row has line 2,
    /// below the headings.
    pub fn push(&mut self, row: &ImportMember) {
        self.push_at(self.rows + 2, row);
    }

    /// Adds a row with the line of the caller's own source, which violations and the outcome then report.
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

    /// Counts rows that the caller omits because their cells are unreadable. If all rows were refused, the file is not
    /// reported as empty. A member who can be in one of the refused rows is not reported as deleted.
    pub fn add_refused(&mut self, rows: u64) {
        self.check.add_refused(rows);
    }

    /// Returns the number of rows so far.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Returns whether the file has no rows so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the violations so far, without duplicates, which are found at the end.
    pub fn violations(&self) -> &Violations {
        &self.check.violations
    }

    /// Ends the rows and returns the tables, their layout and the check. The sizes of the parts are still unchecked.
    fn end(self) -> (Vec<Table<S>>, Layout, Check) {
        let Self { layout, field_sets, replaces_all, mut check, .. } = self;
        if let Some(violation) = field_sets.violation(&layout, replaces_all) {
            check.violations.push(violation);
        }
        (field_sets.into_tables(&layout), layout, check)
    }
}

impl MemberFile<InMemory> {
    /// Finishes the file.
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
    /// Finishes the file, flushes the writer and returns it. A file of more than 20 MB is a violation, because uploads
    /// are limited to 20 MB.
    ///
    /// # Errors
    ///
    /// The first error of the writer. Later rows were not written.
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

/// Helpers of the tests of files of members.
#[cfg(test)]
pub(super) mod rig {
    use crate::imports::{Checked, ImportFile, ImportMember};

    pub(in crate::imports) fn row(userid: &str) -> ImportMember {
        let digits: String = userid.bytes().map(|byte| byte.to_string()).collect();
        ImportMember::new(userid, "王芳").mobile(format!("138{digits}000")).department([2])
    }

    pub(in crate::imports) fn csv(file: &ImportFile) -> Vec<&str> {
        file.parts().iter().map(|part| std::str::from_utf8(part).unwrap()).collect()
    }

    pub(in crate::imports) fn found(checked: &Checked<ImportFile>) -> Vec<String> {
        checked.violations().iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{
        rig::{found, row},
        *,
    };
    use crate::imports::MemberColumn;

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

    /// Generates any text, with an increased share of characters that are special in CSV.
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
