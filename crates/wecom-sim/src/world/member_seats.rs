//! The departments of a member: seats, the main department, and departments that are created for a member.

use super::{
    changes::{Actor, ContactsChange},
    choices::Choices,
    corp::Corp,
    department_writes::DEPARTMENTS_OF_CORP,
    departments::{Department, ROOT, Tongue},
    fail::Fail,
    forms::MemberForm,
    members::{Member, Seat},
    state::World,
};

/// Maximum number of sub-departments and members directly in one department (81001).
const NODES_IN_DEPARTMENT: usize = 30_000;
const DEPARTMENTS_OF_MEMBER: usize = 100;

/// The department of members without a department.
const UNPLACED: &str = "其他（待设置部门）";

/// The new seats of a member, and the departments to create for it.
#[derive(Debug, Default)]
pub(super) struct Seating {
    seats: Vec<Seat>,
    main: u32,
    /// Ids of departments to create below 其他（待设置部门）.
    unknown: Vec<u32>,
    /// Whether the member, or a department created for it, needs 其他（待设置部门）.
    needs_unplaced: bool,
}

impl World {
    /// Applies the seats of a member and creates the required departments.
    pub(super) fn take_seats(
        &mut self,
        corp: usize,
        actor: Actor,
        member: &mut Member,
        mut seating: Seating,
    ) -> Vec<(u32, String)> {
        let mut made = Vec::new();
        if seating.needs_unplaced {
            let unplaced = self.unplaced_department(corp, actor, &seating.unknown);
            for id in std::mem::take(&mut seating.unknown) {
                let name = format!("待设置部门{id}");
                self.make_department(corp, actor, id, &name, unplaced);
                made.push((id, name));
            }
            for seat in &mut seating.seats {
                if seat.department == 0 {
                    seat.department = unplaced;
                }
            }
            if seating.main == 0 {
                seating.main = unplaced;
            }
        }
        member.seats = seating.seats.into();
        member.main_department = seating.main;
        made
    }

    fn unplaced_department(&mut self, corp: usize, actor: Actor, taken: &[u32]) -> u32 {
        let departments = &self.corp(corp).departments;
        if let Some(id) = departments.child_named(ROOT, Tongue::Main, UNPLACED) {
            return id;
        }
        let mut id = departments.next_id();
        while taken.contains(&id) {
            id += 1;
        }
        self.make_department(corp, actor, id, UNPLACED, ROOT);
        id
    }

    fn make_department(&mut self, corp: usize, actor: Actor, id: u32, name: &str, parent: u32) {
        let departments = &mut self.corp_mut(corp).departments;
        let order = departments.last_order(parent);
        departments.insert(Department { id, name: name.into(), parent, order, ..Department::default() });
        let name = name.to_owned();
        self.record(corp, actor, ContactsChange::DepartmentCreated { id, name, parent, order });
    }
}

/// Checks flags, which are written as 0 and 1.
fn check_flags(flags: Option<&[i64]>) -> Result<(), Fail> {
    let fits = flags.unwrap_or_default().iter().all(|flag| matches!(flag, 0 | 1));
    if fits { Ok(()) } else { Err(Fail::of(40058)) }
}

impl Corp {
    /// Checks that a department has room for one more node.
    pub(super) fn room_in(&self, department: u32) -> Result<(), Fail> {
        let children = self.departments.get(department).map_or(0, |one| one.children.len());
        if children + self.members.count_in(department) >= NODES_IN_DEPARTMENT {
            return Err(Fail::of(81001));
        }
        Ok(())
    }

    /// Returns the seats of a new member.
    pub(super) fn seat_new(&self, form: &MemberForm, choices: &Choices) -> Result<Seating, Fail> {
        let Some(wanted) = &form.department else {
            if choices.strict_departments {
                return Err(Fail::of(41019));
            }
            // Lists that are parallel to `department` have no effect without it.
            return self.seats(&[0], &MemberForm::default(), true, &[]);
        };
        self.seats(wanted, form, form.make_departments, &[])
    }

