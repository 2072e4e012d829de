//! Cleaning: removes what spreadsheets add to ids, numbers and mail addresses. A cell with more than one possible meaning is refused.
//!
//! A clean value stays unchanged, and cleaning is idempotent. Names and other free text lose only surrounding blanks, surrounding spreadsheet syntax
//! and invisible characters.

mod correction;
mod free;
mod ids;
mod number;
mod problem;
mod text;

use std::borrow::Cow;

pub(crate) use self::text::is_ungendered;
pub use self::{
    correction::{Correction, Corrections},
    ids::{is_thousands, listed},
    number::{scientific, whole, without_zero},
    problem::{CellForm, CellProblem},
    text::{apostrophe, country_code, half_width, is_invisible, separators, trimmed},
};
use crate::Kind;

/// The content that a column expects. It decides which faults a cell can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// A name: free text in one line.
    Name,
    /// Other free text.
    Words,
    /// A userid.
    Id,
    /// A mobile number (手机号).
    Mobile,
    /// A telephone number (座机). Its hyphens are kept.
    Phone,
    /// A mail address.
    Mail,
    /// One whole number.
    Number,
    /// Whole numbers, joined by `;`.
    Numbers,
    /// Yes or no.
    Flag,
    /// Yes or no several times, joined by `;`.
    Flags,
    /// A gender.
    Gender,
    /// Departments: ids joined by `;`, or names.
    Departments,
    /// The value of an extended attribute (扩展属性): any text, including dates.
    Attribute,
}

impl Wanted {
    /// Returns whether any text is valid.
    const fn is_free(self) -> bool {
        matches!(self, Self::Name | Self::Words | Self::Attribute)
    }
}

/// Cleans a cell.
///
/// # Errors
///
/// A [`CellProblem`] if the meaning of the cell is ambiguous or unknown.
pub fn clean(wanted: Wanted, kind: Kind, text: &str) -> Result<(Cow<'_, str>, Corrections), CellProblem> {
    let shown = Cow::Borrowed(text);
    match kind {
        Kind::Text => cleaned_text(wanted, text),
        Kind::Error => Err(CellProblem::Failed),
        Kind::Uncomputed => Err(CellProblem::Uncomputed),
        Kind::Absent => Ok((Cow::Borrowed(""), Corrections::default())),
        Kind::Duration => Err(CellProblem::Duration),
        Kind::Date if wanted == Wanted::Attribute => Ok((shown, Corrections::of(Correction::Date))),
        Kind::Date => Err(CellProblem::Date),
        Kind::Bool(value) => match wanted {
            Wanted::Flag | Wanted::Flags => {
                Ok((Cow::Borrowed(if value { "1" } else { "0" }), Corrections::of(Correction::Flag)))
            }
            Wanted::Attribute => Ok((shown, Corrections::default())),
            _ => Err(CellProblem::Bool),
        },
        Kind::Number(number) => {
            let corrections = Corrections::of(Correction::Number);
            match whole(number) {
                Ok(number) => {
                    let number = number.to_string();
                    let (cleaned, further) = cleaned_text(wanted, &number)?;
                    Ok((Cow::Owned(cleaned.into_owned()), corrections.and(further)))
                }
                Err(CellProblem::NotWhole) if wanted.is_free() => Ok((shown, corrections)),
                Err(problem) => Err(problem),
            }
        }
    }
}

