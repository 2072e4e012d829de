//! What the departments of a plan become: renames, changes of the sheet of departments, removals of empty ones, and the drawing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use wecom_contacts::DepartmentId;

use super::{
    EmptyDepartmentRule, Inputs, Maker,
    departments::Departments,
    draft::{Draft, Need, Phase},
    tree::{LEVELS, Resolution, Tree},
};
use crate::{
    Error, RenameProblem, Result,
    gate::Reason,
    journal::ObjectKind,
    plan::{Category, Finding, FindingKind, Object, PlanDepartment, Step, StepAction},
    record::State,
    roster::DepartmentRow,
};

/// Which departments people leave, and which new ones they enter.
pub(super) struct Changes<'a> {
    tree: &'a Tree,
    new: BTreeSet<DepartmentId>,
    heads: &'a HashMap<DepartmentId, u64>,
    /// How many members go from one department to a new one.
    moves: BTreeMap<(DepartmentId, DepartmentId), u64>,
}

impl<'a> Changes<'a> {
    pub(super) fn new(tree: &'a Tree, heads: &'a HashMap<DepartmentId, u64>) -> Self {
        Self { tree, new: tree.new.iter().map(|new| new.id).collect(), heads, moves: BTreeMap::new() }
    }

    /// Notes the changed seats of a member.
    pub(super) fn member(&mut self, draft: &Draft) {
        if self.new.is_empty() {
            return;
        }
        let Some(change) = draft.step.fields.get("department") else { return };
        let ids = |value: Option<&Value>| -> BTreeSet<DepartmentId> {
            let list = value.and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_u64).filter_map(|id| u32::try_from(id).ok()).map(DepartmentId).collect()
        };
        let (before, after) = (ids(change.before.as_ref()), ids(Some(&change.after)));
        for from in before.difference(&after) {
            for to in after.intersection(&self.new) {
                *self.moves.entry((*from, *to)).or_default() += 1;
            }
        }
    }

    /// Pairs of a department that nearly everybody leaves and a new one that nearly everybody of it enters.
    fn likely_renames(&self, mentioned: &BTreeSet<DepartmentId>) -> Vec<(DepartmentId, DepartmentId, u64)> {
        let mut entering: BTreeMap<DepartmentId, u64> = BTreeMap::new();
        for ((_, to), count) in &self.moves {
            *entering.entry(*to).or_default() += count;
        }
        let is_likely = |((from, to), count): &(&(DepartmentId, DepartmentId), &u64)| {
            let leaving = self.heads.get(from).copied().unwrap_or_default();
            !mentioned.contains(from) && **count * 2 > leaving && **count * 2 > entering[to]
        };
        self.moves.iter().filter(is_likely).map(|((from, to), count)| (*from, *to, *count)).collect()
    }

    fn called(&self, id: DepartmentId) -> String {
        self.tree.called(id)
    }
}

