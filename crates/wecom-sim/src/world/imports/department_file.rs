//! A file of departments. It is checked as a whole and sorted so that parents come before children.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use super::sheet::{Row, Sheet};
use crate::world::{departments::ROOT, fail::Fail};

/// A running department import.
#[derive(Clone, Debug)]
pub(super) struct DepartmentImport {
    /// Parents before children.
    pub(super) rows: Vec<FileRow>,
    pub(super) by_id: HashMap<u32, usize>,
    pub(super) next: usize,
    pub(super) started: bool,
    /// The original names of departments that were renamed to free a name, until their own row is processed.
    pub(super) displaced: HashMap<u32, String>,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileRow {
    pub(super) id: u32,
    pub(super) name: String,
    /// 0 for the root.
    pub(super) parent: u32,
    /// `None` keeps the present order.
    pub(super) order: Option<u32>,
    /// The index in the file.
    pub(super) place: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Id,
    Parent,
    Order,
    Unused,
}

impl Column {
    fn of(heading: &str) -> Self {
        match heading.to_ascii_uppercase().as_str() {
            "部门名称" => Self::Name,
            "部门ID" => Self::Id,
            "父部门ID" => Self::Parent,
            "排序" => Self::Order,
            _ => Self::Unused,
        }
    }
}

/// The refusal of an invalid tree (302004); its text has the row.
fn illegal(row: usize, what: &str) -> Fail {
    Fail::new(302_004, format!("invalid department structure, row {row}: {what}"))
}

impl DepartmentImport {
    pub(super) fn open(text: &Bytes) -> Result<Self, Fail> {
        let mut sheet = Sheet::open(text, Column::of)?.ok_or_else(|| Fail::of(40092))?;
        for (column, heading) in
            [(Column::Name, "部门名称"), (Column::Id, "部门ID"), (Column::Parent, "父部门ID")]
        {
            if !sheet.columns().contains(&column) {
                let text = format!("invalid import file, it has no column {heading}");
                return Err(Fail::new(40092, text));
            }
        }
        let mut rows = Vec::new();
        while let Some(row) = sheet.next_row()? {
            rows.push(FileRow::read(&row, rows.len())?);
        }
        if rows.is_empty() {
            return Err(Fail::of(40092));
        }
        let rows = from_the_top(rows)?;
        Ok(Self {
            by_id: rows.iter().enumerate().map(|(at, row)| (row.id, at)).collect(),
            rows,
            next: 0,
            started: false,
            displaced: HashMap::new(),
        })
    }

    pub(super) fn total(&self) -> usize {
        self.rows.len()
    }
}

impl FileRow {
    fn read(row: &Row<'_, Column>, place: usize) -> Result<Self, Fail> {
        let (mut name, mut id, mut parent, mut order) = ("", "", "", "");
        for (column, cell) in row.cells() {
            match column {
                Column::Name => name = cell,
                Column::Id => id = cell,
                Column::Parent => parent = cell,
                Column::Order => order = cell,
                Column::Unused => {}
            }
        }
        let bad = |what: &str| illegal(row.number, what);
        let id: u32 =
            id.parse().ok().filter(|id| *id > 0).ok_or_else(|| bad("部门ID is not a number above 0"))?;
        let parent: u32 = match parent {
            "" if id == ROOT => 0,
            text => text.parse().map_err(|_| bad("父部门ID is not a number"))?,
        };
        if name.is_empty() {
            return Err(bad("部门名称 is empty"));
        }
        if (id == ROOT) != (parent == 0) {
            return Err(bad("only the root department 1 has the parent 0"));
        }
        let order = match order {
            "" | "0" => None,
            text => Some(text.parse().map_err(|_| bad("排序 is not a number"))?),
        };
        Ok(Self { id, name: name.into(), parent, order, place })
    }
}

/// Checks that the rows form a tree and puts parents before children. The root is optional.
fn from_the_top(rows: Vec<FileRow>) -> Result<Vec<FileRow>, Fail> {
    let mut by_id = HashMap::with_capacity(rows.len());
    let mut names = HashSet::with_capacity(rows.len());
    let mut children: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        if by_id.insert(row.id, at).is_some() {
            let text = format!("duplicate department id in the import file, row {}", row.place + 1);
            return Err(Fail::new(302_006, text));
        }
        if !names.insert((row.parent, &row.name)) {
            let text = format!("duplicate department name under one parent, row {}", row.place + 1);
            return Err(Fail::new(302_007, text));
        }
        children.entry(row.parent).or_default().push(at);
    }
    if let Some(row) = rows.iter().find(|row| row.parent > ROOT && !by_id.contains_key(&row.parent)) {
        return Err(illegal(row.place + 1, "its parent is not in the file"));
    }
    let mut order = Vec::with_capacity(rows.len());
    order.extend(by_id.get(&ROOT).copied());
    order.extend(children.get(&ROOT).into_iter().flatten());
    // The root was placed first; every other row follows its parent.
    let mut at = usize::from(by_id.contains_key(&ROOT));
    while let Some(place) = order.get(at) {
        order.extend(children.get(&rows[*place].id).into_iter().flatten());
        at += 1;
    }
    if order.len() < rows.len() {
        let reached: HashSet<usize> = order.into_iter().collect();
        let row = (0..rows.len()).find(|at| !reached.contains(at)).unwrap_or_default();
        return Err(illegal(row + 1, "it is its own ancestor"));
    }
    let mut rows: Vec<Option<FileRow>> = rows.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|at| rows[at].take()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(csv: &str) -> Result<Vec<u32>, i32> {
        DepartmentImport::open(&Bytes::copy_from_slice(csv.as_bytes()))
            .map(|import| import.rows.iter().map(|row| row.id).collect())
            .map_err(|fail| fail.code)
    }

    #[test]
    fn parents_come_before_their_children_wherever_they_stand() {
        let head = "部门名称,部门ID,父部门ID,排序\n";
        assert_eq!(judge(&format!("{head}c,4,3,\nb,3,2,\na,2,1,\nroot,1,0,\n")), Ok(vec![1, 2, 3, 4]));
        assert_eq!(judge(&format!("{head}b,3,2,7\na,2,1,0\n")), Ok(vec![2, 3]));
        assert_eq!(judge("排序,父部门id,部门id,部门名称\n5,1,2,a\n"), Ok(vec![2]));
    }

    #[test]
    fn what_is_no_tree_is_refused_as_a_whole() {
        let head = "部门名称,部门ID,父部门ID\n";
        for (rows, code) in [
            ("", 40092),
            ("a,2,1\nb,2,1\n", 302_006),
            ("a,2,1\na,3,1\n", 302_007),
            ("a,2,9\n", 302_004),
            ("a,2,3\nb,3,2\n", 302_004),
            ("a,2,2\n", 302_004),
            ("a,2,\n", 302_004),
            ("a,2,0\n", 302_004),
            ("a,,1\n", 302_004),
            ("a,0,1\n", 302_004),
            ("a,x,1\n", 302_004),
            ("a,-2,1\n", 302_004),
            ("a,4294967296,1\n", 302_004),
            (",2,1\n", 302_004),
            ("root,1,2\na,2,1\n", 302_004),
        ] {
            assert_eq!(judge(&format!("{head}{rows}")), Err(code), "{rows:?}");
        }
        for file in ["", "\n\n", "部门名称,部门ID\na,2\n", "a,2,1\n", "\u{feff}"] {
            assert_eq!(judge(file), Err(40092), "{file:?}");
        }
    }
}
