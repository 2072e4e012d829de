//! The layout of the help in Chinese. clap breaks lines at blanks only, and Chinese has none.

use super::command_line_errors::usage;
use crate::output::{terminal_width, width_of, wrapped};

/// Width of the help in a file or a pipe, and on wide terminals.
const COLUMNS: usize = 100;

/// Returns the help with its lines broken at the width of the terminal.
pub(crate) fn laid_out(help: &str) -> String {
    in_width(help, terminal_width().unwrap_or(COLUMNS).min(COLUMNS))
}

fn in_width(help: &str, width: usize) -> String {
    let mut text = String::new();
    for line in help.lines() {
        let line = match line.strip_suffix(':') {
            Some(heading) if !line.starts_with(' ') => format!("{heading}："),
            _ if line.starts_with("用法：") => usage(line),
            _ => line.to_owned(),
        };
        let indent = indent_of(&line);
        let (first, rest) = line.split_at(indent);
        for (at, part) in wrapped(rest, width.saturating_sub(width_of(first)).max(20)).into_iter().enumerate()
        {
            if at > 0 {
                text.push_str(&" ".repeat(width_of(first)));
            } else {
                text.push_str(first);
            }
            text.push_str(part);
            text.push('\n');
        }
    }
    text
}

/// Returns the number of bytes before the text that is broken: blanks, and the name of a command or argument with the blanks after it.
fn indent_of(line: &str) -> usize {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    if blanks == 0 {
        return 0;
    }
    match line[blanks..].find("  ") {
        Some(name) => {
            let after = &line[blanks + name..];
            blanks + name + after.len() - after.trim_start_matches(' ').len()
        }
        None => blanks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_below_its_text() {
        let help = "查找成员\n\n命令:\n  find  在镜像中按姓名查找人员\n      --yes\n          不提问直接应用全部变更\n";
        assert_eq!(
            in_width(help, 30),
            "查找成员\n\n命令：\n  find  在镜像中按姓名查找人员\n      --yes\n          不提问直接应用全部变\n          更\n"
        );
        assert!(in_width(&"退出码一二三四五".repeat(20), 80).lines().all(|line| width_of(line) <= 80));
    }
}
