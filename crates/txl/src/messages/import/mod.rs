//! `txl import`: the job, the confirmation before it, and dry runs. `file` describes the file and its faults,
//! `unreadable` what to do about a file that cannot be read, `effects` the effects on the corp, `outcome` the result of each row.

use std::fmt::Display;

use super::{Message, counted};
use crate::import::ImportKind;

pub(crate) mod effects;
pub(crate) mod file;
pub(crate) mod outcome;
pub(crate) mod unreadable;

/// The noun for one row of the file.
fn noun(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Members => word!("member", "成员"),
        ImportKind::Departments => word!("department", "部门"),
    }
}

pub(crate) fn sending(rows: u64) -> Message {
    message!(en: "sending {}", counted(rows, "row"); zh: "正在提交 {} 行", rows)
}

pub(crate) fn job(id: impl Display) -> Message {
    message!(en: "job {id}"; zh: "任务 {id}")
}

pub(crate) fn job_goes_on(id: impl Display) -> Message {
    message!(
        en: "the job continues on the server; `txl import job {id} --wait` shows its outcome";
        zh: "任务在服务端继续进行；用 `txl import job {id} --wait` 查看结果"
    )
}

pub(crate) fn callback_key_is_invalid() -> Message {
    message!(en: "invalid EncodingAESKey of the callback"; zh: "回调的 EncodingAESKey 不正确")
}

pub(crate) fn make_a_key() -> Message {
    message!(en: "create a key with `txl callback new-key`"; zh: "请用 `txl callback new-key` 生成密钥")
}

/// `reason` says why the import needs confirmation.
pub(crate) fn needs_confirmation(reason: &Message) -> Message {
    message!(
        en: "the import needs confirmation (--yes confirms): {reason}";
        zh: "导入需要确认（--yes 可预先确认）：{reason}"
    )
}

/// `reasons` say why the import needs confirmation.
pub(crate) fn confirmation_needs_a_terminal(reasons: &[Message]) -> Message {
    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    message!(
        en: "nothing was sent: {}; only a terminal or --yes can confirm this", reasons.join("; ");
        zh: "没有提交任何内容：{}；只能在终端上确认，或用 --yes 确认", reasons.join("；")
    )
}

pub(crate) fn confirm_with_a_flag() -> Message {
    message!(
        en: "--yes confirms in advance; --dry-run shows the effects of the import";
        zh: "--yes 可预先确认；--dry-run 可查看导入的影响"
    )
}

pub(crate) fn type_yes() -> Message {
    message!(en: "type yes to continue:"; zh: "输入 yes 继续：")
}

pub(crate) fn answer_was_not_yes() -> Message {
    message!(
        en: "cancelled before anything was sent: only yes confirms the import";
        zh: "提交之前已取消：只有输入 yes 才会继续"
    )
}

pub(crate) fn written_files(paths: &[String]) -> Message {
    message!(
        en: "wrote one file for each job: {}", paths.join(", ");
        zh: "已为每个任务各写一个文件：{}", paths.join("、")
    )
}

pub(crate) fn corp_was_not_read() -> Message {
    message!(
        en: "the corp was not read: creations, deletions and lost departments are unknown";
        zh: "没有读取企业：不知道会新增、删除什么，也不知道谁会失去部门"
    )
}

pub(crate) fn would_be_sent(rows: u64, bytes: usize, jobs: usize) -> Message {
    message!(
        en: "would send {} ({bytes} bytes) in {}", counted(rows, "row"), counted(jobs, "job");
        zh: "将提交 {} 行（{bytes} 字节），分为 {} 个任务", rows, jobs
    )
}

pub(crate) fn corp_cannot_be_read() -> Message {
    message!(
        en: "cannot read the corp's members and departments; nothing was sent";
        zh: "无法读取企业的成员和部门；没有提交任何内容"
    )
}

pub(crate) fn check_the_file_alone() -> Message {
    message!(
        en: "--dry-run --offline checks the file without reading the corp";
        zh: "--dry-run --offline 只检查文件，不读取企业"
    )
}

/// A text that the SDK has in both languages.
pub(crate) fn in_both_languages(english: &str, chinese: &str) -> Message {
    message!(
        en: "{}", format!("{english} {chinese}").trim();
        zh: "{}", if chinese.is_empty() { english } else { chinese }
    )
}
