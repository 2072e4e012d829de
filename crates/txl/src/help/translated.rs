//! The help in Chinese: each text of the command line is replaced by its Chinese.

use clap::{Arg, ArgAction, Command, builder::Str};

use super::{chinese, placeholders};
use crate::language::{self, Language};

/// The layout of clap, with a Chinese heading of the usage.
const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// Returns the command line with its help in the language of this process.
pub(crate) fn translated(command: Command) -> Command {
    match language::current() {
        Language::English => command,
        Language::Chinese => in_chinese(command),
    }
}

fn in_chinese(command: Command) -> Command {
    let about = command.get_about().map(|text| paragraphs(&text.to_string()));
    let long_about = command.get_long_about().map(|text| paragraphs(&text.to_string()));
    let after_help = command.get_after_help().map(|text| paragraphs(&text.to_string()));
    let after_long_help = command.get_after_long_help().map(|text| paragraphs(&text.to_string()));
    let mut command = command.mut_args(argument).mut_subcommands(in_chinese);
    if let Some(text) = about {
        command = command.about(text);
    }
    if let Some(text) = long_about {
        command = command.long_about(text);
    }
    if let Some(text) = after_help {
        command = command.after_help(text);
    }
    if let Some(text) = after_long_help {
        command = command.after_long_help(text);
    }
    let flag = |name: &'static str, short, help: &'static str| {
        Arg::new(name).short(short).long(name).help(help).help_heading("选项")
    };
    command
        .help_template(TEMPLATE)
        // The lines are broken by `laid_out`.
        .term_width(0)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(flag("help", 'h', "显示帮助（-h 显示摘要）").action(ArgAction::Help))
        .arg(flag("version", 'V', "显示版本").action(ArgAction::Version))
}

/// clap appends values, defaults and variables in English. They become a part of the text.
fn argument(argument: Arg) -> Arg {
    let heading = match argument.get_help_heading() {
        Some(heading) => chinese::of(heading),
        None if argument.is_positional() => Some("参数"),
        None => Some("选项"),
    };
    let takes_values = argument.get_action().takes_values();
    let values: Vec<_> = match takes_values && !argument.is_hide_possible_values_set() {
        true => argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect(),
        false => Vec::new(),
    };
    let mut notes = String::new();
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_values && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        notes.push_str(&format!(" [默认值：{}]", defaults.join("、")));
    }
    if let Some(variable) = argument.get_env().filter(|_| !argument.is_hide_env_set()) {
        notes.push_str(&format!(" [环境变量：{}]", variable.to_string_lossy()));
    }
    let names: Vec<_> = values.iter().map(|value| value.get_name()).collect();
    let in_short =
        if names.is_empty() { String::new() } else { format!(" [可选值：{}]", names.join("、")) };
    let in_long: String = values
        .iter()
        .map(|value| match value.get_help() {
            Some(help) => format!("\n- {}：{}", value.get_name(), paragraphs(&help.to_string())),
            None => format!("\n- {}", value.get_name()),
        })
        .collect();
    let in_long = if in_long.is_empty() { in_long } else { format!("\n\n可选值：{in_long}") };
    let short = argument.get_help().map(|text| paragraphs(&text.to_string())).unwrap_or_default();
    let long = argument.get_long_help().map(|text| paragraphs(&text.to_string()));
    let long = long.unwrap_or_else(|| short.clone());
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<Str> =
        names.iter().map(|name| placeholders::of(name).map_or_else(|| name.clone(), Str::from)).collect();
    let argument = if names.is_empty() { argument } else { argument.value_names(names) };
    let argument = match heading {
        Some(heading) => argument.help_heading(heading),
        None => argument,
    };
    let argument =
        argument.help(format!("{short}{notes}{in_short}")).long_help(format!("{long}{notes}{in_long}"));
    let argument = argument.hide_env(true);
    // clap refuses these settings for a flag.
    match takes_values {
        true => argument.hide_possible_values(true).hide_default_value(true),
        false => argument,
    }
}

/// Returns a text with each paragraph in Chinese. A paragraph without one stays in English.
fn paragraphs(text: &str) -> String {
    let paragraphs: Vec<_> = text.split("\n\n").map(|one| chinese::of(one).unwrap_or(one)).collect();
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Collects the paragraphs of a command and of its subcommands.
    fn collect(command: &Command, texts: &mut BTreeSet<String>) {
        let mut add = |text: String| texts.extend(text.split("\n\n").map(str::to_owned));
        let abouts = [command.get_about(), command.get_long_about()];
        let afters = [command.get_after_help(), command.get_after_long_help()];
        for text in abouts.into_iter().chain(afters).flatten() {
            add(text.to_string());
        }
        for argument in command.get_arguments() {
            argument.get_help_heading().map(str::to_owned).into_iter().for_each(&mut add);
            for text in [argument.get_help(), argument.get_long_help()].into_iter().flatten() {
                add(text.to_string());
            }
            if argument.get_action().takes_values() {
                for value in argument.get_possible_values() {
                    value.get_help().map(ToString::to_string).into_iter().for_each(&mut add);
                }
            }
        }
        command.get_subcommands().for_each(|below| collect(below, texts));
    }

    #[test]
    fn every_text_of_the_help_has_its_chinese_and_no_chinese_is_left_over() {
        let mut texts = BTreeSet::new();
        collect(&crate::cli::command_line_in_english(), &mut texts);
        let missing: Vec<_> = texts.iter().filter(|text| chinese::of(text).is_none()).collect();
        assert!(missing.is_empty(), "no Chinese for {missing:#?}");
        // Some texts name the simulator in other commands, or are those of both builds.
        if cfg!(feature = "sim") {
            let unused: Vec<_> = chinese::texts().filter(|text| !texts.contains(*text)).collect();
            assert!(unused.is_empty(), "no help has {unused:#?}");
        }
    }

    #[test]
    fn a_text_has_one_chinese() {
        let mut texts: Vec<_> = chinese::texts().collect();
        texts.sort_unstable();
        let all = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), all);
    }
}
