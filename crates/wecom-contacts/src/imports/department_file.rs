//! Writing and checking a file of departments.

use std::{
    borrow::Borrow,
    collections::HashSet,
    io::{self, Write},
    sync::Arc,
};

use super::{
    Checked, DepartmentColumn, FileSink, ImportDepartment, ImportFile, InMemory, Streamed, Violations, cells,
    department_tree::Tree,
    file::{Clears, Content},
    table::Table,
};
use crate::DepartmentId;

/// A file of departments before its first row. It has the columns of the template: 部门名称, 部门ID, 父部门ID, 排序.
#[derive(Clone, Debug)]
#[must_use]
pub struct DepartmentFileBuilder {
    bom: bool,
    keep: usize,
    existing: HashSet<u32>,
}

impl DepartmentFileBuilder {
    pub(super) fn new() -> Self {
        Self { bom: false, keep: Violations::KEPT, existing: HashSet::new() }
    }

    /// Sets whether the file begins with a byte order mark. Spreadsheet programs need it, and WeCom accepts it. Defaults
    /// to false.
    pub fn bom(mut self, bom: bool) -> Self {
        self.bom = bom;
        self
    }

    /// Sets the maximum number of violations kept for each severity. Defaults to 1,000. All of them are counted.
    pub fn keep_findings(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Sets the existing departments. A parent that exists, but is missing from the file, is then a warning instead of an
    /// error. The root (1) always exists. An import deletes the departments that are missing from the file; the effect on
    /// their sub-departments is undocumented.
    pub fn existing<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.existing.extend(departments.into_iter().map(|department| department.into().0));
        self
    }

    /// Writes and checks these rows in memory. The first row has line 2, below the headings.
    pub fn rows<R: Borrow<ImportDepartment>>(self, rows: impl IntoIterator<Item = R>) -> Checked<ImportFile> {
        let mut file = self.in_memory();
        rows.into_iter().for_each(|row| file.push(row.borrow()));
        file.finish()
    }

    /// Starts the file in memory, for [`replace_departments`](super::Imports::replace_departments).
    pub fn in_memory(self) -> DepartmentFile {
        // Half of a tree is not a valid file, so the file has one part.
        self.begin(InMemory::new(usize::MAX))
    }

    /// Starts the file in a writer, in runs of 64 KiB.
    pub fn to_writer<W: Write>(self, writer: W) -> DepartmentFile<Streamed<W>> {
        self.begin(Streamed::new(writer))
    }

    fn begin<S: FileSink>(self, sink: S) -> DepartmentFile<S> {
        let headings = DepartmentColumn::ALL.iter().map(|column| column.heading());
        DepartmentFile {
            table: Table::new(sink, self.bom, headings),
            cell: String::new(),
            tree: Tree::new(self.existing, Violations::keeping(self.keep)),
        }
    }
}

/// A file of departments that is being written and checked.
///
/// The tree is checked at the end. Until then a row needs 44 bytes of memory.
#[derive(Debug)]
pub struct DepartmentFile<S = InMemory> {
    table: Table<S>,
    cell: String,
    tree: Tree,
}

impl<S: FileSink> DepartmentFile<S> {
    /// Adds a row. Its line is the line in the file, in the numbering of a spreadsheet: the first row has line 2, below
    /// the headings.
    pub fn push(&mut self, row: &ImportDepartment) {
        self.push_at(self.table.rows() + 2, row);
    }

    /// Adds a row with the line of the caller's own source, which violations and the outcome then report.
    pub fn push_at(&mut self, line: u64, row: &ImportDepartment) {
        self.table.cell(&row.name);
        for number in [Some(row.id.0), Some(row.parentid.0), row.order] {
            self.cell.clear();
            if let Some(number) = number {
                cells::push_number(&mut self.cell, number);
            }
            self.table.cell(&self.cell);
        }
        self.table.end_row();
        self.tree.row(u32::try_from(line).unwrap_or(u32::MAX), row);
    }

    /// Counts rows that the caller omits because their cells are unreadable. If all rows were refused, the file is not
    /// reported as empty. A missing parent is not reported either, because one of the refused rows can contain it.
    pub fn add_refused(&mut self, rows: u64) {
        self.tree.add_refused(rows);
    }

    /// Returns the number of rows so far.
    pub fn len(&self) -> u64 {
        self.table.rows()
    }

    /// Returns whether the file has no rows so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl DepartmentFile<InMemory> {
    /// Finishes the file.
    pub fn finish(self) -> Checked<ImportFile> {
        let parts = self.table.finish();
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        let rows = self.tree.rows();
        let (violations, lines) = self.tree.finish(bytes);
        let file = ImportFile(Content::Built { parts, field_sets: 1, lines: Arc::new(lines) });
        Checked { file, violations, rows, bytes, clears: Clears::default() }
    }
}

