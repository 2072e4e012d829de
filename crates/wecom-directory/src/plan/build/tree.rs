//! The tree of departments as a plan sees it: as it is, with the renames that people confirmed, and with the departments that rows
//! create.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use wecom_contacts::DepartmentId;

use crate::{pull::paths, record::DepartmentRecord};

/// The most levels below and including the root (81002).
pub(super) const LEVELS: usize = 15;
/// The longest name of a department, in characters (doc 90205).
const NAME_CHARACTERS: usize = 64;

/// The departments that exist or are out of sight, their paths, and those that the plan adds.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) departments: BTreeMap<DepartmentId, DepartmentRecord>,
    /// The children of each department, new ones included.
    children: HashMap<DepartmentId, Vec<DepartmentId>>,
    /// Every full path and every tail of one, with the departments that have it.
    by_tail: HashMap<Box<str>, Tail>,
    /// Paths and tails without differences of width and blanks.
    by_similar: HashMap<Box<str>, Box<str>>,
    paths: HashMap<DepartmentId, String>,
    /// The departments that the plan creates, in the order in which they were wanted.
    pub(super) new: Vec<NewDepartment>,
    next_id: u32,
    /// The departments that renames of the plan have changed, as they were before.
    before: BTreeMap<DepartmentId, DepartmentRecord>,
}

#[derive(Debug)]
struct Tail {
    departments: Vec<DepartmentId>,
    is_full: bool,
}

/// A department that the plan creates.
#[derive(Debug)]
pub(super) struct NewDepartment {
    pub(super) id: DepartmentId,
    pub(super) name: String,
    pub(super) parent: DepartmentId,
    pub(super) path: String,
}

/// What a text of a row means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// A department that exists.
    Known(DepartmentId),
    /// A full path whose last departments do not exist: the deepest that exists, and the names below it.
    Missing(DepartmentId, Vec<String>),
    /// No department, and no full path.
    Unknown,
    /// Several departments have this tail.
    Ambiguous,
    /// A department whose name differs in width or blanks only.
    Similar(String),
}

/// Why a department cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A department beside it has a hidden name, so it may exist.
    UnknownSiblings,
    /// Its name or depth breaks a rule.
    Rule(&'static str),
}

impl Tree {
    pub(super) fn new(departments: BTreeMap<DepartmentId, DepartmentRecord>, largest_id: u32) -> Self {
        let mut tree = Self {
            children: HashMap::new(),
            by_tail: HashMap::new(),
            by_similar: HashMap::new(),
            paths: HashMap::new(),
            new: Vec::new(),
            next_id: largest_id.saturating_add(1),
            before: BTreeMap::new(),
            departments,
        };
        tree.index();
        tree
    }

    /// Builds the indexes over the departments as they are now.
    fn index(&mut self) {
        self.children.clear();
        self.by_tail.clear();
        self.by_similar.clear();
        self.paths =
            paths(&self.departments).into_iter().filter_map(|(id, (path, _))| Some((id, path?))).collect();
        for (id, department) in &self.departments {
            let parent = department.parent.known().filter(|parent| self.departments.contains_key(parent));
            if let Some(parent) = parent {
                self.children.entry(*parent).or_default().push(*id);
            }
            let mut tail = String::new();
            let mut at = Some(department);
            let mut levels = 0;
            while let Some(department) = at {
                let Some(name) = department.name.known() else { break };
                tail = if tail.is_empty() { name.clone() } else { format!("{name}/{tail}") };
                at = department.parent.known().and_then(|parent| self.departments.get(parent));
                let is_full = department.id == DepartmentId::ROOT
                    || department.parent.known() == Some(&DepartmentId(0));
                add_tail(&mut self.by_tail, &mut self.by_similar, &tail, *id, is_full);
                levels += 1;
                // A damaged mirror may hold a circle.
                if levels > LEVELS * 2 {
                    break;
                }
            }
        }
    }

