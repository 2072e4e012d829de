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

pub(crate) fn columns_are_levels(headings: &[&str]) -> Message {
    message!(en: "columns {} → department, one column for each level", headings.join(", "))
}

pub(crate) fn column_is_an_external_attribute(heading: &str, name: &str) -> Message {
    message!(en: "column {heading} → external attribute {name}")
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(en: "ignored {}: {}", agreeing(headings.len() as u64, "column", "columns"), headings.join(", "))
}

pub(crate) fn deciding_columns(headings: &[&str]) -> Message {
    message!(en: "warning: ignored columns that affect people: {}; --map 'FIELD=HEADING' reads one", headings.join(", "))
}

pub(crate) fn too_many_files() -> Message {
    message!(en: "a roster has at most 65,535 files")
}

pub(crate) fn unknown_ending(path: &Path) -> Message {
    message!(en: "{} has neither the ending .csv nor .xlsx", path.display())
}

pub(crate) fn csv_or_xlsx() -> Message {
    message!(en: "name a file that ends with .csv or .xlsx")
}

pub(crate) fn template_written(path: &Path) -> Message {
    message!(en: "wrote the template to {}", path.display())
}

pub(crate) fn exported(rows: u64, path: Option<&Path>) -> Message {
    let rows = counted(rows, "member");
    match path {
        Some(path) => message!(en: "wrote {rows} to {}", path.display()),
        None => message!(en: "{rows} in all"),
    }
}

pub(crate) fn out_of_range(members: u64) -> Message {
    message!(
        en: "warning: {} outside the app's visible range (可见范围) {} left out",
        counted(members, "member"),
        agreeing(members, "is", "are")
    )
}

pub(crate) fn link_needs_a_terminal() -> Message {
    message!(en: "links must be confirmed, and there is no terminal for the question")
}

pub(crate) fn confirm_by_yes() -> Message {
    message!(en: "add --yes to confirm in advance")
}

pub(crate) fn nothing_to_link() -> Message {
    message!(en: "nothing to link: each key of the roster is a member's, or no single member agrees with its row")
}

pub(crate) fn store_links(count: usize) -> Message {
    message!(en: "store {} in the mirror", counted(count, "link"))
}

pub(crate) fn links_stored(count: usize) -> Message {
    message!(en: "stored {}", counted(count, "link"))
}
