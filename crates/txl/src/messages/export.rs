//! `txl export`.

use std::{fmt::Display, path::Path};

use wecom_contacts::{Error, JobId};

use super::Message;
use crate::{export::ExportKind, failure::Failure};

pub(crate) fn files_of_a_longer_export(path: &Path) -> Message {
    message!(en: "{} belongs to an earlier export with more files", path.display())
}

pub(crate) fn remove_the_earlier_files() -> Message {
    message!(en: "remove the files of that export, or name another directory")
}

pub(crate) fn rows_in(rows: u64, path: &Path) -> Message {
    message!(en: "{rows} rows in {}", path.display())
}

/// `columns` are headings with the number of rows that lack a value; `prefix` is what the headings of such columns begin with.
pub(crate) fn incomplete_columns(columns: &[(&str, u64)], path: Option<&Path>, prefix: &str) -> Message {
    let columns: Vec<_> = columns.iter().map(|(heading, rows)| format!("{heading} ({rows} rows)")).collect();
    let file = path.map(|path| format!(" in {}", path.display())).unwrap_or_default();
    message!(
        en: "warning: WeCom left fields out{file}: {}; an import ignores columns that begin with {prefix}; -o jsonl shows which rows have the field",
        columns.join(", ")
    )
}

pub(crate) fn departments_are_ids(error: &Error) -> Message {
    message!(en: "warning: departments are written as ids, since their names cannot be read: {error}")
}

pub(crate) fn workbook_cannot_be_packed() -> Message {
    message!(en: "the workbook cannot be packed")
}

pub(crate) fn rows_cannot_be_put_aside() -> Message {
    message!(en: "rows cannot be written to a temporary file")
}

pub(crate) fn see_the_disk() -> Message {
    message!(en: "check that the disk has space")
}

pub(crate) fn spreadsheet_cannot_be_written() -> Message {
    message!(en: "the spreadsheet cannot be written")
}

pub(crate) fn write_other_or_smaller_files() -> Message {
    message!(
        en: "write a file that ends in .csv or .jsonl, or export into a directory, where --block-size bounds each file"
    )
}

/// `named` is the format of the path's ending, `asked` that of `-o`.
pub(crate) fn formats_differ(path: &Path, named: &str, asked: &str) -> Message {
    message!(en: "the ending of {} means {named}, but -o is {asked}", path.display())
}

pub(crate) fn leave_out_the_format() -> Message {
    message!(en: "leave out -o, or give the file another ending")
}

pub(crate) fn no_format_has_this_ending(ending: &str, path: &Path) -> Message {
    message!(en: "no format has the ending .{ending} of {}", path.display())
}

pub(crate) fn use_a_known_ending() -> Message {
    message!(en: "end the name in .jsonl, .json, .csv or .xlsx, or give the format by -o")
}

pub(crate) fn yaml_goes_to_stdout() -> Message {
    message!(en: "YAML can be written only to stdout")
}

pub(crate) fn table_goes_to_stdout() -> Message {
    message!(en: "a table can be written only to stdout")
}

pub(crate) fn leave_out_the_file() -> Message {
    message!(en: "leave out --out, or write the file by -o csv, json or jsonl")
}

pub(crate) fn row_cannot_be_json() -> Message {
    message!(en: "a row cannot be written as JSON")
}

pub(crate) fn key_cannot_be_written() -> Message {
    message!(en: "the key cannot be written")
}

pub(crate) fn holds_no_key(path: &Path) -> Message {
    message!(en: "{} does not hold a key", path.display())
}

pub(crate) fn remove_it_and_pass_the_key() -> Message {
    message!(en: "remove the file, and pass the --key that the job was submitted with")
}

pub(crate) fn nowhere_to_keep_the_key() -> Message {
    message!(en: "the job's key cannot be kept: the home directory is unknown")
}

pub(crate) fn name_a_state_directory() -> Message {
    message!(en: "name a directory by --state-dir (TXL_STATE_DIR)")
}

pub(crate) fn nothing_to_export() -> Message {
    message!(en: "neither what to export nor --resume is given")
}

pub(crate) fn job(id: &JobId) -> Message {
    message!(en: "job {id}")
}

pub(crate) fn damaged_rows(damaged: u64, rows: u64) -> Message {
    message!(en: "{damaged} of {rows} rows have a damaged id, which names no member")
}

pub(crate) fn give_a_key_of_your_own() -> Message {
    message!(en: "or give a --key of your own")
}

pub(crate) fn cannot_be_taken_up_again(failure: &Failure) -> Message {
    message!(en: "the job cannot be resumed after an interruption: {failure}")
}

pub(crate) fn job_is_of_another_kind(id: &JobId, kept: ExportKind, asked: ExportKind) -> Message {
    message!(en: "job {id} exports {kept}, not {asked}")
}

pub(crate) fn take_it_up_by(kind: ExportKind, id: &JobId) -> Message {
    message!(en: "resume it by `txl export {kind} --resume {id}`")
}

pub(crate) fn no_key_is_kept(id: &JobId) -> Message {
    message!(en: "no key of job {id} is kept here")
}

pub(crate) fn pass_the_key() -> Message {
    message!(en: "pass the --key (WECOM_EXPORT_KEY) that it was submitted with")
}

pub(crate) fn or_export_again() -> Message {
    message!(en: "without that key the files cannot be decrypted: start a new export")
}

/// `is_key_given` says whether the command line or the environment has the key.
pub(crate) fn take_the_job_up_again(kind: ExportKind, id: &JobId, is_key_given: bool) -> Message {
    let key = if is_key_given { " with the same --key" } else { "" };
    message!(en: "resume the job by `txl export {kind} --resume {id}`{key}")
}

/// `signal` is its name, such as `SIGINT`.
pub(crate) fn interrupted(signal: &str) -> Message {
    message!(en: "interrupted by {signal} before all rows were written")
}

pub(crate) fn key_is_not_one() -> Message {
    message!(en: "the export's key is malformed")
}

pub(crate) fn what_a_key_looks_like() -> Message {
    message!(en: "give 43 letters and digits, such as `txl callback new-key` prints")
}

/// A template of `indicatif`. `{msg}` is the id of the job.
pub(crate) fn waiting_for_job() -> Message {
    message!(en: "{{spinner}} waiting for job {{msg}}, {{elapsed}}")
}

/// A template of `indicatif`. `{msg}` is [`rows_at_rate`].
pub(crate) fn reading_rows() -> Message {
    message!(
        en: "{{wide_bar}} {{percent}}% {{binary_bytes}}/{{binary_total_bytes}} {{binary_bytes_per_sec}} {{msg}} {{eta}} left"
    )
}

pub(crate) fn rows_at_rate(rows: impl Display, per_second: impl Display) -> Message {
    message!(en: "{rows} rows {per_second}/s")
}
