//! The result of each row of an import.

use std::{fmt::Display, path::Path};

use crate::{
    import::ImportKind,
    messages::{Message, agreeing, counted},
};

/// `who` is the [`id`] of a member or department.
pub(crate) fn also_refused(who: &Message, reason: &Message) -> Message {
    message!(
        en: "WeCom also refused {who}, which is not in the file: {reason}";
        zh: "企业微信还拒绝了文件中没有的 {who}：{reason}"
    )
}

/// The id of a member or department, if the reply has one.
pub(crate) fn id(id: Option<impl Display>) -> Message {
    match id {
        Some(id) => message!(both: "{id}"),
        None => message!(en: "a row"; zh: "某一行"),
    }
}

/// The reason in the file of refused rows, which is data: the code, and each of `parts` that has text.
pub(crate) fn reason(code: i32, parts: &[&str]) -> Message {
    let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    message!(both: "{code}: {}", parts.join("; "))
}

/// The reason for a row with an unknown outcome.
pub(crate) fn reply_omits_this_row() -> Message {
    message!(both: "WeCom's reply does not mention this row")
}

pub(crate) fn created_and_updated(created: u64, updated: u64) -> Message {
    message!(en: "{created} created, {updated} updated"; zh: "新增 {created}，更新 {updated}")
}

pub(crate) fn imported(rows: usize) -> Message {
    message!(en: "imported {}", counted(rows, "row"); zh: "已导入 {} 行", rows)
}

pub(crate) fn reply_omits(rows: u64) -> Message {
    let them = agreeing(rows, "it", "them");
    message!(
        en: "warning: the outcome of {} is unknown, because WeCom's reply omits {them}; the refused rows include {them}",
        counted(rows, "row");
        zh: "警告：有 {} 行结果未知，因为企业微信的应答没有提到；被拒绝的行中包含它们", rows
    )
}

pub(crate) fn refused(refused: u64, rows: u64) -> Message {
    message!(en: "{refused} of {} refused", counted(rows, "row"); zh: "{} 行中有 {refused} 行被拒绝", rows)
}

/// `meaning` is the SDK's explanation of the code.
pub(crate) fn rows_with_code(code: i32, rows: u64, meaning: &str) -> Message {
    message!(en: "{code} ({}): {meaning}", counted(rows, "row"); zh: "{code}（{} 行）：{meaning}", rows)
}

/// `remedy` is the SDK's advice on a code.
pub(crate) fn to_try(remedy: &str) -> Message {
    message!(en: "  try: {remedy}"; zh: "  建议：{remedy}")
}

pub(crate) fn refused_rows_saved(path: &Path) -> Message {
    message!(en: "saved the refused rows in {}", path.display(); zh: "已将被拒绝的行保存到 {}", path.display())
}

pub(crate) fn refused_rows_not_saved(reason: impl Display) -> Message {
    message!(en: "warning: the refused rows were not saved: {reason}"; zh: "警告：被拒绝的行没有保存：{reason}")
}

pub(crate) fn correct_these_rows() -> Message {
    message!(en: "correct these rows and import them again"; zh: "请改正这些行，再重新导入")
}

pub(crate) fn correct_and_name_a_file() -> Message {
    message!(
        en: "correct these rows and import them again; to save the refused rows, name a writable file with --refused FILE";
        zh: "请改正这些行，再重新导入；要保存被拒绝的行，请用 --refused FILE 指定可写的文件"
    )
}

/// `path` is the file of the refused rows.
pub(crate) fn correct_the_refused_rows(kind: ImportKind, path: &str) -> Message {
    match kind {
        ImportKind::Members => {
            message!(
                en: "correct {path} and import it without --replace, which would delete all other members";
                zh: "请改正 {path} 并重新导入，不要加 --replace，否则其他成员都会被删除"
            )
        }
        ImportKind::Departments => message!(
            en: "correct these rows in the complete file and import it again, because it replaces all departments; {path} shows the reasons";
            zh: "请在完整的文件中改正这些行，再重新导入，因为导入会替换全部部门；原因见 {path}"
        ),
    }
}

pub(crate) fn cannot_read_the_file_again() -> Message {
    message!(en: "cannot read the file again"; zh: "无法再次读取文件")
}
