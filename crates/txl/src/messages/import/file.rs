//! What was understood of the file of an import, what is wrong with it, and how to correct it.

use std::{fmt::Display, path::Path};

use super::noun;
use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted},
};

pub(crate) fn write_heading_and_field() -> Message {
    message!(en: "write HEADING=FIELD")
}

/// `format` is what the file was read as.
pub(crate) fn format_of(path: &Path, format: impl Display) -> Message {
    message!(en: "{}: {format}", path.display())
}

pub(crate) fn column_is(heading: &str, field: &str) -> Message {
    message!(en: "  {heading} is {field}")
}

pub(crate) fn column_is_an_attribute(heading: &str, name: &str) -> Message {
    message!(en: "  {heading} is the attribute (扩展属性) {name}")
}

pub(crate) fn column_says_who_has_left(heading: &str) -> Message {
    message!(en: "  {heading} says who has left; those rows are not sent")
}

pub(crate) fn read_only_columns(headings: &[&str]) -> Message {
    message!(en: "read-only columns, which an import cannot write: {}", headings.join(", "))
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(en: "warning: ignored columns: {}; --map or --extra takes them", headings.join(", "))
}

pub(crate) fn columns_decide(headings: &[&str]) -> Message {
    let count = headings.len() as u64;
    message!(
        en: "nothing was sent: {} {} over people, and an import cannot write {}",
        headings.join(", "),
        agreeing(count, "decides", "decide"),
        agreeing(count, "it", "them")
    )
}

pub(crate) fn go_on_without_columns(headings: &[&str]) -> Message {
    let count = headings.len() as u64;
    let flags: Vec<_> = headings.iter().map(|heading| format!("--ignore-column '{heading}'")).collect();
    message!(
        en: "{} {} on without {}",
        flags.join(" "),
        agreeing(count, "goes", "go"),
        agreeing(count, "it", "them")
    )
}

/// `correction` is what was corrected in `count` cells, in the words of the library that reads the file.
pub(crate) fn corrected(heading: &str, count: u64, correction: impl Display) -> Message {
    message!(en: "  {heading}: {count} {correction}")
}

pub(crate) fn empty_cells(heading: &str, count: u64) -> Message {
    message!(en: "  {heading}: {} {} the field", counted(count, "empty cell"), agreeing(count, "clears", "clear"))
}

pub(crate) fn cells_without_a_heading(count: u64) -> Message {
    message!(
        en: "warning: {} in columns without a heading {} ignored",
        counted(count, "cell"),
        agreeing(count, "is", "are")
    )
}

/// At most `shown` of the `lines` are named.
pub(crate) fn lines_without_data(lines: &[u64], shown: usize) -> Message {
    let named: Vec<_> = lines.iter().take(shown).map(ToString::to_string).collect();
    message!(
        en: "  no data (footers, repeated headings), not imported: {} {}{}",
        agreeing(lines.len() as u64, "line", "lines"),
        named.join(", "),
        if lines.len() > shown { ", …" } else { "" }
    )
}

pub(crate) fn rows_of_people_who_left(count: u64) -> Message {
    message!(en: "{} not sent, as the status says that the person has left:", counted(count, "row"))
}

pub(crate) fn row_of_a_person_who_left(line: u64, name: &str, userid: impl Display) -> Message {
    message!(en: "  line {line}: {name} ({userid})")
}

/// `count` is how many entries of a list are not shown.
pub(crate) fn more(count: u64) -> Message {
    message!(en: "  and {count} more")
}

pub(crate) fn rows(count: u64) -> Message {
    message!(en: "  {}", counted(count, "row"))
}

/// What is wrong with a row or a cell, in the words of the library that found it.
pub(crate) fn fault(text: impl Display) -> Message {
    message!(en: "{text}")
}

pub(crate) fn entry(fault: &Message) -> Message {
    message!(en: "  {fault}")
}

pub(crate) fn warning(fault: &Message) -> Message {
    message!(en: "warning: {fault}")
}

