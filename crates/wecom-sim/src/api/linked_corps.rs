//! Linked corps (互联企业): the part of another corp that an app sees. Legacy, but current SDKs still call it.
//!
//! The id of a member is `CORPID/USERID`, that of a department is `LINKEDID/DEPARTMENTID`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{Attribute, AttributeValue, Corp, Credential, Fail, Linkage, Member, View, World};

/// `linkedcorp/agent/get_perm_list`, doc 93172.
pub(super) fn permissions(world: &World, call: &Call) -> Outcome {
    let mut userids = Vec::new();
    let mut department_ids = Vec::new();
    for linkage in linkages(world, call) {
        let Some(range) = own_app(call).and_then(|agent_id| linkage.ranges.get(&agent_id)) else {
            continue;
        };
        let other = &world.corp(linkage.corp).id;
        userids.extend(range.members.iter().map(|userid| format!("{other}/{userid}")));
        let id = &linkage.id;
        department_ids.extend(range.departments.iter().map(|number| format!("{id}/{number}")));
    }
    Ok(Reply::ok(&json!({"userids": userids, "department_ids": department_ids})))
}

/// `linkedcorp/user/get`, doc 93171.
pub(super) fn member(world: &World, call: &Call) -> Outcome {
    let (corp_id, userid) = pair(call, "userid")?;
    let index = world
        .corp_with_id(corp_id)
        .filter(|index| *index != call.caller.corp)
        .ok_or_else(|| Fail::of(2_000_002))?;
    let corp = world.corp(index);
    let (number, member) = corp.members.find(userid).ok_or_else(|| Fail::of(60111))?;
    let mut departments = Vec::new();
    let mut visible = false;
    for (linkage, view) in views(world, call).filter(|(linkage, _)| linkage.corp == index) {
        visible |= view.sees(number, member);
        departments.extend(seats(linkage, &view, member));
    }
    if !visible {
        return Err(unseen());
    }
    Ok(Reply::ok(&json!({"user_info": details(corp, member, departments)})))
}

/// `linkedcorp/user/simplelist`, doc 93168.
pub(super) fn members_simple(world: &World, call: &Call) -> Outcome {
    list(world, call, |corp, member, departments| {
        json!({
            "userid": member.userid,
            "name": member.name,
            "department": departments,
            "corpid": corp.id,
        })
    })
}

/// `linkedcorp/user/list`, doc 93169.
pub(super) fn members(world: &World, call: &Call) -> Outcome {
    list(world, call, details)
}

/// `linkedcorp/department/list`, doc 93170. Returns the department and its subtree.
pub(super) fn departments(world: &World, call: &Call) -> Outcome {
    let (linkage, _, id) = department(world, call)?;
    let list: Vec<_> = world
        .corp(linkage.corp)
        .departments
        .subtree(id)
        .map(|one| {
            json!({
                "department_id": one.id.to_string(),
                "department_name": one.name,
                "parentid": one.parent.to_string(),
                "order": one.order,
            })
        })
        .collect();
    Ok(Reply::ok(&json!({"department_list": list})))
}

fn list(world: &World, call: &Call, row: fn(&Corp, &Member, Vec<String>) -> Value) -> Outcome {
    let (linkage, view, id) = department(world, call)?;
    let corp = view.corp;
    let ids: Vec<u32> = match call.args.flag("fetch_child") {
        Some(true) => corp.departments.subtree(id).map(|one| one.id).collect(),
        _ => vec![id],
    };
    // A member of several departments is listed once.
    let numbers: BTreeSet<_> =
        ids.iter().flat_map(|id| corp.members.in_department(*id)).map(|(number, _)| number).collect();
    let rows: Vec<_> = numbers
        .into_iter()
        .filter_map(|number| corp.members.at(number))
        .map(|member| row(corp, member, seats(linkage, &view, member)))
        .collect();
    Ok(Reply::ok(&json!({"userlist": rows})))
}

fn own_app(call: &Call) -> Option<u32> {
    match call.caller.credential {
        Credential::App(agent_id) => Some(agent_id),
        Credential::Contacts | Credential::SharedApp(_) => None,
    }
}

fn linkages<'a>(world: &'a World, call: &Call) -> impl Iterator<Item = &'a Linkage> {
    world.corp(call.caller.corp).groups.linkages.iter()
}

/// Returns the view of the calling app on the other corp, for each linkage.
fn views<'a>(world: &'a World, call: &Call) -> impl Iterator<Item = (&'a Linkage, View<'a>)> {
    let agent_id = own_app(call);
    linkages(world, call).filter_map(move |linkage| {
        let range = linkage.ranges.get(&agent_id?)?;
        Some((linkage, View::of_range(world, linkage.corp, range)))
    })
}

/// Returns the requested department if the app can see it.
fn department<'a>(world: &'a World, call: &Call) -> Result<(&'a Linkage, View<'a>, u32), Fail> {
    let (linked_id, number) = pair(call, "department_id")?;
    let (linkage, view) =
        views(world, call).find(|(linkage, _)| linkage.id == linked_id).ok_or_else(unseen)?;
    let number = number.parse().map_err(|_| Fail::of(40058))?;
    if !view.corp.departments.contains(number) {
        return Err(Fail::of(60003));
    }
    if view.sees_department(number) { Ok((linkage, view, number)) } else { Err(unseen()) }
}

/// Splits an id at its first slash.
fn pair<'a>(call: &'a Call, key: &str) -> Result<(&'a str, &'a str), Fail> {
    let id = call.args.text(key).filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(40063))?;
    id.split_once('/')
        .filter(|(owner, own)| !owner.is_empty() && !own.is_empty())
        .ok_or_else(|| Fail::of(40058))
}

/// The refusal for an invisible department or linkage. Its text was seen live, its code was not.
fn unseen() -> Fail {
    Fail::new(60011, "user not in app perm")
}

/// Returns the member's visible departments in this linkage.
fn seats(linkage: &Linkage, view: &View<'_>, member: &Member) -> Vec<String> {
    member
        .seats
        .iter()
        .filter(|seat| view.sees_department(seat.department))
        .map(|seat| format!("{}/{}", linkage.id, seat.department))
        .collect()
}

fn details(corp: &Corp, member: &Member, departments: Vec<String>) -> Value {
    let attributes: Vec<_> = member.extattr.iter().map(attribute).collect();
    json!({
        "userid": member.userid,
        "name": member.name,
        "department": departments,
        "mobile": member.mobile,
        "telephone": member.telephone,
        "email": member.email,
        "position": member.position,
        "corpid": corp.id,
        "extattr": {"attrs": attributes},
    })
}

/// Text items contain their value twice.
fn attribute(attribute: &Attribute) -> Value {
    let mut item = Map::new();
    item.insert("name".into(), (*attribute.name).into());
    match &attribute.value {
        AttributeValue::Text(text) => {
            item.insert("value".into(), (**text).into());
            item.insert("type".into(), 0.into());
            item.insert("text".into(), json!({"value": text}));
        }
        AttributeValue::Web { url, title } => {
            item.insert("type".into(), 1.into());
            item.insert("web".into(), json!({"url": url, "title": title}));
        }
        AttributeValue::Miniprogram { .. } => {
            item.insert("type".into(), 2.into());
        }
    }
    item.into()
}
