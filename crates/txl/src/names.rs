//! Departments and tags by name: what the user types is an id, a name, or a path of names.

use std::{collections::HashMap, fmt, str::FromStr};

/// A department or a tag as the user names it. Text of digits alone is an id, never a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IdOrName<T> {
    /// Its id.
    Id(T),
    /// Its name, or for departments a path such as `总公司/研发部`.
    Name(String),
}

impl<T: From<u32>> FromStr for IdOrName<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("an id or a name is needed".to_owned());
        }
        // Full-width digits are digits: an input method leaves them behind.
        let digits: Option<String> = text.chars().map(digit).collect();
        match digits {
            Some(digits) => crate::numbers::id(&digits).map(Self::Id),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl<T: fmt::Display> fmt::Display for IdOrName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// The departments of a corp by their names.
///
/// A text names a department by its whole path from the root, by the end of its path, or by its name, where no other
/// department has the same. A leading slash means the whole path, with or without the root's name.
#[derive(Debug, Default)]
pub(crate) struct DepartmentNames {
    departments: Vec<Named>,
    /// The departments by the last piece of their paths.
    by_last: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Named {
    id: u32,
    path: String,
}

/// What a text names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// The one department.
    One(u32),
    /// Several departments: ids and whole paths.
    Several(Vec<(u32, &'a str)>),
    /// No department.
    Nothing,
}

/// No department is deeper: WeCom allows 15 levels. The bound also ends a circle of parents.
const MAX_DEPTH: usize = 32;

impl DepartmentNames {
    /// Builds the table from ids, parents and names. A parent that is not among the ids is the end of a path.
    pub(crate) fn new(departments: impl IntoIterator<Item = (u32, u32, String)>) -> Self {
        let rows: Vec<_> = departments.into_iter().collect();
        let by_id: HashMap<u32, usize> = rows.iter().enumerate().map(|(at, row)| (row.0, at)).collect();
        let mut table = Self::default();
        for (id, ..) in &rows {
            let mut pieces = Vec::new();
            let mut next = by_id.get(id);
            while let Some(at) = next
                && pieces.len() < MAX_DEPTH
            {
                let (_, parent, name) = &rows[*at];
                pieces.push(name.trim());
                next = by_id.get(parent).filter(|above| *above != at);
            }
            pieces.reverse();
            let path = pieces.join("/");
            table.by_last.entry(last(&path).to_owned()).or_default().push(table.departments.len());
            table.departments.push(Named { id: *id, path });
        }
        table
    }

    /// Whether no department has a name that the credential may see.
    pub(crate) fn is_hidden(&self) -> bool {
        self.departments.iter().all(|department| department.path.trim_matches('/').is_empty())
    }

    /// The whole path of a department.
    pub(crate) fn path(&self, id: u32) -> Option<&str> {
        self.departments.iter().find(|department| department.id == id).map(|found| found.path.as_str())
    }

    /// The department that a text names.
    pub(crate) fn find(&self, text: &str) -> Found<'_> {
        let text: String = text.chars().map(|c| if c == '／' { '/' } else { c }).collect();
        let pieces: Vec<_> = text.split('/').map(str::trim).collect();
        let text = pieces.join("/");
        let text = text.trim_end_matches('/');
        if text.is_empty() {
            return Found::Nothing;
        }
        let ends_alike = self.by_last.get(last(text)).map(Vec::as_slice).unwrap_or_default();
        let ends_alike = ends_alike.iter().map(|at| &self.departments[*at]);
        let matching: Vec<_> = match text.strip_prefix('/') {
            Some(whole) => ends_alike
                .filter(|there| there.path == whole || below_root(&there.path) == Some(whole))
                .collect(),
            None => {
                let tails: Vec<_> = ends_alike.filter(|there| is_tail(text, &there.path)).collect();
                match tails.iter().find(|there| there.path == text) {
                    // The whole path of one is also the end of another's: what is written in full is meant.
                    Some(whole) if text.contains('/') => vec![*whole],
                    _ => tails,
                }
            }
        };
        match matching.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(one.id),
            several => Found::Several(several.iter().map(|there| (there.id, there.path.as_str())).collect()),
        }
    }

    /// Departments whose paths contain the text, a few at most.
    pub(crate) fn similar(&self, text: &str) -> impl Iterator<Item = (u32, &str)> {
        let text = last(text.trim_end_matches('/')).trim().to_lowercase();
        let similar = self.departments.iter().filter(move |there| {
            let name = last(&there.path).to_lowercase();
            !text.is_empty() && !name.is_empty() && (name.contains(&text) || text.contains(&name))
        });
        similar.map(|there| (there.id, there.path.as_str())).take(5)
    }
}

fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}

