//! `txl errcode`: the table of error codes (全局错误码), without a connection.

use clap::Args;
use serde::Serialize;
use wecom_contacts::{Class, CodeInfo, ErrorCode};

use crate::{
    failure::{Failure, Result},
    messages::errcode as messages,
    output::Output,
};

/// Explain error codes of WeCom (错误码) in both languages, offline
///
/// Prints the meaning of each code and what to do about it. Without a code it lists the codes that the calls of the contacts can
/// return. Nothing is sent.
///
/// Example: txl errcode 60020
#[derive(Args)]
pub(crate) struct Explain {
    /// The codes, such as 60020 or -1. Defaults to all
    #[arg(value_name = "CODE", allow_negative_numbers = true)]
    codes: Vec<i32>,
}

/// A row of the table, as `-o json` prints it.
#[derive(Serialize)]
struct Row {
    code: ErrorCode,
    class: Class,
    english: &'static str,
    chinese: &'static str,
    remedy: &'static str,
    remedy_chinese: &'static str,
    /// Whether the call did not run and can succeed moments later. Such calls are repeated, including writes.
    retried: bool,
}

impl From<&'static CodeInfo> for Row {
    fn from(info: &'static CodeInfo) -> Self {
        Self {
            code: info.code,
            class: info.class,
            english: info.english,
            chinese: info.chinese,
            remedy: info.remedy,
            remedy_chinese: info.remedy_chinese,
            retried: info.did_not_execute,
        }
    }
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result {
        if self.codes.is_empty() {
            let rows: Vec<Row> = ErrorCode::all().map(Row::from).collect();
            return output.list(&rows, &["code", "english", "chinese"]);
        }
        let rows = self.codes.iter().map(|code| row(*code)).collect::<Result<Vec<_>>>()?;
        match rows.as_slice() {
            [row] => output.record(row),
            rows => output.list(rows, &["code", "english", "chinese", "remedy", "remedy_chinese"]),
        }
    }
}

fn row(code: i32) -> Result<Row> {
    match ErrorCode(code).info() {
        Some(info) => Ok(info.into()),
        None if code == 0 => Err(Failure::new(messages::is_success())),
        None => Err(Failure::new(messages::unknown(code)).remedy(messages::read_the_errmsg())),
    }
}
