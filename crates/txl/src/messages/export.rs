//! `txl export`.

use std::{fmt::Display, path::Path};

use wecom_contacts::{Error, JobId};

use super::Message;
use crate::{export::ExportKind, failure::Failure};

pub(crate) fn files_of_a_longer_export(path: &Path) -> Message {
    message!(
        en: "{} belongs to an earlier export with more files", path.display();
        zh: "{} 属于之前一次文件更多的导出", path.display()
    )
}

pub(crate) fn remove_the_earlier_files() -> Message {
    message!(
        en: "remove the files of that export, or name another directory";
        zh: "请删除那次导出的文件，或指定其他目录"
    )
}

pub(crate) fn rows_in(rows: u64, path: &Path) -> Message {
    message!(en: "{rows} rows in {}", path.display(); zh: "{} 中有 {rows} 行", path.display())
}

/// `columns` are headings with the number of rows that lack a value; `prefix` is what the headings of such columns begin with.
pub(crate) fn incomplete_columns(columns: &[(&str, u64)], path: Option<&Path>, prefix: &str) -> Message {
    let columns: Vec<_> = columns
        .iter()
        .map(|(heading, rows)| {
            message!(en: "{heading} ({rows} rows)"; zh: "{heading}（{rows} 行）").to_string()
        })
        .collect();
    let file = path
        .map(|path| message!(en: " in {}", path.display(); zh: " {} 中的", path.display()).to_string())
        .unwrap_or_default();
    message!(
        en: "warning: WeCom left fields out{file}: {}; an import ignores columns that begin with {prefix}; -o jsonl shows which rows have the field",
        columns.join(", ");
        zh: "警告：企业微信没有返回{file}以下字段：{}；导入时忽略以 {prefix} 开头的列；-o jsonl 可看出哪些行有该字段", columns.join("、")
    )
}

pub(crate) fn departments_are_ids(error: &Error) -> Message {
    message!(
        en: "warning: departments are written as ids, since their names cannot be read: {error}";
        zh: "警告：无法读取部门名称，部门以 id 写出：{}", error.report().message.chinese
    )
}

pub(crate) fn workbook_cannot_be_packed() -> Message {
    message!(en: "the workbook cannot be packed"; zh: "无法打包工作簿")
}

pub(crate) fn rows_cannot_be_put_aside() -> Message {
    message!(en: "rows cannot be written to a temporary file"; zh: "无法将行写入临时文件")
}

pub(crate) fn see_the_disk() -> Message {
    message!(en: "check that the disk has space"; zh: "请检查磁盘是否有剩余空间")
}

pub(crate) fn spreadsheet_cannot_be_written() -> Message {
    message!(en: "the spreadsheet cannot be written"; zh: "无法写出表格")
}

pub(crate) fn write_other_or_smaller_files() -> Message {
    message!(
        en: "write a file that ends in .csv or .jsonl, or export into a directory, where --block-size bounds each file";
        zh: "请写 .csv 或 .jsonl 文件，或导出到目录；--block-size 限制每个文件的大小"
    )
}

/// `named` is the format of the path's ending, `asked` that of `-o`.
pub(crate) fn formats_differ(path: &Path, named: &str, asked: &str) -> Message {
    message!(
        en: "the ending of {} means {named}, but -o is {asked}", path.display();
        zh: "{} 的扩展名表示 {named}，而 -o 是 {asked}", path.display()
    )
}

pub(crate) fn leave_out_the_format() -> Message {
    message!(en: "leave out -o, or give the file another ending"; zh: "请去掉 -o，或改用其他扩展名")
}

pub(crate) fn no_format_has_this_ending(ending: &str, path: &Path) -> Message {
    message!(
        en: "no format has the ending .{ending} of {}", path.display();
        zh: "没有与扩展名 .{ending} 对应的格式：{}", path.display()
    )
}

pub(crate) fn use_a_known_ending() -> Message {
    message!(
        en: "end the name in .jsonl, .json, .csv or .xlsx, or give the format by -o";
        zh: "请使用 .jsonl、.json、.csv 或 .xlsx 结尾的文件名，或用 -o 指定格式"
    )
}

pub(crate) fn yaml_goes_to_stdout() -> Message {
    message!(en: "YAML can be written only to stdout"; zh: "YAML 只能写到 stdout")
}

pub(crate) fn table_goes_to_stdout() -> Message {
    message!(en: "a table can be written only to stdout"; zh: "表格只能写到 stdout")
}

pub(crate) fn leave_out_the_file() -> Message {
    message!(
        en: "leave out --out, or write the file by -o csv, json or jsonl";
        zh: "请去掉 --out，或用 -o csv、json、jsonl 写文件"
    )
}

pub(crate) fn row_cannot_be_json() -> Message {
    message!(en: "a row cannot be written as JSON"; zh: "某一行无法写成 JSON")
}

pub(crate) fn key_cannot_be_written() -> Message {
    message!(en: "the key cannot be written"; zh: "无法写出密钥")
}

