//! The pages of error codes, from the table of the SDK that `txl errcode` prints.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Made;

/// The words of a page in one language.
struct Words {
    path: &'static str,
    head: &'static str,
    meaning: &'static str,
    remedy: &'static str,
    repeated: &'static str,
}

const PAGES: [Words; 2] = [
    Words {
        path: "docs/errcodes.md",
        head: "# Error codes\n\n\
            WeCom answers a refused call with HTTP 200 and an `errcode`.\n\
            This table has the codes that the calls of the contacts can return, with their meaning and what to do about them.\n\
            The SDK and the command use the same table: `txl errcode 60020` prints one row without a connection, and every error of the SDK carries its row.\n\n\
            *Repeated* means that the SDK sends the call again by itself, because the call certainly did not run.\n\
            After 40014 and 42001 it fetches a new token and sends the call once more.\n\
            The official list is [全局错误码](https://developer.work.weixin.qq.com/document/path/90313).\n\n\
            `cargo xtask recordings --write` makes this page.\n\n\
            | Code | Meaning | What to do | Repeated |\n|---|---|---|---|\n",
        meaning: "english",
        remedy: "remedy",
        repeated: "yes",
    },
    Words {
        path: "docs/zh/errcodes.md",
        head: "# 错误码\n\n\
            调用被拒绝时，企业微信仍返回 HTTP 200，原因写在 `errcode` 里。\n\
            下表列出通讯录接口可能返回的错误码、含义和处理办法。\n\
            SDK 和命令行共用这一张表：`txl errcode 60020` 不联网就能查到，SDK 的每个错误也附带对应的说明。\n\n\
            “自动重试”表示这次调用肯定没有执行，SDK 会自己再发一次。\n\
            遇到 40014 和 42001，SDK 会重新获取 access_token，再调用一次。\n\
            官方列表见[全局错误码](https://developer.work.weixin.qq.com/document/path/90313)。\n\n\
            本页由 `cargo xtask recordings --write` 生成。\n\n\
            | 错误码 | 含义 | 处理办法 | 自动重试 |\n|---|---|---|---|\n",
        meaning: "chinese",
        remedy: "remedy_chinese",
        repeated: "是",
    },
];

/// Returns the page of each language.
pub(super) fn pages(txl: &Path) -> Result<Vec<Made>> {
    let output =
        Command::new(txl).args(["errcode", "-o", "json"]).output().context("cannot start txl errcode")?;
    if !output.status.success() {
        bail!("txl errcode ended with {}", output.status);
    }
    let codes: Vec<Value> = serde_json::from_slice(&output.stdout).context("txl errcode printed no list")?;
    PAGES.iter().map(|words| Ok(Made { path: words.path.into(), content: page(words, &codes)? })).collect()
}

fn page(words: &Words, codes: &[Value]) -> Result<String> {
    let mut page = words.head.to_owned();
    for code in codes {
        let number = code["code"].as_i64().context("a row of txl errcode has no code")?;
        let text = |key: &str| {
            let text = code[key].as_str().with_context(|| format!("the row of {number} has no {key}"))?;
            anyhow::Ok(cell(text))
        };
        let retried =
            code["retried"].as_bool().with_context(|| format!("the row of {number} has no `retried`"))?;
        let repeated = if retried { words.repeated } else { "" };
        page.push_str(&format!(
            "| {number} | {} | {} | {repeated} |\n",
            text(words.meaning)?,
            text(words.remedy)?
        ));
    }
    Ok(page)
}

/// Writes a text into a cell. Outside of code, the signs of Markdown are escaped.
fn cell(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let part = part.replace('|', "\\|");
        if at % 2 == 1 { part } else { part.replace('*', "\\*").replace('<', "&lt;").replace('_', "\\_") }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_words_of_its_language() {
        let code = serde_json::json!({"code": 45033, "english": "busy | full", "remedy": "use `a_b`, not a_b", "chinese": "忙", "remedy_chinese": "", "retried": true});
        let english = page(&PAGES[0], std::slice::from_ref(&code)).unwrap();
        assert!(english.ends_with("| 45033 | busy \\| full | use `a_b`, not a\\_b | yes |\n"), "{english}");
        assert!(page(&PAGES[1], &[code]).unwrap().ends_with("| 45033 | 忙 |  | 是 |\n"));
        let broken = serde_json::json!({"code": 1});
        assert_eq!(page(&PAGES[0], &[broken]).unwrap_err().to_string(), "the row of 1 has no `retried`");
    }
}
