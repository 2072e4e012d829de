//! Writing and checking a file of departments.

use std::{
    borrow::Borrow,
    collections::HashSet,
    io::{self, Write},
    sync::Arc,
};

use super::{
    Checked, DepartmentColumn, FileSink, Finding, Findings, ImportDepartment, ImportFile, InMemory, Problem,
    Streamed, Subject, cells,
    file::Content,
    seen::{Fingerprints, Lines, Seen},
    table::{LARGEST_FILE, Table},
};
use crate::DepartmentId;

/// A file of departments about to be begun. It has the columns of the template: 部门名称, 部门ID, 父部门ID, 排序.
#[derive(Clone, Debug)]
#[must_use]
pub struct DepartmentFileBuilder {
    bom: bool,
    keep: usize,
    existing: HashSet<u32>,
}

impl DepartmentFileBuilder {
    pub(super) fn new() -> Self {
        Self { bom: false, keep: Findings::KEPT, existing: HashSet::new() }
    }

    /// Whether the file begins with a byte order mark, which spreadsheets like and WeCom accepts; not unless told.
    pub fn bom(mut self, bom: bool) -> Self {
        self.bom = bom;
        self
    }

    /// Sets how many findings of each severity are kept; 1,000 unless told. All are counted.
    pub fn keep_findings(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Says which departments are there, so that one of them as a parent that the file leaves out is a warning and no error. The
    /// root (1) always is. An import takes what the file leaves out for deleted, and WeCom does not say what becomes of those
    /// below it.
    pub fn existing<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.existing.extend(departments.into_iter().map(|department| department.into().0));
        self
    }

    /// Writes and checks these rows, in memory. Their lines are those of the file: the first is 2, below the headings.
    pub fn rows<R: Borrow<ImportDepartment>>(self, rows: impl IntoIterator<Item = R>) -> Checked<ImportFile> {
        let mut file = self.in_memory();
        rows.into_iter().for_each(|row| file.push(row.borrow()));
        file.finish()
    }

    /// Begins the file in memory, to be [sent](super::Imports::replace_departments).
    pub fn in_memory(self) -> DepartmentFile {
        // A tree that is cut in two is none, so there is one part.
        self.begin(InMemory::new(usize::MAX))
    }

    /// Begins the file in a writer, in runs of 64 KiB.
    pub fn to_writer<W: Write>(self, writer: W) -> DepartmentFile<Streamed<W>> {
        self.begin(Streamed::new(writer))
    }

    fn begin<S: FileSink>(self, sink: S) -> DepartmentFile<S> {
        let headings = DepartmentColumn::ALL.iter().map(|column| column.heading());
        DepartmentFile {
            table: Table::new(sink, self.bom, headings),
            cell: String::new(),
            tree: Tree {
                existing: self.existing,
                findings: Findings::keeping(self.keep),
                fingerprints: Fingerprints::default(),
                nodes: Vec::new(),
                ids: Seen::default(),
                names: Seen::default(),
            },
        }
    }
}

/// A file of departments that is being written and checked.
///
/// Whether the rows are a tree turns up at the end; until then a row costs 44 bytes.
#[derive(Debug)]
pub struct DepartmentFile<S = InMemory> {
    table: Table<S>,
    cell: String,
    tree: Tree,
}

impl<S: FileSink> DepartmentFile<S> {
    /// Adds a row. Its line is that of the file, as a spreadsheet counts: the first row is 2, below the headings.
    pub fn push(&mut self, row: &ImportDepartment) {
        self.push_at(self.table.rows() + 2, row);
    }

    /// Adds a row that comes from this line of the caller's own source, by which findings and the outcome call it.
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

    /// How many rows there are so far.
    pub fn len(&self) -> u64 {
        self.table.rows()
    }

    /// Whether there are no rows so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl DepartmentFile<InMemory> {
    /// Ends the file.
    pub fn finish(self) -> Checked<ImportFile> {
        let parts = self.table.finish();
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        let rows = self.tree.nodes.len() as u64;
        let (findings, lines) = self.tree.finish(bytes);
        Checked { file: ImportFile(Content::Built { parts, lines: Arc::new(lines) }), findings, rows, bytes }
    }
}

impl<W: Write> DepartmentFile<Streamed<W>> {
    /// Ends the file and returns the writer, flushed.
    ///
    /// # Errors
    ///
    /// The first error of the writer, after which no more was written.
    pub fn finish(self) -> io::Result<Checked<W>> {
        let (file, bytes) = self.table.finish()?;
        let rows = self.tree.nodes.len() as u64;
        let (findings, _) = self.tree.finish(bytes);
        Ok(Checked { file, findings, rows, bytes })
    }
}

/// What is known of the rows so far.
#[derive(Debug)]
struct Tree {
    existing: HashSet<u32>,
    findings: Findings,
    fingerprints: Fingerprints,
    nodes: Vec<Node>,
    ids: Seen,
    names: Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    id: u32,
    line: u32,
    parent: u32,
}

