//! The department tree (部门) of a corp.

use std::collections::BTreeMap;

/// One department (部门).
#[derive(Clone, Debug, Default)]
pub(crate) struct Department {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) name_en: String,
    /// 0 for the root.
    pub(crate) parent: u32,
    pub(crate) order: u32,
    pub(crate) children: Vec<u32>,
}

/// The tree; the root is 1 and always there.
#[derive(Debug, Default)]
pub(crate) struct Departments {
    by_id: BTreeMap<u32, Department>,
}

impl Departments {
    pub(crate) fn with_root(name: &str) -> Self {
        let mut departments = Self::default();
        let root = Department {
            id: 1,
            name: name.into(),
            order: 100_000_000,
            ..Department::default()
        };
        departments.by_id.insert(1, root);
        departments
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn insert(&mut self, department: Department) {
        if let Some(parent) = self.by_id.get_mut(&department.parent) {
            parent.children.push(department.id);
        }
        self.by_id.insert(department.id, department);
    }
}
