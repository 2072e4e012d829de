//! The result of each row of an import.

use std::{fmt::Display, path::Path};

use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted},
};

/// `who` is the [`id`] of a member or department.
pub(crate) fn also_refused(who: &Message, reason: &Message) -> Message {
    message!(en: "WeCom also refused {who}, which is not in the file: {reason}")
}

/// The id of a member or department, if the reply has one.
pub(crate) fn id(id: Option<impl Display>) -> Message {
    match id {
        Some(id) => message!(en: "{id}"),
        None => message!(en: "a row"),
    }
}

/// The reason in the file of refused rows: the code, and each of `parts` that has text.
pub(crate) fn reason(code: i32, parts: &[&str]) -> Message {
    let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    message!(en: "{code}: {}", parts.join("; "))
}

/// The reason for a row with an unknown outcome.
pub(crate) fn reply_omits_this_row() -> Message {
    message!(en: "WeCom's reply does not mention this row")
}

pub(crate) fn created_and_updated(created: u64, updated: u64) -> Message {
    message!(en: "{created} created, {updated} updated")
}

pub(crate) fn imported(rows: usize) -> Message {
    message!(en: "imported {}", counted(rows, "row"))
}

pub(crate) fn reply_omits(rows: u64) -> Message {
    let them = agreeing(rows, "it", "them");
    message!(
        en: "warning: the outcome of {} is unknown, because WeCom's reply omits {them}; the refused rows include {them}",
        counted(rows, "row")
    )
}

pub(crate) fn refused(refused: u64, rows: u64) -> Message {
    message!(en: "{refused} of {} refused", counted(rows, "row"))
}

/// `meaning` is the SDK's explanation of the code.
pub(crate) fn rows_with_code(code: i32, rows: u64, meaning: &str) -> Message {
    message!(en: "{code} ({}): {meaning}", counted(rows, "row"))
}

/// `remedy` is the SDK's advice on a code.
pub(crate) fn to_try(remedy: &str) -> Message {
    message!(en: "  try: {remedy}")
}

pub(crate) fn refused_rows_saved(path: &Path) -> Message {
    message!(en: "saved the refused rows in {}", path.display())
}

pub(crate) fn refused_rows_not_saved(reason: impl Display) -> Message {
    message!(en: "warning: the refused rows were not saved: {reason}")
}

pub(crate) fn correct_these_rows() -> Message {
    message!(en: "correct these rows and import them again")
}

pub(crate) fn correct_and_name_a_file() -> Message {
    message!(
        en: "correct these rows and import them again; to save the refused rows, name a writable file with --refused FILE"
    )
}

/// `path` is the file of the refused rows.
pub(crate) fn correct_the_refused_rows(kind: ImportKind, path: &str) -> Message {
    match kind {
        ImportKind::Members => {
            message!(en: "correct {path} and import it without --replace, which would delete all other members")
        }
        ImportKind::Departments => message!(
            en: "correct these rows in the complete file and import it again, because it replaces all departments; {path} shows the reasons"
        ),
    }
}

pub(crate) fn cannot_read_the_file_again() -> Message {
    message!(en: "cannot read the file again")
}
