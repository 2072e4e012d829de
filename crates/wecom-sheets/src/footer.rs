//! Footers: rows below the data that name the author of the list or the number of people.

use crate::{
    Record, Row,
    cleaning::{Wanted, trimmed},
    heading_text::plain,
    headings::{Column, Meaning},
};

/// Words that begin a footer if a sign, a blank, a digit or the end of the cell follows.
const WORDS: &[&str] = &[
    "制表",
    "制表人",
    "制表日期",
    "制表时间",
    "制表单位",
    "制单",
    "制单人",
    "制单日期",
    "填表",
    "填表人",
    "填表日期",
    "填报人",
    "填报日期",
    "填报单位",
    "审核",
    "审核人",
    "审核日期",
    "审核意见",
    "审批",
    "审批人",
    "复核",
    "复核人",
    "批准",
    "批准人",
    "经办",
    "经办人",
    "负责人",
    "部门负责人",
    "主管领导",
    "签字",
    "签名",
    "盖章",
    "打印",
    "打印人",
    "打印日期",
    "打印时间",
    "导出人",
    "导出日期",
    "导出时间",
    "统计",
    "统计人",
    "统计日期",
    "合计",
    "合计人数",
    "总计",
    "总计人数",
    "小计",
    "共计",
    "总人数",
    "人数",
    "人数合计",
    "备注",
    "备注说明",
    "说明",
    "注",
    "注意",
    "注释",
    "备",
    "日期",
    "更新日期",
    "更新时间",
    "第",
    "以下空白",
    "以上",
];
const ENGLISH: &[&str] = &[
    "total",
    "grand total",
    "subtotal",
    "headcount",
    "note",
    "notes",
    "remark",
    "remarks",
    "page",
    "date",
    "prepared",
    "printed",
    "exported",
    "generated",
    "approved",
    "checked",
    "reviewed",
    "end of report",
    "end of list",
];

/// Returns whether a row is a footer: it has no account, no phone number and no mail address, and its first filled cell begins with a word of a
/// footer. A cell that is merged across the row appears in all columns.
pub(crate) fn is_footer<R: Record>(row: &Row, columns: &[Column<R::Column>]) -> bool {
    let cell = |at: usize| trimmed(row.text(at));
    let Some(first) = (0..row.len()).find(|at| !cell(*at).is_empty()) else { return false };
    if !begins_as_footer(cell(first)) {
        return false;
    }
    let is_same = |at: usize| cell(at).is_empty() || cell(at) == cell(first);
    if (0..row.len()).all(is_same) {
        return true;
    }
    columns.iter().enumerate().all(|(at, column)| match column.meaning {
        Meaning::Field(field) if field == R::ID => is_same(at),
        // `日期：2026-01-31` has as many digits as a phone number.
        Meaning::Field(_) if begins_as_footer(cell(at)) => true,
        Meaning::Field(field) => match R::wanted(field) {
            Wanted::Mobile => cell(at).chars().filter(char::is_ascii_digit).count() < 7,
            Wanted::Mail => !cell(at).contains('@'),
            _ => true,
        },
        _ => true,
    })
}

pub(crate) fn begins_as_footer(cell: &str) -> bool {
    let text = plain(cell);
    let text = text.trim_start_matches(|one: char| !one.is_alphanumeric());
    let is_end = |rest: &str| rest.chars().next().is_none_or(|next| !next.is_alphabetic());
    // The name of a person can begin with such a word, for example Page Smith.
    let is_english_end = |rest: &str| {
        let next = rest.trim_start();
        next.is_empty()
            || next.starts_with(|one: char| !one.is_alphabetic())
            || [" by ", " by:", " on ", " on:"].iter().any(|word| rest.starts_with(word))
    };
    let is_number = |rest: &str| rest.trim_start().starts_with(|one: char| one.is_ascii_digit());
    let begins = |words: &[&str], goes_on: &dyn Fn(&str) -> bool| {
        words.iter().any(|word| text.strip_prefix(word).is_some_and(goes_on))
    };
    begins(WORDS, &is_end)
        || begins(ENGLISH, &is_english_end)
        || begins(&["共", "共有", "以上共", "合计共", "总共", "共计"], &is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footers_begin_by_their_words_and_names_do_not() {
        for cell in [
            "制表人：王芳",
            "合计",
            "合计：38",
            "共 38 人",
            "以上共38人",
            "备注：x",
            "* 注：x",
            "Total: 3",
            "Prepared by Wang",
            "打印日期 2026-01-02",
        ] {
            assert!(begins_as_footer(cell), "{cell}");
        }
        for cell in [
            "王芳",
            "审核员",
            "共享帐号",
            "合计芳",
            "注册",
            "Totally",
            "第五伦",
            "备用机",
            "Paget",
            "Page Smith",
            "Note Onyx",
        ] {
            assert!(!begins_as_footer(cell), "{cell}");
        }
    }
}