fn cleaned_text(wanted: Wanted, text: &str) -> Result<(Cow<'_, str>, Corrections), CellProblem> {
    let mut corrections = Corrections::default();
    if is_plain(wanted, text) {
        return Ok((Cow::Borrowed(text), corrections));
    }
    let mut value = Cow::Borrowed(text);
    correct(&mut value, &mut corrections, Correction::Blanks, trimmed);
    if is_failed(&half_width(&value)) {
        return Err(CellProblem::Failed);
    }
    if wanted.is_free() {
        free::clean(wanted, &mut value, &mut corrections)?;
        return Ok((value, corrections));
    }
    let is_marked_as_text = unwrapped(&mut value, &mut corrections)?;
    match wanted {
        Wanted::Id => id(&mut value, &mut corrections, is_marked_as_text)?,
        Wanted::Mobile => mobile(&mut value, &mut corrections)?,
        Wanted::Phone => {
            written_out(&mut value, &mut corrections)?;
            replaced(&mut value, &mut corrections, Correction::HalfWidth, text::plain_hyphens);
        }
        Wanted::Number => {
            written_out(&mut value, &mut corrections)?;
            correct(&mut value, &mut corrections, Correction::Number, without_zero);
            replaced(&mut value, &mut corrections, Correction::Separators, ids::without_thousands);
        }
        Wanted::Flag => {
            if let Some(flag) = flag(&value) {
                value = Cow::Borrowed(flag);
                corrections.add(Correction::Flag);
            }
        }
        Wanted::Departments | Wanted::Flags | Wanted::Numbers => {
            if let Cow::Owned(list) = listed(wanted, &value, &mut corrections)? {
                value = Cow::Owned(list);
            }
        }
        _ => {}
    }
    if matches!(wanted, Wanted::Id | Wanted::Mail) && value.contains(char::is_whitespace) {
        return Err(CellProblem::Blank);
    }
    let is_number =
        matches!(wanted, Wanted::Id | Wanted::Mail | Wanted::Mobile | Wanted::Phone | Wanted::Number);
    match text::look_alike(&value).filter(|_| is_number) {
        Some((place, character)) => Err(CellProblem::LookAlike { place, character }),
        None => Ok((value, corrections)),
    }
}

/// Removes characters around or inside an id, a number or a mail address that are not part of it. Returns whether a leading apostrophe marked the
/// cell as text.
fn unwrapped(value: &mut Cow<'_, str>, corrections: &mut Corrections) -> Result<bool, CellProblem> {
    if value.contains(char::REPLACEMENT_CHARACTER) {
        return Err(CellProblem::Broken);
    }
    replaced(value, corrections, Correction::Invisible, text::visible);
    replaced(value, corrections, Correction::HalfWidth, half_width);
    let mut is_marked_as_text = false;
    loop {
        let before = value.len();
        correct(value, corrections, Correction::Apostrophe, apostrophe);
        is_marked_as_text |= value.len() < before;
        correct(value, corrections, Correction::Wrapper, text::without_wrapper);
        // Each removal can expose a blank.
        correct(value, corrections, Correction::Blanks, trimmed);
        if value.len() == before {
            break;
        }
    }
    if is_failed(value) {
        return Err(CellProblem::Failed);
    }
    if value.chars().any(|one| one.is_control() && !one.is_whitespace()) {
        return Err(CellProblem::Control);
    }
    if value.starts_with('=') {
        return Err(CellProblem::Formula);
    }
    Ok(is_marked_as_text)
}

fn id(
    value: &mut Cow<'_, str>,
    corrections: &mut Corrections,
    is_marked_as_text: bool,
) -> Result<(), CellProblem> {
    if is_marked_as_text {
        return Ok(());
    }
    if let Some(number) = number::in_id(value)? {
        *value = Cow::Owned(number.to_string());
        corrections.add(Correction::Scientific);
    }
    if without_zero(value).len() < value.len() {
        return Err(CellProblem::MaybeNumber);
    }
    replaced(value, corrections, Correction::Separators, ids::without_thousands);
    Ok(())
}

fn mobile(value: &mut Cow<'_, str>, corrections: &mut Corrections) -> Result<(), CellProblem> {
    written_out(value, corrections)?;
    correct(value, corrections, Correction::Number, without_zero);
    replaced(value, corrections, Correction::Separators, ids::without_thousands);
    if text::holds_several_numbers(value) {
        return Err(CellProblem::SeveralNumbers);
    }
    replaced(value, corrections, Correction::Separators, separators);
    correct(value, corrections, Correction::CountryCode, country_code);
    Ok(())
}

