//! The department tree (部门) of a corp.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

/// The root department (根部门), which always exists.
pub(crate) const ROOT: u32 = 1;

/// One department (部门).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Department {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// Empty without an English name.
    pub(crate) name_en: String,
    /// 0 for the root.
    pub(crate) parent: u32,
    pub(crate) order: u32,
    /// In display order: by `order` descending, then by id.
    pub(crate) children: Vec<u32>,
}

/// The tree. The root has id 1 and always exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departments {
    by_id: BTreeMap<u32, Department>,
    /// Names are unique among siblings, separately for Chinese and English ones.
    names: HashMap<(u32, Tongue, String), u32>,
}

/// One of a department's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tongue {
    Main,
    English,
}

impl Departments {
    pub(crate) fn with_root(name: &str) -> Self {
        let mut departments = Self::default();
        departments.insert(Department {
            id: ROOT,
            name: name.into(),
            order: 100_000_000,
            ..Department::default()
        });
        departments
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Department> {
        self.by_id.get(&id)
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Returns the departments by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Department> {
        self.by_id.values()
    }

    pub(crate) fn child_named(&self, parent: u32, tongue: Tongue, name: &str) -> Option<u32> {
        self.names.get(&(parent, tongue, name.to_owned())).copied()
    }

    /// Returns the next free id.
    pub(crate) fn next_id(&self) -> u32 {
        self.by_id.last_key_value().map_or(ROOT, |(id, _)| *id).saturating_add(1)
    }

    /// Returns the `order` of a new last child, with the step seen live.
    pub(crate) fn last_order(&self, parent: u32) -> u32 {
        self.get(parent)
            .and_then(|parent| self.get(*parent.children.last()?))
            .map_or(100_000_000, |last| last.order.saturating_sub(1000))
    }

    /// Returns a department, its parent, and so on up to the root.
    pub(crate) fn upwards(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.get(id), |department| self.get(department.parent)).map(|one| one.id)
    }

    /// Returns the level; the root is on level 1.
    pub(crate) fn level(&self, id: u32) -> usize {
        self.upwards(id).count()
    }

    /// Returns the number of levels of a subtree; 1 without children.
    pub(crate) fn height(&self, id: u32) -> usize {
        let mut levels = 0;
        let mut row = vec![id];
        while !row.is_empty() {
            levels += 1;
            row = row
                .iter()
                .filter_map(|id| self.get(*id))
                .flat_map(|one| one.children.iter().copied())
                .collect();
        }
        levels
    }

    /// Returns a department and its subtree: parents before children, siblings in display order.
    pub(crate) fn subtree(&self, id: u32) -> impl Iterator<Item = &Department> {
        let mut waiting = vec![id];
        std::iter::from_fn(move || {
            let department = self.get(waiting.pop()?)?;
            waiting.extend(department.children.iter().rev());
            Some(department)
        })
    }

    /// Adds a department. The caller has checked that its id and name are free.
    pub(crate) fn insert(&mut self, mut department: Department) {
        department.children = Vec::new();
        self.link(&department);
        self.by_id.insert(department.id, department);
    }

    /// Replaces a department; its children stay below it.
    pub(crate) fn replace(&mut self, mut department: Department) {
        if let Some(old) = self.by_id.remove(&department.id) {
            self.unlink(&old);
            department.children = old.children;
        }
        self.link(&department);
        self.by_id.insert(department.id, department);
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<Department> {
        let old = self.by_id.remove(&id)?;
        self.unlink(&old);
        Some(old)
    }

    fn link(&mut self, department: &Department) {
        let rank = |one: &Department| (Reverse(one.order), one.id);
        if let Some(parent) = self.by_id.get(&department.parent) {
            let place = parent.children.partition_point(|child| {
                self.by_id.get(child).is_some_and(|child| rank(child) < rank(department))
            });
            if let Some(parent) = self.by_id.get_mut(&department.parent) {
                parent.children.insert(place, department.id);
            }
        }
        for (tongue, name) in names(department) {
            self.names.insert((department.parent, tongue, name.clone()), department.id);
        }
    }

    fn unlink(&mut self, department: &Department) {
        if let Some(parent) = self.by_id.get_mut(&department.parent) {
            parent.children.retain(|child| *child != department.id);
        }
        for (tongue, name) in names(department) {
            self.names.remove(&(department.parent, tongue, name.clone()));
        }
    }
}

fn names(department: &Department) -> impl Iterator<Item = (Tongue, &String)> {
    [(Tongue::Main, &department.name), (Tongue::English, &department.name_en)]
        .into_iter()
        .filter(|(_, name)| !name.is_empty())
}
