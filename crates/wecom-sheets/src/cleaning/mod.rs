//! Cleaning: what spreadsheets do to ids, numbers and mails is undone where only one value can have been meant, and refused where more can.
//!
//! A clean value is never changed, and cleaning twice is cleaning once. Names and other free text lose the blanks around them and what cannot be
//! seen, and nothing else.

mod change;
mod doubt;
mod free;
mod ids;
mod number;
mod text;

use std::borrow::Cow;

pub(crate) use self::text::is_ungendered;
pub use self::{
    change::{Change, Changes},
    doubt::Doubt,
    ids::{is_thousands, listed},
    number::{scientific, whole, without_zero},
    text::{apostrophe, country_code, half_width, is_invisible, separators, trimmed},
};
use crate::Kind;

/// What a column wants, which decides what can be the matter with a cell.
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
    /// A telephone number (座机), whose hyphens stay.
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
    /// Departments by their ids, joined by `;`, or by their names.
    Departments,
    /// The value of an extended attribute (扩展属性): text of any kind, dates too.
    Attribute,
}

impl Wanted {
    /// Whether people may write anything.
    const fn is_free(self) -> bool {
        matches!(self, Self::Name | Self::Words | Self::Attribute)
    }
}

/// Cleans a cell.
///
/// # Errors
///
/// A [`Doubt`] if it cannot be known what was meant.
pub fn clean(wanted: Wanted, kind: Kind, text: &str) -> Result<(Cow<'_, str>, Changes), Doubt> {
    let shown = Cow::Borrowed(text);
    match kind {
        Kind::Text => cleaned_text(wanted, text),
        Kind::Error => Err(Doubt::Failed),
        Kind::Uncomputed => Err(Doubt::Uncomputed),
        Kind::Absent => Ok((Cow::Borrowed(""), Changes::default())),
        Kind::Duration => Err(Doubt::Duration),
        Kind::Date if wanted == Wanted::Attribute => Ok((shown, Changes::of(Change::Date))),
        Kind::Date => Err(Doubt::Date),
        Kind::Bool(value) => match wanted {
            Wanted::Flag | Wanted::Flags => {
                Ok((Cow::Borrowed(if value { "1" } else { "0" }), Changes::of(Change::Flag)))
            }
            Wanted::Attribute => Ok((shown, Changes::default())),
            _ => Err(Doubt::Bool),
        },
        Kind::Number(number) => {
            let changes = Changes::of(Change::Number);
            match whole(number) {
                Ok(number) => {
                    let number = number.to_string();
                    let (cleaned, further) = cleaned_text(wanted, &number)?;
                    Ok((Cow::Owned(cleaned.into_owned()), changes.and(further)))
                }
                Err(Doubt::NotWhole) if wanted.is_free() => Ok((shown, changes)),
                Err(doubt) => Err(doubt),
            }
        }
    }
}

fn cleaned_text(wanted: Wanted, text: &str) -> Result<(Cow<'_, str>, Changes), Doubt> {
    let mut changes = Changes::default();
    if is_plain(wanted, text) {
        return Ok((Cow::Borrowed(text), changes));
    }
    let mut value = Cow::Borrowed(text);
    change(&mut value, &mut changes, Change::Blanks, trimmed);
    if is_failed(&half_width(&value)) {
        return Err(Doubt::Failed);
    }
    if wanted.is_free() {
        free::clean(wanted, &mut value, &mut changes)?;
        return Ok((value, changes));
    }
    let is_said = unwrapped(&mut value, &mut changes)?;
    match wanted {
        Wanted::Id => id(&mut value, &mut changes, is_said)?,
        Wanted::Mobile => mobile(&mut value, &mut changes)?,
        Wanted::Phone => {
            written_out(&mut value, &mut changes)?;
            replaced(&mut value, &mut changes, Change::HalfWidth, text::plain_hyphens);
        }
        Wanted::Number => {
            written_out(&mut value, &mut changes)?;
            change(&mut value, &mut changes, Change::Number, without_zero);
            replaced(&mut value, &mut changes, Change::Separators, ids::without_thousands);
        }
        Wanted::Flag => {
            if let Some(flag) = flag(&value) {
                value = Cow::Borrowed(flag);
                changes.add(Change::Flag);
            }
        }
        Wanted::Departments | Wanted::Flags | Wanted::Numbers => {
            if let Cow::Owned(list) = listed(wanted, &value, &mut changes)? {
                value = Cow::Owned(list);
            }
        }
        _ => {}
    }
    if matches!(wanted, Wanted::Id | Wanted::Mail) && value.contains(char::is_whitespace) {
        return Err(Doubt::Blank);
    }
    let is_number =
        matches!(wanted, Wanted::Id | Wanted::Mail | Wanted::Mobile | Wanted::Phone | Wanted::Number);
    match text::look_alike(&value).filter(|_| is_number) {
        Some((place, character)) => Err(Doubt::LookAlike { place, character }),
        None => Ok((value, changes)),
    }
}

