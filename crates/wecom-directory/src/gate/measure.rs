//! What the gate counts: of one step, and of all steps of a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use wecom_contacts::DepartmentId;

use super::{Measured, NAMES};
use crate::{
    journal::ObjectKind,
    plan::{Category, FieldChange, Step, StepAction},
    policy::Measure,
};

/// The sizes that shares are taken of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wholes {
    pub(crate) members: u64,
    pub(crate) seats: u64,
    pub(crate) leaders: u64,
    pub(crate) departments: u64,
    pub(crate) tag_members: u64,
}

/// What one step changes, as the gate counts it. Plans and runs count by this.
#[derive(Debug, Default)]
pub(crate) struct StepMeasures<'a> {
    /// The measures that the step alone shows. Who is below a moved or tagged department is not among them.
    pub(crate) counts: Vec<(Measure, u64)>,
    /// The fields that change, without those of seats and of the account's state.
    pub(crate) changed: Vec<&'a str>,
    /// Those of them that are emptied.
    pub(crate) cleared: Vec<&'a str>,
}

impl<'a> StepMeasures<'a> {
    pub(crate) fn of(step: &'a Step) -> Self {
        let mut measures = Self::default();
        match (step.object.kind, step.action) {
            (ObjectKind::Member, StepAction::Create) => {
                measures.add(Measure::MembersCreated, 1);
                // WeCom invites by default.
                let invites =
                    step.fields.get("to_invite").is_none_or(|change| change.after != Value::Bool(false));
                measures.add(Measure::MembersInvited, u64::from(invites));
            }
            (ObjectKind::Member, StepAction::Remove) => {
                measures.add(Measure::MembersRemoved, 1);
                measures.add(Measure::MembersDisabled, 1);
            }
            (ObjectKind::Member, _) => measures.add_update(step),
            (ObjectKind::Department, StepAction::Create) => measures.add(Measure::DepartmentsCreated, 1),
            (ObjectKind::Department, StepAction::Remove) => measures.add(Measure::DepartmentsRemoved, 1),
            (ObjectKind::Department, _) => {
                measures.add(Measure::DepartmentsMoved, u64::from(step.fields.contains_key("parentid")));
            }
            (ObjectKind::Tag, StepAction::RemoveMembers) => {
                let departments = step.tagged_departments().len() as u64;
                measures.add(Measure::TagMembersRemoved, step.tagged_members() + departments);
            }
            (ObjectKind::Tag, _) => {}
        }
        measures
    }

    fn add_update(&mut self, step: &'a Step) {
        self.add(Measure::MembersDisabled, u64::from(step.category == Category::Disable));
        if let Some(departments) = step.fields.get("department") {
            let (seats, leaders) = lost(step, departments);
            self.add(Measure::MembersMoved, 1);
            self.add(Measure::SeatsRemoved, seats);
            self.add(Measure::LeadersRemoved, leaders);
        }
        // The second step of a creation completes a new member.
        if step.category == Category::Create {
            return;
        }
        for (name, change) in &step.fields {
            if NOT_FIELDS.contains(&name.as_str()) {
                continue;
            }
            self.changed.push(name);
            if is_empty(&change.after) && change.before.as_ref().is_none_or(|before| !is_empty(before)) {
                self.cleared.push(name);
            }
        }
    }

    fn add(&mut self, measure: Measure, count: u64) {
        if count > 0 {
            self.counts.push((measure, count));
        }
    }
}

/// Fields of seats and of the account's state, which have measures of their own.
const NOT_FIELDS: [&str; 5] = ["department", "order", "is_leader_in_dept", "main_department", "enable"];

/// Counts what the gate judges. `heads_below` returns the number of members in a department and all below it.
pub(crate) fn measure(
    steps: &[Step],
    wholes: &Wholes,
    heads_below: impl Fn(DepartmentId) -> u64,
) -> BTreeMap<Measure, Measured> {
    let mut tally = Tally::default();
    let mut fields: HashMap<&str, [Vec<String>; 2]> = HashMap::new();
    for step in steps {
        let StepMeasures { counts, changed, cleared } = StepMeasures::of(step);
        for (measure, count) in counts {
            tally.add(measure, count, step.object.called());
            if measure == Measure::DepartmentsMoved {
                let below = step.object.id.parse().ok().map_or(0, |id| heads_below(DepartmentId(id)));
                tally.add(Measure::MembersMoved, below, step.object.called());
            }
            if measure == Measure::TagMembersRemoved {
                let below = step.tagged_departments().into_iter().map(&heads_below).sum();
                tally.add(measure, below, step.object.called());
            }
        }
        for (index, names) in [changed, cleared].into_iter().enumerate() {
            for field in names {
                fields.entry(field).or_default()[index].push(step.object.called());
            }
        }
    }
    // The field with most changes represents all fields.
    for (index, measure) in [Measure::FieldChanged, Measure::FieldCleared].into_iter().enumerate() {
        let most =
            fields.iter().max_by_key(|(field, names)| (names[index].len(), std::cmp::Reverse(**field)));
        if let Some((field, names)) = most {
            for name in &names[index] {
                tally.add(measure, 1, format!("{field} of {name}"));
            }
        }
    }
    tally.finish(wholes)
}

