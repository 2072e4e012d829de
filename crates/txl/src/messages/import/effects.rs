//! The effects of an import on the corp, and the reasons to confirm or stop it.

use std::fmt::Display;

use wecom_contacts::DepartmentId;

use super::noun;
use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted},
};

pub(crate) fn existing_and_new(kind: ImportKind, existing: u64, new: usize) -> Message {
    let noun = noun(kind);
    message!(en: "existing {noun}s: {existing}; new {noun}s: {new}")
}

pub(crate) fn created(count: usize) -> Message {
    message!(en: "to be created ({count}):")
}

pub(crate) fn deleted(count: usize) -> Message {
    message!(en: "to be DELETED, because they are not in the file ({count}):")
}

pub(crate) fn unknown_departments(count: usize) -> Message {
    message!(en: "unknown departments, which WeCom creates under 其他（待设置部门） ({count}):")
}

pub(crate) fn lose_departments(count: usize) -> Message {
    message!(en: "members who lose departments ({count}):")
}

/// One entry of a list.
pub(crate) fn entry(text: impl Display) -> Message {
    message!(en: "  {text}")
}

/// `count` is the number of entries that the list does not show.
pub(crate) fn more_in_json(count: usize) -> Message {
    message!(en: "  and {count} more; -o json shows all")
}

/// A member or department: its line in the file, its name and its id.
pub(crate) fn row(line: Option<u64>, name: Option<&str>, id: impl Display) -> Message {
    match (line, name) {
        (Some(line), Some(name)) => message!(en: "line {line}: {name} ({id})"),
        (Some(line), None) => message!(en: "line {line}: {id}"),
        (None, Some(name)) => message!(en: "{name} ({id})"),
        (None, None) => message!(en: "{id}"),
    }
}

/// `member` is a [`row`]; `departments` are those that the member loses.
pub(crate) fn loses(member: &Message, departments: &[DepartmentId]) -> Message {
    let ids: Vec<_> = departments.iter().map(ToString::to_string).collect();
    let noun = agreeing(ids.len() as u64, "department", "departments");
    message!(en: "{member}: loses {noun} {}", ids.join(", "))
}

pub(crate) fn will_be_deleted(kind: ImportKind, count: u64) -> Message {
    message!(
        en: "{} {} not in the file and will be DELETED",
        counted(count, noun(kind)),
        agreeing(count, "is", "are")
    )
}

/// `count` of the file's `rows` clear the field of the column `heading`.
pub(crate) fn rows_clear(heading: &str, count: u64, rows: u64) -> Message {
    message!(en: "{count} of {} {} {heading}", counted(rows, "row"), agreeing(count, "clears", "clear"))
}

/// `existing` of the `accounts` in the column `heading` exist in the corp, which has this number of members.
pub(crate) fn accounts_are_unknown(existing: u64, accounts: u64, members: usize, heading: &str) -> Message {
    message!(
        en: "nothing was sent: the corp ({}) has {existing} of the {} in the file; {heading} may be the wrong column",
        counted(members, "member"),
        counted(accounts, "account")
    )
}

pub(crate) fn map_the_column_of_accounts(heading: &str) -> Message {
    message!(
        en: "if another column holds the accounts, map it: --map 'HEADING=userid' --ignore-column '{heading}'"
    )
}

pub(crate) fn confirm_new_members() -> Message {
    message!(en: "if these members are new, add --new-members")
}

pub(crate) fn members_would_lose_departments(count: u64) -> Message {
    message!(
        en: "nothing was sent: {} would lose departments, because the file sets all departments of each member",
        counted(count, "member")
    )
}

/// `heading` is the heading of the column of departments.
pub(crate) fn list_all_departments(heading: &str) -> Message {
    message!(
        en: "list all departments of each member, separated by semicolons, or ignore the column: --ignore-column '{heading}'"
    )
}

pub(crate) fn confirm_exact_departments() -> Message {
    message!(en: "to send the file as it is, add --exact-departments")
}

/// `limit` is the SDK's description of a limit that the file exceeds.
pub(crate) fn exceeds_a_limit(limit: impl Display) -> Message {
    message!(en: "nothing was sent: {limit}")
}

/// `why` has the figures and the names.
pub(crate) fn gate_stops(why: &str) -> Message {
    message!(en: "the gate stops the import; nothing was sent: {why}")
}

pub(crate) fn allow_by(flag: &str) -> Message {
    message!(en: "check the names; to delete this many, add {flag}")
}

pub(crate) fn only_removals_are_allowed() -> Message {
    message!(en: "an import takes --allow members_removed=N only")
}
