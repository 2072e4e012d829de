//! `txl member`.

use std::fmt::Display;

use wecom_contacts::{DepartmentId, UserId};

use super::{Message, counted};

/// `name` is the member's name, where it is known.
pub(crate) fn delete(userid: &str, name: Option<&str>) -> Message {
    match name {
        Some(name) => message!(en: "delete member {userid} ({name})"),
        None => message!(en: "delete member {userid}"),
    }
}

pub(crate) fn deleted(userid: &str) -> Message {
    message!(en: "deleted member {userid}")
}

pub(crate) fn delete_many(userids: &[String]) -> Message {
    message!(en: "delete {}: {}", counted(userids.len(), "member"), userids.join(", "))
}

pub(crate) fn deleted_many(members: usize) -> Message {
    message!(en: "deleted {}", counted(members, "member"))
}

pub(crate) fn created(userid: &str) -> Message {
    message!(en: "created member {userid}")
}

pub(crate) fn department_was_created(department: DepartmentId) -> Message {
    message!(en: "department {department} did not exist and was created under 其他（待设置部门）")
}

pub(crate) fn updated(userid: &str) -> Message {
    message!(en: "updated member {userid}")
}

pub(crate) fn departments_changed(userid: &str, before: &Message, after: &Message) -> Message {
    message!(en: "departments of {userid}: {before} → {after}")
}

pub(crate) fn departments_replaced(userid: &str, after: &Message) -> Message {
    message!(en: "departments of {userid}: {after}, in place of all before, which this credential may not read")
}

pub(crate) fn mobile_was_not_read_back() -> Message {
    message!(
        en: "not verified: WeCom drops the new mobile number of an activated member (已激活) without an error; --app-secret and \
             --agent-id let the member be read back"
    )
}

/// `error` is what the reading back met, as a terminal may show it.
pub(crate) fn mobile_cannot_be_read_back(error: &str) -> Message {
    message!(en: "not verified whether the mobile number changed: {error}")
}

pub(crate) fn mobile_was_not_changed(userid: &UserId) -> Message {
    message!(
        en: "the mobile number of {userid} was not changed: WeCom drops it without an error once a member has activated (已激活)"
    )
}

pub(crate) fn how_a_mobile_changes() -> Message {
    message!(
        en: "other fields are updated; the member changes the number in WeCom, or an administrator in the console"
    )
}

/// `is_activated` says whether the member is known to have activated.
pub(crate) fn mobile_is_hidden(is_activated: bool) -> Message {
    let why = if is_activated {
        "the member has activated (已激活), and WeCom then drops a new number"
    } else {
        "WeCom drops the new number of a member who has activated (已激活)"
    };
    message!(en: "not verified whether the mobile number changed, as the app may not read it: {why} without an error")
}

pub(crate) fn invited() -> Message {
    message!(en: "invited")
}

pub(crate) fn some_were_not_invited() -> Message {
    message!(en: "the listed members, departments or tags were not invited")
}

pub(crate) fn check_that_they_are_visible() -> Message {
    message!(en: "check that they exist and are visible to the credential")
}

pub(crate) fn may_come_in(userid: impl Display) -> Message {
    message!(en: "confirmed the login of {userid}")
}

pub(crate) fn is_verified(userid: impl Display) -> Message {
    message!(en: "confirmed the second verification of {userid}")
}

/// `cursor` is what `--after` takes.
pub(crate) fn more_after(cursor: impl Display) -> Message {
    message!(en: "more: --after {cursor}")
}

pub(crate) fn last_page() -> Message {
    message!(en: "this was the last page")
}

pub(crate) fn no_userid_for(openids: &[impl AsRef<str>]) -> Message {
    let openids: Vec<_> = openids.iter().map(AsRef::as_ref).collect();
    message!(en: "no userid for {}", openids.join(", "))
}

pub(crate) fn check_ids_and_apps() -> Message {
    message!(en: "check the ids, the agentid of their app, and the visible range of both apps")
}

/// What a member is looked up by. The value itself is a personal datum, and no message repeats it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FoundBy {
    Mobile,
    Email,
}

pub(crate) fn no_member_has(by: FoundBy) -> Message {
    let by = match by {
        FoundBy::Mobile => "mobile number",
        FoundBy::Email => "mail address",
    };
    message!(en: "no member that this credential may see has this {by}")
}

pub(crate) fn check_it_and_the_range() -> Message {
    message!(en: "check it, and the app's visible range (可见范围); many wrong look-ups block the call for a day")
}

pub(crate) fn no_such_field() -> Message {
    message!(en: "no such field")
}

pub(crate) fn led_department_is_not_among(department: impl Display) -> Message {
    message!(en: "--leads {department} is not among the member's departments")
}

pub(crate) fn add_the_department(department: impl Display) -> Message {
    message!(en: "add --department {department}")
}

pub(crate) fn attribute_has_no_value() -> Message {
    message!(en: "an --attribute has no `=`")
}

pub(crate) fn how_an_attribute_is_written() -> Message {
    message!(en: "write it as --attribute 工号=A-17")
}

pub(crate) fn given_and_cleared(field: &str) -> Message {
    message!(en: "{field} is given a value and cleared at once")
}

pub(crate) fn drop_one_of(field: &str) -> Message {
    message!(en: "drop --clear {field}, or --{field}")
}

pub(crate) fn is_not_what_wecom_reads(flag: &str) -> Message {
    message!(en: "{flag} is not what WeCom reads")
}

pub(crate) fn see_the_shape_of(flag: &str) -> Message {
    message!(en: "see `txl member update --help` for the shape of {flag}, and quote it for the shell")
}

/// A member's departments, and whether the member leads each: `2, 4 (leads)`.
pub(crate) fn departments(departments: &[DepartmentId], leads: &[bool]) -> Message {
    let one = |(at, id): (usize, &DepartmentId)| {
        let leads = leads.get(at).is_some_and(|leads| *leads);
        if leads { format!("{id} (leads)") } else { id.to_string() }
    };
    let all: Vec<_> = departments.iter().enumerate().map(one).collect();
    if all.is_empty() { message!(en: "none") } else { message!(en: "{}", all.join(", ")) }
}