#[derive(Default)]
struct Tally {
    counts: BTreeMap<Measure, (u64, BTreeSet<String>)>,
}

impl Tally {
    fn add(&mut self, measure: Measure, count: u64, name: String) {
        if count > 0 {
            let (sum, names) = self.counts.entry(measure).or_default();
            *sum += count;
            names.insert(name);
        }
    }

    fn finish(mut self, wholes: &Wholes) -> BTreeMap<Measure, Measured> {
        let measured = |measure: Measure| {
            let (count, names) = self.counts.remove(&measure).unwrap_or_default();
            let whole = match measure {
                Measure::SeatsRemoved => wholes.seats,
                Measure::LeadersRemoved => wholes.leaders,
                Measure::DepartmentsCreated | Measure::DepartmentsMoved | Measure::DepartmentsRemoved => {
                    wholes.departments
                }
                Measure::TagMembersRemoved => wholes.tag_members,
                _ => wholes.members,
            };
            let names = names.into_iter().take(NAMES).collect();
            (measure, Measured { count, earlier: 0, whole, names })
        };
        Measure::ALL
            .iter()
            .copied()
            .filter(|measure| *measure != Measure::RosterShrunk)
            .map(measured)
            .collect()
    }
}

/// Returns how many seats, and how many leader flags, a change of seats takes. A replaced main seat is not counted.
fn lost(step: &Step, departments: &FieldChange) -> (u64, u64) {
    let flags = step.fields.get("is_leader_in_dept");
    let ids = |value: Option<&Value>| -> Vec<u64> {
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    let leads = |ids: &[u64], flags: Option<&Value>| -> BTreeSet<u64> {
        let flags = flags.and_then(Value::as_array).into_iter().flatten();
        let is_set = |flag: &Value| flag.as_bool().unwrap_or(flag.as_i64() == Some(1));
        ids.iter().copied().zip(flags).filter(|(_, flag)| is_set(flag)).map(|(id, _)| id).collect()
    };
    let (before, after) = (ids(departments.before.as_ref()), ids(Some(&departments.after)));
    let led_before = leads(&before, flags.and_then(|flags| flags.before.as_ref()));
    let led_after = leads(&after, flags.map(|flags| &flags.after));
    let removed: BTreeSet<_> = before.iter().filter(|id| !after.contains(id)).collect();
    let adds = after.iter().any(|id| !before.contains(id));
    // A new main seat in place of the old one is a move, which has a limit of its own.
    let main = step.fields.get("main_department").and_then(|change| change.before.as_ref()?.as_u64());
    let is_replaced = adds && main.is_some_and(|main| removed.contains(&main));
    let seats = (removed.len() - usize::from(is_replaced)) as u64;
    (seats, led_before.difference(&led_after).count() as u64)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::Object;

    fn seats(fields: &[(&str, Value, Value)]) -> (u64, u64) {
        let object = Object { kind: ObjectKind::Member, id: "a".to_owned(), name: None };
        let change = |(name, before, after): &(&str, Value, Value)| {
            ((*name).to_owned(), FieldChange { before: Some(before.clone()), after: after.clone() })
        };
        let step = Step::new(object, StepAction::Update, Category::Move, fields.iter().map(change).collect());
        lost(&step, &step.fields["department"])
    }

    fn moved(before: &[u32], main: u32, after: &[u32]) -> (u64, u64) {
        let main = ("main_department", json!(main), json!(after[0]));
        seats(&[("department", json!(before), json!(after)), main])
    }

    #[test]
    fn a_move_takes_no_seat_and_every_other_loss_counts() {
        assert_eq!(moved(&[2, 3], 2, &[4, 3]), (0, 0));
        assert_eq!(moved(&[2, 3], 2, &[4]), (1, 0));
        assert_eq!(moved(&[2, 3], 2, &[3]), (1, 0));
        assert_eq!(moved(&[2, 3, 5], 2, &[2]), (2, 0));
    }

    #[test]
    fn a_seat_and_its_leadership_are_counted_as_removed() {
        let departments = || ("department", json!([2, 3]), json!([3, 4]));
        for flags in [(json!([1, 1]), json!([0, 0])), (json!([true, true]), json!([false, false]))] {
            assert_eq!(seats(&[departments(), ("is_leader_in_dept", flags.0, flags.1)]), (1, 2));
        }
        assert_eq!(seats(&[departments()]), (1, 0));
    }
}