/// What stands around or inside an id, a number or a mail address and is no part of it goes. Returns whether an apostrophe said that the text is to be
/// taken as it stands.
fn unwrapped(value: &mut Cow<'_, str>, changes: &mut Changes) -> Result<bool, Doubt> {
    if value.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Doubt::Broken);
    }
    replaced(value, changes, Change::Invisible, text::visible);
    replaced(value, changes, Change::HalfWidth, half_width);
    let mut is_said = false;
    loop {
        let before = value.len();
        change(value, changes, Change::Apostrophe, apostrophe);
        is_said |= value.len() < before;
        change(value, changes, Change::Wrapper, text::without_wrapper);
        // Each may have uncovered a blank.
        change(value, changes, Change::Blanks, trimmed);
        if value.len() == before {
            break;
        }
    }
    if is_failed(value) {
        return Err(Doubt::Failed);
    }
    if value.chars().any(|one| one.is_control() && !one.is_whitespace()) {
        return Err(Doubt::Control);
    }
    if value.starts_with('=') {
        return Err(Doubt::Formula);
    }
    Ok(is_said)
}

fn id(value: &mut Cow<'_, str>, changes: &mut Changes, is_said: bool) -> Result<(), Doubt> {
    if is_said {
        return Ok(());
    }
    if let Some(number) = number::in_id(value)? {
        *value = Cow::Owned(number.to_string());
        changes.add(Change::Scientific);
    }
    if without_zero(value).len() < value.len() {
        return Err(Doubt::MaybeNumber);
    }
    replaced(value, changes, Change::Separators, ids::without_thousands);
    Ok(())
}

fn mobile(value: &mut Cow<'_, str>, changes: &mut Changes) -> Result<(), Doubt> {
    written_out(value, changes)?;
    change(value, changes, Change::Number, without_zero);
    replaced(value, changes, Change::Separators, ids::without_thousands);
    if text::holds_several_numbers(value) {
        return Err(Doubt::SeveralNumbers);
    }
    replaced(value, changes, Change::Separators, separators);
    change(value, changes, Change::CountryCode, country_code);
    Ok(())
}

/// Nearly all cells, told by one look at their bytes.
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

fn change(value: &mut Cow<'_, str>, changes: &mut Changes, what: Change, by: fn(&str) -> &str) {
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
    changes.add(what);
}

/// The same by what changes texts inside, and borrows those that it leaves.
fn replaced(
    value: &mut Cow<'_, str>,
    changes: &mut Changes,
    what: Change,
    by: for<'a> fn(&'a str) -> Cow<'a, str>,
) {
    if let Cow::Owned(other) = by(value) {
        *value = Cow::Owned(other);
        changes.add(what);
    }
}

fn written_out(value: &mut Cow<'_, str>, changes: &mut Changes) -> Result<(), Doubt> {
    if let Some(number) = scientific(value)? {
        *value = Cow::Owned(number.to_string());
        changes.add(Change::Scientific);
    }
    Ok(())
}

/// What a word for yes or no is written as, if it is written otherwise.
fn flag(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_lowercase().as_str() {
        "true" | "真" => "1",
        "false" | "假" => "0",
        "已启用" | "未禁用" | "正常" | "enabled" => "启用",
        "已禁用" | "停用" | "已停用" | "冻结" | "已冻结" | "disabled" => "禁用",
        _ => return None,
    })
}

/// What a spreadsheet writes into a CSV file for a formula that failed, or for a number that its column is too narrow for.
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
