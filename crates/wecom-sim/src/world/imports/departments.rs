//! `batch/replaceparty`: replaces the department tree with that of a file.
//!
//! The file is checked as a whole first. Then empty departments that are missing from the file are deleted, the
//! others are created and changed from the top down, and departments that became empty are deleted. A missing
//! department that still has members stays until a later member import empties it.

use std::collections::BTreeSet;

use super::{
    department_file::{DepartmentImport, FileRow},
    job::{ResultRow, verdict},
};
use crate::{
    random::random_text,
    world::{
        changes::Actor,
        departments::{Department, ROOT, Tongue},
        fail::Fail,
        forms::DepartmentForm,
        state::World,
    },
};

/// Values of `action` in a result row.
const CREATED: u8 = 1;
const RENAMED: u8 = 2;
const MOVED: u8 = 4;
const REORDERED: u8 = 8;

impl DepartmentImport {
    /// Processes the next rows.
    pub(super) fn work(&mut self, world: &mut World, corp: usize, rows: usize, results: &mut Vec<ResultRow>) {
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

    /// Runs after the last row: deletes departments that became empty, retries rows that failed because of their
    /// names, and sorts the results in the order of the file.
    pub(super) fn finish(&mut self, world: &mut World, corp: usize, results: &mut Vec<ResultRow>) {
        world.sweep_abandoned(corp);
        for (at, result) in results.iter_mut().enumerate() {
            if result.errcode() == 60008 {
                *result = self.take_over(world, corp, at);
            }
        }
        let mut placed: Vec<(usize, ResultRow)> =
            self.rows.iter().map(|row| row.place).zip(results.drain(..)).collect();
        placed.sort_by_key(|(place, _)| *place);
        results.extend(placed.into_iter().map(|(_, result)| result));
        // The result always ends with a row for the root, which is not counted (recorded live).
        let (errcode, errmsg) = verdict(None);
        results.push(ResultRow::Department { action: RENAMED | REORDERED, partyid: ROOT, errcode, errmsg });
    }

    fn take_over(&mut self, world: &mut World, corp: usize, at: usize) -> ResultRow {
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
        let (errcode, errmsg) = verdict(fail);
        ResultRow::Department { action, partyid: row.id, errcode, errmsg }
    }

    fn apply(&self, world: &mut World, corp: usize, row: &FileRow) -> Result<u8, Fail> {
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

    /// Gives a temporary name to a department that blocks the name of another row. Two departments can exchange their
    /// names, and one can take the name of another that moves away.
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
        let name = format!("{}-{}", rival.id, random_text(8));
        self.displaced.entry(rival.id).or_insert_with(|| rival.name.clone());
        departments.replace(Department { name, ..rival });
        true
    }

    /// Restores the old name of a department whose row failed, except if another department has taken the name.
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

impl World {
    /// Deletes the departments that an import left out and that have no members and no sub-departments any more.
    pub(super) fn sweep_abandoned(&mut self, corp: usize) {
        let mut waiting = std::mem::take(&mut self.corp_mut(corp).jobs.abandoned);
        // Children come before parents, so a parent can be deleted in the same pass.
        let mut by_level: Vec<(usize, u32)> =
            waiting.iter().map(|id| (self.corp(corp).departments.level(*id), *id)).collect();
        by_level.sort_unstable_by(|one, other| other.cmp(one));
        for (_, id) in by_level {
            match self.delete_department(corp, Actor::ContactsApi, id.into()) {
                Err(fail) if matches!(fail.code, 60005 | 60006) => {}
                // It was already deleted.
                _ => {
                    waiting.remove(&id);
                }
            }
        }
        self.corp_mut(corp).jobs.abandoned = waiting;
    }
}
