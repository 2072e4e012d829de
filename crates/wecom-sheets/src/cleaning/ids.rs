//! Lists of numbers or flags in one cell.

use std::borrow::Cow;

use super::{CellProblem, Correction, Corrections, Wanted, flag, number, text::trimmed};

/// Joins a list with `;`. Accepts other delimiters: `2、7`, `2, 7`, `2|7`. Returns the text borrowed if it needs no change.
///
/// # Errors
///
/// [`CellProblem::Thousands`] if the text can be one number. [`CellProblem::DepartmentNames`] if `wanted` is departments and an item is not a number.
/// A text with any other invalid item is returned unchanged, and the parser of the field reports it.
pub fn listed<'a>(
    wanted: Wanted,
    text: &'a str,
    corrections: &mut Corrections,
) -> Result<Cow<'a, str>, CellProblem> {
    if text.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    if is_thousands(text) {
        return Err(CellProblem::Thousands);
    }
    let mut list = String::with_capacity(text.len());
    let mut done = Corrections::default();
    for item in text.split(is_delimiter) {
        let mut item = trimmed(item);
        if item.is_empty() {
            continue;
        }
        if let Some(flag) = flag(item).filter(|_| wanted == Wanted::Flags) {
            item = flag;
            done.add(Correction::Flag);
        }
        let whole = number::without_zero(item);
        if whole.len() < item.len() {
            item = whole;
            done.add(Correction::Number);
        }
        let written_out = number::in_words(item)?.map(|number| number.to_string());
        if written_out.is_some() {
            done.add(Correction::Scientific);
        }
        let item = written_out.as_deref().unwrap_or(item);
        if item.contains('.') && item.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(CellProblem::NotWhole);
        }
        // A number below 0 is not a name, so the parser of the field refuses it as a number.
        let digits = item.strip_prefix('-').unwrap_or(item);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if wanted == Wanted::Departments && !is_number {
            return Err(CellProblem::DepartmentNames);
        }
        if !is_number && !matches!(item, "是" | "否") {
            return Ok(Cow::Borrowed(text));
        }
        if !list.is_empty() {
            list.push(';');
        }
        list.push_str(item);
    }
    if list == text {
        return Ok(Cow::Borrowed(text));
    }
    if done.is_empty() {
        done.add(Correction::Delimiters);
    }
    done.iter().for_each(|correction| corrections.add(correction));
    Ok(Cow::Owned(list))
}

fn is_delimiter(one: char) -> bool {
    matches!(one, ';' | ',' | '、' | '，' | '；' | '|' | '｜' | '\n')
}

/// Removes commas between thousands: `13,800,000,331`.
pub(super) fn without_thousands(text: &str) -> Cow<'_, str> {
    if is_thousands(text) { Cow::Owned(text.replace(',', "")) } else { Cow::Borrowed(text) }
}

/// Returns whether the commas of a text can separate the thousands of one number: `1,234`.
pub fn is_thousands(text: &str) -> bool {
    let mut groups = text.split(',');
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_some()
        && (1..=3).contains(&first.len())
        && is_digits(first)
        && !first.starts_with('0')
        && rest.all(|group| group.len() == 3 && is_digits(group))
}
