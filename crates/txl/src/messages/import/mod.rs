//! `txl import`: the job, the questions before it, and dry runs. `file` is what is said of the file, `effects` what it does to the corp,
//! `outcome` what became of its rows.

use std::fmt::Display;

use super::{Message, counted};
use crate::import::ImportKind;

pub(crate) mod effects;
pub(crate) mod file;
pub(crate) mod outcome;

/// The noun for one row of the file.
fn noun(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Members => "member",
        ImportKind::Departments => "department",
    }
}

pub(crate) fn sending(rows: u64) -> Message {
    message!(en: "sending {}", counted(rows, "row"))
}

pub(crate) fn job(id: impl Display) -> Message {
    message!(en: "job {id}")
}

pub(crate) fn job_goes_on(id: impl Display) -> Message {
    message!(en: "the job goes on; see `txl import job {id} --wait`")
}

pub(crate) fn key_is_not_one() -> Message {
    message!(en: "the callback's EncodingAESKey is not one")
}

pub(crate) fn make_a_key() -> Message {
    message!(en: "make one by `txl callback new-key`")
}

/// `reason` is why the import asks.
pub(crate) fn asks_first(reason: &Message) -> Message {
    message!(en: "the import asks first (--yes answers): {reason}")
}

/// `reasons` are why the import asks.
pub(crate) fn no_terminal_to_ask_on(reasons: &[Message]) -> Message {
    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    message!(en: "nothing was sent: {}; no terminal to ask on", reasons.join("; "))
}

pub(crate) fn answer_by_a_flag() -> Message {
    message!(en: "--yes goes on; --dry-run shows what the import does")
}

pub(crate) fn type_yes() -> Message {
    message!(en: "type yes to go on:")
}

pub(crate) fn answer_was_not_yes() -> Message {
    message!(en: "nothing was sent: the answer was not yes")
}

pub(crate) fn written_files(paths: &[String]) -> Message {
    message!(en: "written, one file for each job: {}", paths.join(", "))
}

pub(crate) fn corp_was_not_read() -> Message {
    message!(en: "the corp was not read: who would be created, deleted or lose departments is unknown")
}

pub(crate) fn would_be_sent(rows: u64, bytes: usize, jobs: usize) -> Message {
    let jobs = if jobs > 1 { format!(", by {jobs} jobs") } else { String::new() };
    message!(en: "{}, {bytes} bytes, would be sent{jobs}", counted(rows, "row"))
}

pub(crate) fn effects_are_no_json() -> Message {
    message!(en: "the outcome cannot be written as JSON")
}

pub(crate) fn corp_cannot_be_read() -> Message {
    message!(en: "cannot read what the corp holds; nothing was sent")
}

pub(crate) fn check_the_file_alone() -> Message {
    message!(en: "--dry-run --offline checks the file alone")
}

/// A text of the SDK, which has it in both languages.
pub(crate) fn in_both_languages(english: &str, chinese: &str) -> Message {
    message!(en: "{}", format!("{english} {chinese}").trim())
}
