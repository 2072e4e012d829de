//! `txl help`: the help of each command, and topics that belong to several commands.

mod chinese;
mod command_line_errors;
mod layout;
mod placeholders;
mod translated;

use clap::{Args, Command};

pub(crate) use self::{
    command_line_errors::in_chinese as error_in_chinese, layout::laid_out, translated::translated,
};
use crate::{
    cli::EXIT_CODES,
    failure::{Failure, Result},
    language::{self, Language},
    messages::help as messages,
    output::print_text,
};

/// Print the help of a command, or explain a topic
///
/// Topics: secrets, exit-codes, formats, errcodes.
#[derive(Args)]
pub(crate) struct Help {
    /// A command, such as `member get`, or a topic: secrets, exit-codes, formats, errcodes
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

/// What programs need to know of exit codes, after the list.
const FOR_SCRIPTS_ENGLISH: &str = "
The codes are the same in every version. With -o json the error is still a
text on stderr; the code tells a script what to do:

  1   read the error; for an import, an export or a run, some rows failed
  2   correct the command line: repeating it is useless
  3   repeat it later. A write may have run: read before you repeat it
  4   look at the plan, then allow it by the flag that the error names

`txl status --max-age 24h` ends with 1 if the mirror is older, for monitoring.
";

const FOR_SCRIPTS_CHINESE: &str = "
退出码在各个版本中相同。使用 -o json 时，错误仍是 stderr 上的文本；脚本根据
退出码决定下一步：

  1   查看错误；对于导入、导出和执行，表示部分行失败
  2   修改命令行，重复执行没有意义
  3   稍后重试。写操作可能已经生效，重试之前先读取确认
  4   查看计划，再用错误信息中的参数放行

`txl status --max-age 24h` 在镜像更旧时以 1 结束，可用于监控。
";

/// Returns the text of a topic.
fn topic(name: &str, language: Language) -> Option<String> {
    let (english, chinese) = match name {
        "secrets" => (include_str!("topics/secrets.txt"), include_str!("topics/secrets.zh.txt")),
        "formats" => (include_str!("topics/formats.txt"), include_str!("topics/formats.zh.txt")),
        "errcodes" => (include_str!("topics/errcodes.txt"), include_str!("topics/errcodes.zh.txt")),
        "exit-codes" => {
            return Some(match language {
                Language::English => format!("{EXIT_CODES}\n{FOR_SCRIPTS_ENGLISH}"),
                Language::Chinese => {
                    let codes = chinese::of(EXIT_CODES).unwrap_or(EXIT_CODES);
                    format!("{codes}\n{FOR_SCRIPTS_CHINESE}")
                }
            });
        }
        _ => return None,
    };
    Some(match language {
        Language::English => english.to_owned(),
        Language::Chinese => chinese.to_owned(),
    })
}

impl Help {
    /// Prints the help of this command line.
    pub(crate) fn run(self, mut command: Command) -> Result {
        if let [word] = self.words.as_slice()
            && let Some(text) = topic(word, language::current())
        {
            return print_text(&text);
        }
        // Each subcommand gets its full name and the global flags.
        command.build();
        let mut found = &mut command;
        for word in &self.words {
            if found.find_subcommand(word).is_none() {
                let failure = Failure::usage(messages::no_such_command_or_topic(word));
                return Err(failure.remedy(messages::list_both()));
            }
            found = found.find_subcommand_mut(word).expect("it was found");
        }
        if language::current() == Language::Chinese {
            return print_text(&laid_out(&found.render_long_help().to_string()));
        }
        found.print_long_help().map_err(|error| Failure::of_stdout(&error))
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;
    use wecom_contacts::ErrorCode;

    use super::*;

    #[test]
    fn every_topic_fits_80_columns_and_is_named_in_the_help() {
        let help = Help::augment_args(Command::new("help")).render_long_help().to_string();
        for name in ["secrets", "exit-codes", "formats", "errcodes"] {
            assert!(help.contains(name), "{name}");
            for language in [Language::English, Language::Chinese] {
                for line in topic(name, language).unwrap().lines() {
                    assert!(line.width() <= 80, "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn every_code_of_the_topic_is_in_the_table() {
        let codes = |language| -> Vec<i32> {
            let text = topic("errcodes", language).unwrap();
            let code = |line: &str| line.strip_prefix("   ")?.split_whitespace().next()?.parse().ok();
            text.lines().filter_map(code).collect()
        };
        let english = codes(Language::English);
        assert_eq!(english.len(), 8, "{english:?}");
        assert!(
            english.is_sorted() && english.iter().all(|code| ErrorCode(*code).info().is_some()),
            "{english:?}"
        );
        assert_eq!(codes(Language::Chinese), english);
    }

    #[test]
    fn the_exit_codes_are_in_both_languages() {
        assert!(topic("exit-codes", Language::Chinese).unwrap().starts_with("退出码"));
        assert!(topic("exit-codes", Language::English).unwrap().starts_with("Exit codes"));
    }
}
