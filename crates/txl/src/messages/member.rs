//! `txl member`.

use std::fmt::Display;

use wecom_contacts::{DepartmentId, UserId};

use super::{Message, counted};

/// `name` is the member's name, where it is known.
pub(crate) fn delete(userid: &str, name: Option<&str>) -> Message {
    match name {
        Some(name) => message!(en: "delete member {userid} ({name})"; zh: "删除成员 {userid}（{name}）"),
        None => message!(en: "delete member {userid}"; zh: "删除成员 {userid}"),
    }
}

pub(crate) fn deleted(userid: &str) -> Message {
    message!(en: "deleted member {userid}"; zh: "已删除成员 {userid}")
}

pub(crate) fn delete_many(userids: &[String]) -> Message {
    message!(
        en: "delete {}: {}", counted(userids.len(), "member"), userids.join(", ");
        zh: "删除 {} 个成员：{}", userids.len(), userids.join("、")
    )
}

pub(crate) fn deleted_many(members: usize) -> Message {
    message!(en: "deleted {}", counted(members, "member"); zh: "已删除 {} 个成员", members)
}

pub(crate) fn created(userid: &str) -> Message {
    message!(en: "created member {userid}"; zh: "已创建成员 {userid}")
}

pub(crate) fn department_was_created(department: DepartmentId) -> Message {
    message!(
        en: "department {department} did not exist and was created under 其他（待设置部门）";
        zh: "部门 {department} 不存在，已在“其他（待设置部门）”下创建"
    )
}

pub(crate) fn updated(userid: &str) -> Message {
    message!(en: "updated member {userid}"; zh: "已更新成员 {userid}")
}

pub(crate) fn departments_changed(userid: &str, before: &Message, after: &Message) -> Message {
    message!(en: "departments of {userid}: {before} → {after}"; zh: "{userid} 的部门：{before} → {after}")
}

pub(crate) fn departments_replaced(userid: &str, after: &Message) -> Message {
    message!(
        en: "departments of {userid}: {after}, in place of all before, which this credential may not read";
        zh: "{userid} 的部门：{after}，取代原有的全部部门；当前凭证无权读取原有部门"
    )
}

pub(crate) fn mobile_was_not_read_back() -> Message {
    message!(
        en: "not verified: WeCom drops the new mobile number of an activated member (已激活) without an error; --app-secret and \
        --agent-id let the member be read back";
        zh: "未核对：成员激活后，企业微信会忽略新手机号且不报错；提供 --app-secret 和 --agent-id 后可以回读核对"
    )
}

/// `error` is what the reading back met, as a terminal may show it.
pub(crate) fn mobile_cannot_be_read_back(error: &str) -> Message {
    message!(en: "not verified whether the mobile number changed: {error}"; zh: "无法核对手机号是否已修改：{error}")
}

pub(crate) fn mobile_was_not_changed(userid: &UserId) -> Message {
    message!(
        en: "the mobile number of {userid} was not changed: WeCom drops it without an error once a member has activated (已激活)";
        zh: "{userid} 的手机号未修改：成员激活后，企业微信会忽略新手机号且不报错"
    )
}

pub(crate) fn how_a_mobile_changes() -> Message {
    message!(
        en: "other fields are updated; the member changes the number in WeCom, or an administrator in the console";
        zh: "其他字段已更新；手机号需由成员在企业微信中修改，或由管理员在管理后台修改"
    )
}

/// `is_activated` says whether the member is known to have activated.
pub(crate) fn mobile_is_hidden(is_activated: bool) -> Message {
    let why = if is_activated {
        word!(
            "the member has activated (已激活), and WeCom then drops a new number",
            "该成员已激活，企业微信会忽略新手机号"
        )
    } else {
        word!(
            "WeCom drops the new number of a member who has activated (已激活)",
            "成员激活后，企业微信会忽略新手机号"
        )
    };
    message!(
        en: "not verified whether the mobile number changed, as the app may not read it: {why} without an error";
        zh: "无法核对手机号是否已修改，因为应用无权读取手机号：{why}，且不报错"
    )
}

pub(crate) fn invited() -> Message {
    message!(en: "invited"; zh: "已发出邀请")
}

pub(crate) fn some_were_not_invited() -> Message {
    message!(en: "the listed members, departments or tags were not invited"; zh: "列出的成员、部门或标签未被邀请")
}

