//! Names and other free text.

use std::borrow::Cow;

use super::{CellProblem, Correction, Corrections, Wanted, number, text};
use crate::writing::is_formula;

/// Cleans free text that has no surrounding blanks.
pub(super) fn clean(
    wanted: Wanted,
    value: &mut Cow<'_, str>,
    corrections: &mut Corrections,
) -> Result<(), CellProblem> {
    for one in value.chars() {
        match one {
            char::REPLACEMENT_CHARACTER => return Err(CellProblem::Broken),
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' if wanted == Wanted::Name => {
                return Err(CellProblem::LineBreak);
            }
            '\n' | '\r' | '\t' if wanted != Wanted::Name => {}
            one if one.is_control() => return Err(CellProblem::Control),
            _ => {}
        }
    }
    loop {
        let before = value.len();
        super::replaced(value, corrections, Correction::Invisible, visible);
        super::correct(value, corrections, Correction::Apostrophe, protection);
        super::correct(value, corrections, Correction::Wrapper, formula);
        super::correct(value, corrections, Correction::Blanks, text::trimmed);
        if value.len() == before {
            break;
        }
    }
    if wanted == Wanted::Attribute
        && let Some(number) = number::in_words(value)?
    {
        *value = Cow::Owned(number.to_string());
        corrections.add(Correction::Scientific);
    }
    Ok(())
}

/// Removes the apostrophe that exports put before text that looks like a formula.
fn protection(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => text,
    }
}

/// Returns the text of a formula that consists of one text: `="王芳"`.
fn formula(text: &str) -> &str {
    let inside = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inside.filter(|inside| !inside.contains('"')).unwrap_or(text)
}

/// Removes invisible characters. Characters that join several characters into one sign are kept: in emoji, and in scripts with joined letters.
fn visible(text: &str) -> Cow<'_, str> {
    if text::is_ordinary(text.as_bytes()) || !text.contains(text::is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(one) = rest.next() {
        let is_kept = match one {
            '\u{200c}' | '\u{200d}' => is_joined(before) || is_joined(rest.peek().copied()),
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}' => before.is_some(),
            // The tag characters of a flag emoji.
            '\u{e0020}'..='\u{e007f}' => {
                matches!(before, Some('\u{1f3f4}' | '\u{e0020}'..='\u{e007f}'))
            }
            one => !text::is_invisible(one),
        };
        if is_kept {
            seen.push(one);
            before = Some(one);
        }
    }
    if seen.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(seen) }
}

/// Returns whether a character can be joined to its neighbour. Latin letters and Chinese characters cannot.
fn is_joined(one: Option<char>) -> bool {
    !matches!(
        one,
        None | Some('\0'..='\u{24f}' | '\u{2000}'..='\u{206f}' | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    )
}
