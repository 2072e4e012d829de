//! `batch/replaceparty`: a file of departments becomes the corp's tree.
//!
//! The file is judged as a whole first. Then departments that it leaves out go where they are empty, those in it are created
//! and changed from the top down, and what has emptied meanwhile goes too. A department that still has members stays until a
//! later member import empties it.

use std::collections::{BTreeSet, HashMap, HashSet};

use bytes::Bytes;

use super::{
    Row as Outcome,
    sheet::{Row, Sheet},
};
use crate::world::{Actor, Department, DepartmentForm, Fail, ROOT, Tongue, World};

/// `action` of a result row.
const CREATED: u8 = 1;
const RENAMED: u8 = 2;
const MOVED: u8 = 4;
const REORDERED: u8 = 8;

/// A department import under way.
#[derive(Debug)]
pub(super) struct DepartmentImport {
    /// Parents before children.
    rows: Vec<Planned>,
    by_id: HashMap<u32, usize>,
    next: usize,
    started: bool,
    /// The names of departments that had to make way for another row, until their own row comes.
    displaced: HashMap<u32, String>,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Planned {
    id: u32,
    name: String,
    /// 0 for the root.
    parent: u32,
    /// `None`: left as it is.
    order: Option<u32>,
    /// Its place in the file.
    place: usize,
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

/// The structure is illegal (302004); the text says where.
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
            rows.push(Planned::read(&row, rows.len())?);
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

    /// Takes over the next rows.
    pub(super) fn work(&mut self, world: &mut World, corp: usize, rows: usize, results: &mut Vec<Outcome>) {
        if !self.started {
            self.started = true;
            let departments = &world.corp(corp).departments;
            let left_out: BTreeSet<u32> = departments
                .iter()
                .map(|department| department.id)
                .filter(|id| *id != ROOT && !self.by_id.contains_key(id))
                .collect();
            world.corp_mut(corp).jobs.abandoned = left_out;
            world.sweep_abandoned(corp);
        }
        let end = (self.next + rows).min(self.rows.len());
        for at in self.next..end {
            let outcome = self.take_over(world, corp, at);
            results.push(outcome);
        }
        self.next = end;
    }

    /// After the last row: what has emptied goes, rows that failed over its name are tried again, and the results get the
    /// order of the file.
    pub(super) fn finish(&mut self, world: &mut World, corp: usize, results: &mut Vec<Outcome>) {
        world.sweep_abandoned(corp);
        for (at, result) in results.iter_mut().enumerate() {
            if result.errcode() == 60008 {
                *result = self.take_over(world, corp, at);
            }
        }
        let mut placed: Vec<(usize, Outcome)> =
            self.rows.iter().map(|row| row.place).zip(results.drain(..)).collect();
        placed.sort_by_key(|(place, _)| *place);
        results.extend(placed.into_iter().map(|(_, result)| result));
        // A row for the root ends the result whatever the file says of it, and is not counted: recorded live.
        let (errcode, errmsg) = super::verdict(None);
        results.push(Outcome::Department { action: RENAMED | REORDERED, partyid: ROOT, errcode, errmsg });
    }

    fn take_over(&mut self, world: &mut World, corp: usize, at: usize) -> Outcome {
        let row = self.rows[at].clone();
        let mut outcome = self.apply(world, corp, &row);
        if outcome.as_ref().is_err_and(|fail| fail.code == 60008) && self.displace_rival(world, corp, at) {
            outcome = self.apply(world, corp, &row);
        }
        if outcome.is_err() {
            self.restore(world, corp, row.id);
        } else {
            self.displaced.remove(&row.id);
        }
        let (action, fail) = match outcome {
            Ok(action) => (action, None),
            Err(fail) => (0, Some(fail)),
        };
        let (errcode, errmsg) = super::verdict(fail);
        Outcome::Department { action, partyid: row.id, errcode, errmsg }
    }

    fn apply(&self, world: &mut World, corp: usize, row: &Planned) -> Result<u8, Fail> {
        let Some(old) = world.corp(corp).departments.get(row.id) else {
            let form = DepartmentForm {
                id: Some(row.id.into()),
                name: Some(row.name.clone()),
                parent: Some(row.parent.into()),
                order: row.order.map(Into::into),
                ..DepartmentForm::default()
            };
            world.create_department(corp, Actor::ContactsApi, &form)?;
            return Ok(CREATED);
        };
        let old_name = self.displaced.get(&row.id).unwrap_or(&old.name);
        let renamed = row.name != *old_name;
        let moved = row.parent != old.parent;
        let reordered = row.order.is_some_and(|order| order != old.order);
        let form = DepartmentForm {
            id: Some(row.id.into()),
            name: (row.name != old.name).then(|| row.name.clone()),
            parent: moved.then_some(row.parent.into()),
            order: row.order.filter(|_| reordered).map(Into::into),
            ..DepartmentForm::default()
        };
        if form.name.is_some() || moved || reordered {
            world.update_department(corp, Actor::ContactsApi, &form)?;
        }
        let bit = |on: bool, bit: u8| if on { bit } else { 0 };
        Ok(bit(renamed, RENAMED) | bit(moved, MOVED) | bit(reordered, REORDERED))
    }

    /// Two departments may trade names, or one take the name of another that moves away: the other, whose row is still to
    /// come, takes a name for the time being.
    fn displace_rival(&mut self, world: &mut World, corp: usize, at: usize) -> bool {
        let row = &self.rows[at];
        let departments = &mut world.corp_mut(corp).departments;
        let rival = departments
            .child_named(row.parent, Tongue::Main, &row.name)
            .filter(|rival| *rival != row.id)
            .filter(|rival| self.by_id.get(rival).is_some_and(|place| *place > at));
        let Some(rival) = rival.and_then(|id| departments.get(id)).cloned() else {
            return false;
        };
        let name = format!("{}-{}", rival.id, crate::world::random_text(8));
        self.displaced.entry(rival.id).or_insert_with(|| rival.name.clone());
        departments.replace(Department { name, ..rival });
        true
    }

    /// A row that failed leaves the department with its old name, unless another took that meanwhile.
    fn restore(&mut self, world: &mut World, corp: usize, id: u32) {
        let Some(name) = self.displaced.remove(&id) else {
            return;
        };
        let departments = &mut world.corp_mut(corp).departments;
        if let Some(department) = departments.get(id).cloned()
            && departments.child_named(department.parent, Tongue::Main, &name).is_none()
        {
            departments.replace(Department { name, ..department });
        }
    }
}

impl Planned {
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

/// Checks that the rows are a tree and puts parents before children. The root need not be among them.
fn from_the_top(rows: Vec<Planned>) -> Result<Vec<Planned>, Fail> {
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
    // The root was put there by hand; everything else follows its parent.
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
    let mut rows: Vec<Option<Planned>> = rows.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|at| rows[at].take()).collect())
}

impl World {
    /// Deletes the departments that an import left out and that have neither members nor sub-departments any more.
    pub(super) fn sweep_abandoned(&mut self, corp: usize) {
        let mut waiting = std::mem::take(&mut self.corp_mut(corp).jobs.abandoned);
        // Children before parents: a parent may go in the same sweep.
        let mut by_level: Vec<(usize, u32)> =
            waiting.iter().map(|id| (self.corp(corp).departments.level(*id), *id)).collect();
        by_level.sort_unstable_by(|one, other| other.cmp(one));
        for (_, id) in by_level {
            match self.delete_department(corp, Actor::ContactsApi, id.into()) {
                Err(fail) if matches!(fail.code, 60005 | 60006) => {}
                // Gone, or deleted by somebody else before.
                _ => {
                    waiting.remove(&id);
                }
            }
        }
        self.corp_mut(corp).jobs.abandoned = waiting;
    }
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
