//! What a plan changes, in numbers: its counts, and what the gate judges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use wecom_contacts::{DepartmentId, members::MemberField};

use crate::{
    gate::{Measured, NAMES},
    journal::ObjectKind,
    plan::{Category, Counts, Object, Step, StepAction},
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

/// Counts the steps. Each member is counted once, by the first of: create, remove, disable, enable, move, update.
pub(crate) fn counts(steps: &[Step]) -> Counts {
    let mut members: BTreeMap<&str, Category> = BTreeMap::new();
    let mut counts = Counts::default();
    for step in steps {
        match (step.object.kind, step.action) {
            (ObjectKind::Member, _) => {
                let category = members.entry(&step.object.id).or_insert(step.category);
                *category = step.category.min(*category);
                counts.invites +=
                    u64::from(step.fields.get("to_invite").is_some_and(|invite| invite.after == true));
            }
            (ObjectKind::Department, StepAction::Create) => counts.departments.create += 1,
            (ObjectKind::Department, StepAction::Remove) => counts.departments.remove += 1,
            (ObjectKind::Department, _) if step.category == Category::Move => counts.departments.moved += 1,
            (ObjectKind::Department, _) => counts.departments.update += 1,
            (ObjectKind::Tag, StepAction::Create) => counts.tags.create += 1,
            (ObjectKind::Tag, StepAction::Remove) => counts.tags.remove += 1,
            (ObjectKind::Tag, StepAction::AddMembers) => counts.tags.add_members += members_of(step),
            (ObjectKind::Tag, StepAction::RemoveMembers) => counts.tags.remove_members += members_of(step),
            (ObjectKind::Tag, StepAction::Update) => {}
        }
    }
    for category in members.into_values() {
        *match category {
            Category::Create => &mut counts.create,
            Category::Remove => &mut counts.remove,
            Category::Disable => &mut counts.disable,
            Category::Enable => &mut counts.enable,
            Category::Move => &mut counts.moved,
            Category::Update => &mut counts.update,
        } += 1;
    }
    counts
}

fn members_of(step: &Step) -> u64 {
    step.fields.get("userlist").and_then(|list| list.after.as_array()).map_or(0, |list| list.len() as u64)
}

/// Counts what the gate judges. `heads_below` has the members in a department and all below it.
pub(crate) fn measure(
    steps: &[Step],
    wholes: &Wholes,
    heads_below: impl Fn(DepartmentId) -> u64,
) -> BTreeMap<Measure, Measured> {
    let mut tally = Tally::default();
    let mut fields: HashMap<&str, [Vec<String>; 2]> = HashMap::new();
    for step in steps {
        let name = || called(&step.object);
        match (step.object.kind, step.action) {
            (ObjectKind::Member, StepAction::Create) => {
                tally.add(Measure::MembersCreated, 1, name());
                if step.fields.get("to_invite").is_some_and(|invite| invite.after == true) {
                    tally.add(Measure::MembersInvited, 1, name());
                }
            }
            (ObjectKind::Member, StepAction::Remove) => {
                tally.add(Measure::MembersRemoved, 1, name());
                tally.add(Measure::MembersDisabled, 1, name());
            }
            (ObjectKind::Member, _) => {
                if step.category == Category::Disable {
                    tally.add(Measure::MembersDisabled, 1, name());
                }
                let (seats, leaders) = lost(step);
                if step.fields.contains_key("department") {
                    tally.add(Measure::MembersMoved, 1, name());
                    tally.add(Measure::SeatsRemoved, seats, name());
                    tally.add(Measure::LeadersRemoved, leaders, name());
                }
                for (field, change) in &step.fields {
                    let is_text = MemberField::from_name(field).is_some_and(|field| {
                        !matches!(
                            field,
                            MemberField::Department
                                | MemberField::Order
                                | MemberField::IsLeaderInDept
                                | MemberField::MainDepartment
                                | MemberField::Enable
                        )
                    });
                    if is_text && step.category != Category::Create {
                        let [changed, cleared] = fields.entry(field).or_default();
                        changed.push(name());
                        if is_empty(&change.after) {
                            cleared.push(name());
                        }
                    }
                }
            }
            (ObjectKind::Department, StepAction::Create) => tally.add(Measure::DepartmentsCreated, 1, name()),
            (ObjectKind::Department, StepAction::Remove) => tally.add(Measure::DepartmentsRemoved, 1, name()),
            (ObjectKind::Department, _) => {
                if step.category == Category::Move {
                    tally.add(Measure::DepartmentsMoved, 1, name());
                    let below = step.object.id.parse().ok().map_or(0, |id| heads_below(DepartmentId(id)));
                    tally.add(Measure::MembersMoved, below, name());
                }
            }
            (ObjectKind::Tag, StepAction::RemoveMembers) => {
                tally.add(Measure::TagMembersRemoved, members_of(step), name());
            }
            (ObjectKind::Tag, _) => {}
        }
    }
    // The field with most changes stands for all.
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

/// How many seats, and how many leader flags, a change of seats takes. A replaced main seat is not counted.
fn lost(step: &Step) -> (u64, u64) {
    let list = |field: &str, after: bool| -> Vec<u64> {
        let change = step.fields.get(field);
        let value =
            change.and_then(|change| if after { Some(&change.after) } else { change.before.as_ref() });
        value
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_u64).collect())
            .unwrap_or_default()
    };
    let leads = |after: bool| -> BTreeSet<u64> {
        let flags = list("is_leader_in_dept", after);
        list("department", after)
            .into_iter()
            .zip(flags)
            .filter(|(_, flag)| *flag == 1)
            .map(|(id, _)| id)
            .collect()
    };
    let after: BTreeSet<_> = list("department", true).into_iter().collect();
    let before = list("department", false);
    let removed: BTreeSet<_> = before.iter().filter(|id| !after.contains(id)).collect();
    let adds = after.iter().any(|id| !before.contains(id));
    // A new main seat in place of the old one is a move, which has a limit of its own.
    let main = step.fields.get("main_department").and_then(|change| change.before.as_ref()?.as_u64());
    let is_replaced = adds && main.is_some_and(|main| removed.contains(&main));
    let seats = (removed.len() - usize::from(is_replaced)) as u64;
    (seats, leads(false).difference(&leads(true)).count() as u64)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What people call an object: the name with the id.
pub(super) fn called(object: &Object) -> String {
    match &object.name {
        Some(name) if *name != object.id => format!("{name} ({})", object.id),
        _ => object.id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::FieldChange;

    fn seats(before: &[u32], main: u32, after: &[u32]) -> Step {
        let object = Object { kind: ObjectKind::Member, id: "a".to_owned(), name: None };
        let flags = |ids: &[u32]| json!(ids.iter().map(|_| 0).collect::<Vec<_>>());
        let change = |before, after| FieldChange { before: Some(before), after };
        Step {
            id: 1,
            object,
            action: StepAction::Update,
            category: Category::Move,
            fields: BTreeMap::from([
                ("department".to_owned(), change(json!(before), json!(after))),
                ("is_leader_in_dept".to_owned(), change(flags(before), flags(after))),
                ("main_department".to_owned(), change(json!(main), json!(after[0]))),
            ]),
            needs: Vec::new(),
            places: Vec::new(),
            status: None,
            side_effects: Vec::new(),
            former: serde_json::Map::new(),
        }
    }

    #[test]
    fn a_move_takes_no_seat_and_every_other_loss_counts() {
        assert_eq!(lost(&seats(&[2, 3], 2, &[4, 3])), (0, 0));
        assert_eq!(lost(&seats(&[2, 3], 2, &[4])), (1, 0));
        assert_eq!(lost(&seats(&[2, 3], 2, &[3])), (1, 0));
        assert_eq!(lost(&seats(&[2, 3, 5], 2, &[2])), (2, 0));
    }
}
