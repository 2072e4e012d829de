//! Tags (标签管理).

use serde::Serialize;
use serde_json::json;

use super::{
    call::{Call, Outcome},
    reply::Reply,
};
use crate::world::{Fail, TagMove, World};

/// `tag/create`, doc 90210.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let (id, name) = (tag_id(call)?, call.args.text("tagname"));
    let id = world.create_tag(call.caller.corp, call.caller.actor(), id, name)?;
    Ok(Reply::with("created", &json!({ "tagid": id })))
}

/// `tag/update`, doc 90211.
pub(super) fn rename(world: &mut World, call: &Call) -> Outcome {
    let (id, name) = (tag_id(call)?, call.args.text("tagname"));
    world.rename_tag(call.caller.corp, call.caller.actor(), id, name)?;
    Ok(Reply::said("updated"))
}

/// `tag/delete`, doc 90212.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    world.delete_tag(call.caller.corp, call.caller.actor(), call.args.integer("tagid"))?;
    Ok(Reply::said("deleted"))
}

/// `tag/get`, doc 90213. Returns the visible part of the tag; departments are not expanded.
pub(super) fn get(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct Members<'w> {
        tagname: &'w str,
        userlist: Vec<Row<'w>>,
        partylist: Vec<u32>,
    }
    #[derive(Serialize)]
    struct Row<'w> {
        userid: &'w str,
        name: &'w str,
    }
    let view = world.view(&call.caller);
    let tag = view.corp.required_tag(call.args.integer("tagid"))?;
    let members = tag.members.iter();
    Ok(Reply::ok(&Members {
        tagname: &tag.name,
        userlist: members
            .filter_map(|no| Some((*no, view.corp.members.at(*no)?)))
            .filter(|(no, member)| view.sees(*no, member))
            .map(|(_, member)| Row { userid: &member.userid, name: &member.name })
            .collect(),
        partylist: tag.departments.iter().copied().filter(|id| view.sees_department(*id)).collect(),
    }))
}

/// `tag/addtagusers`, doc 90214.
pub(super) fn add(world: &mut World, call: &Call) -> Outcome {
    change(world, call, TagMove::Add, "ok")
}

/// `tag/deltagusers`, doc 90215.
pub(super) fn remove(world: &mut World, call: &Call) -> Outcome {
    change(world, call, TagMove::Remove, "deleted")
}

fn change(world: &mut World, call: &Call, to: TagMove, word: &'static str) -> Outcome {
    /// The reply has two formats for the same data.
    #[derive(Serialize)]
    struct Invalid {
        #[serde(skip_serializing_if = "String::is_empty")]
        invalidlist: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        invalidparty: Option<Vec<i64>>,
    }
    let tag = tag_id(call)?;
    let departments = call.args.integers("partylist").unwrap_or_default();
    // A call that adds only members gets an empty list (recorded live).
    let always = to == TagMove::Add && departments.is_empty() && !world.choices.omit_empty_invalidparty;
    let invalid = world.change_tag_members(
        call.caller.corp,
        call.caller.actor(),
        to,
        tag,
        &call.args.texts("userlist").unwrap_or_default(),
        &departments,
    )?;
    let invalidparty = Some(invalid.departments).filter(|list| always || !list.is_empty());
    Ok(Reply::with(word, &Invalid { invalidlist: invalid.members.join("|"), invalidparty }))
}

/// Returns the requested tag; a text that is not a number is refused.
fn tag_id(call: &Call) -> Result<Option<i64>, Fail> {
    let id = call.args.integer("tagid");
    let is_no_number = id.is_none() && call.args.value("tagid").is_some();
    if is_no_number && !call.args.has_strict_numbers() { Err(Fail::not_uint32("tagid")) } else { Ok(id) }
}

/// `tag/list`, doc 90216. Returns all tags of the corp, by id.
pub(super) fn list(world: &World, call: &Call) -> Outcome {
    #[derive(Serialize)]
    struct List<'w> {
        taglist: Vec<Row<'w>>,
    }
    #[derive(Serialize)]
    struct Row<'w> {
        tagid: u32,
        tagname: &'w str,
    }
    let tags = world.corp(call.caller.corp).tags.iter();
    let taglist = tags.map(|tag| Row { tagid: tag.id, tagname: &tag.name }).collect();
    Ok(Reply::ok(&List { taglist }))
}
