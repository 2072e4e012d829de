//! What done steps changed, as the gate counts it.

use std::collections::BTreeMap;

use crate::{
    gate::measure::StepMeasures,
    plan::{Plan, Step},
    policy::Measure,
};

/// Counts steps one by one. What one step alone does not show (who is below a moved department, who is moved out of the scope) is
/// taken from the plan: too much rather than too little.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<Measure, u64>,
    changed: BTreeMap<String, u64>,
    cleared: BTreeMap<String, u64>,
    moves_departments: bool,
    moved: u64,
}

impl Tally {
    /// Counts one more step.
    pub(crate) fn add(&mut self, step: &Step) {
        let StepMeasures { counts, changed, cleared } = StepMeasures::of(step);
        for (measure, count) in counts {
            *self.counts.entry(measure).or_default() += count;
            match measure {
                Measure::DepartmentsMoved => self.moves_departments = true,
                Measure::MembersMoved => self.moved += count,
                _ => {}
            }
        }
        for (fields, names) in [(&mut self.changed, changed), (&mut self.cleared, cleared)] {
            for name in names {
                *fields.entry(name.to_owned()).or_default() += 1;
            }
        }
    }

    /// Returns the counts. With a plan, what the steps do not show is taken from what the plan's gate counted.
    pub(crate) fn measures(&self, plan: Option<&Plan>) -> BTreeMap<Measure, u64> {
        let mut counts = self.counts.clone();
        for (measure, fields) in
            [(Measure::FieldChanged, &self.changed), (Measure::FieldCleared, &self.cleared)]
        {
            if let Some(most) = fields.values().max() {
                counts.insert(measure, *most);
            }
        }
        let planned =
            |measure| plan.and_then(|plan| plan.measured.get(&measure)).map_or(0, |measured| measured.count);
        let mut at_least = |measure, count: u64| {
            if count > 0 {
                let counted = counts.entry(measure).or_default();
                *counted = count.max(*counted);
            }
        };
        if self.moves_departments {
            at_least(Measure::MembersMoved, planned(Measure::MembersMoved));
        }
        // Some of those who moved may have left the scope.
        let disabled = self.counts.get(&Measure::MembersDisabled).copied().unwrap_or(0);
        at_least(Measure::MembersDisabled, planned(Measure::MembersDisabled).min(disabled + self.moved));
        counts
    }
}
