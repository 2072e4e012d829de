//! The checks of a file of departments: names are checked row by row, the tree at the end.

use std::collections::HashSet;

use super::{
    DepartmentColumn, ImportDepartment, Problem, Subject, Violation, Violations,
    row_keys::{Fingerprints, Lines, RowKeys},
    rules::{self, Field},
    table::LARGEST_FILE,
};
use crate::DepartmentId;

/// The state of the checks after the rows so far.
#[derive(Debug)]
pub(super) struct Tree {
    existing: HashSet<u32>,
    violations: Violations,
    fingerprints: Fingerprints,
    nodes: Vec<Node>,
    ids: RowKeys,
    names: RowKeys,
    refused: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    id: u32,
    line: u32,
    parent: u32,
}

const ROOT: u32 = DepartmentId::ROOT.0;

impl Tree {
    pub(super) fn new(existing: HashSet<u32>, violations: Violations) -> Self {
        Self {
            existing,
            violations,
            fingerprints: Fingerprints::default(),
            nodes: Vec::new(),
            ids: RowKeys::default(),
            names: RowKeys::default(),
            refused: 0,
        }
    }

    pub(super) fn add_refused(&mut self, rows: u64) {
        self.refused += rows;
    }

    pub(super) fn rows(&self) -> u64 {
        self.nodes.len() as u64
    }

    pub(super) fn row(&mut self, line: u32, row: &ImportDepartment) {
        let (id, parent, name) = (row.id.0, row.parentid.0, row.name.trim());
        let found = &mut self.violations;
        let mut find =
            |column: DepartmentColumn, problem| found.push(Violation::at(line, column.heading(), problem));
        let missing = Problem::MissingCell(Subject::Departments);
        if name.is_empty() {
            find(DepartmentColumn::Name, missing);
        } else {
            if let Err(violation) = rules::check(Field::DepartmentName, name) {
                find(DepartmentColumn::Name, Problem::Rule(violation));
            }
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

    pub(super) fn finish(mut self, bytes: u64) -> (Violations, Lines) {
        let found = &mut self.violations;
        if self.nodes.is_empty() && self.refused == 0 {
            found.push(Violation::of_file(Problem::Empty));
        }
        if bytes > LARGEST_FILE as u64 {
            found.push(Violation::of_file(Problem::TooLarge { bytes }));
        }
        for (keys, column, problem) in [
            (&mut self.ids, DepartmentColumn::Id, Problem::DuplicateDepartment),
            (&mut self.names, DepartmentColumn::Name, Problem::DuplicateName),
        ] {
            for (line, first) in keys.duplicates() {
                found.push(Violation::at(line, column.heading(), problem).and(first));
            }
        }
        let parent = DepartmentColumn::Parentid.heading();
        for node in self.nodes.iter().filter(|node| node.parent > ROOT) {
            if !self.ids.contains(node.parent.into()) {
                let is_there = self.existing.contains(&node.parent);
                // A row that the caller refused can contain the parent.
                if is_there || self.refused == 0 {
                    let problem = if is_there { Problem::ParentLeftOut } else { Problem::OrphanParent };
                    found.push(Violation::at(node.line, parent, problem));
                }
            }
        }
        // The root always counts as a department, even if the file omits it.
        let others = rules::DEPARTMENTS_OF_CORP - 1;
        if let Some(node) = self.nodes.iter().filter(|node| node.id != ROOT).nth(others) {
            found.push(Violation { line: Some(node.line), ..Violation::of_file(Problem::FullCorp) });
        }
        for line in cycles(&mut self.nodes) {
            found.push(Violation::at(line, parent, Problem::Cycle));
        }
        for (line, level) in too_deep(&self.nodes) {
            found.push(Violation::at(line, parent, Problem::TooDeep { level: level.into() }));
        }
        self.violations.sort();
        (self.violations, Lines::Departments(self.ids))
    }
}

/// Returns the index of a department in sorted nodes.
fn place(nodes: &[Node], id: u32) -> Option<usize> {
    let first = nodes.partition_point(|node| node.id < id);
    (id != 0 && nodes.get(first).is_some_and(|node| node.id == id)).then_some(first)
}

/// Returns the first line of each cycle. Sorts the nodes.
fn cycles(nodes: &mut [Node]) -> Vec<u32> {
    const NEW: u32 = 0;
    nodes.sort_unstable();
    let at = |id: u32| place(nodes, id);
    // The walk towards the root that first reached each node.
    let mut walks = vec![NEW; nodes.len()];
    let mut found = Vec::new();
    for start in 0..nodes.len() {
        let walk = u32::try_from(start).unwrap_or(u32::MAX - 1) + 1;
        let mut here = Some(start);
        while let Some(place) = here.filter(|place| walks[*place] == NEW) {
            walks[place] = walk;
            here = at(nodes[place].parent);
        }
        // A walk that reaches its own nodes again is a cycle.
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

/// Returns the lines and levels of the nodes that are too deep below the root. The nodes are sorted.
///
/// A parent that the file omits is at least on level 2. Departments of a cycle and their sub-departments have no level.
fn too_deep(nodes: &[Node]) -> Vec<(u32, u32)> {
    const NEW: u32 = 0;
    const NONE: u32 = u32::MAX;
    let mut levels = vec![NEW; nodes.len()];
    let mut walk = Vec::new();
    for start in 0..nodes.len() {
        let mut here = start;
        let above = loop {
            match levels[here] {
                NEW => {}
                known => break known,
            }
            // Preliminary until the walk ends, because a walk in a cycle has no level.
            levels[here] = NONE;
            walk.push(here);
            let node = &nodes[here];
            if node.id == ROOT || node.parent == 0 {
                break 0;
            }
            match place(nodes, node.parent) {
                Some(parent) => here = parent,
                None => break if node.parent == ROOT { 1 } else { 2 },
            }
        };
        let mut level = above;
        for node in walk.drain(..).rev() {
            level = level.saturating_add(1);
            levels[node] = level;
        }
    }
    let deep = nodes.iter().zip(levels).filter(|(_, level)| *level > rules::LEVELS as u32 && *level != NONE);
    deep.map(|(node, level)| (node.line, level)).collect()
}
