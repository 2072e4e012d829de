//! Departments by name: which id a path, the end of a path, or a name stands for.

use std::{collections::HashMap, fmt};

use wecom_contacts::DepartmentId;

use crate::cleaning::{Doubt, half_width, is_invisible, trimmed};

/// A path has at most this many names; WeCom allows 15 levels. Parents that form a circle end here.
const DEEPEST: usize = 64;
/// The most departments that a member may have, and so the most that a cell may name.
const MOST: usize = 100;
/// How many pieces between delimiters one name may have: `研发、测试和交付部` has two.
const PIECES: usize = 6;

/// The departments of a corp by their paths, such as `示例公司/研发部/测试组`.
///
/// ```
/// use wecom_sheets::DepartmentNames;
///
/// let departments = [(1, 0, "示例公司"), (2, 1, "研发部"), (3, 2, "测试组"), (4, 1, "测试组")];
/// let names = DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)));
/// assert_eq!(names.id("示例公司/研发部/测试组"), Ok(3.into()));
/// assert_eq!(names.id("研发部"), Ok(2.into()));
/// // Two departments have this name.
/// assert!(names.id("测试组").is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct DepartmentNames {
    paths: HashMap<DepartmentId, String>,
    by_path: HashMap<String, Vec<DepartmentId>>,
    by_end: HashMap<String, Vec<DepartmentId>>,
}

/// Why a name stands for no department.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// No department has this name or path.
    Unknown,
    /// Several departments have it: their full paths, at most ten of them.
    Ambiguous(Vec<String>),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("no department has this name or path"),
            Self::Ambiguous(paths) => {
                write!(f, "several departments have this name: {}; write the whole path", paths.join(", "))
            }
        }
    }
}

impl std::error::Error for NameError {}

impl From<NameError> for Doubt {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Unknown => Self::UnknownDepartment,
            NameError::Ambiguous(paths) => Self::AmbiguousDepartment(paths),
        }
    }
}

impl DepartmentNames {
    /// Takes departments as id, parent's id and name, in any order. The path of a department whose parent is not among them
    /// begins at itself.
    pub fn new<N: AsRef<str>>(
        departments: impl IntoIterator<Item = (DepartmentId, DepartmentId, N)>,
    ) -> Self {
        let nodes: HashMap<DepartmentId, (DepartmentId, String)> = departments
            .into_iter()
            .map(|(id, parent, name)| (id, (parent, trimmed(name.as_ref()).to_owned())))
            .collect();
        let mut all = Self::default();
        for id in nodes.keys() {
            let mut names = Vec::new();
            let mut here = *id;
            while let Some((parent, name)) = nodes.get(&here).filter(|_| names.len() < DEEPEST) {
                names.push(name.as_str());
                here = *parent;
            }
            names.reverse();
            all.paths.insert(*id, names.join("/"));
            let keys: Vec<String> = names.iter().map(|name| normal(name)).collect();
            for start in 1..keys.len() {
                all.by_end.entry(keys[start..].join("/")).or_default().push(*id);
            }
            let key = keys.join("/");
            all.by_end.entry(key.clone()).or_default().push(*id);
            all.by_path.entry(key).or_default().push(*id);
        }
        all
    }

    /// Whether there are no departments.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether a department has this id.
    pub fn contains(&self, id: DepartmentId) -> bool {
        self.paths.contains_key(&id)
    }

    /// The path of a department from the topmost one that is known.
    pub fn path(&self, id: DepartmentId) -> Option<&str> {
        self.paths.get(&id).map(String::as_str)
    }

    /// The departments that a cell names: paths, ends of paths, names or ids, joined by `;`, `,`, `、`, `|` or line breaks. A name may hold these
    /// signs itself: the longest text that is a department's wins, and that of the whole cell over all.
    ///
    /// # Errors
    ///
    /// If a part of the cell is no department's, or that of several.
    pub fn ids(&self, cell: &str) -> Result<Vec<DepartmentId>, NameError> {
        let mut ids = Vec::new();
        match self.one(cell) {
            Err(NameError::Unknown) => {}
            found => return found.map(|id| vec![id]),
        }
        // Where each piece begins and ends.
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        let mut start = 0;
        for (at, delimiter) in cell.match_indices(is_delimiter).chain([(cell.len(), "")]) {
            if !trimmed(&cell[start..at]).is_empty() {
                pieces.push((start, at));
            }
            start = at + delimiter.len();
        }
        let mut at = 0;
        while at < pieces.len() {
            let longest = PIECES.min(pieces.len() - at);
            let lengths = (1..=longest).rev();
            let mut found = Err(NameError::Unknown);
            let mut taken = 1;
            for length in lengths {
                found = self.one(&cell[pieces[at].0..pieces[at + length - 1].1]);
                taken = length;
                if found != Err(NameError::Unknown) {
                    break;
                }
            }
            let id = found?;
            if !ids.contains(&id) {
                ids.push(id);
            }
            if ids.len() > MOST {
                return Err(NameError::Unknown);
            }
            at += taken;
        }
        Ok(ids)
    }