    /// Moves or renames a department in the plan's tree, so that rows are understood as after the change.
    pub(super) fn change(&mut self, id: DepartmentId, name: &str, parent: DepartmentId) {
        if let Some(department) = self.departments.get_mut(&id) {
            self.before.entry(id).or_insert_with(|| department.clone());
            department.name = wecom_contacts::Seen::Known(name.to_owned());
            department.parent = wecom_contacts::Seen::Known(parent);
        }
        self.index();
    }

    /// Returns a department as it was before the renames of the plan.
    pub(super) fn before(&self, id: DepartmentId) -> Option<&DepartmentRecord> {
        self.before.get(&id).or_else(|| self.departments.get(&id))
    }

    /// Returns a department that the plan creates.
    pub(super) fn created(&self, id: DepartmentId) -> Option<&NewDepartment> {
        // Their ids have no gaps.
        let place = id.0.checked_sub(self.new.first()?.id.0)?;
        self.new.get(place as usize).filter(|new| new.id == id)
    }

    /// Returns the path of a department; `None` if a name of it is hidden.
    pub(super) fn path(&self, id: DepartmentId) -> Option<&str> {
        self.paths.get(&id).map(String::as_str).or_else(|| self.created(id).map(|new| new.path.as_str()))
    }

    /// Returns what to call a department: its path, or its id.
    pub(super) fn called(&self, id: DepartmentId) -> String {
        self.path(id).map_or_else(|| format!("id {id}"), str::to_owned)
    }

    /// Returns the department and everything below it.
    pub(super) fn below(&self, top: DepartmentId) -> BTreeSet<DepartmentId> {
        let mut below = BTreeSet::new();
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            if below.insert(id) {
                open.extend(self.children.get(&id).into_iter().flatten());
            }
        }
        below
    }

    /// Returns how many levels the tree has below a department that gets another parent, root included.
    pub(super) fn levels_after_move(&self, id: DepartmentId, parent: DepartmentId) -> usize {
        let level = self.ancestors(id).len();
        let deepest =
            self.below(id).into_iter().map(|below| self.ancestors(below).len()).max().unwrap_or(level);
        self.ancestors(parent).len() + 1 + (deepest - level)
    }

    /// Returns the departments directly below one.
    pub(super) fn children(&self, id: DepartmentId) -> &[DepartmentId] {
        self.children.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns the departments from the root to this one.
    pub(super) fn ancestors(&self, id: DepartmentId) -> Vec<DepartmentId> {
        let mut chain = vec![id];
        let mut seen = HashSet::from([id]);
        let mut at = id;
        while let Some(parent) = self.parent(at) {
            if !seen.insert(parent) {
                break;
            }
            chain.push(parent);
            at = parent;
        }
        chain.reverse();
        chain
    }

    fn parent(&self, id: DepartmentId) -> Option<DepartmentId> {
        match self.departments.get(&id) {
            Some(department) => {
                department.parent.known().copied().filter(|parent| self.departments.contains_key(parent))
            }
            None => self.created(id).map(|new| new.parent),
        }
    }

    /// Finds the department that a path or a tail names.
    pub(super) fn resolve(&self, text: &str) -> Resolution {
        let text = text.trim().trim_matches('/');
        if let Some(tail) = self.by_tail.get(text) {
            return match tail.departments.as_slice() {
                [one] => Resolution::Known(*one),
                _ => Resolution::Ambiguous,
            };
        }
        if let Some(similar) = self.by_similar.get(similar(text).as_str()) {
            return Resolution::Similar(similar.to_string());
        }
        // The longest path that exists: a name may contain `/`.
        let deepest = text.match_indices('/').map(|(at, _)| at).rev().find_map(|at| {
            let tail = self.by_tail.get(&text[..at]).filter(|tail| tail.is_full)?;
            Some((*tail.departments.first()?, &text[at + 1..]))
        });
        match deepest {
            Some((above, rest)) => {
                // A part that differs in width or blanks only is not created beside the other.
                let mut path = self.called(above);
                for name in rest.split('/') {
                    path = format!("{path}/{}", name.trim());
                    if let Some(known) = self.by_similar.get(similar(&path).as_str()) {
                        return Resolution::Similar(known.to_string());
                    }
                }
                Resolution::Missing(above, rest.split('/').map(|name| name.trim().to_owned()).collect())
            }
            None => Resolution::Unknown,
        }
    }

    /// Creates the departments of a [`Resolution::Missing`] in the plan, and returns the deepest.
    pub(super) fn create(&mut self, above: DepartmentId, names: &[String]) -> Result<DepartmentId, Refusal> {
        let mut levels = self.ancestors(above).len();
        for name in names {
            levels += 1;
            rule(name, levels).map_err(Refusal::Rule)?;
        }
        let hidden = |id: &DepartmentId| self.departments.get(id).is_some_and(|child| child.name.is_hidden());
        if self.children(above).iter().any(hidden) {
            return Err(Refusal::UnknownSiblings);
        }
        let mut parent = above;
        for name in names {
            let path = format!("{}/{name}", self.called(parent));
            let id = DepartmentId(self.next_id);
            self.next_id += 1;
            self.children.entry(parent).or_default().push(id);
            add_tail(&mut self.by_tail, &mut self.by_similar, &path, id, true);
            self.new.push(NewDepartment { id, name: name.clone(), parent, path });
            parent = id;
        }
        Ok(parent)
    }

    /// Gives the new departments ids in the order of their paths, so that a plan does not depend on the order of rows. Returns the
    /// new id of each.
    pub(super) fn number_new(&mut self) -> HashMap<DepartmentId, DepartmentId> {
        let Some(first) = self.new.iter().map(|new| new.id.0).min() else { return HashMap::new() };
        self.new.sort_by(|one, other| one.path.cmp(&other.path));
        let ids: HashMap<_, _> =
            self.new.iter().zip(first..).map(|(new, id)| (new.id, DepartmentId(id))).collect();
        for new in &mut self.new {
            new.id = ids[&new.id];
            new.parent = ids.get(&new.parent).copied().unwrap_or(new.parent);
        }
        ids
    }
}

