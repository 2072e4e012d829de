//! A plan on the tree of departments: which departments are drawn, and what happens in each.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use wecom_contacts::DepartmentId;
use wecom_directory::{
    journal::ObjectKind,
    plan::{Category, Plan},
};

use super::{
    entry::{Entry, entries},
    mask::Masking,
    names::Names,
};

/// Maximum depth of the drawing. Deeper departments are drawn at the top. WeCom has at most 15 levels.
const DEEPEST: usize = 40;

/// The plan on the tree.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) entries: Vec<Entry>,
    /// Departments, in no order.
    pub(super) nodes: Vec<Node>,
    /// The departments at the top.
    pub(super) tops: Vec<usize>,
    /// Members whose department the plan does not have.
    pub(super) elsewhere: Vec<usize>,
    /// Tags.
    pub(super) tags: Vec<usize>,
}

/// A department that is drawn.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: DepartmentId,
    /// What happens to the department itself.
    pub(super) own: Option<usize>,
    /// What happens to members here.
    pub(super) members: Vec<usize>,
    pub(super) below: Vec<usize>,
    parent: Option<usize>,
    depth: usize,
    /// How many departments below are folded into this one.
    pub(super) folded: usize,
}

impl Drawing {
    /// Draws a plan. Departments without a change in them or below them are left out.
    pub(super) fn of(plan: &Plan, names: &Names, masking: Masking) -> Self {
        let mut drawing = Self {
            entries: entries(plan, names, masking),
            nodes: Vec::new(),
            tops: Vec::new(),
            elsewhere: Vec::new(),
            tags: Vec::new(),
        };
        let at: BTreeMap<DepartmentId, usize> =
            names.parents().enumerate().map(|(at, (id, _))| (id, at)).collect();
        drawing.nodes = names
            .parents()
            .map(|(id, parent)| Node {
                id,
                own: None,
                members: Vec::new(),
                below: Vec::new(),
                parent: parent.and_then(|parent| at.get(&parent).copied()),
                depth: 0,
                folded: 0,
            })
            .collect();
        drawing.place(&at);
        drawing.connect();
        drawing
    }

    /// Puts each entry where it is drawn.
    fn place(&mut self, at: &BTreeMap<DepartmentId, usize>) {
        for (index, entry) in self.entries.iter().enumerate() {
            match entry.object.kind {
                ObjectKind::Department => {
                    let node = entry.object.id.parse().ok().and_then(|id| at.get(&id));
                    if let Some(node) = node {
                        self.nodes[*node].own = Some(index);
                    }
                }
                ObjectKind::Tag => self.tags.push(index),
                ObjectKind::Member => match entry.department.and_then(|id| at.get(&id)) {
                    Some(node) => self.nodes[*node].members.push(index),
                    None => self.elsewhere.push(index),
                },
            }
        }
    }

    /// Joins the departments that have a change to the departments above them.
    fn connect(&mut self) {
        let mut is_drawn = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            if self.nodes[start].own.is_none() && self.nodes[start].members.is_empty() {
                continue;
            }
            let (mut next, mut steps) = (Some(start), 0);
            while let Some(at) = next.filter(|at| !is_drawn[*at]) {
                is_drawn[at] = true;
                steps += 1;
                if steps > DEEPEST {
                    self.nodes[at].parent = None;
                }
                next = self.nodes[at].parent;
            }
        }
        for at in (0..self.nodes.len()).filter(|at| is_drawn[*at]) {
            match self.nodes[at].parent {
                Some(parent) => self.nodes[parent].below.push(at),
                None => self.tops.push(at),
            }
        }
        let mut is_seen = vec![false; self.nodes.len()];
        for top in self.tops.clone() {
            self.measure(top, &mut is_seen);
        }
        // A circle of parents has no top. Its first department becomes one.
        for at in (0..self.nodes.len()).filter(|at| is_drawn[*at]) {
            if !is_seen[at] {
                if let Some(parent) = self.nodes[at].parent.take() {
                    self.nodes[parent].below.retain(|below| *below != at);
                }
                self.tops.push(at);
                self.measure(at, &mut is_seen);
            }
        }
    }

    fn measure(&mut self, top: usize, is_seen: &mut [bool]) {
        let mut waiting = vec![(top, 0)];
        while let Some((at, depth)) = waiting.pop() {
            if std::mem::replace(&mut is_seen[at], true) {
                continue;
            }
            self.nodes[at].depth = depth;
            waiting.extend(self.nodes[at].below.iter().map(|below| (*below, depth + 1)));
        }
    }

    /// Folds departments into the one above until at most this many are left: first those that do not change themselves, with the
    /// fewest members, and farthest down.
    pub(super) fn fold(&mut self, most: usize) {
        let mut left = self.count();
        let rank = |nodes: &[Node], at: usize| {
            let node = &nodes[at];
            (Reverse(node.own.is_some()), Reverse(node.members.len()), node.depth, at)
        };
        let mut leaves: BinaryHeap<_> = (0..self.nodes.len())
            .filter(|at| self.nodes[*at].below.is_empty() && self.nodes[*at].parent.is_some())
            .filter(|at| self.nodes[*at].own.is_some() || !self.nodes[*at].members.is_empty())
            .map(|at| rank(&self.nodes, at))
            .collect();
        while left > most.max(1) {
            let Some((.., at)) = leaves.pop() else { return };
            let Some(parent) = self.nodes[at].parent else { continue };
            let members = std::mem::take(&mut self.nodes[at].members);
            let folded = 1 + self.nodes[at].folded;
            let parent_node = &mut self.nodes[parent];
            parent_node.members.extend(members);
            parent_node.folded += folded;
            parent_node.below.retain(|below| *below != at);
            if parent_node.below.is_empty() && parent_node.parent.is_some() {
                leaves.push(rank(&self.nodes, parent));
            }
            left -= 1;
        }
    }

    /// The number of departments that are drawn.
    pub(super) fn count(&self) -> usize {
        let mut waiting = self.tops.clone();
        let mut count = 0;
        while let Some(at) = waiting.pop() {
            count += 1;
            waiting.extend(&self.nodes[at].below);
        }
        count
    }

    /// The entries of members in a department by their signs, in the order `+`, `→`, `~`, `-`.
    pub(super) fn groups(&self, members: &[usize]) -> Vec<(char, Vec<&Entry>)> {
        [Category::Create, Category::Move, Category::Update, Category::Remove]
            .into_iter()
            .map(|category| {
                let sign = super::entry::sign(category);
                let entries = members.iter().map(|at| &self.entries[*at]);
                (sign, entries.filter(|entry| entry.sign() == sign).collect::<Vec<_>>())
            })
            .filter(|(_, entries)| !entries.is_empty())
            .collect()
    }
}
