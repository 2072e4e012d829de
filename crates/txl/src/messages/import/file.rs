//! The file of an import: its format, its columns, and the faults of its rows.

use std::{fmt::Display, path::Path};

use wecom_sheets::{Format, cleaning::Correction};

use super::noun;
use crate::{
    import::ImportKind,
    messages::{Message, agreeing, cell_problems, counted},
};

pub(crate) fn heading_and_field_expected() -> Message {
    message!(en: "expected HEADING=FIELD"; zh: "应写作“列标题=字段”")
}

/// The detected format.
pub(crate) fn format_of(path: &Path, format: &Format) -> Message {
    message!(en: "{}: {format}", path.display(); zh: "{}：{}", path.display(), in_chinese(format))
}

fn in_chinese(format: &Format) -> String {
    let workbook = |name: &str, sheet: &str, sheets: &[String]| match sheets.len() {
        0 | 1 => format!("{name}，工作表“{sheet}”"),
        count => format!("{name}，工作表“{sheet}”（共 {count} 个）"),
    };
    match format {
        Format::Csv { encoding, delimiter: b'\t', .. } => format!("CSV，{encoding}，以制表符分隔"),
        Format::Csv { encoding, delimiter: b',', .. } => format!("CSV，{encoding}，以逗号分隔"),
        Format::Csv { encoding, delimiter: b';', .. } => format!("CSV，{encoding}，以分号分隔"),
        Format::Csv { encoding, delimiter, .. } => {
            format!("CSV，{encoding}，以 {:?} 分隔", char::from(*delimiter))
        }
        Format::Json { encoding, .. } => format!("JSON 对象，{encoding}"),
        Format::Xlsx { sheet, sheets } => workbook("XLSX", sheet, sheets),
        Format::Ods { sheet, sheets } => workbook("ODS", sheet, sheets),
        Format::Xls { sheet, sheets } => workbook("XLS（Excel 97–2003）", sheet, sheets),
        other => other.to_string(),
    }
}

pub(crate) fn column_is(heading: &str, field: &str) -> Message {
    message!(both: "  {heading} → {field}")
}

pub(crate) fn column_is_an_attribute(heading: &str, name: &str) -> Message {
    message!(en: "  {heading} → attribute (扩展属性) {name}"; zh: "  {heading} → 扩展属性 {name}")
}

pub(crate) fn column_is_the_status(heading: &str) -> Message {
    message!(
        en: "  {heading} → employment status; rows of people who left are skipped";
        zh: "  {heading} → 在职状态；已离职人员的行会跳过"
    )
}

pub(crate) fn read_only_columns(headings: &[&str]) -> Message {
    message!(
        en: "read-only columns, not imported: {}", headings.join(", ");
        zh: "只读的列，不导入：{}", headings.join("、")
    )
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(
        en: "warning: ignored columns: {}; --map or --extra imports them", headings.join(", ");
        zh: "警告：忽略的列：{}；可用 --map 或 --extra 导入", headings.join("、")
    )
}

pub(crate) fn columns_cannot_be_written(headings: &[&str]) -> Message {
    message!(
        en: "nothing was sent: an import cannot write {}, and leaving out such information about people must be confirmed",
        headings.join(", ");
        zh: "没有提交任何内容：导入无法写入 {}；略去这类人员信息需要确认", headings.join("、")
    )
}

pub(crate) fn ignore_these_columns(headings: &[&str]) -> Message {
    let columns = agreeing(headings.len() as u64, "this column", "these columns");
    let flags: Vec<_> = headings.iter().map(|heading| format!("--ignore-column '{heading}'")).collect();
    message!(
        en: "to import without {columns}, add {}", flags.join(" ");
        zh: "要略去{}列继续导入，请加上 {}", if headings.len() == 1 { "此" } else { "这些" }, flags.join(" ")
    )
}

pub(crate) fn corrected(heading: &str, count: u64, correction: Correction) -> Message {
    let correction = cell_problems::correction(correction);
    message!(
        en: "  {heading}: {correction} ({})", counted(count, "cell");
        zh: "  {heading}：{correction}（{} 个单元格）", count
    )
}

pub(crate) fn empty_cells(heading: &str, count: u64) -> Message {
    message!(
        en: "  {heading}: {} {} the field",
        counted(count, "empty cell"),
        agreeing(count, "clears", "clear");
        zh: "  {heading}：{} 个空单元格会清空该字段", count
    )
}

pub(crate) fn cells_without_a_heading(count: u64) -> Message {
    message!(
        en: "warning: ignored {} in columns without a heading", counted(count, "cell");
        zh: "警告：忽略了没有列标题的列中的 {} 个单元格", count
    )
}

/// Lists at most `shown` of the `lines`.
pub(crate) fn lines_without_data(lines: &[u64], shown: usize) -> Message {
    let listed: Vec<_> = lines.iter().take(shown).map(ToString::to_string).collect();
    message!(
        en: "  skipped {} without data (footers, repeated headings): {}{}",
        counted(lines.len() as u64, "line"),
        listed.join(", "),
        if lines.len() > shown { ", …" } else { "" };
        zh: "  跳过没有数据的 {} 行（页脚、重复的列标题）：{}{}", lines.len(), listed.join("、"), if lines.len() > shown { "……" } else { "" }
    )
}

pub(crate) fn rows_of_people_who_left(count: u64) -> Message {
    message!(
        en: "skipped {} of people who left, according to the status:", counted(count, "row");
        zh: "按在职状态跳过已离职人员的 {} 行：", count
    )
}

pub(crate) fn row_of_a_person_who_left(line: u64, name: &str, userid: impl Display) -> Message {
    message!(en: "  line {line}: {name} ({userid})"; zh: "  第 {line} 行：{name}（{userid}）")
}

/// `count` is the number of entries that the list does not show.
pub(crate) fn more(count: u64) -> Message {
    message!(en: "  and {count} more"; zh: "  另有 {count} 项")
}

pub(crate) fn rows(count: u64) -> Message {
    message!(en: "  {}", counted(count, "row"); zh: "  {} 行", count)
}

/// One entry of the list of faults.
pub(crate) fn entry(fault: &Message) -> Message {
    message!(both: "  {fault}")
}

pub(crate) fn warning(fault: &Message) -> Message {
    message!(en: "warning: {fault}"; zh: "警告：{fault}")
}

pub(crate) fn all_people_left() -> Message {
    message!(
        en: "the file has nothing to send: all people in it have left";
        zh: "文件中没有可提交的内容：其中的人员均已离职"
    )
}

pub(crate) fn has_no_rows(kind: ImportKind) -> Message {
    message!(
        en: "the file has no rows below the headings: add one for each {}", noun(kind);
        zh: "列标题之下没有数据：请为每个{}添加一行", noun(kind)
    )
}

pub(crate) fn has_faults(path: &Path, faults: u64) -> Message {
    message!(
        en: "nothing was sent: {} has {}", path.display(), counted(faults, "fault");
        zh: "没有提交任何内容：{} 中有 {} 处错误", path.display(), faults
    )
}

pub(crate) fn correct_the_faults() -> Message {
    message!(en: "correct the faults above and import the file again"; zh: "请改正上面的错误，再重新导入")
}