impl Maker<'_> {
    /// Makes the steps of the renames that people confirmed, and changes the tree, so that the rows are understood as after them. Their
    /// order does not matter: one that another one makes possible waits for it.
    pub(super) fn renames(&mut self) -> Result<Vec<Draft>> {
        let mut drafts: Vec<Draft> = Vec::new();
        let renames = self.planning.renames.clone().into_iter();
        // People name departments as they are before all renames.
        let mut waiting: Vec<_> = renames
            .map(|(from, to)| match self.tree.resolve(&from) {
                Resolution::Known(id) => (from, to, Some(id)),
                _ => (from, to, None),
            })
            .collect();
        while !waiting.is_empty() {
            let count = waiting.len();
            let mut first = None;
            waiting.retain(|(from, to, id)| match self.rename(from, to, *id, &mut drafts) {
                Ok(()) => false,
                Err(problem) => {
                    first.get_or_insert(problem);
                    true
                }
            });
            if let Some(problem) = first.filter(|_| waiting.len() == count) {
                return Err(Error::Rename(problem));
            }
        }
        Ok(drafts)
    }

    /// Makes the step of one rename. `known`: the department that had the name before all renames.
    fn rename(
        &mut self,
        from: &str,
        to: &str,
        known: Option<DepartmentId>,
        drafts: &mut Vec<Draft>,
    ) -> std::result::Result<(), RenameProblem> {
        let id = match known.map_or_else(|| self.tree.resolve(from), Resolution::Known) {
            Resolution::Known(id) => id,
            Resolution::Unknown | Resolution::Missing(..) => {
                // The command of an earlier week may be given again: the rename is done.
                let above = from.trim_matches('/').rsplit_once('/').map_or("", |(above, _)| above);
                let renamed = if to.contains('/') || above.is_empty() {
                    to.to_owned()
                } else {
                    format!("{above}/{to}")
                };
                return match self.tree.resolve(&renamed) {
                    Resolution::Known(_) => Ok(()),
                    _ => Err(RenameProblem::NotOne(from.to_owned())),
                };
            }
            _ => return Err(RenameProblem::NotOne(from.to_owned())),
        };
        let department = self.tree.departments[&id].clone();
        let (Some(name), Some(parent)) = (department.name.known(), department.parent.known()) else {
            return Err(RenameProblem::Hidden(from.to_owned()));
        };
        let (new_parent, new_name) = match to.rsplit_once('/') {
            None => (*parent, to.to_owned()),
            Some((above, new_name)) => match self.tree.resolve(above) {
                Resolution::Known(above) => (above, new_name.to_owned()),
                _ => return Err(RenameProblem::NotOne(above.to_owned())),
            },
        };
        if self.tree.below(id).contains(&new_parent) {
            return Err(RenameProblem::BelowItself(from.to_owned()));
        }
        if self.tree.levels_after_move(id, new_parent) > LEVELS {
            return Err(RenameProblem::TooDeep { levels: LEVELS });
        }
        let siblings = self.tree.children(new_parent);
        let is_taken = siblings.iter().any(|sibling| {
            *sibling != id
                && self
                    .tree
                    .departments
                    .get(sibling)
                    .is_some_and(|other| other.name.known() == Some(&new_name))
        });
        if is_taken {
            let parent = self.tree.called(new_parent);
            return Err(RenameProblem::Taken { parent, name: new_name });
        }
        let category = if new_parent == *parent { Category::Update } else { Category::Move };
        let object = self.department(id, Some(name.clone()));
        let mut draft = Draft::new(Phase::Departments, object, StepAction::Update, category);
        if *name != new_name {
            draft.change("name", Some(json!(name)), new_name.clone());
        }
        if *parent != new_parent {
            draft.change("parentid", Some(json!(parent)), json!(new_parent));
        }
        // A name that another rename gives up is free only afterwards.
        draft.needs.extend((0..drafts.len()).map(Need::Draft));
        if !draft.step.fields.is_empty() {
            drafts.push(draft);
        }
        self.tree.change(id, &new_name, new_parent);
        Ok(())
    }

    /// Makes the steps of departments: new ones, changes of the sheet, removals of empty ones. Tags that hinder removals are unchecked.
    pub(super) fn departments(
        &self,
        inputs: &Inputs<'_>,
        unchecked: &mut BTreeMap<String, u64>,
    ) -> Vec<Draft> {
        let sheet: BTreeMap<DepartmentId, &DepartmentRow> = inputs
            .roster
            .departments
            .iter()
            .flatten()
            .filter_map(|row| Some((inputs.departments.get(&row.path)?, row)))
            .collect();
        let mut drafts = Vec::new();
        for new in &self.tree.new {
            let object = self.department(new.id, Some(new.name.clone()));
            let mut draft = Draft::new(Phase::Departments, object, StepAction::Create, Category::Create);
            draft.order.clone_from(&new.path);
            draft.set("id", json!(new.id));
            draft.set("name", new.name.as_str());
            draft.set("parentid", json!(new.parent));
            draft.needs.insert(Need::Department(new.parent));
            if let Some(row) = sheet.get(&new.id) {
                draft.step.places.push(row.place);
                if let Some(name) = row.name_en.as_ref().filter(|name| !name.is_empty()) {
                    draft.set("name_en", name.as_str());
                }
                if let Some(order) = row.order {
                    draft.set("order", order);
                }
            }
            drafts.push(draft);
        }
        for (id, row) in &sheet {
            let Some(department) = self.tree.departments.get(id) else { continue };
            let object = self.department(*id, department.name.known().cloned());
            let mut draft = Draft::new(Phase::Departments, object, StepAction::Update, Category::Update)
                .places([row.place]);
            if let (Some(wanted), Some(known)) =
                (row.name_en.as_ref().filter(|name| !name.is_empty()), department.name_en.known())
                && wanted != known
            {
                draft.change("name_en", Some(json!(known)), wanted.as_str());
            }
            if let (Some(wanted), Some(known)) = (row.order, department.order.known())
                && wanted != *known
            {
                draft.change("order", Some(json!(known)), wanted);
            }
            if !draft.step.fields.is_empty() {
                drafts.push(draft);
            }
        }
        if inputs.policy.empty_departments == EmptyDepartmentRule::Remove
            && inputs.roster.departments.is_some()
            && inputs.existence
        {
            let removals = self.empty_departments(inputs);
            let tags = self.tags.iter().filter(|tag| tag.state != State::Removed);
            // A tag whose departments are not all visible may have any of them.
            let hidden =
                tags.filter(|tag| tag.departments.is_hidden() || !tag.members_complete).count() as u64;
            if hidden == 0 {
                drafts.extend(removals);
            } else if !removals.is_empty() {
                *unchecked.entry("tags".to_owned()).or_default() += hidden;
            }
        }
        drafts
    }

    /// Removals of departments in scope that no row and no sheet names, without members, children that stay, and tags.
    fn empty_departments(&self, inputs: &Inputs<'_>) -> Vec<Draft> {
        let mentioned = inputs.departments.mentioned();
        let tops = inputs.scope.tops();
        let tagged: BTreeSet<_> = self
            .tags
            .iter()
            .filter(|tag| tag.state != State::Removed)
            .filter_map(|tag| tag.departments.known())
            .flatten()
            .collect();
        let mut removed = BTreeSet::new();
        let mut by_depth: Vec<_> = self
            .tree
            .departments
            .values()
            .filter(|department| inputs.scope.contains(department.id) && !tops.contains(&department.id))
            .filter(|department| department.id != DepartmentId::ROOT && department.state == State::Present)
            .map(|department| (std::cmp::Reverse(self.tree.ancestors(department.id).len()), department))
            .collect();
        by_depth.sort_by_key(|(depth, department)| (*depth, department.id));
        let mut drafts = Vec::new();
        for (depth, department) in by_depth {
            let id = department.id;
            let is_empty = self.heads.get(&id).copied().unwrap_or_default() == 0
                && !mentioned.contains(&id)
                && !tagged.contains(&id)
                && self.tree.children(id).iter().all(|child| removed.contains(child));
            if !is_empty {
                continue;
            }
            removed.insert(id);
            let object = self.department(id, department.name.known().cloned());
            let mut draft = Draft::new(Phase::EmptyDepartments, object, StepAction::Remove, Category::Remove);
            draft.order = format!("{:0>3} {id:0>10}", 999 - depth.0.min(999));
            let former = [
                ("name", department.name.known().map(|name| json!(name))),
                ("name_en", department.name_en.known().map(|name| json!(name))),
                ("parentid", department.parent.known().map(|parent| json!(parent))),
                ("order", department.order.known().map(|order| json!(order))),
            ];
            for (field, value) in former {
                if let Some(value) = value {
                    draft.step.former.insert(field.to_owned(), value);
                }
            }
            drafts.push(draft);
        }
        drafts
    }

    /// Findings and reasons for departments that are probably renamed.
    pub(super) fn likely_renames(&mut self, changes: &[(String, String, u64)]) {
        for (from, to, count) in changes {
            let is_confirmed = self
                .planning
                .new_departments
                .iter()
                .any(|path| path == to || to.ends_with(&format!("/{}", path.trim_matches('/'))));
            if is_confirmed {
                continue;
            }
            let finding = Finding::new(FindingKind::LikelyRename).text(from).text(to).text(count.to_string());
            self.findings.push(finding);
            self.reasons.push(Reason::LikelyRename { from: from.clone(), to: to.clone() });
        }
    }

    fn department(&self, id: DepartmentId, name: Option<String>) -> Object {
        Object { kind: ObjectKind::Department, id: id.to_string(), name }
    }

    /// The departments that the steps touch, with all above them.
    pub(super) fn drawn(&self, steps: &[Step]) -> Vec<PlanDepartment> {
        let mut touched = BTreeSet::new();
        for step in steps {
            if step.object.kind == ObjectKind::Department {
                touched.extend(step.object.id.parse().ok().map(DepartmentId));
            }
            for field in ["department", "parentid", "main_department"] {
                let change = step.fields.get(field);
                let former = step.former.get(field);
                let before = change.and_then(|change| change.before.as_ref());
                for value in [before, change.map(|change| &change.after), former].into_iter().flatten() {
                    let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    let ids = list.iter().filter_map(Value::as_u64).filter_map(|id| u32::try_from(id).ok());
                    touched.extend(ids.map(DepartmentId));
                }
            }
        }
        let all: BTreeSet<_> = touched.into_iter().flat_map(|id| self.tree.ancestors(id)).collect();
        all.into_iter()
            .filter_map(|id| {
                let (name, parent) = match self.tree.before(id) {
                    Some(known) => (known.name.known().cloned(), known.parent.known().copied()),
                    None => {
                        let new = self.tree.created(id)?;
                        (Some(new.name.clone()), Some(new.parent))
                    }
                };
                Some(PlanDepartment { id, name, parent: parent.filter(|parent| parent.0 != 0) })
            })
            .collect()
    }
}

/// The likely renames in words, so that the tree is free for changes.
pub(super) fn in_words(changes: &Changes<'_>, departments: &Departments) -> Vec<(String, String, u64)> {
    let renames = changes.likely_renames(&departments.mentioned());
    renames.into_iter().map(|(from, to, count)| (changes.called(from), changes.called(to), count)).collect()
}
