//! Tests of limits that are too high to reach over HTTP, and of states that only the console can set.

use super::{
    changes::Actor,
    corp::Corp,
    default_corp::default_world,
    forms::{DepartmentForm, MemberForm},
    members::{Life, Member, Seat},
    settings::WorldSettings,
    state::World,
    tag_writes::TagMove,
};

const ROOM: usize = 30_000;
const CONTACTS: Actor = Actor::ContactsApi;

fn world() -> World {
    default_world(&WorldSettings::default(), 0)
}

fn form(userid: &str, department: i64) -> MemberForm {
    MemberForm {
        userid: Some(userid.into()),
        name: Some("王敏".into()),
        email: Some(format!("{userid}@mail.example.com")),
        department: Some(vec![department]),
        make_departments: true,
        ..MemberForm::default()
    }
}

/// Fills a department up to `nodes` nodes.
fn fill(corp: &mut Corp, department: u32, nodes: usize) {
    let children = corp.departments.get(department).unwrap().children.len();
    for number in children + corp.members.count_in(department)..nodes {
        corp.members.insert(Member {
            userid: format!("filler{department}-{number}").into(),
            seats: [Seat { department, order: 0, leader: false }].into(),
            ..Member::default()
        });
    }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, super::Fail>) -> i32 {
    outcome.unwrap_err().code
}

#[test]
fn a_department_holds_thirty_thousand_nodes() {
    let mut world = world();
    fill(world.corp_mut(0), 2, ROOM);
    assert_eq!(code(world.create_member(0, CONTACTS, &form("w", 2), 0)), 81001);
    let new = DepartmentForm { name: Some("新".into()), parent: Some(2), ..DepartmentForm::default() };
    assert_eq!(code(world.create_department(0, CONTACTS, &new)), 81001);
    let moved = DepartmentForm { id: Some(4), parent: Some(2), ..DepartmentForm::default() };
    assert_eq!(code(world.update_department(0, CONTACTS, &moved)), 81001);
    let stays =
        MemberForm { userid: Some("lisi".into()), department: Some(vec![2]), ..MemberForm::default() };
    world.update_member(0, CONTACTS, &stays, 0).unwrap();
    let comes = MemberForm { userid: Some("sunqi".into()), ..stays };
    assert_eq!(code(world.update_member(0, CONTACTS, &comes, 0)), 81001);
}

#[test]
fn the_place_for_the_unplaced_is_as_large_as_any() {
    let mut world = world();
    world.create_member(0, CONTACTS, &form("w1", 0), 0).unwrap();
    let unplaced = world.corp(0).members.get("w1").unwrap().main_department;
    fill(world.corp_mut(0), unplaced, ROOM);
    assert_eq!(code(world.create_member(0, CONTACTS, &form("w2", 0), 0)), 81001);
    assert_eq!(code(world.create_member(0, CONTACTS, &form("w2", 777), 0)), 81001);
}

#[test]
fn a_corp_holds_thirty_thousand_departments() {
    let mut world = world();
    let departments = world.corp(0).departments.len();
    for number in departments..ROOM {
        let form = DepartmentForm {
            name: Some(format!("第{number}部")),
            parent: Some(if number % 2 == 0 { 2 } else { 4 }),
            ..DepartmentForm::default()
        };
        world.create_department(0, Actor::Console, &form).unwrap();
    }
    let form = DepartmentForm { name: Some("多了".into()), parent: Some(1), ..DepartmentForm::default() };
    assert_eq!(code(world.create_department(0, CONTACTS, &form)), 81001);
    assert_eq!(code(world.create_member(0, CONTACTS, &self::form("w", 77_777), 0)), 81001);
}

#[test]
fn a_tag_holds_thirty_thousand_nodes() {
    let mut world = world();
    fill(world.corp_mut(0), 4, ROOM - 1);
    fill(world.corp_mut(0), 3, 10);
    let home = world.corp(0);
    let userids: Vec<String> = [3, 4]
        .iter()
        .flat_map(|id| home.members.in_department(*id))
        .map(|(_, member)| member.userid.to_string())
        .take(ROOM)
        .collect();
    let id = world.create_tag(0, CONTACTS, None, Some("大家")).unwrap();
    for thousand in userids.chunks(1000) {
        let thousand: Vec<&str> = thousand.iter().map(String::as_str).collect();
        world.change_tag_members(0, CONTACTS, TagMove::Add, Some(id.into()), &thousand, &[]).unwrap();
    }
    let one_more = world.change_tag_members(0, CONTACTS, TagMove::Add, Some(id.into()), &[], &[4]);
    assert_eq!(code(one_more), 81003);
    let again: Vec<&str> = userids.iter().take(5).map(String::as_str).collect();
    world.change_tag_members(0, CONTACTS, TagMove::Add, Some(id.into()), &again, &[]).unwrap();
}

#[test]
fn a_userid_that_the_system_made_is_changed_once() {
    let mut world = world();
    let joined = MemberForm { userid: None, activated: Some(true), ..form("joined", 3) };
    let made = world.create_member(0, Actor::Console, &joined, 0).unwrap();
    let leads = |leader: &str| MemberForm {
        userid: Some("wujiu".into()),
        direct_leader: Some(vec![leader.into()]),
        ..MemberForm::default()
    };
    world.update_member(0, CONTACTS, &leads(&made.userid), 0).unwrap();
    let rename = |from: &str, to: &str| MemberForm {
        userid: Some(from.into()),
        new_userid: Some(to.into()),
        ..MemberForm::default()
    };
    assert_eq!(code(world.update_member(0, CONTACTS, &rename(&made.userid, "LISI"), 0)), 60102);
    assert_eq!(code(world.update_member(0, CONTACTS, &rename(&made.userid, "_x"), 0)), 40003);
    world.update_member(0, CONTACTS, &rename(&made.userid, "wang.min"), 0).unwrap();
    assert_eq!(code(world.update_member(0, CONTACTS, &rename("wang.min", "again"), 0)), 301_036);
    let members = &world.corp(0).members;
    assert!(members.get(&made.userid).is_none());
    let (no, member) = members.find("wang.min").unwrap();
    assert_eq!(member.life, Life::Active);
    assert_eq!(members.get("wujiu").unwrap().direct_leader[..], [no], "leaders follow");
}

#[test]
fn a_million_members_fit_because_one_is_small() {
    assert!(size_of::<Member>() <= 320, "{}", size_of::<Member>());
}
