//! Tags (标签管理).

use serde::Serialize;
use serde_json::json;

use super::{Call, Outcome, Reply};
use crate::world::{TagMove, World};

/// `tag/create`, doc 90210.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let (id, name) = (call.args.integer("tagid"), call.args.text("tagname"));
    let id = world.create_tag(call.caller.corp, call.caller.actor(), id, name)?;
    Ok(Reply::with("created", &json!({ "tagid": id })))
}

/// `tag/update`, doc 90211.
pub(super) fn rename(world: &mut World, call: &Call) -> Outcome {
    let (id, name) = (call.args.integer("tagid"), call.args.text("tagname"));
    world.rename_tag(call.caller.corp, call.caller.actor(), id, name)?;
    Ok(Reply::said("updated"))
}

/// `tag/delete`, doc 90212.
pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    world.delete_tag(call.caller.corp, call.caller.actor(), call.args.integer("tagid"))?;
    Ok(Reply::said("deleted"))
}

/// `tag/get`, doc 90213: what of the tag the caller sees, departments not expanded.
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
    /// Two shapes in one answer, both absent when all went well.
    #[derive(Serialize)]
    struct Invalid {
        #[serde(skip_serializing_if = "String::is_empty")]
        invalidlist: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        invalidparty: Vec<i64>,
    }
    let invalid = world.change_tag_members(
        call.caller.corp,
        call.caller.actor(),
        to,
        call.args.integer("tagid"),
        &call.args.texts("userlist").unwrap_or_default(),
        &call.args.integers("partylist").unwrap_or_default(),
    )?;
    Ok(Reply::with(
        word,
        &Invalid { invalidlist: invalid.members.join("|"), invalidparty: invalid.departments },
    ))
}

/// `tag/list`, doc 90216: all tags of the corp, by id.
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
