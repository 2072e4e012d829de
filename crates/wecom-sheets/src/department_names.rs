//! Departments by name: finds the id for a path, the end of a path, or a name.

use std::{collections::HashMap, fmt};

use wecom_contacts::DepartmentId;

use crate::cleaning::{CellProblem, half_width, is_invisible, trimmed};

/// Maximum number of names in a path. WeCom allows 15 levels. The limit also ends a cycle of parents.
const DEEPEST: usize = 64;
/// Maximum number of departments in a cell. It equals WeCom's limit of departments for a member.
const MOST: usize = 100;
/// Maximum number of delimited pieces in one name: `研发、测试和交付部` has two.
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
    /// Whole paths and their ends, split between names.
    by_end: HashMap<String, Vec<Tail>>,
    /// Further ends, split inside names that contain a slash.
    by_piece: HashMap<String, Vec<Tail>>,
}

/// The end of a department's path.
#[derive(Clone, Copy, Debug)]
struct Tail {
    id: DepartmentId,
    /// The number of names before this end in the path.
    before: usize,
}

/// The reason that a name does not identify a department.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// No department has this name or path.
    Unknown,
    /// Several departments have this name or path. The value holds at most ten full paths.
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

impl From<NameError> for CellProblem {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Unknown => Self::UnknownDepartment,
            NameError::Ambiguous(paths) => Self::AmbiguousDepartment(paths),
        }
    }
}

impl DepartmentNames {
    /// Builds the index from an id, a parent id and a name for each department, in any order. If the parent of a department is missing, its path
    /// begins at the department itself.
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
                if *parent == here {
                    break;
                }
                here = *parent;
            }
            names.reverse();
            all.paths.insert(*id, names.join("/"));
            let keys: Vec<String> = names.iter().map(|name| normal(name)).collect();
            for before in 0..keys.len() {
                let tail = Tail { id: *id, before };
                let end = keys[before..].join("/");
                for (slash, _) in keys[before].match_indices('/') {
                    all.by_piece.entry(end[slash + 1..].to_owned()).or_default().push(tail);
                }
                all.by_end.entry(end).or_default().push(tail);
            }
        }
        all
    }

    /// Returns whether the index is empty.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Returns whether all names are hidden from the credential.
    pub fn is_hidden(&self) -> bool {
        self.paths.values().all(|path| path.trim_matches('/').is_empty())
    }

    /// Returns whether a department has this id.
    pub fn contains(&self, id: DepartmentId) -> bool {
        self.paths.contains_key(&id)
    }

    /// Returns the path of a department, beginning at its topmost known ancestor.
    pub fn path(&self, id: DepartmentId) -> Option<&str> {
        self.paths.get(&id).map(String::as_str)
    }

    /// Returns the departments in a cell: paths, ends of paths, names or ids, separated by `;`, `,`, `、`, `|` or line breaks. A name can contain
    /// these signs: the longest text that matches a department is used, beginning with the whole cell.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the cell matches no department, or several.
    pub fn ids(&self, cell: &str) -> Result<Vec<DepartmentId>, NameError> {
        let mut ids = Vec::new();
        match self.one(cell) {
            Err(NameError::Unknown) => {}
            found => return found.map(|id| vec![id]),
        }
        // The start and the end of each piece.
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

    /// Returns the department that a text names, by name or id. `>`, `\` and `-` separate names if the result matches a department.
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

    /// Returns the department with this path, end of a path, or name. A whole path has priority over the end of another path.
    ///
    /// # Errors
    ///
    /// Returns an error if no department matches, or several.
    pub fn id(&self, text: &str) -> Result<DepartmentId, NameError> {
        let text = normal(text);
        let tails = self.tails(&text);
        let mut whole = tails.iter().filter(|tail| tail.before == 0);
        if let (Some(tail), None) = (whole.next(), whole.next()) {
            return Ok(tail.id);
        }
        match tails {
            [] => Err(NameError::Unknown),
            [tail] => Ok(tail.id),
            tails => {
                let path = |tail: &Tail| format!("{} ({})", self.path(tail.id).unwrap_or_default(), tail.id);
                let mut paths: Vec<_> = tails.iter().map(path).collect();
                paths.sort();
                paths.truncate(10);
                Err(NameError::Ambiguous(paths))
            }
        }
    }

    /// Returns the departments that a person can mean by this text, with their paths, ordered by id. An unambiguous text has one.
    ///
    /// This is stricter than [`Self::id`]: a name alone matches all departments with this name, even if it is the whole path of one of them. A
    /// leading slash requires the whole path, with or without the name of the root.
    pub fn candidates(&self, text: &str) -> Vec<(DepartmentId, &str)> {
        let is_whole = half_width(trimmed(text)).starts_with('/');
        let text = normal(text);
        let tails = self.tails(&text);
        let mut meant: Vec<Tail> = match is_whole {
            true => tails.iter().filter(|tail| tail.before <= 1).copied().collect(),
            false => tails.to_vec(),
        };
        // A whole path can also be the end of another path. The whole path has priority.
        if (is_whole || text.contains('/')) && meant.iter().filter(|tail| tail.before == 0).count() == 1 {
            meant.retain(|tail| tail.before == 0);
        }
        self.listed(meant.into_iter().map(|tail| tail.id))
    }

    /// Returns at most five departments with a similar name, with their paths, ordered by id.
    pub fn similar(&self, text: &str) -> Vec<(DepartmentId, &str)> {
        let text = normal(text).to_lowercase();
        let text = last(&text);
        let is_similar = |path: &String| {
            let name = normal(last(path)).to_lowercase();
            !text.is_empty() && !name.is_empty() && (name.contains(text) || text.contains(&name))
        };
        let similar = self.paths.iter().filter(|(_, path)| is_similar(path)).map(|(id, _)| *id);
        let mut similar = self.listed(similar);
        similar.truncate(5);
        similar
    }

    /// Returns the matching ends. Ends that are split between names have priority over ends that are split inside a name.
    fn tails(&self, text: &str) -> &[Tail] {
        let found = self.by_end.get(text).or_else(|| self.by_piece.get(text));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    fn listed(&self, ids: impl Iterator<Item = DepartmentId>) -> Vec<(DepartmentId, &str)> {
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| Some((id, self.path(id)?))).collect()
    }
}

fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}

fn is_delimiter(one: char) -> bool {
    matches!(one, ';' | '；' | ',' | '，' | '、' | '|' | '｜' | '\n' | '\r')
}

/// Normalizes a path: plain slashes, no blanks around names, no slashes at the ends. Character width and invisible characters are ignored.
fn normal(text: &str) -> String {
    let seen: String = half_width(text).chars().filter(|one| !is_invisible(*one)).collect();
    let names: Vec<&str> = seen.split('/').map(trimmed).filter(|name| !name.is_empty()).collect();
    names.join("/")
}

#[cfg(test)]
mod tests;
