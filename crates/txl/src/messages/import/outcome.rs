//! What became of the rows of an import.

use std::{fmt::Display, path::Path};

use crate::{
    import::ImportKind,
    messages::{Message, counted},
};

/// `who` is the id of a member or department.
pub(crate) fn not_a_row_of_the_file(who: &Message, reason: &Message) -> Message {
    message!(en: "not a row of the file: {who}: {reason}")
}

/// A member or department by its id, where the answer has one.
pub(crate) fn id(id: Option<impl Display>) -> Message {
    match id {
        Some(id) => message!(en: "{id}"),
        None => message!(en: "a row"),
    }
}

/// The reason beside a refused row: its code, and those of `parts` that are not empty.
pub(crate) fn reason(code: i32, parts: &[&str]) -> Message {
    let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    message!(en: "{code}: {}", parts.join("; "))
}

/// The reason beside a row whose outcome is unknown.
pub(crate) fn answer_leaves_out_this_row() -> Message {
    message!(en: "the answer leaves this row out")
}

pub(crate) fn created_and_updated(created: u64, updated: u64) -> Message {
    message!(en: "{created} created, {updated} updated")
}

pub(crate) fn imported(rows: usize) -> Message {
    message!(en: "imported {}", counted(rows, "row"))
}

pub(crate) fn answer_leaves_out(rows: u64) -> Message {
    message!(
        en: "warning: the answer leaves out {}; their outcome is unknown, and they are among the refused",
        counted(rows, "row")
    )
}

pub(crate) fn refused(refused: u64, rows: u64) -> Message {
    message!(en: "{refused} of {} refused", counted(rows, "row"))
}

/// `meaning` is what the SDK knows of the code.
pub(crate) fn rows_with_code(code: i32, rows: u64, meaning: &str) -> Message {
    message!(en: "{code} ({}): {meaning}", counted(rows, "row"))
}

/// `remedy` is what the SDK knows of a code.
pub(crate) fn to_try(remedy: &str) -> Message {
    message!(en: "  try: {remedy}")
}

pub(crate) fn refused_rows_are_in(path: &Path) -> Message {
    message!(en: "the refused rows are in {}", path.display())
}

pub(crate) fn refused_rows_are_in_no_file(reason: impl Display) -> Message {
    message!(en: "warning: the refused rows are in no file: {reason}")
}

pub(crate) fn correct_and_name_a_file() -> Message {
    message!(en: "correct these rows and import them again; --refused FILE names a file that can be written")
}

pub(crate) fn correct_these_rows() -> Message {
    message!(en: "correct these rows and import them again")
}

/// `path` is the file of the refused rows.
pub(crate) fn correct_the_refused_rows(kind: ImportKind, path: &str) -> Message {
    match kind {
        ImportKind::Members => {
            message!(en: "correct {path} and import it again, without --replace: it holds only some members")
        }
        ImportKind::Departments => message!(
            en: "correct these rows in the whole file and import that again, as it replaces all; {path} has the reasons"
        ),
    }
}

pub(crate) fn file_cannot_be_read_again() -> Message {
    message!(en: "the file cannot be read again")
}
