//! How to correct a file that cannot be read.

use std::path::Path;

use super::noun;
use crate::{import::ImportKind, messages::Message};

pub(crate) fn cannot_import(path: &Path) -> Message {
    message!(en: "cannot import {}", path.display(); zh: "无法导入 {}", path.display())
}

/// `key` is the key that identifies a member or department.
pub(crate) fn write_objects_with_a_key(kind: ImportKind, key: &str) -> Message {
    message!(
        en: "write one object for each {} with this key, as `txl export` does, or map another key: --map 'KEY={key}'",
        noun(kind);
        zh: "请像 `txl export` 那样，为每个{}写一个带此键的对象，或指定对应的键：--map '键={key}'", noun(kind)
    )
}

pub(crate) fn separate_the_cells() -> Message {
    message!(
        en: "separate the cells of each row with commas, semicolons or tabs, or save the sheet as .xlsx";
        zh: "请用逗号、分号或制表符分隔每行的单元格，或将工作表另存为 .xlsx"
    )
}

/// `like` is a heading of the file that may mean `field`.
pub(crate) fn map_the_column(like: Option<&str>, field: &str) -> Message {
    message!(
        en: "map the column: --map '{}={field}'", like.unwrap_or("HEADING");
        zh: "请指定对应的列：--map '{}={field}'", like.unwrap_or("列标题")
    )
}

pub(crate) fn delete_the_rows_above() -> Message {
    message!(
        en: "if the headings are further down, delete the rows above them";
        zh: "如果列标题不在第一行，请删除其上方的行"
    )
}

/// `sheet` is the name of another sheet, if one is known.
pub(crate) fn read_another_sheet(sheet: Option<&str>) -> Message {
    message!(
        en: "read another sheet: --sheet '{}'", sheet.unwrap_or("NAME");
        zh: "请读取另一个工作表：--sheet '{}'", sheet.unwrap_or("名称")
    )
}

pub(crate) fn import_a_file_with_headings(kind: ImportKind) -> Message {
    message!(
        en: "import a file that has a row of headings, followed by one row for each {}", noun(kind);
        zh: "文件应有一行列标题，之后每个{}一行", noun(kind)
    )
}

pub(crate) fn correct_the_line() -> Message {
    message!(en: "correct this line, or export the file again"; zh: "请改正这一行，或重新导出文件")
}

pub(crate) fn export_as_utf8() -> Message {
    message!(en: "export the file again as CSV UTF-8 or .xlsx"; zh: "请重新导出为 CSV UTF-8 或 .xlsx")
}

pub(crate) fn map_the_other_columns() -> Message {
    message!(
        en: "map the other columns, for example --map 'HEADING=mobile'";
        zh: "请指定其他列的对应关系，例如 --map '列标题=mobile'"
    )
}

pub(crate) fn change_the_tag() -> Message {
    message!(
        en: "to change a tag, use `txl tag add` and `txl tag remove`; to import members, use a file of `txl export members`";
        zh: "修改标签请用 `txl tag add` 和 `txl tag remove`；导入成员请用 `txl export members` 导出的文件"
    )
}

pub(crate) fn keep_one_row_of_headings() -> Message {
    message!(en: "keep one row of headings and import the file again"; zh: "请只保留一行列标题，再重新导入")
}

pub(crate) fn ignore_one_of(one: &str, other: &str) -> Message {
    message!(
        en: "ignore one of them: --ignore-column '{one}' or --ignore-column '{other}'";
        zh: "请忽略其中一列：--ignore-column '{one}' 或 --ignore-column '{other}'"
    )
}

pub(crate) fn rename_one_column() -> Message {
    message!(en: "delete or rename one of these columns in the file"; zh: "请在文件中删除其中一列，或修改列标题")
}

pub(crate) fn map_one_of_these() -> Message {
    message!(en: "use one of these in --map 'HEADING=FIELD'"; zh: "请在 --map '列标题=字段' 中使用其中一个")
}

pub(crate) fn use_one_of_these_sheets() -> Message {
    message!(en: "use one of these in --sheet"; zh: "请在 --sheet 中使用其中一个")
}

pub(crate) fn remove_the_sheet() -> Message {
    message!(en: "remove --sheet"; zh: "请去掉 --sheet")
}

pub(crate) fn set_the_encoding() -> Message {
    message!(
        en: "set the encoding, for example --encoding GBK, or save the file as CSV UTF-8";
        zh: "请指定编码，例如 --encoding GBK，或将文件另存为 CSV UTF-8"
    )
}

pub(crate) fn decide_on_hidden_rows() -> Message {
    message!(
        en: "--hidden-rows include imports the hidden rows; --hidden-rows skip ignores them";
        zh: "--hidden-rows include 会导入隐藏的行；--hidden-rows skip 会跳过"
    )
}

pub(crate) fn wait_for_the_file() -> Message {
    message!(en: "wait until the file is complete, then import it again"; zh: "请等文件写完，再重新导入")
}

pub(crate) fn save_without_a_password() -> Message {
    message!(
        en: "open the file in Excel or WPS, save it without a password, and import it again";
        zh: "请用 Excel 或 WPS 打开文件，去掉密码另存，再重新导入"
    )
}

pub(crate) fn save_in_another_format() -> Message {
    message!(
        en: "save the sheet as CSV UTF-8 or .xlsx and import it again";
        zh: "请将工作表另存为 CSV UTF-8 或 .xlsx，再重新导入"
    )
}