    /// Returns the seats after an update; `None` if they stay unchanged.
    pub(super) fn seat_again(&self, member: &Member, form: &MemberForm) -> Result<Option<Seating>, Fail> {
        if let Some(wanted) = &form.department {
            let mut seating = self.seats(wanted, form, form.make_departments, &member.seats)?;
            let keeps_main = seating.seats.iter().any(|seat| seat.department == member.main_department);
            if form.main_department.is_none() && keeps_main {
                seating.main = member.main_department;
            }
            return Ok(Some(seating));
        }
        if form.is_leader_in_dept.is_none() && form.main_department.is_none() {
            return Ok(None);
        }
        let mut seats = member.seats.to_vec();
        if let Some(leader) = &form.is_leader_in_dept {
            if leader.len() != seats.len() {
                return Err(Fail::of(60132));
            }
            check_flags(Some(leader))?;
            for (seat, leader) in seats.iter_mut().zip(leader) {
                seat.leader = *leader == 1;
            }
        }
        let main = self.main_department(form, &seats, member.main_department)?;
        Ok(Some(Seating { seats, main, ..Seating::default() }))
    }

    /// Returns the seats for the departments of a form. Without `order` a seat has order 0, as in its page; a leader
    /// who stays in a department remains one by default.
    fn seats(
        &self,
        wanted: &[i64],
        form: &MemberForm,
        make_departments: bool,
        held: &[Seat],
    ) -> Result<Seating, Fail> {
        if wanted.is_empty() {
            return Err(Fail::of(40066));
        }
        if wanted.len() > DEPARTMENTS_OF_MEMBER {
            return Err(Fail::of(60110));
        }
        let orders = form.order.as_deref().unwrap_or_default();
        if form.order.is_some() && orders.len() != wanted.len() {
            return Err(Fail::of(40058));
        }
        let leaders = form.is_leader_in_dept.as_deref();
        if leaders.is_some_and(|leaders| leaders.len() != wanted.len()) {
            return Err(Fail::of(60132));
        }
        check_flags(leaders)?;
        let mut seating = Seating::default();
        for (at, id) in wanted.iter().enumerate() {
            let department = u32::try_from(*id).map_err(|_| Fail::of(40066))?;
            if seating.seats.iter().any(|seat| seat.department == department) {
                continue;
            }
            let before = held.iter().find(|seat| seat.department == department);
            if department == 0 || !self.departments.contains(department) {
                if !make_departments {
                    return Err(Fail::of(40066));
                }
                seating.needs_unplaced = true;
                if department != 0 {
                    seating.unknown.push(department);
                }
            } else if before.is_none() {
                self.room_in(department)?;
            }
            let order = orders.get(at).copied().unwrap_or_default();
            seating.seats.push(Seat {
                department,
                order: u32::try_from(order).map_err(|_| Fail::of(40058))?,
                leader: match leaders {
                    Some(leaders) => leaders[at] == 1,
                    None => before.is_some_and(|seat| seat.leader),
                },
            });
        }
        if seating.needs_unplaced {
            self.room_for_unplaced(seating.unknown.len())?;
        }
        seating.main = self.main_department(form, &seating.seats, seating.seats[0].department)?;
        Ok(seating)
    }

    /// Checks that 其他（待设置部门） has room for one member, or for the departments created for it.
    fn room_for_unplaced(&self, departments: usize) -> Result<(), Fail> {
        let unplaced = self.departments.child_named(ROOT, Tongue::Main, UNPLACED);
        let made = departments + usize::from(unplaced.is_none());
        if self.departments.len() + made > DEPARTMENTS_OF_CORP {
            return Err(Fail::of(81001));
        }
        self.room_in(unplaced.unwrap_or(ROOT))
    }

    /// Returns the requested main department if the member is in it, else `otherwise`.
    fn main_department(&self, form: &MemberForm, seats: &[Seat], otherwise: u32) -> Result<u32, Fail> {
        let Some(main) = form.main_department else {
            return Ok(otherwise);
        };
        let main = u32::try_from(main).map_err(|_| Fail::of(60123))?;
        if seats.iter().any(|seat| seat.department == main) {
            return Ok(main);
        }
        if self.departments.contains(main) || main == 0 { Ok(otherwise) } else { Err(Fail::of(60123)) }
    }
}
