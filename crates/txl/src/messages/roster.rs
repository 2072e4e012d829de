//! Rosters and their policy.

use std::path::Path;

use super::{Message, agreeing, counted};

pub(crate) fn no_policy(name: &str) -> Message {
    message!(en: "no {name} beside the roster: the careful defaults apply, which keep leavers")
}

pub(crate) fn policy(path: &Path) -> Message {
    message!(en: "policy: {}", path.display())
}

pub(crate) fn invalid_policy(path: &Path, line: usize, why: &str) -> Message {
    message!(en: "{}, line {line}: {why}", path.display())
}

pub(crate) fn correct_the_policy() -> Message {
    message!(en: "correct this line; docs/sync.md explains each key of the policy")
}

pub(crate) fn other_profile(path: &Path, expected: &str, used: Option<&str>) -> Message {
    match used {
        Some(used) => {
            message!(en: "the policy {} is for profile {expected}, and profile {used} is in use", path.display())
        }
        None => {
            message!(en: "the policy {} is for profile {expected}, and no profile is in use", path.display())
        }
    }
}

pub(crate) fn use_the_profile(name: &str) -> Message {
    message!(en: "add --profile {name}, or name another policy by --policy")
}

pub(crate) fn field_and_heading_expected() -> Message {
    message!(en: "expected FIELD=HEADING, such as mobile=联系方式")
}

pub(crate) fn cannot_read_roster(path: &Path) -> Message {
    message!(en: "cannot read the roster {}", path.display())
}

pub(crate) fn map_the_key(key: &str) -> Message {
    message!(en: "set the key in the policy (key = \"HEADING\"), or map the column: --map '{key}=HEADING'")
}

pub(crate) fn map_the_departments() -> Message {
    message!(en: "name the headings of the file by --map 'FIELD=HEADING'")
}

pub(crate) fn ignore_a_column() -> Message {
    message!(en: "ignore one of them: --map 'ignore=HEADING'")
}

pub(crate) fn a_roster_has_headings() -> Message {
    message!(en: "a roster has a row of headings and a row for each person; `txl roster template` writes one")
}

pub(crate) fn map_one_of_these() -> Message {
    message!(en: "correct [columns] of the policy, or --map 'FIELD=HEADING'")
}

pub(crate) fn decide_on_hidden_rows() -> Message {
    message!(en: "show all rows in the workbook, or delete the hidden ones: a hidden person would look like a leaver")
}

pub(crate) fn wait_for_the_file() -> Message {
    message!(en: "wait until the file is complete, then plan again")
}

pub(crate) fn save_in_another_format() -> Message {
    message!(en: "save the sheet as .xlsx or CSV UTF-8 and plan again")
}

pub(crate) fn unknown_department_id() -> Message {
    message!(en: "names a department by an id whose path is unknown")
}

pub(crate) fn no_file_has(heading: &str) -> Message {
    message!(en: "no file has the column {heading}")
}

pub(crate) fn departments(count: usize) -> Message {
    message!(en: "  sheet of departments: {}", counted(count as u64, "department"))
}

pub(crate) fn faulty_departments(path: &Path, lines: &[u64]) -> Message {
    let shown: Vec<_> = lines.iter().take(20).map(ToString::to_string).collect();
    message!(
        en: "the sheet of departments in {} has {} that cannot be read: {}",
        path.display(),
        counted(lines.len() as u64, "row"),
        shown.join(", ")
    )
}

pub(crate) fn correct_the_departments() -> Message {
    message!(en: "give each row a path from the root, or a name and its parent")
}

pub(crate) fn order_is_kept(heading: &str) -> Message {
    message!(en: "  {heading}: the order in departments is not managed by a roster")
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(en: "ignored {}: {}", agreeing(headings.len() as u64, "column", "columns"), headings.join(", "))
}

pub(crate) fn deciding_columns(headings: &[&str]) -> Message {
    message!(en: "warning: ignored columns that affect people: {}; --map 'FIELD=HEADING' reads one", headings.join(", "))
}
