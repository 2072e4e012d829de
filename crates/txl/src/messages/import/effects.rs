//! What an import does to the corp, and why it is refused or must be agreed to.

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
    message!(en: "created ({count}):")
}

pub(crate) fn deleted(count: usize) -> Message {
    message!(en: "DELETED, as the file replaces all ({count}):")
}

pub(crate) fn unknown_departments(count: usize) -> Message {
    message!(en: "departments that do not exist, so that WeCom creates them below 其他（待设置部门） ({count}):")
}

pub(crate) fn lose_departments(count: usize) -> Message {
    message!(en: "would lose departments ({count}):")
}

/// `text` is an entry of a list.
pub(crate) fn entry(text: impl Display) -> Message {
    message!(en: "  {text}")
}

/// `count` is how many entries of a list are not shown.
pub(crate) fn more_in_json(count: usize) -> Message {
    message!(en: "  and {count} more; -o json lists all")
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
pub(crate) fn no_longer_in(member: &Message, departments: &[DepartmentId]) -> Message {
    let ids: Vec<_> = departments.iter().map(ToString::to_string).collect();
    message!(en: "{member}: no longer in {}", ids.join(", "))
}

pub(crate) fn will_be_deleted(kind: ImportKind, count: u64) -> Message {
    message!(
        en: "{} {} not in the file and will be DELETED",
        counted(count, noun(kind)),
        agreeing(count, "is", "are")
    )
}

/// `count` of the file's `rows` clear the field of the column with this heading.
pub(crate) fn rows_clear(heading: &str, count: u64, rows: u64) -> Message {
    message!(en: "{count} of {} {} {heading}", counted(rows, "row"), agreeing(count, "clears", "clear"))
}

/// `existing` of the `accounts` in the column `heading` are in the corp, which has this number of members.
pub(crate) fn accounts_are_unknown(existing: u64, accounts: u64, members: usize, heading: &str) -> Message {
    let which = match (existing, accounts) {
        (0, 1) => "the account of the file does not exist".to_owned(),
        (0, _) => format!("none of the file's {accounts} accounts exists"),
        _ => format!(
            "only {existing} of the file's {accounts} accounts {}",
            agreeing(existing, "exists", "exist")
        ),
    };
    message!(
        en: "nothing was sent: {which} in the corp, which has {}; {heading} may be the wrong column of accounts",
        counted(members, "member")
    )
}

pub(crate) fn name_the_column_of_accounts(heading: &str) -> Message {
    message!(
        en: "if another column has the accounts, name it: --map 'HEADING=userid' --ignore-column '{heading}'"
    )
}

pub(crate) fn say_that_members_are_new() -> Message {
    message!(en: "--new-members goes on, if these are indeed new members")
}

pub(crate) fn members_would_lose_departments(count: u64) -> Message {
    message!(
        en: "nothing was sent: {} would lose departments, as the file decides all departments of a member",
        counted(count, "member")
    )
}

/// `heading` is that of the departments' column.
pub(crate) fn write_all_departments(heading: &str) -> Message {
    message!(
        en: "write all departments of each of them, joined by semicolons, or leave the column out by --ignore-column '{heading}'"
    )
}

pub(crate) fn send_the_file_as_it_is() -> Message {
    message!(en: "--exact-departments sends the file as it is")
}

/// `limit` is a limit of WeCom that the file exceeds, in the words of the SDK.
pub(crate) fn exceeds_a_limit(limit: impl Display) -> Message {
    message!(en: "nothing was sent: {limit}")
}