    /// The department that a text names or is the id of. `>`, `\` and `-` stand between names where the whole is then a department's.
    fn one(&self, text: &str) -> Result<DepartmentId, NameError> {
        let text = trimmed(text);
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(DepartmentId).map_err(|_| NameError::Unknown);
        }
        let mut found = self.id(text);
        for separator in ["->", "→", ">", "＞", "\\", "»", "-", "－", "—", "_"] {
            if found == Err(NameError::Unknown) && text.contains(separator) {
                found = self.id(&text.replace(separator, "/"));
            }
        }
        found
    }

    /// The department that a path, the end of a path, or a name stands for. A whole path wins over the end of another.
    ///
    /// # Errors
    ///
    /// If no department or several have it.
    pub fn id(&self, text: &str) -> Result<DepartmentId, NameError> {
        let text = normal(text);
        let found = self.by_path.get(&text).filter(|ids| ids.len() == 1).or_else(|| self.by_end.get(&text));
        match found.map(Vec::as_slice) {
            None | Some([]) => Err(NameError::Unknown),
            Some([id]) => Ok(*id),
            Some(ids) => {
                let mut paths: Vec<_> =
                    ids.iter().map(|id| format!("{} ({id})", self.path(*id).unwrap_or_default())).collect();
                paths.sort();
                paths.truncate(10);
                Err(NameError::Ambiguous(paths))
            }
        }
    }
}

fn is_delimiter(one: char) -> bool {
    matches!(one, ';' | '；' | ',' | '，' | '、' | '|' | '｜' | '\n' | '\r')
}

/// A path with plain slashes and without blanks around its names, nor slashes at its ends. Widths do not matter, nor what cannot be seen.
fn normal(text: &str) -> String {
    let seen: String = half_width(text).chars().filter(|one| !is_invisible(*one)).collect();
    let names: Vec<&str> = seen.split('/').map(trimmed).filter(|name| !name.is_empty()).collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> DepartmentNames {
        let departments = [
            (1, 0, "示例公司"),
            (2, 1, "研发部"),
            (3, 2, "测试组"),
            (4, 1, "销售部"),
            (5, 4, "测试组"),
            (6, 4, "示例公司"),
            (7, 1, "A/B"),
        ];
        DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)))
    }

    #[test]
    fn a_path_an_end_and_a_unique_name_stand_for_one_department() {
        let names = names();
        for (text, id) in [
            ("示例公司/研发部/测试组", 3),
            (" 示例公司 ／ 研发部/", 2),
            ("示例公司/ 研发\u{200b}部", 2),
            ("研发部/测试组", 3),
            ("销售部", 4),
            // The root's own path wins over the department of the same name below it.
            ("示例公司", 1),
            ("A/B", 7),
        ] {
            assert_eq!(names.id(text), Ok(id.into()), "{text}");
        }
        assert_eq!(names.path(3.into()), Some("示例公司/研发部/测试组"));
    }

    #[test]
    fn an_unknown_or_ambiguous_name_is_an_error_with_its_candidates() {
        let names = names();
        assert_eq!(names.id("市场部"), Err(NameError::Unknown));
        assert_eq!(names.id(""), Err(NameError::Unknown));
        let Err(NameError::Ambiguous(paths)) = names.id("测试组") else { panic!() };
        assert_eq!(paths, ["示例公司/研发部/测试组 (3)", "示例公司/销售部/测试组 (5)"]);
    }

    #[test]
    fn trap_40_a_cell_names_several_departments_in_the_ways_that_people_join_them() {
        let departments = [
            (1, 0, "示例公司"),
            (2, 1, "研发部"),
            (3, 2, "测试、交付组"),
            (4, 1, "销售部"),
            (5, 4, "交付组"),
            (6, 2, "测试"),
        ];
        let names =
            DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)));
        let ids = |cell: &str| names.ids(cell).map(|ids| ids.into_iter().map(|id| id.0).collect::<Vec<_>>());
        for cell in [
            "研发部;销售部",
            "示例公司/研发部；销售部",
            "研发部、 4",
            "研发部\n销售部",
            "研发部，销售部,研发部",
            "2|销售部;",
        ] {
            assert_eq!(ids(cell), Ok(vec![2, 4]), "{cell:?}");
        }
        // A name that holds a delimiter, alone and in a list.
        assert_eq!(ids("测试、交付组"), Ok(vec![3]));
        assert_eq!(ids("销售部、测试、交付组"), Ok(vec![4, 3]));
        assert_eq!(ids("研发部/测试；交付组"), Ok(vec![6, 5]));
        for path in
            ["示例公司>销售部", "示例公司 - 销售部", "示例公司\\销售部", "示例公司／销售部", "/销售部/"]
        {
            assert_eq!(ids(path), Ok(vec![4]), "{path}");
        }
        assert_eq!(ids("研发部;市场部"), Err(NameError::Unknown));
        assert_eq!(ids("99999999999"), Err(NameError::Unknown));
    }

    #[test]
    fn parents_that_form_a_circle_end() {
        let names = DepartmentNames::new([(2.into(), 3.into(), "a"), (3.into(), 2.into(), "b")]);
        assert!(names.path(2.into()).is_some());
    }
}
