//! Departments by the words of a query.

use std::collections::{HashMap, HashSet};

use wecom_contacts::DepartmentId;

use super::query::Word;

/// The paths of the departments of a corp. Departments whose path is unknown are not among them.
#[derive(Debug, Default)]
pub(super) struct Paths {
    paths: HashMap<DepartmentId, String>,
    /// The different names in the paths.
    names: Vec<String>,
    /// The names in each path.
    of: Vec<(DepartmentId, Vec<u32>)>,
}

impl Paths {
    pub(super) fn new(paths: HashMap<DepartmentId, String>) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut names = Vec::new();
        let mut of = Vec::with_capacity(paths.len());
        for (id, path) in &paths {
            let number = |name| {
                *numbers.entry(name).or_insert_with(|| {
                    names.push(name.to_owned());
                    u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
                })
            };
            of.push((*id, path.split('/').map(number).collect()));
        }
        Self { names, of, paths }
    }

    /// The path of a department, or `id 7` if a name in it is hidden.
    pub(super) fn called(&self, id: DepartmentId) -> String {
        self.paths.get(&id).cloned().unwrap_or_else(|| format!("id {id}"))
    }

    /// Returns the departments whose paths have the word.
    pub(super) fn with(&self, word: &Word<'_>) -> HashSet<DepartmentId> {
        if word.has_separator() {
            let paths = self.paths.iter().filter(|(_, path)| word.is_in(path));
            return paths.map(|(id, _)| *id).collect();
        }
        // A match does not cross the end of a name.
        let names: Vec<bool> = self.names.iter().map(|name| word.is_in(name)).collect();
        let with = self.of.iter().filter(|(_, path)| path.iter().any(|name| names[*name as usize]));
        with.map(|(id, _)| *id).collect()
    }
}
