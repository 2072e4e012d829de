//! Lists and records.

use super::{Message, agreeing, counted};

pub(crate) fn in_all(items: usize) -> Message {
    message!(en: "{items} in all"; zh: "共 {items} 条")
}

pub(crate) fn damaged_userids(damaged: usize, rows: usize) -> Message {
    message!(
        en: "warning: {damaged} of {} {} a damaged userid, which names no member",
        counted(rows, "row"),
        agreeing(damaged as u64, "has", "have");
        zh: "警告：{} 行中有 {} 行的 userid 已损坏，不对应任何成员", rows, damaged
    )
}

/// `prefix` is what the headings of such columns begin with.
pub(crate) fn incomplete_columns(names: &[&str], prefix: &str) -> Message {
    message!(
        en: "warning: WeCom left out {} for some rows; an import ignores columns that begin with {prefix}; -o jsonl shows which rows",
        names.join(", ");
        zh: "警告：部分行的 {} 未由企业微信返回；导入时忽略以 {prefix} 开头的列；-o jsonl 可看出是哪些行", names.join("、")
    )
}

pub(crate) fn row_cannot_be_written() -> Message {
    message!(en: "a row cannot be written"; zh: "无法写出某一行")
}

pub(crate) fn answer_is_no_json() -> Message {
    message!(en: "the answer cannot be written as JSON"; zh: "应答无法写成 JSON")
}
