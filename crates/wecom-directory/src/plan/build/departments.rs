//! The departments of the rows: each distinct text is resolved once, in the order of the texts, so that the order of rows does not
//! matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wecom_contacts::{DepartmentId, members::MemberField};

use super::{
    Inputs,
    scope::{Scope, department_finding},
    seats::Wanted,
    tree::{Refusal, Resolution, Tree},
};
use crate::{
    plan::{Finding, FindingKind},
    policy::DepartmentRule,
    roster::{Cell, Column, Place, Roster},
};

/// What each text of a department means.
#[derive(Debug, Default)]
pub(super) struct Departments {
    by_text: HashMap<Box<str>, Option<DepartmentId>>,
    /// Every department, and whether it is in the scope.
    by_id: BTreeMap<DepartmentId, bool>,
    /// The departments that rows name by their ids.
    named_by_id: BTreeSet<DepartmentId>,
}

/// The columns that name departments.
const COLUMNS: [Column; 3] = [Column::Departments, Column::MainDepartment, Column::LeaderOf];

impl Departments {
    /// Resolves every text of the roster, and creates in the tree what is missing on full paths.
    pub(super) fn resolve(
        roster: &Roster,
        tree: &mut Tree,
        scope: &mut Scope,
        rule: DepartmentRule,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut places: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for column in COLUMNS.iter().filter(|column| roster.has(column)) {
            for row in 0..roster.len() {
                for text in roster.cell(row, column).items() {
                    places.entry(text).or_default().push(roster.place(row));
                }
            }
        }
        for row in roster.departments.iter().flatten() {
            places.entry(&row.path).or_default().push(row.place);
        }
        let mut by_text = HashMap::with_capacity(places.len());
        for (text, places) in places {
            let resolved = one(text, tree, scope, rule).map_err(|finding| findings.push(finding.at(places)));
            by_text.insert(Box::from(text), resolved.ok());
        }
        let ids = tree.number_new();
        for id in by_text.values_mut().flatten() {
            *id = ids.get(id).copied().unwrap_or(*id);
        }
        scope.add_new(tree);
        let by_id = tree.departments.keys().map(|id| (*id, scope.contains(*id))).collect();
        let rows = (0..roster.len()).filter(|_| roster.has(&Column::DepartmentIds));
        let ids = rows.flat_map(|row| roster.cell(row, &Column::DepartmentIds).items());
        let named_by_id = ids.filter_map(|id| id.parse().ok().map(DepartmentId)).collect();
        Self { by_text, by_id, named_by_id }
    }

    /// Returns the department of a text; `None` if a finding says why there is none.
    pub(super) fn get(&self, text: &str) -> Option<DepartmentId> {
        self.by_text.get(text).copied().flatten()
    }

    /// Returns the departments that any row or the sheet of departments names.
    pub(super) fn mentioned(&self) -> BTreeSet<DepartmentId> {
        self.by_text.values().flatten().chain(&self.named_by_id).copied().collect()
    }

