//! Departments by name: which id a path, the end of a path, or a name stands for.

use std::{collections::HashMap, fmt};

use wecom_contacts::DepartmentId;

use crate::cleaning::{CellProblem, half_width, is_invisible, trimmed};

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
    /// Whole paths and their ends, cut between names.
    by_end: HashMap<String, Vec<Tail>>,
    /// Further ends, cut inside names that hold a slash.
    by_piece: HashMap<String, Vec<Tail>>,
}

/// The end of a department's path.
#[derive(Clone, Copy, Debug)]
struct Tail {
    id: DepartmentId,
    /// How many names of the path stand before it.
    before: usize,
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

impl From<NameError> for CellProblem {
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

    /// Whether there are no departments.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether no department has a name that the credential may see.
    pub fn is_hidden(&self) -> bool {
        self.paths.values().all(|path| path.trim_matches('/').is_empty())
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

    /// The departments that a person may mean by this text, with their paths, by id: one if it is clear.
    ///
    /// Stricter than [`Self::id`]: a name alone means all departments of this name, even if it is the whole path of one. A
    /// leading slash asks for the whole path, with or without the root's name.
    pub fn candidates(&self, text: &str) -> Vec<(DepartmentId, &str)> {
        let is_whole = half_width(trimmed(text)).starts_with('/');
        let text = normal(text);
        let tails = self.tails(&text);
        let mut meant: Vec<Tail> = match is_whole {
            true => tails.iter().filter(|tail| tail.before <= 1).copied().collect(),
            false => tails.to_vec(),
        };
        // The whole path of one is also the end of another's: what is written in full is meant.
        if (is_whole || text.contains('/')) && meant.iter().filter(|tail| tail.before == 0).count() == 1 {
            meant.retain(|tail| tail.before == 0);
        }
        self.listed(meant.into_iter().map(|tail| tail.id))
    }

    /// Departments with a name like this text, with their paths, by id; five at most.
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

    /// Ends that are cut between names come before those that are cut inside of one.
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

/// A path with plain slashes and without blanks around its names, nor slashes at its ends. Widths do not matter, nor what cannot be seen.
fn normal(text: &str) -> String {
    let seen: String = half_width(text).chars().filter(|one| !is_invisible(*one)).collect();
    let names: Vec<&str> = seen.split('/').map(trimmed).filter(|name| !name.is_empty()).collect();
    names.join("/")
}

#[cfg(test)]
mod tests;