fn below_root(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, below)| below)
}

fn is_tail(text: &str, path: &str) -> bool {
    path.strip_suffix(text).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corp() -> DepartmentNames {
        let rows = [
            (1, 0, "示例公司"),
            (2, 1, "研发部"),
            (3, 1, "华东 大区"),
            (4, 3, "研发部"),
            (5, 4, "前端/后端组"),
            (6, 3, "示例公司"),
            (7, 6, "研发部"),
            (8, 1, "2025"),
            (9, 77, "看不见上级"),
        ];
        DepartmentNames::new(rows.map(|(id, parent, name)| (id, parent, name.to_owned())))
    }

    #[test]
    fn a_unique_name_a_unique_end_and_a_whole_path_are_found() {
        let corp = corp();
        for (text, id) in [
            ("华东 大区", 3),
            (" 华东 大区 / 研发部 ", 4),
            ("华东 大区／研发部", 4),
            ("示例公司/华东 大区/研发部", 4),
            ("示例公司/研发部", 2),
            ("/研发部", 2),
            ("/示例公司/研发部", 2),
            ("/华东 大区/示例公司", 6),
            ("前端/后端组", 5),
            ("后端组", 5),
            ("看不见上级", 9),
            ("示例公司/2025", 8),
        ] {
            assert_eq!(corp.find(text), Found::One(id), "{text}");
        }
        for text in ["", "/", "东 大区", "部", "研发部/", "不存在", "公司/研发部"] {
            assert!(!matches!(corp.find(text), Found::One(_)), "{text}");
        }
        assert_eq!(corp.path(5), Some("示例公司/华东 大区/研发部/前端/后端组"));
    }

    #[test]
    fn a_name_of_several_departments_gives_them_all() {
        let corp = corp();
        let several = Found::Several(vec![
            (2, "示例公司/研发部"),
            (4, "示例公司/华东 大区/研发部"),
            (7, "示例公司/华东 大区/示例公司/研发部"),
        ]);
        assert_eq!(corp.find("研发部"), several);
        assert!(matches!(corp.find("示例公司"), Found::Several(_)), "the root has the name of another");
        assert_eq!(corp.find("/示例公司"), Found::One(1));
    }

    #[test]
    fn parents_in_a_circle_end() {
        let rows = [(1, 2, "甲".to_owned()), (2, 1, "乙".to_owned()), (3, 3, "丙".to_owned())];
        let corp = DepartmentNames::new(rows);
        assert_eq!(corp.find("丙"), Found::One(3));
        assert!(corp.path(1).unwrap().len() < 1000);
    }

    #[test]
    fn hidden_names_are_told_apart_from_none() {
        assert!(DepartmentNames::new([(1, 0, String::new()), (2, 1, String::new())]).is_hidden());
        assert!(!corp().is_hidden());
        assert_eq!(corp().similar("研发").map(|(id, _)| id).collect::<Vec<_>>(), [2, 4, 7]);
    }

    #[test]
    fn digits_are_an_id_and_never_a_name() {
        let parsed = |text: &str| text.parse::<IdOrName<u32>>();
        assert_eq!(parsed("2025"), Ok(IdOrName::Id(2025)));
        assert_eq!(parsed(" ２０２５ "), Ok(IdOrName::Id(2025)));
        assert_eq!(parsed("2025届"), Ok(IdOrName::Name("2025届".to_owned())));
        assert!(parsed("4294967296").unwrap_err().contains("4294967295"));
        assert!(parsed(" ").is_err());
    }
}
