//! Errors of the command line in Chinese, worded from the kind of the error and its context. clap words them in English only.

use std::{error::Error as _, num::IntErrorKind};

use clap::{
    Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::messages::Message;

/// Returns the text of an error in the form of the English one: what is wrong, hints, the usage, and where the help is.
pub(crate) fn in_chinese(error: &Error) -> String {
    let mut text = format!("错误：{}\n", what_is_wrong(error));
    let hints = hints(error);
    if !hints.is_empty() {
        text.push('\n');
        hints.iter().for_each(|hint| text.push_str(&format!("  建议：{hint}\n")));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        text.push_str(&format!("\n{}\n", self::usage(&usage.to_string())));
    }
    text + "\n详细说明请用“--help”查看。\n"
}

/// Returns the usage line of clap in Chinese.
pub(super) fn usage(line: &str) -> String {
    line.replacen("Usage: ", "用法：", 1).replace("[OPTIONS]", "[选项]")
}

fn what_is_wrong(error: &Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let number = |kind| match error.get(kind) {
        Some(ContextValue::Number(number)) => *number,
        _ => 0,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => format!("未知的参数“{argument}”"),
        ErrorKind::InvalidSubcommand => {
            format!("未知的子命令“{}”", text(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingSubcommand => format!(
            "“{}”需要子命令{}",
            text(ContextKind::InvalidSubcommand).unwrap_or_default(),
            choices("子命令", error.get(ContextKind::ValidSubcommand))
        ),
        ErrorKind::MissingRequiredArgument => {
            format!("缺少必需的参数：{}", lines(error.get(ContextKind::InvalidArg)))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("“{argument}”需要一个值{}", choices("可选值", error.get(ContextKind::ValidValue)))
        }
        ErrorKind::InvalidValue => {
            format!("“{argument}”的值“{value}”无效{}", choices("可选值", error.get(ContextKind::ValidValue)))
        }
        ErrorKind::ValueValidation => format!("“{argument}”的值“{value}”无效{}", reason(error)),
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::NoEquals => format!("“{argument}”的值应写在等号之后"),
        ErrorKind::TooManyValues => format!("“{argument}”多出了值“{value}”"),
        ErrorKind::TooFewValues => format!(
            "“{argument}”至少需要 {} 个值，只给出了 {} 个",
            number(ContextKind::MinValues),
            number(ContextKind::ActualNumValues)
        ),
        ErrorKind::WrongNumberOfValues => format!(
            "“{argument}”需要 {} 个值，给出了 {} 个",
            number(ContextKind::ExpectedNumValues),
            number(ContextKind::ActualNumValues)
        ),
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

fn conflict(error: &Error) -> String {
    let prior = error.get(ContextKind::PriorArg);
    let name = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].into_iter().find_map(|kind| {
        match error.get(kind) {
            Some(ContextValue::String(name)) => Some(name.as_str()),
            _ => None,
        }
    });
    let Some(name) = name else { return "参数之间有冲突".to_owned() };
    match prior {
        Some(ContextValue::String(other)) if other == name => format!("“{name}”不能重复使用"),
        Some(ContextValue::String(other)) => format!("“{name}”不能与“{other}”同时使用"),
        Some(ContextValue::Strings(_)) => format!("“{name}”不能与以下参数同时使用：{}", lines(prior)),
        _ => format!("“{name}”不能与其他已给出的参数同时使用"),
    }
}

/// The reason of a parser: a message of this command, or an error of the standard library or of clap.
fn reason(error: &Error) -> String {
    let Some(source) = error.source() else { return String::new() };
    if let Some(message) = source.downcast_ref::<Message>() {
        return format!("：{message}");
    }
    if let Some(error) = source.downcast_ref::<std::num::ParseIntError>() {
        let words = match error.kind() {
            IntErrorKind::Empty => "为空",
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "超出范围",
            _ => "不是整数",
        };
        return format!("：{words}");
    }
    if source.is::<std::num::ParseFloatError>() {
        return "：不是数字".to_owned();
    }
    if source.is::<std::net::AddrParseError>() {
        return "：不是“IP:端口”形式的地址".to_owned();
    }
    let text = source.to_string();
    match text.split_once(" is not in ") {
        Some((_, range)) => format!("：应在 {range} 之内"),
        None => format!("：{text}"),
    }
}

fn hints(error: &Error) -> Vec<String> {
    let mut hints = Vec::new();
    for (kind, what) in [
        (ContextKind::SuggestedSubcommand, "子命令"),
        (ContextKind::SuggestedArg, "参数"),
        (ContextKind::SuggestedValue, "值"),
    ] {
        match error.get(kind) {
            Some(ContextValue::String(similar)) => hints.push(format!("相近的{what}：“{similar}”")),
            Some(ContextValue::Strings(similar)) if !similar.is_empty() => {
                let names: Vec<_> = similar.iter().map(|name| format!("“{name}”")).collect();
                hints.push(format!("相近的{what}：{}", names.join("、")));
            }
            _ => {}
        }
    }
    if let Some(ContextValue::StyledStrs(texts)) = error.get(ContextKind::Suggested) {
        hints.extend(texts.iter().map(|text| suggestion(&text.to_string())));
    }
    hints
}

/// Returns a hint that clap has only as an English sentence. What it names is in quotation marks.
fn suggestion(sentence: &str) -> String {
    let quoted: Vec<_> = sentence.split('\'').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [value, command] if sentence.starts_with("to pass") => {
            format!("如果“{value}”是一个值，请写作“{command}”")
        }
        [command] if sentence.ends_with("exists") => format!("有“{command}”"),
        [name, _] if sentence.starts_with("subcommand") => {
            format!("有子命令“{name}”；要使用它，请去掉前面的“--”")
        }
        _ => sentence.to_owned(),
    }
}

fn choices(title: &str, values: Option<&ContextValue>) -> String {
    match values {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            format!("\n  [{title}：{}]", values.join("、"))
        }
        _ => String::new(),
    }
}

fn lines(values: Option<&ContextValue>) -> String {
    match values {
        Some(ContextValue::Strings(values)) => values.iter().map(|value| format!("\n  {value}")).collect(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::{cli::Cli, language::test};

    fn error(arguments: &[&str]) -> String {
        let parsed = test::in_chinese(|| {
            super::super::translated(Cli::command())
                .try_get_matches_from([&["txl"], arguments].concat())
                .map_err(|error| in_chinese(&error))
        });
        parsed.unwrap_err()
    }

    #[test]
    fn each_kind_of_error_says_in_chinese_what_is_wrong() {
        for (arguments, expected) in [
            (&["member", "gett"][..], "未知的子命令“gett”\n\n  建议：相近的子命令：“get”"),
            (&["member", "get"], "缺少必需的参数：\n  <USERID>"),
            (
                &["member", "get", "a", "--frob"],
                "未知的参数“--frob”\n\n  建议：如果“--frob”是一个值，请写作“-- --frob”",
            ),
            (&["tag", "list", "--outpt", "csv"], "未知的参数“--outpt”\n\n  建议：相近的参数：“--output”"),
            (
                &["-o", "xml", "tag", "list"],
                "“--output <格式>”的值“xml”无效\n  [可选值：table、json、jsonl、csv、yaml]",
            ),
            (&["member", "get", "a", "b"], "未知的参数“b”"),
            (
                &["--columns", "a", "--jq", ".", "tag", "list"],
                "“--columns <名称>”不能与“--jq <过滤器>”同时使用",
            ),
            (&["find", "a", "--limit", "0"], "“--limit <数量>”的值“0”无效：请给出 1 到 100000 之间的整数"),
        ] {
            let text = error(arguments);
            assert!(text.starts_with(&format!("错误：{expected}")), "{arguments:?}: {text}");
        }
    }

    #[test]
    fn the_usage_and_the_place_of_the_help_follow() {
        let text = error(&["member", "get", "a", "--frob"]);
        assert!(text.contains("\n\n用法：txl member get <USERID>\n\n详细说明请用“--help”查看。\n"), "{text}");
        assert!(!text.contains("Usage") && !text.contains("OPTIONS"), "{text}");
    }

    #[test]
    fn every_hint_of_clap_is_worded() {
        for (sentence, chinese) in [
            ("to pass '--frob' as a value, use '-- --frob'", "如果“--frob”是一个值，请写作“-- --frob”"),
            ("'list --all' exists", "有“list --all”"),
            (
                "subcommand 'list' exists; to use it, remove the '--' before it",
                "有子命令“list”；要使用它，请去掉前面的“--”",
            ),
        ] {
            assert_eq!(suggestion(sentence), chinese);
        }
    }
}
