//! What done steps changed, as the gate counts it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    journal::ObjectKind,
    plan::{Category, FieldChange, Plan, Step, StepAction},
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
        match step.object.kind {
            ObjectKind::Member => self.add_member(step),
            ObjectKind::Department => match step.action {
                StepAction::Create => self.count(Measure::DepartmentsCreated, 1),
                StepAction::Remove => self.count(Measure::DepartmentsRemoved, 1),
                _ if step.fields.contains_key("parentid") => {
                    self.count(Measure::DepartmentsMoved, 1);
                    self.moves_departments = true;
                }
                _ => {}
            },
            ObjectKind::Tag => {
                if step.action == StepAction::RemoveMembers {
                    let removed = step.fields.get("userlist").map_or(0, |change| length(&change.after));
                    self.count(Measure::TagMembersRemoved, removed);
                }
            }
        }
    }

    fn add_member(&mut self, step: &Step) {
        match step.action {
            StepAction::Create => {
                self.count(Measure::MembersCreated, 1);
                // WeCom invites by default.
                let invites =
                    step.fields.get("to_invite").is_none_or(|change| change.after != Value::Bool(false));
                self.count(Measure::MembersInvited, u64::from(invites));
                return;
            }
            StepAction::Remove => {
                self.count(Measure::MembersRemoved, 1);
                self.count(Measure::MembersDisabled, 1);
                return;
            }
            _ => {}
        }
        if step.category == Category::Disable {
            self.count(Measure::MembersDisabled, 1);
        }
        if let Some(change) = step.fields.get("department") {
            self.count(Measure::MembersMoved, 1);
            self.moved += 1;
            let (removed, leaders) = removed_seats(change, step.fields.get("is_leader_in_dept"));
            self.count(Measure::SeatsRemoved, removed);
            self.count(Measure::LeadersRemoved, leaders);
        }
        for (name, change) in &step.fields {
            if matches!(
                name.as_str(),
                "department" | "order" | "is_leader_in_dept" | "main_department" | "enable"
            ) {
                continue;
            }
            *self.changed.entry(name.clone()).or_default() += 1;
            if is_empty(&change.after) && change.before.as_ref().is_none_or(|before| !is_empty(before)) {
                *self.cleared.entry(name.clone()).or_default() += 1;
            }
        }
    }

    fn count(&mut self, measure: Measure, more: u64) {
        if more > 0 {
            *self.counts.entry(measure).or_default() += more;
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

fn length(value: &Value) -> u64 {
    value.as_array().map_or(0, Vec::len) as u64
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// How many seats the change removes, and how many leaders.
fn removed_seats(departments: &FieldChange, leaders: Option<&FieldChange>) -> (u64, u64) {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let leads = |flags: &[Value], index: usize| {
        flags.get(index).is_some_and(|flag| flag.as_bool().unwrap_or(flag.as_i64() == Some(1)))
    };
    let (before, after) = (list(departments.before.as_ref()), list(Some(&departments.after)));
    let before_flags = list(leaders.and_then(|leaders| leaders.before.as_ref()));
    let after_flags = list(leaders.map(|leaders| &leaders.after));
    let (mut removed, mut lost) = (0, 0);
    for (index, department) in before.iter().enumerate() {
        let place = after.iter().position(|other| other == department);
        removed += u64::from(place.is_none());
        let led = leads(&before_flags, index);
        lost += u64::from(led && !place.is_some_and(|place| leads(&after_flags, place)));
    }
    (removed, lost)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_seat_and_its_leadership_are_counted_as_removed() {
        let departments = FieldChange { before: Some(json!([2, 3])), after: json!([3, 4]) };
        let leaders = FieldChange { before: Some(json!([1, 1])), after: json!([0, 0]) };
        assert_eq!(removed_seats(&departments, Some(&leaders)), (1, 2));
        assert_eq!(removed_seats(&departments, None), (1, 0));
    }
}