    /// Returns what the rows of a person want. `None` if the roster says nothing, or if a department cannot be used; a finding then
    /// says why.
    pub(super) fn wanted(
        &self,
        inputs: &Inputs<'_>,
        person: u32,
        findings: &mut Vec<Finding>,
    ) -> Option<Wanted> {
        let (roster, people) = (inputs.roster, &inputs.people);
        let clears = inputs.policy.empty_cell.clears(MemberField::IsLeaderInDept.name());
        // An empty cell says nothing, as in every other column, unless the policy says otherwise.
        let is_stated =
            |cell: &Cell<'_>| matches!(cell, Cell::Value(_)) || clears && matches!(cell, Cell::Empty);
        let mut wanted = Wanted::default();
        let mut is_usable = true;
        let mut flags_differ = false;
        let mut leads_elsewhere = false;
        for row in people.rows(person) {
            let (ids, unusable) = self.of_row(roster, row, findings);
            is_usable &= !unusable;
            let cell = roster.cell(row, &Column::LeaderFlags);
            let flags: Vec<_> = cell.items().map(|flag| flag == "1").collect();
            if flags.is_empty() && is_stated(&cell) {
                wanted.leads.extend(ids.iter().map(|id| (*id, false)));
            } else if flags.len() == ids.len() {
                wanted.leads.extend(ids.iter().copied().zip(flags));
            } else if !flags.is_empty() {
                flags_differ = true;
            }
            for id in &ids {
                if !wanted.departments.contains(id) {
                    wanted.departments.push(*id);
                }
            }
            let leads = roster.cell(row, &Column::LeaderOf);
            if is_stated(&leads) {
                // The column lists all that the person leads among the departments of the row.
                for id in ids {
                    wanted.leads.entry(id).or_insert(false);
                }
                for text in leads.items() {
                    match self.get(text) {
                        Some(id) if wanted.departments.contains(&id) => {
                            wanted.leads.insert(id, true);
                        }
                        Some(_) => {
                            leads_elsewhere = true;
                            let finding = Finding::new(FindingKind::LeaderOfOther).at([roster.place(row)]);
                            findings.push(finding.text(text));
                        }
                        None => is_usable = false,
                    }
                }
            }
            if let Cell::Value(text) = roster.cell(row, &Column::MainDepartment) {
                match self.get(text) {
                    Some(main) => wanted.main = wanted.main.or(Some(main)),
                    None => is_usable = false,
                }
            }
        }
        if flags_differ {
            findings.push(Finding::new(FindingKind::LeaderFlags).at(people.places(roster, person)));
        }
        // What a finding names stays as it is.
        if flags_differ || leads_elsewhere {
            wanted.leads.clear();
        }
        if let Some(main) = wanted.main.filter(|main| !wanted.departments.contains(main)) {
            wanted.departments.insert(0, main);
        }
        (is_usable && wanted != Wanted::default()).then_some(wanted)
    }

    /// The departments of one row, and whether one of them cannot be used.
    fn of_row(&self, roster: &Roster, row: usize, findings: &mut Vec<Finding>) -> (Vec<DepartmentId>, bool) {
        let mut ids = Vec::new();
        let mut unusable = false;
        let mut add = |id: Option<DepartmentId>| match id {
            Some(id) => ids.push(id),
            None => unusable = true,
        };
        let by_path = roster.cell(row, &Column::Departments);
        by_path.items().for_each(|text| add(self.get(text)));
        let by_id = roster.cell(row, &Column::DepartmentIds);
        for text in by_id.items() {
            let id = text.parse().ok().map(DepartmentId);
            let problem = match id.and_then(|id| self.by_id.get(&id)) {
                Some(true) => None,
                Some(false) => Some(FindingKind::OutsideScope),
                None => Some(FindingKind::UnknownDepartment),
            };
            add(id.filter(|_| problem.is_none()));
            let finding = problem.map(|kind| Finding::new(kind).at([roster.place(row)]).text(text));
            findings.extend(finding);
        }
        unusable |= by_path == Cell::Unusable || by_id == Cell::Unusable;
        (ids, unusable)
    }
}

fn one(
    text: &str,
    tree: &mut Tree,
    scope: &Scope,
    rule: DepartmentRule,
) -> Result<DepartmentId, Box<Finding>> {
    let outside = || Box::new(Finding::new(FindingKind::OutsideScope).text(text));
    match tree.resolve(text) {
        Resolution::Known(id) => {
            // A department that this plan creates is below one that was checked.
            let is_inside =
                scope.contains(id) || tree.ancestors(id).into_iter().any(|above| scope.contains(above));
            if is_inside { Ok(id) } else { Err(outside()) }
        }
        Resolution::Missing(above, names) => {
            if !tree.ancestors(above).into_iter().any(|above| scope.contains(above)) {
                return Err(outside());
            }
            if rule == DepartmentRule::Refuse {
                return Err(Box::new(Finding::new(FindingKind::DepartmentRefused).text(text)));
            }
            tree.create(above, &names).map_err(|refusal| {
                Box::new(match refusal {
                    Refusal::UnknownSiblings => Finding::new(FindingKind::UnknownSiblings).text(text),
                    Refusal::Rule(rule) => Finding::new(FindingKind::InvalidDepartment).text(text).text(rule),
                })
            })
        }
        other => Err(Box::new(department_finding(&other, text))),
    }
}
