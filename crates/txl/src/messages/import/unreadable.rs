//! How to correct a file that cannot be read.

use std::path::Path;

use super::noun;
use crate::{import::ImportKind, messages::Message};

pub(crate) fn cannot_import(path: &Path) -> Message {
    message!(en: "cannot import {}", path.display())
}

/// `key` is the key that identifies a member or department.
pub(crate) fn write_objects_with_a_key(kind: ImportKind, key: &str) -> Message {
    message!(
        en: "write one object for each {} with this key, as `txl export` does, or map another key: --map 'KEY={key}'",
        noun(kind)
    )
}

pub(crate) fn separate_the_cells() -> Message {
    message!(en: "separate the cells of each row with commas, semicolons or tabs, or save the sheet as .xlsx")
}

/// `like` is a heading of the file that may mean `field`.
pub(crate) fn map_the_column(like: Option<&str>, field: &str) -> Message {
    message!(en: "map the column: --map '{}={field}'", like.unwrap_or("HEADING"))
}

pub(crate) fn delete_the_rows_above() -> Message {
    message!(en: "if the headings are further down, delete the rows above them")
}

/// `sheet` is the name of another sheet, if one is known.
pub(crate) fn read_another_sheet(sheet: Option<&str>) -> Message {
    message!(en: "read another sheet: --sheet '{}'", sheet.unwrap_or("NAME"))
}

pub(crate) fn import_a_file_with_headings(kind: ImportKind) -> Message {
    message!(en: "import a file that has a row of headings, followed by one row for each {}", noun(kind))
}

pub(crate) fn correct_the_line() -> Message {
    message!(en: "correct this line, or export the file again")
}

pub(crate) fn export_as_utf8() -> Message {
    message!(en: "export the file again as CSV UTF-8 or .xlsx")
}

pub(crate) fn map_the_other_columns() -> Message {
    message!(en: "map the other columns, for example --map 'HEADING=mobile'")
}

pub(crate) fn change_the_tag() -> Message {
    message!(
        en: "to change a tag, use `txl tag add` and `txl tag remove`; to import members, use a file of `txl export members`"
    )
}

pub(crate) fn keep_one_row_of_headings() -> Message {
    message!(en: "keep one row of headings and import the file again")
}

pub(crate) fn ignore_one_of(one: &str, other: &str) -> Message {
    message!(en: "ignore one of them: --ignore-column '{one}' or --ignore-column '{other}'")
}

pub(crate) fn rename_one_column() -> Message {
    message!(en: "delete or rename one of these columns in the file")
}

pub(crate) fn map_one_of_these() -> Message {
    message!(en: "use one of these in --map 'HEADING=FIELD'")
}

pub(crate) fn use_one_of_these_sheets() -> Message {
    message!(en: "use one of these in --sheet")
}

pub(crate) fn remove_the_sheet() -> Message {
    message!(en: "remove --sheet")
}

pub(crate) fn set_the_encoding() -> Message {
    message!(en: "set the encoding, for example --encoding GBK, or save the file as CSV UTF-8")
}

pub(crate) fn decide_on_hidden_rows() -> Message {
    message!(en: "--hidden-rows include imports the hidden rows; --hidden-rows skip ignores them")
}

pub(crate) fn wait_for_the_file() -> Message {
    message!(en: "wait until the file is complete, then import it again")
}

pub(crate) fn save_without_a_password() -> Message {
    message!(en: "open the file in Excel or WPS, save it without a password, and import it again")
}

pub(crate) fn save_in_another_format() -> Message {
    message!(en: "save the sheet as CSV UTF-8 or .xlsx and import it again")
}