pub(crate) fn all_people_have_left() -> Message {
    message!(en: "no row is left to send: all people of the file have left")
}

pub(crate) fn has_no_rows(kind: ImportKind) -> Message {
    message!(en: "there are no rows below the headings: write one for each {}", noun(kind))
}

pub(crate) fn has_faults(path: &Path, faults: u64) -> Message {
    message!(
        en: "{} cannot be imported: {} to correct; nothing was sent",
        path.display(),
        counted(faults, "fault")
    )
}

pub(crate) fn correct_the_faults() -> Message {
    message!(en: "correct what is named above and try again")
}

pub(crate) fn cannot_import(path: &Path) -> Message {
    message!(en: "cannot import {}", path.display())
}

/// `key` is the key of the ids.
pub(crate) fn write_objects_with_a_key(kind: ImportKind, key: &str) -> Message {
    message!(
        en: "write one object for each {} with this key, as `txl export` does; --map 'KEY={key}' takes another key",
        noun(kind)
    )
}

pub(crate) fn separate_the_cells() -> Message {
    message!(en: "separate the cells of each row by commas, semicolons or tabs, or save the sheet as .xlsx")
}

/// `like` is a heading of the file that may be that of the `field`.
pub(crate) fn name_the_column(like: Option<&str>, field: &str) -> Message {
    message!(en: "say which column it is, as in --map '{}={field}'", like.unwrap_or("HEADING"))
}

pub(crate) fn delete_the_rows_above() -> Message {
    message!(en: "if the headings are further below, delete the rows above them")
}

/// `sheet` is the name of another sheet, where it is known.
pub(crate) fn read_another_sheet(sheet: Option<&str>) -> Message {
    message!(en: "read another sheet, as by --sheet '{}'", sheet.unwrap_or("NAME"))
}

pub(crate) fn name_a_file_with_headings(kind: ImportKind) -> Message {
    message!(en: "name a file that has a row of headings and below it a row for each {}", noun(kind))
}

pub(crate) fn correct_the_line() -> Message {
    message!(en: "correct this line, or export the file again")
}

pub(crate) fn export_as_utf8() -> Message {
    message!(en: "export the file again, as CSV UTF-8 or as .xlsx")
}

pub(crate) fn name_the_other_columns() -> Message {
    message!(en: "say what the other columns are, as in --map 'HEADING=mobile'")
}

pub(crate) fn change_the_tag() -> Message {
    message!(
        en: "change who has a tag by `txl tag add` and `txl tag remove`; `txl export members` can be imported"
    )
}

pub(crate) fn leave_one_row_of_headings() -> Message {
    message!(en: "leave one row of headings and try again")
}

pub(crate) fn ignore_one_of(one: &str, other: &str) -> Message {
    message!(en: "leave one out, by --ignore-column '{one}' or --ignore-column '{other}'")
}

pub(crate) fn rename_one_column() -> Message {
    message!(en: "delete or rename one of these columns in the file")
}

pub(crate) fn map_one_of_these() -> Message {
    message!(en: "write --map 'HEADING=FIELD' with one of these")
}

pub(crate) fn name_one_of_these_sheets() -> Message {
    message!(en: "name one of these by --sheet")
}

pub(crate) fn leave_out_the_sheet() -> Message {
    message!(en: "leave out --sheet")
}

pub(crate) fn name_the_encoding() -> Message {
    message!(en: "name the encoding, as in --encoding GBK, or save the file as CSV UTF-8")
}

pub(crate) fn decide_on_hidden_rows() -> Message {
    message!(en: "--hidden-rows include imports them like the others; --hidden-rows skip passes over them")
}

pub(crate) fn wait_for_the_file() -> Message {
    message!(en: "wait until the file is complete and try again")
}

pub(crate) fn save_without_a_password() -> Message {
    message!(en: "open it in Excel or WPS, save it without a password, and try again")
}

pub(crate) fn save_in_another_format() -> Message {
    message!(en: "save the sheet as CSV UTF-8 or as .xlsx and try again")
}
