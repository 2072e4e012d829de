//! Lists and records.

use super::{Message, agreeing, counted};

pub(crate) fn in_all(items: usize) -> Message {
    message!(en: "{items} in all")
}

pub(crate) fn damaged_userids(damaged: usize, rows: usize) -> Message {
    message!(
        en: "warning: {damaged} of {} {} a damaged userid, which names no member",
        counted(rows, "row"),
        agreeing(damaged as u64, "has", "have")
    )
}

/// `prefix` is what the headings of such columns begin with.
pub(crate) fn incomplete_columns(names: &[&str], prefix: &str) -> Message {
    message!(
        en: "warning: WeCom left out {} for some rows; an import ignores columns that begin with {prefix}; -o jsonl shows which rows",
        names.join(", ")
    )
}

pub(crate) fn row_cannot_be_written() -> Message {
    message!(en: "a row cannot be written")
}

pub(crate) fn answer_is_no_json() -> Message {
    message!(en: "the answer cannot be written as JSON")
}
