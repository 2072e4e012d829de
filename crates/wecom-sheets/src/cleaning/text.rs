//! Blanks, character widths, and the characters that surround a number.

use std::borrow::Cow;

/// Removes surrounding blanks, including U+3000, no-break blanks, zero-width characters and direction marks.
pub fn trimmed(text: &str) -> &str {
    let is_blank = |one: char| {
        one.is_whitespace()
            || matches!(one, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.trim_matches(is_blank)
}

/// Returns whether a character is invisible: it has zero width, or sets the writing direction.
pub fn is_invisible(one: char) -> bool {
    matches!(one,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether a text has no character that can need cleaning: control characters, blanks except U+0020, invisible characters, full-width forms.
/// The first bytes of these characters differ from those of Chinese characters, so bytes are sufficient.
pub(super) fn is_ordinary(bytes: &[u8]) -> bool {
    let is_odd = |byte: u8| {
        byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xcd | 0xd8 | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf3)
    };
    !bytes.iter().any(|byte| is_odd(*byte))
}

/// Removes invisible characters.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if is_ordinary(text.as_bytes()) || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|one| !is_invisible(*one)).collect())
}

/// Returns whether the cell of a gender says that the gender is unknown. Exports write 0 for a hidden gender.
pub(crate) fn is_ungendered(cell: &str) -> bool {
    const WORDS: [&str; 9] =
        ["0", "未知", "未定义", "保密", "未填写", "未设置", "unknown", "undefined", "undisclosed"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Converts a text to half-width: `１３８＠` becomes `138@`, and U+3000 becomes a blank. Returns the text borrowed if it needs no change.
pub fn half_width(text: &str) -> Cow<'_, str> {
    let is_wide = |one: char| matches!(one, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
    if !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let half = text.chars().map(|one| match one {
        '\u{3000}' => ' ',
        // The full-width block has the order of ASCII.
        one if is_wide(one) => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        one => one,
    });
    Cow::Owned(half.collect())
}

/// Removes leading apostrophes, including curly ones. In Excel, `'138` keeps a number as text.
pub fn apostrophe(text: &str) -> &str {
    const APOSTROPHES: [char; 4] = ['\'', '‘', '’', '`'];
    if !text.starts_with(APOSTROPHES) {
        return text;
    }
    text.trim_start_matches(|one: char| APOSTROPHES.contains(&one) || one.is_whitespace())
}

/// Removes surrounding quotation marks. A formula that consists of one text or number becomes its content: `="138"`, `=138`.
pub(super) fn without_wrapper(text: &str) -> &str {
    const QUOTES: [(char, char); 4] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»')];
    if let Some(rest) = text.strip_prefix('=') {
        let is_number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
        return if is_number || quoted(rest, ('"', '"')).is_some() { rest } else { text };
    }
    QUOTES.into_iter().find_map(|quotes| quoted(text, quotes)).unwrap_or(text)
}

fn quoted(text: &str, (open, close): (char, char)) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// Replaces the dashes that word processors insert with hyphens.
pub(super) fn plain_hyphens(text: &str) -> Cow<'_, str> {
    let is_dash = |one: char| matches!(one, '\u{2010}'..='\u{2015}' | '\u{2212}');
    if !text.contains(is_dash) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_dash, "-"))
}

/// Returns the first character that looks like a Latin letter, a digit or a hyphen but is a different one, with its position, counted from 1.
pub(super) fn look_alike(text: &str) -> Option<(usize, char)> {
    if text.is_ascii() {
        return None;
    }
    let is_alike = |one: char| {
        matches!(one,
            '\u{131}' | '\u{237}' | '\u{251}' | '\u{261}' | '\u{2d7}' | '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}'
            | '\u{1d00}'..='\u{1dbf}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2100}'..='\u{214f}' | '\u{2160}'..='\u{2188}'
            | '\u{2212}' | '\u{24b6}'..='\u{24e9}' | '\u{a4d0}'..='\u{a4ff}' | '\u{fe50}'..='\u{fe6f}' | '\u{1d400}'..='\u{1d7ff}')
            || (one.is_numeric() && !one.is_ascii())
    };
    text.chars().enumerate().find(|(_, one)| is_alike(*one)).map(|(at, one)| (at + 1, one))
}

/// Removes blanks, hyphens and brackets from a mobile number. Returns the text borrowed if it has none of them, or if it is not a number.
pub fn separators(text: &str) -> Cow<'_, str> {
    let is_separator = |one: char| {
        one.is_whitespace()
            || matches!(one, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '(' | ')' | '.' | '·')
    };
    let is_number = text.chars().all(|one| one.is_ascii_digit() || one == '+' || is_separator(one));
    // A single point is a decimal point.
    let is_decimal = text.matches('.').count() == 1;
    if !is_number || is_decimal || !text.contains(is_separator) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|one| !is_separator(*one)).collect())
}

/// Removes +86, 0086 or 86 before a mobile number of mainland China. Other country codes are kept, because WeCom requires them.
pub fn country_code(text: &str) -> &str {
    ["+86", "0086", "86"]
        .iter()
        .find_map(|code| text.strip_prefix(code))
        .filter(|rest| {
            rest.len() == 11 && rest.starts_with('1') && rest.bytes().all(|byte| byte.is_ascii_digit())
        })
        .unwrap_or(text)
}

/// Returns whether a text has several phone numbers: two runs of at least seven digits, with a separator that cannot be part of a number.
pub(super) fn holds_several_numbers(text: &str) -> bool {
    text.split(|one: char| matches!(one, '/' | ',' | ';' | '|' | '、' | '\n' | '\\') || one.is_alphabetic())
        .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 7)
        .nth(1)
        .is_some()
        || text
            .split_whitespace()
            .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 11)
            .nth(1)
            .is_some()
}
