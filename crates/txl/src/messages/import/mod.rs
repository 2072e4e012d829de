//! `txl import`: the job, the confirmation before it, and dry runs. `file` describes the file and its faults,
//! `unreadable` what to do about a file that cannot be read, `effects` the effects on the corp, `outcome` the result of each row.

use std::fmt::Display;

use super::{Message, counted};
use crate::import::ImportKind;

pub(crate) mod effects;
pub(crate) mod file;
pub(crate) mod outcome;
pub(crate) mod unreadable;

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
    message!(en: "the job continues on the server; `txl import job {id} --wait` shows its outcome")
}

pub(crate) fn callback_key_is_invalid() -> Message {
    message!(en: "invalid EncodingAESKey of the callback")
}

pub(crate) fn make_a_key() -> Message {
    message!(en: "create a key with `txl callback new-key`")
}

/// `reason` says why the import needs confirmation.
pub(crate) fn needs_confirmation(reason: &Message) -> Message {
    message!(en: "the import needs confirmation (--yes confirms): {reason}")
}

/// `reasons` say why the import needs confirmation.
pub(crate) fn confirmation_needs_a_terminal(reasons: &[Message]) -> Message {
    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    message!(en: "nothing was sent: {}; only a terminal or --yes can confirm this", reasons.join("; "))
}

pub(crate) fn confirm_with_a_flag() -> Message {
    message!(en: "--yes confirms in advance; --dry-run shows the effects of the import")
}

pub(crate) fn type_yes() -> Message {
    message!(en: "type yes to continue:")
}

pub(crate) fn answer_was_not_yes() -> Message {
    message!(en: "cancelled before anything was sent: only yes confirms the import")
}

pub(crate) fn written_files(paths: &[String]) -> Message {
    message!(en: "wrote one file for each job: {}", paths.join(", "))
}

pub(crate) fn corp_was_not_read() -> Message {
    message!(en: "the corp was not read: creations, deletions and lost departments are unknown")
}

pub(crate) fn would_be_sent(rows: u64, bytes: usize, jobs: usize) -> Message {
    message!(en: "would send {} ({bytes} bytes) in {}", counted(rows, "row"), counted(jobs, "job"))
}

pub(crate) fn corp_cannot_be_read() -> Message {
    message!(en: "cannot read the corp's members and departments; nothing was sent")
}

pub(crate) fn check_the_file_alone() -> Message {
    message!(en: "--dry-run --offline checks the file without reading the corp")
}

/// A text that the SDK has in both languages.
pub(crate) fn in_both_languages(english: &str, chinese: &str) -> Message {
    message!(en: "{}", format!("{english} {chinese}").trim())
}
