//! Layout of text on a terminal: its width and line breaks. A Chinese character is as wide as two letters.

use std::io;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the number of columns of the terminal, or `None` if stdout is not a terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.into())
}

/// Wraps a line to this width. Further lines are indented by two more blanks than the first.
pub(crate) fn hanging(line: &str, width: usize) -> String {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let Some(room) = width.checked_sub(indent + 2).filter(|room| *room >= 20) else {
        return line.to_owned();
    };
    let mut lines = wrapped(text, room).into_iter();
    let mut laid_out = format!("{:indent$}{}", "", lines.next().unwrap_or_default());
    for line in lines {
        laid_out.push_str(&format!("\n{:1$}{line}", "", indent + 2));
    }
    laid_out
}

/// Returns the number of columns of a text.
pub(crate) fn width_of(text: &str) -> usize {
    text.width()
}

/// Pads a text with blanks to this width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(width_of(text));
    format!("{text}{:blanks$}", "")
}

/// Splits a text into lines of at most this width. An empty text is one line.
///
/// A line breaks in its second half at a blank or between Chinese characters. Otherwise it breaks after a sign inside a word, such as `@`. If there
/// is none, it breaks anywhere.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = first_line(rest, width);
        lines.push(line);
        if after.is_empty() {
            return lines;
        }
        rest = after;
    }
}

fn first_line(text: &str, width: usize) -> (&str, &str) {
    if text.len() <= width {
        return (text, "");
    }
    let (mut used, mut end) = (0, text.len());
    let (mut between_words, mut in_word) = (None, None);
    let mut chars = text.char_indices().peekable();
    while let Some((at, one)) = chars.next() {
        used += one.width().unwrap_or(0);
        // A line that is narrower than one character contains one character.
        if used > width && at > 0 {
            end = at;
            break;
        }
        let next = chars.peek().map_or('\0', |(_, next)| *next);
        if used * 2 <= width || must_not_end(one) || must_not_begin(next) {
            continue;
        }
        let behind = Some(at + one.len_utf8());
        if one == ' ' || is_wide(one) || is_wide(next) {
            between_words = behind;
        } else if matches!(one, ',' | ';' | '/' | '-' | '_' | '@' | '|') {
            in_word = behind;
        }
    }
    if end == text.len() {
        return (text, "");
    }
    let cut = match text[end..].starts_with(' ') {
        true => end,
        false => between_words.or(in_word).unwrap_or(end),
    };
    (text[..cut].trim_end_matches(' '), text[cut..].trim_start_matches(' '))
}

fn is_wide(one: char) -> bool {
    one.width() == Some(2)
}

/// Opening signs belong to what follows.
fn must_not_end(one: char) -> bool {
    matches!(one, '“' | '（' | '《' | '「')
}

fn must_not_begin(one: char) -> bool {
    matches!(
        one,
        '"' | '”'
            | '，'
            | '。'
            | '；'
            | '：'
            | '、'
            | '）'
            | '！'
            | '？'
            | '》'
            | '」'
            | ','
            | '.'
            | ';'
            | ':'
            | ')'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_between_chinese_characters() {
        for (text, width, lines) in [
            ("", 5, &[""][..]),
            ("one two three", 7, &["one two", "three"]),
            ("one two three", 8, &["one two", "three"]),
            ("示例公司研发部", 8, &["示例公司", "研发部"]),
            ("示例公司研发部", 9, &["示例公司", "研发部"]),
            ("共三行，其中一行", 6, &["共三", "行，其", "中一行"]),
            ("删除全部（三人）", 10, &["删除全部", "（三人）"]),
            ("zhangsan@example.com", 12, &["zhangsan@", "example.com"]),
            ("abcdefghij", 4, &["abcd", "efgh", "ij"]),
            ("王", 1, &["王"]),
            ("王芳", 1, &["王", "芳"]),
        ] {
            assert_eq!(wrapped(text, width), lines, "{text} in {width}");
        }
        assert_eq!(padded("王芳", 6), "王芳  ");
    }
}
