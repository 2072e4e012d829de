//! The effects of an import on the corp, and the reasons to confirm or stop it.

use std::fmt::Display;

use wecom_contacts::DepartmentId;
use wecom_directory::gate::Reason;

use super::noun;
use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted, gate},
};

pub(crate) fn existing_and_new(kind: ImportKind, existing: u64, new: usize) -> Message {
    let noun = noun(kind);
    message!(
        en: "existing {noun}s: {existing}; new {noun}s: {new}";
        zh: "已存在的{noun}：{existing}；新增的{noun}：{new}"
    )
}

pub(crate) fn created(count: usize) -> Message {
    message!(en: "to be created ({count}):"; zh: "将创建（{count}）：")
}

pub(crate) fn deleted(count: usize) -> Message {
    message!(
        en: "to be DELETED, because they are not in the file ({count}):";
        zh: "将删除，因为文件中没有它们（{count}）："
    )
}

pub(crate) fn unknown_departments(count: usize) -> Message {
    message!(
        en: "unknown departments, which WeCom creates under 其他（待设置部门） ({count}):";
        zh: "未知的部门，企业微信会在“其他（待设置部门）”下创建（{count}）："
    )
}

pub(crate) fn lose_departments(count: usize) -> Message {
    message!(en: "members who lose departments ({count}):"; zh: "将失去部门的成员（{count}）：")
}

/// One entry of a list.
pub(crate) fn entry(text: impl Display) -> Message {
    message!(both: "  {text}")
}

/// `count` is the number of entries that the list does not show.
pub(crate) fn more_in_json(count: usize) -> Message {
    message!(en: "  and {count} more; -o json shows all"; zh: "  另有 {count} 项；-o json 可显示全部")
}

/// A member or department: its line in the file, its name and its id.
pub(crate) fn row(line: Option<u64>, name: Option<&str>, id: impl Display) -> Message {
    match (line, name) {
        (Some(line), Some(name)) => {
            message!(en: "line {line}: {name} ({id})"; zh: "第 {line} 行：{name}（{id}）")
        }
        (Some(line), None) => message!(en: "line {line}: {id}"; zh: "第 {line} 行：{id}"),
        (None, Some(name)) => message!(en: "{name} ({id})"; zh: "{name}（{id}）"),
        (None, None) => message!(both: "{id}"),
    }
}

/// `member` is a [`row`]; `departments` are those that the member loses.
pub(crate) fn loses(member: &Message, departments: &[DepartmentId]) -> Message {
    let ids: Vec<_> = departments.iter().map(ToString::to_string).collect();
    let noun = agreeing(ids.len() as u64, "department", "departments");
    message!(en: "{member}: loses {noun} {}", ids.join(", "); zh: "{member}：失去部门 {}", ids.join(", "))
}

pub(crate) fn will_be_deleted(kind: ImportKind, count: u64) -> Message {
    message!(
        en: "{} {} not in the file and will be DELETED",
        counted(count, noun(kind)),
        agreeing(count, "is", "are");
        zh: "文件中没有的 {}将被删除", measured(count, kind)
    )
}

/// `count` of the file's `rows` clear the field of the column `heading`.
pub(crate) fn rows_clear(heading: &str, count: u64, rows: u64) -> Message {
    message!(
        en: "{count} of {} {} {heading}", counted(rows, "row"), agreeing(count, "clears", "clear");
        zh: "{} 行中有 {count} 行会清空 {heading}", rows
    )
}

/// `existing` of the `accounts` in the column `heading` exist in the corp, which has this number of members.
pub(crate) fn accounts_are_unknown(existing: u64, accounts: u64, members: usize, heading: &str) -> Message {
    message!(
        en: "nothing was sent: the corp ({}) has {existing} of the {} in the file; {heading} may be the wrong column",
        counted(members, "member"),
        counted(accounts, "account");
        zh: "没有提交任何内容：企业有 {} 名成员，文件中的 {} 个账号只有 {existing} 个存在；{heading} 可能不是账号列", members, accounts
    )
}

pub(crate) fn map_the_column_of_accounts(heading: &str) -> Message {
    message!(
        en: "if another column holds the accounts, map it: --map 'HEADING=userid' --ignore-column '{heading}'";
        zh: "如果账号在另一列，请指定对应的列：--map '列标题=userid' --ignore-column '{heading}'"
    )
}

pub(crate) fn confirm_new_members() -> Message {
    message!(en: "if these members are new, add --new-members"; zh: "如果这些确实是新成员，请加上 --new-members")
}

pub(crate) fn members_would_lose_departments(count: u64) -> Message {
    message!(
        en: "nothing was sent: {} would lose departments, because the file sets all departments of each member",
        counted(count, "member");
        zh: "没有提交任何内容：{} 名成员将失去部门，因为文件会设置每名成员的全部部门", count
    )
}

/// `heading` is the heading of the column of departments.
pub(crate) fn list_all_departments(heading: &str) -> Message {
    message!(
        en: "list all departments of each member, separated by semicolons, or ignore the column: --ignore-column '{heading}'";
        zh: "请列出每名成员的全部部门，用分号隔开，或忽略该列：--ignore-column '{heading}'"
    )
}

pub(crate) fn confirm_exact_departments() -> Message {
    message!(
        en: "to send the file as it is, add --exact-departments";
        zh: "要按文件原样提交，请加上 --exact-departments"
    )
}

/// `limit` is the SDK's description of a limit that the file exceeds.
pub(crate) fn exceeds_a_limit(limit: impl Display) -> Message {
    message!(en: "nothing was sent: {limit}"; zh: "没有提交任何内容：{limit}")
}

pub(crate) fn gate_stops(reason: &Reason) -> Message {
    let why = gate::reason(reason);
    message!(
        en: "the gate stops the import; nothing was sent: {why}";
        zh: "安全闸拦截了导入；没有提交任何内容：{why}"
    )
}

pub(crate) fn allow_by(flag: &str) -> Message {
    message!(en: "check the names; to delete this many, add {flag}"; zh: "请核对名单；确要删除这么多，请加上 {flag}")
}

pub(crate) fn only_removals_are_allowed() -> Message {
    message!(en: "an import takes --allow members_removed=N only"; zh: "导入只接受 --allow members_removed=数量")
}

/// A number of members or departments in Chinese.
fn measured(count: u64, kind: ImportKind) -> String {
    match kind {
        ImportKind::Members => format!("{count} 名成员"),
        ImportKind::Departments => format!("{count} 个部门"),
    }
}
