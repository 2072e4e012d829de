//! The small default corp of a simulator.

use super::{
    changes::Actor,
    default_neighbours,
    forms::{AttributeForm, DepartmentForm, MemberForm},
    settings::WorldSettings,
    state::World,
    tag_writes::TagMove,
};
use crate::clock::Millis;

/// userid, name, mobile, gender, position, departments, led departments, direct leader, 工号, has logged in
type Person = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [i64],
    &'static [i64],
    &'static str,
    &'static str,
    bool,
);

const DEPARTMENTS: [(i64, &str, &str, i64); 4] = [
    (2, "研发部", "R&D", 1),
    (3, "后端组", "Backend", 2),
    (4, "市场部", "Marketing", 1),
    (5, "人事部", "", 1),
];

const PEOPLE: [Person; 7] = [
    ("zhangsan", "张三", "13800000001", "1", "总经理", &[1], &[1], "", "A0001", true),
    ("lisi", "李四", "13800000002", "2", "研发总监", &[2], &[2], "zhangsan", "A0002", true),
    ("wangwu", "王五", "13800000003", "1", "后端组长", &[3, 2], &[3], "lisi", "A0003", true),
    ("zhaoliu", "赵六", "13800000004", "2", "工程师", &[3], &[], "wangwu", "A0004", true),
    ("sunqi", "孙七", "13800000005", "1", "市场经理", &[4], &[4], "zhangsan", "A0005", true),
    ("zhouba", "周八", "13800000006", "2", "人事专员", &[5, 4], &[5], "zhangsan", "A0006", true),
    ("wujiu", "吴九", "13800000007", "1", "实习生", &[3], &[], "wangwu", "", false),
];

/// Returns the world at the start of a simulator.
pub(crate) fn default_world(settings: &WorldSettings, now: Millis) -> World {
    let mut world = World::without_contacts(settings);
    for (id, name, name_en, parent) in DEPARTMENTS {
        let form = DepartmentForm {
            id: Some(id),
            name: Some(name.into()),
            name_en: (!name_en.is_empty()).then(|| name_en.into()),
            parent: Some(parent),
            order: None,
        };
        world.create_department(0, Actor::Console, &form).expect("the default departments keep the rules");
    }
    for person in PEOPLE {
        world
            .create_member(0, Actor::Console, &form(person), now)
            .expect("the default members keep the rules");
    }
    let tag =
        world.create_tag(0, Actor::Console, None, Some("值班")).expect("the default tag keeps the rules");
    world
        .change_tag_members(0, Actor::Console, TagMove::Add, Some(i64::from(tag)), &["lisi", "zhaoliu"], &[5])
        .expect("the default tag keeps the rules");
    default_neighbours::add(&mut world, settings, now);
    world
}

fn form(person: Person) -> MemberForm {
    let (userid, name, mobile, gender, position, departments, leads, leader, badge, activated) = person;
    let attribute =
        AttributeForm { name: "工号".into(), text: Some(badge.into()), ..AttributeForm::default() };
    MemberForm {
        userid: Some(userid.into()),
        name: Some(name.into()),
        mobile: Some(mobile.into()),
        email: Some(format!("{userid}@mail.example.com")),
        biz_mail: Some(format!("{userid}@example.com")),
        gender: Some(gender.into()),
        position: Some(position.into()),
        department: Some(departments.to_vec()),
        is_leader_in_dept: Some(departments.iter().map(|id| i64::from(leads.contains(id))).collect()),
        direct_leader: (!leader.is_empty()).then(|| vec![leader.into()]),
        telephone: Some("010-62700000".into()),
        address: Some("北京市海淀区示例路1号".into()),
        avatar_mediaid: activated.then(|| format!("avatar-{userid}")),
        extattr: Some(vec![attribute]),
        activated: Some(activated),
        ..MemberForm::default()
    }
}