fn add_tail(
    by_tail: &mut HashMap<Box<str>, Tail>,
    by_similar: &mut HashMap<Box<str>, Box<str>>,
    text: &str,
    id: DepartmentId,
    is_full: bool,
) {
    let tail = by_tail.entry(text.into()).or_insert_with(|| Tail { departments: Vec::new(), is_full });
    // A full path outranks a tail of the same text.
    if is_full && !tail.is_full {
        *tail = Tail { departments: vec![id], is_full };
    } else if is_full == tail.is_full {
        tail.departments.push(id);
    }
    by_similar.entry(similar(text).into()).or_insert_with(|| text.into());
}

/// A text without differences of width and blanks: full-width ASCII becomes half-width, blanks go.
pub(super) fn similar(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_whitespace() && *char != '\u{3000}')
        .map(|char| match char {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(char as u32 - 0xfee0).unwrap_or(char),
            other => other,
        })
        .collect()
}

/// Checks the name of a new department (doc 90205).
fn rule(name: &str, levels: usize) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("a name in the path is empty");
    }
    if name.chars().count() > NAME_CHARACTERS {
        return Err("a name has more than 64 characters");
    }
    if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return Err("a name contains one of \\ : * ? \" < > |");
    }
    if levels > LEVELS {
        return Err("the tree would have more than 15 levels");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use wecom_contacts::Seen;

    use super::*;
    use crate::record::State;

    fn tree(rows: &[(u32, u32, &str)]) -> Tree {
        let record = |(id, parent, name): &(u32, u32, &str)| DepartmentRecord {
            id: DepartmentId(*id),
            state: State::Present,
            name: if name.is_empty() { Seen::Hidden } else { Seen::Known((*name).to_owned()) },
            name_en: Seen::Hidden,
            parent: Seen::Known(DepartmentId(*parent)),
            order: Seen::Known(0),
            leaders: Seen::Hidden,
            read_at: Timestamp::UNIX_EPOCH,
        };
        let departments = rows.iter().map(record).map(|record| (record.id, record)).collect();
        Tree::new(departments, rows.iter().map(|row| row.0).max().unwrap_or_default())
    }

    fn example() -> Tree {
        tree(&[
            (1, 0, "示例集团"),
            (2, 1, "华东"),
            (3, 1, "华南"),
            (4, 2, "销售部"),
            (5, 3, "销售部"),
            (6, 2, "IT/运维"),
        ])
    }

    #[test]
    fn a_path_and_a_unique_tail_name_the_department() {
        let tree = example();
        for (text, id) in [
            ("示例集团/华东", 2),
            ("华东", 2),
            ("华东/销售部", 4),
            ("示例集团/华南/销售部", 5),
            ("IT/运维", 6),
            ("示例集团", 1),
        ] {
            assert_eq!(tree.resolve(text), Resolution::Known(DepartmentId(id)), "{text}");
        }
        assert_eq!(tree.resolve("销售部"), Resolution::Ambiguous);
        assert_eq!(tree.resolve("财务部"), Resolution::Unknown);
    }

    #[test]
    fn only_a_full_path_is_missing_and_a_name_may_contain_a_slash() {
        let tree = example();
        assert_eq!(
            tree.resolve("示例集团/华东/IT/运维/夜班"),
            Resolution::Missing(DepartmentId(6), vec!["夜班".to_owned()])
        );
        assert_eq!(tree.resolve("华东/财务部"), Resolution::Unknown);
    }

    #[test]
    fn names_that_differ_in_width_or_blanks_only_are_not_created() {
        let tree = example();
        for text in ["华 东", "示例集团/华东 /财务部", "ＩＴ/运维", "示例集团/华东/ＩＴ/运维"]
        {
            assert!(matches!(tree.resolve(text), Resolution::Similar(_) | Resolution::Missing(..)), "{text}");
        }
        assert_eq!(tree.resolve("ＩＴ/运维"), Resolution::Similar("IT/运维".to_owned()));
        assert_eq!(tree.resolve("华 东"), Resolution::Similar("华东".to_owned()));
    }

    #[test]
    fn new_departments_are_created_once_and_numbered_by_their_paths() {
        let mut tree = example();
        let Resolution::Missing(above, names) = tree.resolve("示例集团/华南/乙/一") else { panic!() };
        tree.create(above, &names).unwrap();
        let Resolution::Missing(above, names) = tree.resolve("示例集团/华南/丙") else { panic!() };
        tree.create(above, &names).unwrap();
        assert!(matches!(tree.resolve("示例集团/华南/乙"), Resolution::Known(_)));
        tree.number_new();
        let new: Vec<_> = tree.new.iter().map(|new| (new.id.0, new.parent.0, new.path.as_str())).collect();
        assert_eq!(
            new,
            [(7, 3, "示例集团/华南/丙"), (8, 3, "示例集团/华南/乙"), (9, 8, "示例集团/华南/乙/一")]
        );
    }

    #[test]
    fn a_department_beside_a_hidden_name_is_not_created() {
        let mut tree = tree(&[(1, 0, "示例集团"), (2, 1, "")]);
        assert_eq!(tree.create(DepartmentId(1), &["财务部".to_owned()]), Err(Refusal::UnknownSiblings));
        let long = "名".repeat(65);
        for name in ["", "a|b", long.as_str()] {
            assert!(
                matches!(tree.create(DepartmentId(1), &[name.to_owned()]), Err(Refusal::Rule(_))),
                "{name}"
            );
        }
    }
}
