//! The default second corp of a simulator. It is linked (互联企业), lower (企业互联) and downstream (上下游) at the same time,
//! so that every call about other corps returns data.

use std::collections::BTreeMap;

use super::{
    changes::Actor,
    corp::Corp,
    corp_groups::{Business, Chain, ChainContact, ChainCorp, Linkage, Share},
    credentials::{App, ContactsSync, Range},
    departments::Departments,
    empty_corp::empty_corp,
    forms::{DepartmentForm, MemberForm},
    settings::WorldSettings,
    state::World,
};
use crate::clock::Millis;

/// userid, name, mobile, departments
const PEOPLE: [(&str, &str, &str, &[i64]); 3] = [
    ("chenchen", "陈晨", "13800000101", &[1]),
    ("linlin", "林琳", "13800000102", &[3]),
    ("hebo", "何波", "13800000103", &[3, 2]),
];

const DEPARTMENTS: [(i64, &str, i64); 3] = [(2, "华东", 1), (3, "上海", 2), (4, "财务", 1)];

pub(super) fn add(world: &mut World, settings: &WorldSettings, now: Millis) {
    let lower = world.add_corp(neighbour(settings));
    for (id, name, parent) in DEPARTMENTS {
        let form = DepartmentForm {
            id: Some(id),
            name: Some(name.into()),
            parent: Some(parent),
            ..DepartmentForm::default()
        };
        world
            .create_department(lower, Actor::Console, &form)
            .expect("the neighbour's departments keep the rules");
    }
    for (userid, name, mobile, departments) in PEOPLE {
        let form = MemberForm {
            userid: Some(userid.into()),
            name: Some(name.into()),
            mobile: Some(mobile.into()),
            department: Some(departments.to_vec()),
            position: Some("专员".into()),
            activated: Some(true),
            ..MemberForm::default()
        };
        world
            .create_member(lower, Actor::Console, &form, now)
            .expect("the neighbour's members keep the rules");
    }
    tie(world, settings.agent_id, lower);
}

fn neighbour(settings: &WorldSettings) -> Corp {
    let own = empty_corp(settings);
    Corp {
        id: neighbour_id(&settings.corp_id),
        name: "示例伙伴".into(),
        contacts: ContactsSync { secret: "sim-neighbour-contacts-secret".into(), ..own.contacts.clone() },
        apps: vec![App {
            agent_id: NEIGHBOUR_AGENT,
            name: "共享应用".into(),
            secret: "sim-neighbour-app-secret".into(),
            // The range omits the finance department.
            range: Range { departments: vec![2], members: vec!["chenchen".into()], tags: Vec::new() },
            ..own.apps[0].clone()
        }],
        departments: Departments::with_root("示例伙伴"),
        ..own
    }
}

/// The id of the app in the lower corp.
const NEIGHBOUR_AGENT: u32 = 1_000_010;

/// Returns an id that differs from that of the simulator's corp.
fn neighbour_id(own: &str) -> String {
    let id = "ww00000000neighbor";
    if own == id { format!("{id}2") } else { id.into() }
}

fn tie(world: &mut World, agent_id: u32, lower: usize) {
    let lower_id = world.corp(lower).id.clone();
    let groups = &mut world.corp_mut(0).groups;
    groups.linkages.push(Linkage {
        id: "wh0000000000000001".into(),
        corp: lower,
        ranges: BTreeMap::from([(
            agent_id,
            Range { departments: vec![2], members: vec!["chenchen".into()], tags: Vec::new() },
        )]),
    });
    groups.shares.extend([Business::Linked, Business::Chain].map(|business| Share {
        agent_id,
        business,
        corp: lower,
        lower_agent_id: NEIGHBOUR_AGENT,
    }));
    groups.api_app = Some(agent_id);
    let mut chain = Chain::new("ChSim0000000000001", "示例供应链");
    let group = chain.group_at("一级经销商");
    chain.corps = vec![
        ChainCorp {
            name: "示例伙伴".into(),
            id: lower_id,
            joined: true,
            group,
            custom_id: "partner1".into(),
            invite_userid: "zhangsan".into(),
            contacts: vec![ChainContact { mobile: "13800000101".into(), user_custom_id: "1001".into() }],
        },
        ChainCorp {
            name: "待加入企业".into(),
            id: "wpSim0000000000001".into(),
            joined: false,
            group,
            custom_id: String::new(),
            invite_userid: "zhangsan".into(),
            contacts: Vec::new(),
        },
    ];
    groups.chains.push(chain);
}
