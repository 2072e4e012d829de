//! Blanks, widths and what stands around a number.

use std::borrow::Cow;

/// The text without blanks around it: also the full-width one (U+3000), the no-break one, and those of no width.
pub fn trimmed(text: &str) -> &str {
    let is_blank =
        |one: char| one.is_whitespace() || matches!(one, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    text.trim_matches(is_blank)
}

/// Whether a character has no width: it is not seen, and does not go away.
pub fn is_invisible(one: char) -> bool {
    matches!(one,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text in half-width characters: `１３８＠` becomes `138@`, the full-width blank a plain one. Borrowed if there was nothing to change.
pub fn half_width(text: &str) -> Cow<'_, str> {
    let is_wide = |one: char| matches!(one, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
    if !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let half = text.chars().map(|one| match one {
        '\u{3000}' => ' ',
        // The block is ASCII, moved.
        one if is_wide(one) => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        one => one,
    });
    Cow::Owned(half.collect())
}

/// The text without the apostrophes in front, also curly ones: `'138` is how people tell Excel to leave a number alone.
pub fn apostrophe(text: &str) -> &str {
    const APOSTROPHES: [char; 4] = ['\'', '‘', '’', '`'];
    if !text.starts_with(APOSTROPHES) {
        return text;
    }
    text.trim_start_matches(|one: char| APOSTROPHES.contains(&one) || one.is_whitespace())
}

/// A mobile number without blanks, hyphens and brackets inside. Borrowed if there are none, or if it is something else than a number.
pub fn separators(text: &str) -> Cow<'_, str> {
    let is_separator =
        |one: char| one.is_whitespace() || matches!(one, '-' | '‐' | '‑' | '–' | '—' | '(' | ')');
    let is_number = text.chars().all(|one| one.is_ascii_digit() || one == '+' || is_separator(one));
    if !is_number || !text.contains(is_separator) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|one| !is_separator(*one)).collect())
}

/// A mobile number of the mainland without +86, 0086 or 86 in front; others keep theirs, which WeCom wants.
pub fn country_code(text: &str) -> &str {
    ["+86", "0086", "86"]
        .iter()
        .find_map(|code| text.strip_prefix(code))
        .filter(|rest| {
            rest.len() == 11 && rest.starts_with('1') && rest.bytes().all(|byte| byte.is_ascii_digit())
        })
        .unwrap_or(text)
}

/// Whether there are two phone numbers or more: two runs of seven digits at least, with something between that stands in no number.
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