impl<W: Write> DepartmentFile<Streamed<W>> {
    /// Finishes the file, flushes the writer and returns it.
    ///
    /// # Errors
    ///
    /// The first error of the writer. Later rows were not written.
    pub fn finish(self) -> io::Result<Checked<W>> {
        let (file, bytes) = self.table.finish()?;
        let rows = self.tree.rows();
        let (violations, _) = self.tree.finish(bytes);
        Ok(Checked { file, violations, rows, bytes, clears: Clears::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[(&str, u32, u32)]) -> Vec<String> {
        let rows = rows.iter().map(|(name, id, parent)| ImportDepartment::new(*name, *id, *parent));
        let checked = ImportFile::departments().existing([9]).rows(rows);
        checked.violations().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tree_is_written_as_the_template_has_it() {
        let rows = [
            ImportDepartment::new("示例公司", 1, 0),
            ImportDepartment::new("研发, \"一\"部", 12, 1).order(100),
            ImportDepartment::new("测试组", 137, 12),
        ];
        let checked = ImportFile::departments().rows(&rows);
        // A quotation mark in a name must not break the file, even though WeCom refuses the name.
        assert_eq!(checked.violations().total(), 1, "{}", checked.violations());
        let file = checked.into_file_anyway();
        assert_eq!(
            file.parts(),
            [
                "部门名称,部门ID,父部门ID,排序\n示例公司,1,0,\n\"研发, \"\"一\"\"部\",12,1,100\n测试组,137,12,\n"
            ]
        );
    }

    #[test]
    fn what_is_no_tree_is_found_with_its_lines() {
        assert_eq!(
            found(&[("a", 2, 1), ("b", 2, 1), ("a", 3, 1), ("c", 4, 8), ("d", 5, 9)]),
            [
                "line 3: 部门ID is the same as in line 2 (errcode 302006)",
                "line 4: 部门名称 is the same as in line 2 (errcode 302007)",
                "line 5: 父部门ID is a department that is missing from the file (errcode 302004)",
                "line 6: 父部门ID is an existing department that is missing from the file",
            ]
        );
        assert_eq!(
            found(&[("", 2, 1), ("a", 0, 1), ("b", 3, 0), ("root", 1, 2)]),
            [
                "line 2: 部门名称 is empty (errcode 302004)",
                "line 2: 父部门ID makes the department its own ancestor (errcode 302004)",
                "line 3: 部门ID is empty (errcode 302004)",
                "line 4: 父部门ID must be 0 for the root department (1) and above 0 for all others (errcode 302004)",
                "line 5: 父部门ID must be 0 for the root department (1) and above 0 for all others (errcode 302004)",
            ]
        );
        assert_eq!(found(&[]), ["the file has no rows (errcode 40092)"]);
    }

    #[test]
    fn a_cycle_is_told_once_and_what_hangs_on_it_is_not() {
        let cycle =
            |line| format!("line {line}: 父部门ID makes the department its own ancestor (errcode 302004)");
        assert_eq!(found(&[("a", 2, 2)]), [cycle(2)]);
        assert_eq!(
            found(&[
                ("x", 10, 1),
                ("tail", 9, 7),
                ("a", 8, 6),
                ("b", 7, 8),
                ("c", 6, 7),
                ("d", 20, 21),
                ("e", 21, 20)
            ]),
            [cycle(4), cycle(7)]
        );
    }

    #[test]
    fn names_that_no_department_may_have_are_found() {
        assert_eq!(
            found(&[
                ("研发:测试", 2, 1),
                (&"部".repeat(65), 3, 1),
                (&"部".repeat(64), 4, 1),
                ("\u{fffd}", 5, 1)
            ]),
            [
                "line 2: 部门名称 has the character :, which is not allowed; allowed: all except \\ : * ? \" < > | \
                 (errcode 60009)",
                "line 3: 部门名称 has 65 characters, and at most 64 are allowed (errcode 60001)",
                "line 5: 部门名称 has a damaged character (U+FFFD)",
            ]
        );
    }

    #[test]
    fn departments_below_the_fifteenth_level_are_found_whatever_their_order_in_the_file() {
        let deep = |line, level| {
            format!(
                "line {line}: 父部门ID puts the department on level {level}, and at most 15 levels are allowed (errcode 81002)"
            )
        };
        // Department n is on level n.
        let chain =
            |levels: std::ops::RangeInclusive<u32>| levels.map(|id| ("x", id, id - 1)).collect::<Vec<_>>();
        assert_eq!(found(&chain(1..=15)), [""; 0]);
        let mut rows = chain(1..=17);
        assert_eq!(found(&rows), [deep(17, 16), deep(18, 17)]);
        rows.reverse();
        assert_eq!(found(&rows), [deep(2, 17), deep(3, 16)]);
        // The root's row is missing, or the departments are below an existing department with an unknown level.
        assert_eq!(found(&chain(2..=16)), [deep(16, 16)]);
        let below: Vec<_> = (10..23).map(|id| ("x", id, id - 1)).collect();
        assert_eq!(
            found(&below),
            ["line 2: 父部门ID is an existing department that is missing from the file"]
        );
        let below: Vec<_> = (10..24).map(|id| ("x", id, id - 1)).collect();
        assert_eq!(found(&below)[1..], [deep(15, 16)]);
        // The departments of a cycle have no level.
        let mut rows = chain(3..=30);
        rows.push(("y", 2, 30));
        assert_eq!(found(&rows), ["line 2: 父部门ID makes the department its own ancestor (errcode 302004)"]);
    }

    #[test]
    fn more_departments_than_a_corp_can_have_are_found() {
        let rows = |last: u32| (2..=last).map(|id| ImportDepartment::new(id.to_string(), id, 1));
        assert!(ImportFile::departments().rows(rows(30_000)).violations().is_empty());
        let checked = ImportFile::departments().rows(rows(30_003));
        assert_eq!(
            checked.violations().to_string(),
            "WeCom would refuse rows of the file: line 30001: the file has more than 30000 departments, the maximum of \
             a corp (errcode 81001)"
        );
    }

    #[test]
    fn a_file_whose_rows_were_all_refused_elsewhere_does_not_have_no_rows() {
        let mut file = ImportFile::departments().in_memory();
        file.add_refused(1);
        assert!(file.finish().violations().is_empty());
        // The refused row can contain the parent.
        let mut file = ImportFile::departments().in_memory();
        file.add_refused(1);
        file.push(&ImportDepartment::new("测试组", 7, 6));
        assert!(file.finish().violations().is_empty());
    }
}