const ROOT: u32 = DepartmentId::ROOT.0;

impl Tree {
    fn row(&mut self, line: u32, row: &ImportDepartment) {
        let (id, parent, name) = (row.id.0, row.parentid.0, row.name.trim());
        let found = &mut self.findings;
        let mut find =
            |column: DepartmentColumn, problem| found.push(Finding::at(line, column.heading(), problem));
        let missing = Problem::MissingCell(Subject::Departments);
        if name.is_empty() {
            find(DepartmentColumn::Name, missing);
        } else {
            self.names.push(self.fingerprints.sibling(parent, name), line);
        }
        if id == 0 {
            find(DepartmentColumn::Id, missing);
        } else {
            self.ids.push(id.into(), line);
            if (id == ROOT) != (parent == 0) {
                find(DepartmentColumn::Parentid, Problem::NotBelowRoot);
            }
        }
        self.nodes.push(Node { id, line, parent });
    }

    fn finish(mut self, bytes: u64) -> (Findings, Lines) {
        let found = &mut self.findings;
        if self.nodes.is_empty() {
            found.push(Finding::of_file(Problem::Empty));
        }
        if bytes > LARGEST_FILE as u64 {
            found.push(Finding::of_file(Problem::TooLarge { bytes }));
        }
        for (seen, column, problem) in [
            (&mut self.ids, DepartmentColumn::Id, Problem::DuplicateDepartment),
            (&mut self.names, DepartmentColumn::Name, Problem::DuplicateName),
        ] {
            seen.duplicates(|line, first| {
                found.push(Finding::at(line, column.heading(), problem).and(first));
            });
        }
        let parent = DepartmentColumn::Parentid.heading();
        for node in self.nodes.iter().filter(|node| node.parent > ROOT) {
            if !self.ids.contains(node.parent.into()) {
                let is_there = self.existing.contains(&node.parent);
                let problem = if is_there { Problem::ParentLeftOut } else { Problem::OrphanParent };
                found.push(Finding::at(node.line, parent, problem));
            }
        }
        for line in cycles(&mut self.nodes) {
            found.push(Finding::at(line, parent, Problem::Cycle));
        }
        self.findings.sort();
        (self.findings, Lines::Departments(self.ids))
    }
}

/// One line of each cycle: the first. Sorts the nodes.
fn cycles(nodes: &mut [Node]) -> Vec<u32> {
    const NEW: u32 = 0;
    nodes.sort_unstable();
    let at = |id: u32| {
        let first = nodes.partition_point(|node| node.id < id);
        (id != 0 && nodes.get(first).is_some_and(|node| node.id == id)).then_some(first)
    };
    // By which walk towards the root a node was come across.
    let mut walks = vec![NEW; nodes.len()];
    let mut found = Vec::new();
    for start in 0..nodes.len() {
        let walk = u32::try_from(start).unwrap_or(u32::MAX - 1) + 1;
        let mut here = Some(start);
        while let Some(place) = here.filter(|place| walks[*place] == NEW) {
            walks[place] = walk;
            here = at(nodes[place].parent);
        }
        // A walk that meets itself has gone round.
        if let Some(meeting) = here.filter(|place| walks[*place] == walk) {
            let mut first = nodes[meeting].line;
            let mut place = at(nodes[meeting].parent);
            while let Some(next) = place.filter(|place| *place != meeting) {
                first = first.min(nodes[next].line);
                place = at(nodes[next].parent);
            }
            found.push(first);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[(&str, u32, u32)]) -> Vec<String> {
        let rows = rows.iter().map(|(name, id, parent)| ImportDepartment::new(*name, *id, *parent));
        let checked = ImportFile::departments().existing([9]).rows(rows);
        checked.findings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tree_is_written_as_the_template_has_it() {
        let rows = [
            ImportDepartment::new("示例公司", 1, 0),
            ImportDepartment::new("研发, \"一\"部", 12, 1).order(100),
            ImportDepartment::new("测试组", 137, 12),
        ];
        let checked = ImportFile::departments().rows(&rows);
        assert!(checked.findings().is_empty(), "{}", checked.findings());
        let file = checked.into_file().unwrap();
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
                "line 5: 父部门ID is a department that the file does not have (errcode 302004)",
                "line 6: 父部门ID is a department that is there, but not in the file",
            ]
        );
        assert_eq!(
            found(&[("", 2, 1), ("a", 0, 1), ("b", 3, 0), ("root", 1, 2)]),
            [
                "line 2: 部门名称 is empty (errcode 302004)",
                "line 2: 父部门ID makes the department its own ancestor (errcode 302004)",
                "line 3: 部门ID is empty (errcode 302004)",
                "line 4: 父部门ID must be 0 for the root department (1), and for no other (errcode 302004)",
                "line 5: 父部门ID must be 0 for the root department (1), and for no other (errcode 302004)",
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
}
