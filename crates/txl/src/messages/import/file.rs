//! The file of an import: its format, its columns, and the faults of its rows.

use std::{fmt::Display, path::Path};

use super::noun;
use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted},
};

pub(crate) fn heading_and_field_expected() -> Message {
    message!(en: "expected HEADING=FIELD")
}

/// `format` describes the detected format.
pub(crate) fn format_of(path: &Path, format: impl Display) -> Message {
    message!(en: "{}: {format}", path.display())
}

pub(crate) fn column_is(heading: &str, field: &str) -> Message {
    message!(en: "  {heading} → {field}")
}

pub(crate) fn column_is_an_attribute(heading: &str, name: &str) -> Message {
    message!(en: "  {heading} → attribute (扩展属性) {name}")
}

pub(crate) fn column_is_the_status(heading: &str) -> Message {
    message!(en: "  {heading} → employment status; rows of people who left are skipped")
}

pub(crate) fn read_only_columns(headings: &[&str]) -> Message {
    message!(en: "read-only columns, not imported: {}", headings.join(", "))
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(en: "warning: ignored columns: {}; --map or --extra imports them", headings.join(", "))
}

pub(crate) fn columns_cannot_be_written(headings: &[&str]) -> Message {
    message!(
        en: "nothing was sent: an import cannot write {}, and leaving out such information about people must be confirmed",
        headings.join(", ")
    )
}

pub(crate) fn ignore_these_columns(headings: &[&str]) -> Message {
    let columns = agreeing(headings.len() as u64, "this column", "these columns");
    let flags: Vec<_> = headings.iter().map(|heading| format!("--ignore-column '{heading}'")).collect();
    message!(en: "to import without {columns}, add {}", flags.join(" "))
}

/// `correction` describes the correction of `count` cells.
pub(crate) fn corrected(heading: &str, count: u64, correction: impl Display) -> Message {
    message!(en: "  {heading}: {correction} ({})", counted(count, "cell"))
}

pub(crate) fn empty_cells(heading: &str, count: u64) -> Message {
    message!(
        en: "  {heading}: {} {} the field",
        counted(count, "empty cell"),
        agreeing(count, "clears", "clear")
    )
}

pub(crate) fn cells_without_a_heading(count: u64) -> Message {
    message!(en: "warning: ignored {} in columns without a heading", counted(count, "cell"))
}

/// Lists at most `shown` of the `lines`.
pub(crate) fn lines_without_data(lines: &[u64], shown: usize) -> Message {
    let listed: Vec<_> = lines.iter().take(shown).map(ToString::to_string).collect();
    message!(
        en: "  skipped {} without data (footers, repeated headings): {}{}",
        counted(lines.len() as u64, "line"),
        listed.join(", "),
        if lines.len() > shown { ", …" } else { "" }
    )
}

pub(crate) fn rows_of_people_who_left(count: u64) -> Message {
    message!(en: "skipped {} of people who left, according to the status:", counted(count, "row"))
}

pub(crate) fn row_of_a_person_who_left(line: u64, name: &str, userid: impl Display) -> Message {
    message!(en: "  line {line}: {name} ({userid})")
}

/// `count` is the number of entries that the list does not show.
pub(crate) fn more(count: u64) -> Message {
    message!(en: "  and {count} more")
}

pub(crate) fn rows(count: u64) -> Message {
    message!(en: "  {}", counted(count, "row"))
}

/// `text` describes a fault of a row or a cell.
pub(crate) fn fault(text: impl Display) -> Message {
    message!(en: "{text}")
}

/// One entry of the list of faults.
pub(crate) fn entry(fault: &Message) -> Message {
    message!(en: "  {fault}")
}

pub(crate) fn warning(fault: &Message) -> Message {
    message!(en: "warning: {fault}")
}

pub(crate) fn all_people_left() -> Message {
    message!(en: "the file has nothing to send: all people in it have left")
}

pub(crate) fn has_no_rows(kind: ImportKind) -> Message {
    message!(en: "the file has no rows below the headings: add one for each {}", noun(kind))
}

pub(crate) fn has_faults(path: &Path, faults: u64) -> Message {
    message!(en: "nothing was sent: {} has {}", path.display(), counted(faults, "fault"))
}

pub(crate) fn correct_the_faults() -> Message {
    message!(en: "correct the faults above and import the file again")
}