/// Returns whether a cell needs no cleaning. Most cells end here, after one pass over their bytes.
fn is_plain(wanted: Wanted, text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    let is_digits = || bytes.iter().all(u8::is_ascii_digit);
    match wanted {
        Wanted::Name | Wanted::Words => {
            let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
            is_letter(first) && is_letter(last) && text::is_ordinary(bytes)
        }
        Wanted::Attribute => {
            is_digits()
                || ((first.is_ascii_alphabetic() || !first.is_ascii())
                    && (last.is_ascii_alphanumeric() || !last.is_ascii())
                    && text::is_ordinary(bytes))
        }
        Wanted::Id => {
            is_digits()
                || (first.is_ascii_alphabetic()
                    && bytes.iter().all(|byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@')
                    }))
        }
        Wanted::Number | Wanted::Flag | Wanted::Gender => is_digits(),
        Wanted::Mobile => is_digits() && !text.starts_with("86") && !text.starts_with("00"),
        Wanted::Departments | Wanted::Flags | Wanted::Numbers => {
            bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b';')
                && *first != b';'
                && *last != b';'
                && !bytes.windows(2).any(|two| two == b";;")
        }
        Wanted::Phone => is_digits(),
        Wanted::Mail => {
            first.is_ascii_alphanumeric()
                && bytes.iter().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'@')
                })
        }
    }
}

fn correct(value: &mut Cow<'_, str>, corrections: &mut Corrections, what: Correction, by: fn(&str) -> &str) {
    let shorter = match value {
        Cow::Borrowed(text) => {
            let shorter = by(text);
            if shorter.len() == text.len() {
                return;
            }
            Cow::Borrowed(shorter)
        }
        Cow::Owned(text) => {
            let shorter = by(text);
            if shorter.len() == text.len() {
                return;
            }
            Cow::Owned(shorter.to_owned())
        }
    };
    *value = shorter;
    corrections.add(what);
}

/// Replaces the text if `by` returns an owned one, and records the correction.
fn replaced(
    value: &mut Cow<'_, str>,
    corrections: &mut Corrections,
    what: Correction,
    by: for<'a> fn(&'a str) -> Cow<'a, str>,
) {
    if let Cow::Owned(other) = by(value) {
        *value = Cow::Owned(other);
        corrections.add(what);
    }
}

fn written_out(value: &mut Cow<'_, str>, corrections: &mut Corrections) -> Result<(), CellProblem> {
    if let Some(number) = scientific(value)? {
        *value = Cow::Owned(number.to_string());
        corrections.add(Correction::Scientific);
    }
    Ok(())
}

/// Returns WeCom's value for another word that means yes or no.
fn flag(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_lowercase().as_str() {
        "true" | "真" => "1",
        "false" | "假" => "0",
        "已启用" | "未禁用" | "正常" | "enabled" => "启用",
        "已禁用" | "停用" | "已停用" | "冻结" | "已冻结" | "disabled" => "禁用",
        _ => return None,
    })
}

/// Returns whether a cell of a CSV file is the text that a spreadsheet writes for a failed formula, or for a number that is too wide for its column.
fn is_failed(text: &str) -> bool {
    const FAILURES: &[&str] = &[
        "#N/A",
        "#N/D",
        "#NV",
        "#NA",
        "#SPILL!",
        "#GETTING_DATA",
        "#名称?",
        "#名稱?",
        "#值!",
        "#引用!",
        "#参照!",
        "#空!",
        "#数字!",
        "#數值!",
        "#除/0!",
        "#溢出!",
        "#计算!",
        "#字段!",
        "#找不到",
    ];
    let Some(rest) = text.strip_prefix('#') else { return false };
    let is_error = |rest: &str| {
        let Some(word) = rest.strip_suffix(['!', '?']) else { return false };
        let is_of_word = |one: char| one.is_uppercase() || matches!(one, '/' | '0' | '¡' | '¿' | ' ' | '_');
        (2..=16).contains(&word.chars().count()) && word.chars().all(is_of_word)
    };
    FAILURES.contains(&text) || (rest.len() > 1 && rest.bytes().all(|byte| byte == b'#')) || is_error(rest)
}

#[cfg(test)]
mod tests;