pub(crate) fn check_that_they_are_visible() -> Message {
    message!(en: "check that they exist and are visible to the credential"; zh: "请确认它们存在，并且当前凭证可见")
}

pub(crate) fn may_come_in(userid: impl Display) -> Message {
    message!(en: "confirmed the login of {userid}"; zh: "已确认 {userid} 登录成功")
}

pub(crate) fn is_verified(userid: impl Display) -> Message {
    message!(en: "confirmed the second verification of {userid}"; zh: "已确认 {userid} 完成二次验证")
}

/// `cursor` is what `--after` takes.
pub(crate) fn more_after(cursor: impl Display) -> Message {
    message!(en: "more: --after {cursor}"; zh: "还有更多：--after {cursor}")
}

pub(crate) fn last_page() -> Message {
    message!(en: "this was the last page"; zh: "已是最后一页")
}

pub(crate) fn no_userid_for(openids: &[impl AsRef<str>]) -> Message {
    let openids: Vec<_> = openids.iter().map(AsRef::as_ref).collect();
    message!(en: "no userid for {}", openids.join(", "); zh: "{} 没有对应的 userid", openids.join("、"))
}

pub(crate) fn check_ids_and_apps() -> Message {
    message!(
        en: "check the ids, the agentid of their app, and the visible range of both apps";
        zh: "请检查这些 id、所属应用的 agentid，以及两个应用的可见范围"
    )
}

/// What a member is looked up by. The value itself is a personal datum, and no message repeats it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FoundBy {
    Mobile,
    Email,
}

pub(crate) fn no_member_has(by: FoundBy) -> Message {
    let by = match by {
        FoundBy::Mobile => word!("mobile number", "手机号"),
        FoundBy::Email => word!("mail address", "邮箱"),
    };
    message!(
        en: "no member that this credential may see has this {by}";
        zh: "当前凭证可见的成员中，没有人使用这个{by}"
    )
}

pub(crate) fn check_it_and_the_range() -> Message {
    message!(
        en: "check it, and the app's visible range (可见范围); many wrong look-ups block the call for a day";
        zh: "请检查填写的内容，以及应用的可见范围；查错次数过多，该接口会被封禁一天"
    )
}

pub(crate) fn no_such_field() -> Message {
    message!(en: "no such field"; zh: "没有这个字段")
}

pub(crate) fn led_department_is_not_among(department: impl Display) -> Message {
    message!(
        en: "--leads {department} is not among the member's departments";
        zh: "--leads {department} 不在成员的部门之中"
    )
}

pub(crate) fn add_the_department(department: impl Display) -> Message {
    message!(en: "add --department {department}"; zh: "请加上 --department {department}")
}

pub(crate) fn attribute_has_no_value() -> Message {
    message!(en: "an --attribute has no `=`"; zh: "--attribute 缺少 `=`")
}

pub(crate) fn how_an_attribute_is_written() -> Message {
    message!(en: "write it as --attribute 工号=A-17"; zh: "请写成 --attribute 工号=A-17")
}

pub(crate) fn given_and_cleared(field: &str) -> Message {
    message!(en: "{field} is given a value and cleared at once"; zh: "{field} 既给了值又要清空")
}

pub(crate) fn drop_one_of(field: &str) -> Message {
    message!(en: "drop --clear {field}, or --{field}"; zh: "请去掉 --clear {field} 或 --{field}")
}

pub(crate) fn is_not_what_wecom_reads(flag: &str) -> Message {
    message!(en: "{flag} is not what WeCom reads"; zh: "{flag} 不符合企业微信的格式")
}

pub(crate) fn see_the_shape_of(flag: &str) -> Message {
    message!(
        en: "see `txl member update --help` for the shape of {flag}, and quote it for the shell";
        zh: "格式见 `txl member update --help`；注意为 shell 加引号"
    )
}

/// A member's departments, and whether the member leads each: `2, 4 (leads)`.
pub(crate) fn departments(departments: &[DepartmentId], leads: &[bool]) -> Message {
    let one = |(at, id): (usize, &DepartmentId)| {
        let leads = leads.get(at).is_some_and(|leads| *leads);
        if leads {
            message!(en: "{id} (leads)"; zh: "{id}（负责人）").to_string()
        } else {
            id.to_string()
        }
    };
    let all: Vec<_> = departments.iter().enumerate().map(one).collect();
    if all.is_empty() { message!(en: "none"; zh: "无") } else { message!(both: "{}", all.join(", ")) }
}
