//! What a person's departments become.

use std::collections::{BTreeMap, BTreeSet};

use wecom_contacts::{DepartmentId, Seen};

use crate::{policy::SeatRule, record::Seat};

/// The most departments of one member (doc 90195).
const MOST: usize = 100;

/// What the rows of a person want.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The departments in the order of the rows.
    pub(super) departments: Vec<DepartmentId>,
    /// The main department, if a column of its own has it.
    pub(super) main: Option<DepartmentId>,
    /// Whether the person leads a department; departments that are not here keep what they have.
    pub(super) leads: BTreeMap<DepartmentId, bool>,
}

/// A seat after the plan. All of it is written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlannedSeat {
    pub(super) department: DepartmentId,
    pub(super) order: u32,
    pub(super) is_leader: bool,
}

/// The seats of a member before and after the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeatPlan {
    pub(super) before: Vec<PlannedSeat>,
    pub(super) before_main: Option<DepartmentId>,
    pub(super) after: Vec<PlannedSeat>,
    pub(super) main: Option<DepartmentId>,
}

/// Why seats cannot be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unplannable {
    /// A seat, its order or its leader flag is hidden.
    Hidden,
    /// WeCom takes at most 100 departments.
    TooMany,
}

/// Computes the seats after a plan. `in_scope` tells the departments that the roster manages; seats in others always stay.
pub(super) fn plan(
    rule: SeatRule,
    current: &[Seat],
    wanted: &Wanted,
    in_scope: impl Fn(DepartmentId) -> bool,
) -> Result<Option<SeatPlan>, Unplannable> {
    let main_is_known = current.iter().all(|seat| seat.is_main.is_known());
    let before_main = current
        .iter()
        .find(|seat| seat.is_main == Seen::Known(true))
        // The only seat is the main one, also where the answer leaves it out.
        .or_else(|| current.first().filter(|_| current.len() == 1))
        .map(|seat| seat.department);
    let wanted_set: BTreeSet<_> = wanted.departments.iter().copied().collect();
    let current_set: BTreeSet<_> = current.iter().map(|seat| seat.department).collect();
    let wanted_main = wanted.main.or(wanted.departments.first().copied());

    let mut kept: BTreeSet<_> = current_set.clone();
    match rule {
        SeatRule::Exact => {
            if !wanted.departments.is_empty() {
                kept.retain(|id| wanted_set.contains(id) || !in_scope(*id));
            }
        }
        SeatRule::Main => {
            // A department that the person has already replaces nothing: no seat is lost by naming another one.
            let replaces = wanted.departments.first().filter(|first| !current_set.contains(first));
            if replaces.is_some() {
                match before_main {
                    Some(main) if in_scope(main) && !wanted_set.contains(&main) => {
                        kept.remove(&main);
                    }
                    Some(_) => {}
                    None if main_is_known => {}
                    None => return Err(Unplannable::Hidden),
                }
            }
        }
    }
    let main = match wanted_main {
        // The main seat of a member with seats outside the scope may be one that the roster does not manage.
        Some(_) if before_main.is_some_and(|main| !in_scope(main)) && wanted.main.is_none() => before_main,
        Some(main) if kept.contains(&main) || wanted_set.contains(&main) => Some(main),
        _ => before_main,
    };

    let added: Vec<_> = wanted.departments.iter().copied().filter(|id| !current_set.contains(id)).collect();
    let leads = |id: DepartmentId, has: bool| wanted.leads.get(&id).copied().unwrap_or(has);
    let flags_change = current.iter().filter(|seat| kept.contains(&seat.department)).any(|seat| {
        wanted.leads.get(&seat.department).is_some_and(|wants| match seat.is_leader {
            Seen::Known(has) => has != *wants,
            Seen::Hidden => *wants,
        })
    });
    let main_changes = main.is_some() && before_main.is_some() && main != before_main;
    if added.is_empty() && kept.len() == current_set.len() && !flags_change && !main_changes {
        return Ok(None);
    }
    let known = |seat: &Seat| {
        Some(PlannedSeat {
            department: seat.department,
            order: *seat.order.known()?,
            is_leader: *seat.is_leader.known()?,
        })
    };
    let before: Vec<_> = current.iter().map(known).collect::<Option<_>>().ok_or(Unplannable::Hidden)?;
    let mut after: Vec<_> = before
        .iter()
        .filter(|seat| kept.contains(&seat.department))
        .map(|seat| PlannedSeat { is_leader: leads(seat.department, seat.is_leader), ..*seat })
        .collect();
    let mut seen = BTreeSet::new();
    after.extend(added.into_iter().filter(|id| seen.insert(*id)).map(|department| PlannedSeat {
        department,
        order: 0,
        is_leader: leads(department, false),
    }));
    if after.len() > MOST {
        return Err(Unplannable::TooMany);
    }
    Ok(Some(SeatPlan { before, before_main, after, main }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seat(department: u32, is_main: bool, is_leader: bool) -> Seat {
        Seat {
            department: DepartmentId(department),
            order: Seen::Known(department),
            is_leader: Seen::Known(is_leader),
            is_main: Seen::Known(is_main),
        }
    }

    fn wanted(departments: &[u32]) -> Wanted {
        Wanted { departments: departments.iter().copied().map(DepartmentId).collect(), ..Wanted::default() }
    }

    fn departments(plan: &SeatPlan) -> Vec<u32> {
        plan.after.iter().map(|seat| seat.department.0).collect()
    }

    #[test]
    fn one_department_per_person_takes_no_other_seat() {
        let current = [seat(2, true, true), seat(3, false, true), seat(4, false, false)];
        assert_eq!(plan(SeatRule::Main, &current, &wanted(&[2]), |_| true), Ok(None));
        let named_other = plan(SeatRule::Main, &current, &wanted(&[3]), |_| true).unwrap().unwrap();
        assert_eq!((departments(&named_other), named_other.main), (vec![2, 3, 4], Some(DepartmentId(3))));
        let moved = plan(SeatRule::Main, &current, &wanted(&[9]), |_| true).unwrap().unwrap();
        assert_eq!((departments(&moved), moved.main), (vec![3, 4, 9], Some(DepartmentId(9))));
        assert!(moved.after[0].is_leader, "the other seats keep their flags");
    }

    #[test]
    fn exact_replaces_the_seats_inside_the_scope_only() {
        let current = [seat(2, true, false), seat(3, false, true), seat(40, false, true)];
        let exact = plan(SeatRule::Exact, &current, &wanted(&[2]), |id| id.0 < 10).unwrap().unwrap();
        assert_eq!(departments(&exact), [2, 40]);
    }

    #[test]
    fn a_main_seat_outside_the_scope_stays_main() {
        let current = [seat(40, true, false), seat(2, false, false)];
        let plan = plan(SeatRule::Main, &current, &wanted(&[3]), |id| id.0 < 10).unwrap().unwrap();
        assert_eq!((departments(&plan), plan.main), (vec![40, 2, 3], Some(DepartmentId(40))));
    }

    #[test]
    fn seats_that_are_not_all_known_are_not_changed() {
        let hidden = Seat { order: Seen::Hidden, ..seat(2, true, false) };
        assert_eq!(plan(SeatRule::Main, &[hidden], &wanted(&[3]), |_| true), Err(Unplannable::Hidden));
        assert_eq!(plan(SeatRule::Main, &[hidden], &wanted(&[2]), |_| true), Ok(None));
    }

    #[test]
    fn leader_flags_change_only_where_the_roster_has_them() {
        let current = [seat(2, true, true), seat(3, false, true)];
        let mut rows = wanted(&[2]);
        rows.leads.insert(DepartmentId(2), false);
        let plan = plan(SeatRule::Main, &current, &rows, |_| true).unwrap().unwrap();
        assert_eq!(plan.after.iter().map(|seat| seat.is_leader).collect::<Vec<_>>(), [false, true]);
    }

    proptest! {
        #[test]
        fn a_second_plan_is_empty_and_seats_outside_the_scope_stay(
            seats in prop::collection::btree_set(1_u32..12, 1..6),
            main in 0_usize..6,
            rows in prop::collection::vec(1_u32..8, 1..4),
            exact in any::<bool>(),
        ) {
            let in_scope = |id: DepartmentId| id.0 < 8;
            let main = *seats.iter().nth(main % seats.len()).unwrap();
            let current: Vec<_> = seats.iter().map(|id| seat(*id, *id == main, false)).collect();
            let rule = if exact { SeatRule::Exact } else { SeatRule::Main };
            let rows = wanted(&rows);
            if let Some(first) = plan(rule, &current, &rows, in_scope).unwrap() {
                prop_assert!(current.iter().filter(|seat| !in_scope(seat.department))
                    .all(|seat| first.after.iter().any(|after| after.department == seat.department)));
                prop_assert!(rows.departments.iter().all(|id| first.after.iter().any(|after| after.department == *id)));
                let next: Vec<_> = first.after.iter()
                    .map(|after| seat(after.department.0, Some(after.department) == first.main, after.is_leader))
                    .map(|seat| Seat { order: Seen::Known(0), ..seat })
                    .collect();
                prop_assert_eq!(plan(rule, &next, &rows, in_scope), Ok(None));
            }
        }
    }
}