pub(crate) fn holds_no_key(path: &Path) -> Message {
    message!(en: "{} does not hold a key", path.display(); zh: "{} 中没有密钥", path.display())
}

pub(crate) fn remove_it_and_pass_the_key() -> Message {
    message!(
        en: "remove the file, and pass the --key that the job was submitted with";
        zh: "请删除该文件，并用 --key 给出提交任务时的密钥"
    )
}

pub(crate) fn nowhere_to_keep_the_key() -> Message {
    message!(en: "the job's key cannot be kept: the home directory is unknown"; zh: "无法保存任务的密钥：主目录未知")
}

pub(crate) fn name_a_state_directory() -> Message {
    message!(en: "name a directory by --state-dir (TXL_STATE_DIR)"; zh: "请用 --state-dir（TXL_STATE_DIR）指定目录")
}

pub(crate) fn nothing_to_export() -> Message {
    message!(en: "neither what to export nor --resume is given"; zh: "既没有给出导出内容，也没有给出 --resume")
}

pub(crate) fn job(id: &JobId) -> Message {
    message!(en: "job {id}"; zh: "任务 {id}")
}

pub(crate) fn damaged_rows(damaged: u64, rows: u64) -> Message {
    message!(
        en: "{damaged} of {rows} rows have a damaged id, which names no member";
        zh: "{rows} 行中有 {damaged} 行的 id 已损坏，不对应任何成员"
    )
}

pub(crate) fn give_a_key_of_your_own() -> Message {
    message!(en: "or give a --key of your own"; zh: "也可用 --key 自行指定密钥")
}

pub(crate) fn cannot_be_taken_up_again(failure: &Failure) -> Message {
    message!(
        en: "the job cannot be resumed after an interruption: {failure}";
        zh: "中断之后将无法继续该任务：{failure}"
    )
}

pub(crate) fn job_is_of_another_kind(id: &JobId, kept: ExportKind, asked: ExportKind) -> Message {
    message!(en: "job {id} exports {kept}, not {asked}"; zh: "任务 {id} 导出的是 {kept}，不是 {asked}")
}

pub(crate) fn take_it_up_by(kind: ExportKind, id: &JobId) -> Message {
    message!(en: "resume it by `txl export {kind} --resume {id}`"; zh: "请用 `txl export {kind} --resume {id}` 继续")
}

pub(crate) fn no_key_is_kept(id: &JobId) -> Message {
    message!(en: "no key of job {id} is kept here"; zh: "本机没有保存任务 {id} 的密钥")
}

pub(crate) fn pass_the_key() -> Message {
    message!(
        en: "pass the --key (WECOM_EXPORT_KEY) that it was submitted with";
        zh: "请用 --key（WECOM_EXPORT_KEY）给出提交任务时的密钥"
    )
}

pub(crate) fn or_export_again() -> Message {
    message!(
        en: "without that key the files cannot be decrypted: start a new export";
        zh: "没有该密钥就无法解密文件：请重新导出"
    )
}

/// `is_key_given` says whether the command line or the environment has the key.
pub(crate) fn take_the_job_up_again(kind: ExportKind, id: &JobId, is_key_given: bool) -> Message {
    let key = if is_key_given { word!(" with the same --key", "，并使用同一个 --key") } else { "" };
    message!(
        en: "resume the job by `txl export {kind} --resume {id}`{key}";
        zh: "请用 `txl export {kind} --resume {id}` 继续任务{key}"
    )
}

/// `signal` is its name, such as `SIGINT`.
pub(crate) fn interrupted(signal: &str) -> Message {
    message!(en: "interrupted by {signal} before all rows were written"; zh: "尚未写完全部行就被 {signal} 中断")
}

pub(crate) fn key_is_not_one() -> Message {
    message!(en: "the export's key is malformed"; zh: "导出的密钥格式不正确")
}

pub(crate) fn what_a_key_looks_like() -> Message {
    message!(
        en: "give 43 letters and digits, such as `txl callback new-key` prints";
        zh: "请给出 43 个字母和数字，可用 `txl callback new-key` 生成"
    )
}

/// A template of `indicatif`. `{msg}` is the id of the job.
pub(crate) fn waiting_for_job() -> Message {
    message!(
        en: "{{spinner}} waiting for job {{msg}}, {{elapsed}}";
        zh: "{{spinner}} 正在等待任务 {{msg}}，已用 {{elapsed}}"
    )
}

/// A template of `indicatif`. `{msg}` is [`rows_at_rate`].
pub(crate) fn reading_rows() -> Message {
    message!(
        en: "{{wide_bar}} {{percent}}% {{binary_bytes}}/{{binary_total_bytes}} {{binary_bytes_per_sec}} {{msg}} {{eta}} left";
        zh: "{{wide_bar}} {{percent}}% {{binary_bytes}}/{{binary_total_bytes}} {{binary_bytes_per_sec}} {{msg}} 剩余 {{eta}}"
    )
}

pub(crate) fn rows_at_rate(rows: impl Display, per_second: impl Display) -> Message {
    message!(en: "{rows} rows {per_second}/s"; zh: "{rows} 行，每秒 {per_second} 行")
}
