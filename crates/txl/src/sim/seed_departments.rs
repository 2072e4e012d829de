//! The departments that a spreadsheet names, as a tree with ids.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wecom_sheets::roster::WrittenDepartment;

/// The id of the root.
const ROOT: u32 = 1;

/// A tree that grows by the departments of a file.
#[derive(Debug, Default)]
pub(super) struct SeedDepartments {
    /// Name of the root, if the file names it.
    root: Option<String>,
    /// Id by path below the root.
    ids: BTreeMap<Vec<String>, u32>,
    /// Ids that the file uses. No other department gets one of them.
    taken: BTreeSet<u32>,
    last: u32,
}

impl SeedDepartments {
    /// Starts a tree. The root is the first name that all paths share, if no single name is beside it.
    pub(super) fn new<'a>(
        departments: impl Iterator<Item = &'a WrittenDepartment> + Clone,
        listed: impl IntoIterator<Item = u32>,
    ) -> Self {
        let paths: Vec<Vec<String>> = departments.clone().filter_map(names).collect();
        let (deep, single): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.len() > 1);
        let first = deep.first().and_then(|path| path.first());
        let is_shared = deep.iter().all(|path| path.first() == first);
        // A single name that is neither the first name nor the end of a path is a sibling of the first name.
        let is_inside =
            |name: &String| Some(name) == first || deep.iter().any(|path| path.last() == Some(name));
        let root = first.filter(|_| is_shared && single.iter().flatten().all(is_inside)).cloned();
        let mut taken: BTreeSet<u32> = listed.into_iter().collect();
        taken.extend(departments.filter_map(|department| match department {
            WrittenDepartment::Id(id) => Some(id.0),
            WrittenDepartment::Text(_) | WrittenDepartment::Levels(_) => None,
        }));
        taken.insert(ROOT);
        let mut tree = Self { root, taken, last: ROOT, ..Self::default() };
        // Whole paths come first, so that the end of a path finds its department.
        for path in &deep {
            tree.id_of_path(path);
        }
        tree
    }

    /// Returns the id of a department, which is added if it is new.
    pub(super) fn id(&mut self, department: &WrittenDepartment) -> u32 {
        match names(department) {
            Some(path) => self.id_of_path(&path),
            None => match department {
                WrittenDepartment::Id(id) => {
                    let is_known = id.0 == ROOT || self.ids.values().any(|known| *known == id.0);
                    if !is_known {
                        self.ids.insert(vec![format!("部门{id}")], id.0);
                    }
                    id.0
                }
                WrittenDepartment::Text(_) | WrittenDepartment::Levels(_) => ROOT,
            },
        }
    }

    /// Adds a department with an id of the file.
    pub(super) fn add(&mut self, path: &[String], id: u32) {
        let path = self.below_root(path).to_vec();
        if id == ROOT {
            self.root = path.first().cloned().or_else(|| self.root.take());
        } else if let Some((_, above)) = path.split_last() {
            if !above.is_empty() {
                self.id_of_path(above);
            }
            self.ids.insert(path, id);
        }
    }

    fn id_of_path(&mut self, path: &[String]) -> u32 {
        let is_absolute = self.root.as_ref() == path.first();
        let path = self.below_root(path).to_vec();
        if path.is_empty() {
            return ROOT;
        }
        if let Some(id) = self.ids.get(&path) {
            return *id;
        }
        if !is_absolute {
            // The end of a path is enough if it is unique.
            let mut ends = self.ids.iter().filter(|(known, _)| known.ends_with(&path));
            if let (Some((_, id)), None) = (ends.next(), ends.next()) {
                return *id;
            }
        }
        // Parents come first, so that they get the smaller ids.
        for length in 1..path.len() {
            if !self.ids.contains_key(&path[..length]) {
                let id = self.next_id();
                self.ids.insert(path[..length].to_vec(), id);
            }
        }
        let id = self.next_id();
        self.ids.insert(path, id);
        id
    }

    fn below_root<'p>(&self, path: &'p [String]) -> &'p [String] {
        match (&self.root, path.split_first()) {
            (Some(root), Some((first, rest))) if first == root => rest,
            _ => path,
        }
    }

    fn next_id(&mut self) -> u32 {
        loop {
            self.last += 1;
            if !self.taken.contains(&self.last) {
                return self.last;
            }
        }
    }

    /// Returns the departments in the form of a corp file.
    pub(super) fn into_json(self) -> Vec<Value> {
        let root = self.root.as_ref().map(|name| json!({"id": ROOT, "name": name}));
        let below = self.ids.iter().map(|(path, id)| {
            let (name, above) =
                path.split_last().map_or(("", &[][..]), |(name, above)| (name.as_str(), above));
            let parent = if above.is_empty() { ROOT } else { self.ids.get(above).copied().unwrap_or(ROOT) };
            json!({"id": id, "name": name, "parentid": parent})
        });
        root.into_iter().chain(below).collect()
    }
}

/// Returns the names of a path, or `None` for an id or an empty text.
fn names(department: &WrittenDepartment) -> Option<Vec<String>> {
    let names: Vec<String> = match department {
        WrittenDepartment::Text(text) => text.split('/').map(str::trim).map(str::to_owned).collect(),
        WrittenDepartment::Levels(names) => names.clone(),
        WrittenDepartment::Id(_) => return None,
    };
    let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use wecom_contacts::DepartmentId;

    use super::*;

    fn text(text: &str) -> WrittenDepartment {
        WrittenDepartment::Text(text.to_owned())
    }

    #[test]
    fn a_first_name_that_all_paths_share_is_the_root() {
        let written = [text("集团/华东"), text("集团/华北/销售"), text("集团")];
        let mut tree = SeedDepartments::new(written.iter(), []);
        assert_eq!(tree.id(&text("集团")), 1);
        let sales = tree.id(&text("集团/华北/销售"));
        // The end of a path is the same department.
        assert_eq!(tree.id(&text("销售")), sales);
        assert_eq!(tree.into_json().len(), 4);
    }

    #[test]
    fn a_name_beside_the_first_name_of_the_paths_shows_that_it_is_no_root() {
        let written = [text("华东/销售"), text("研发"), text("销售")];
        let mut tree = SeedDepartments::new(written.iter(), []);
        assert_eq!(tree.id(&text("销售")), tree.id(&text("华东/销售")));
        tree.id(&text("研发"));
        let parents: Vec<_> = tree.into_json().iter().map(|one| one["parentid"].clone()).collect();
        assert_eq!(parents, [1, 2, 1]);
    }

    #[test]
    fn flat_names_are_below_the_root_and_ids_keep_their_number() {
        let written = [text("研发部"), WrittenDepartment::Id(DepartmentId(2))];
        let mut tree = SeedDepartments::new(written.iter(), []);
        assert_eq!([tree.id(&written[0]), tree.id(&written[1])], [3, 2]);
        assert_eq!(
            tree.into_json(),
            [
                json!({"id": 3, "name": "研发部", "parentid": 1}),
                json!({"id": 2, "name": "部门2", "parentid": 1})
            ]
        );
    }
}
