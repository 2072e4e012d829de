//! Cleaning: what spreadsheets do to ids, numbers and mails is undone where only one value can have been meant, and refused where more can.
//!
//! A clean value is never changed, and cleaning twice is cleaning once. Names and other free text lose the blanks around them and nothing else.

mod ids;
mod number;
mod text;

use std::{borrow::Cow, fmt};

/// Whether the cell of a gender says that it is not known: exports write 0 for one that is hidden.
pub(crate) fn is_ungendered(kind: Kind, text: &str) -> bool {
    let _ = kind;
    matches!(trimmed(text), "0" | "未知" | "未定义" | "保密")
}

pub use self::{
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

/// What was changed in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Change {
    /// Blanks around it went, also U+3000, no-break and zero-width ones.
    Blanks,
    /// Full-width letters, digits and signs became half-width.
    HalfWidth,
    /// An apostrophe in front, by which Excel is told to leave a number alone, went.
    Apostrophe,
    /// +86 in front went.
    CountryCode,
    /// Blanks and hyphens inside went.
    Separators,
    /// A number in scientific notation was written out, as all its digits were there.
    Scientific,
    /// What stands between the numbers of a list became `;`.
    Delimiters,
    /// A number that a workbook holds as such became text.
    Number,
    /// TRUE or FALSE became 1 or 0.
    Flag,
    /// A date became text, as ISO 8601.
    Date,
    /// Names or paths of departments became ids.
    Names,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Blanks,
        Self::HalfWidth,
        Self::Apostrophe,
        Self::CountryCode,
        Self::Separators,
        Self::Scientific,
        Self::Delimiters,
        Self::Number,
        Self::Flag,
        Self::Date,
        Self::Names,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blanks => "lost the blanks around them",
            Self::HalfWidth => "became half-width",
            Self::Apostrophe => "lost an apostrophe in front",
            Self::CountryCode => "lost +86 in front",
            Self::Separators => "lost blanks or hyphens inside",
            Self::Scientific => "were written out from scientific notation",
            Self::Delimiters => "are now joined by semicolons",
            Self::Number => "became text from numbers",
            Self::Flag => "became 1 or 0 from TRUE or FALSE",
            Self::Date => "became text from dates",
            Self::Names => "became ids from names of departments",
        })
    }
}

/// The changes of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes(u16);

impl Changes {
    /// Whether nothing was changed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The changes, each once.
    pub fn iter(self) -> impl Iterator<Item = Change> {
        Change::ALL.into_iter().filter(move |change| self.0 & change.bit() != 0)
    }

    /// Names of departments became ids.
    pub(crate) fn names() -> Self {
        let mut changes = Self::default();
        changes.add(Change::Names);
        changes
    }

    fn add(&mut self, change: Change) {
        self.0 |= change.bit();
    }
}

/// Why a cell cannot be taken: more than one value can have been meant, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// `1.38E+10`: the spreadsheet dropped digits.
    LostDigits,
    /// A number of more than 15 digits, of which Excel keeps 15.
    TooManyDigits,
    /// A number with decimals where a whole one belongs.
    NotWhole,
    /// A date where none belongs: perhaps `1-2` or `2/7`, which Excel takes for one.
    Date,
    /// A length of time.
    Duration,
    /// TRUE or FALSE where none belongs.
    Bool,
    /// A formula that failed, or a column too narrow to show its numbers.
    Failed,
    /// A formula without a stored value.
    Uncomputed,
    /// Several phone numbers in one cell.
    SeveralNumbers,
    /// `1,234`: one number with a comma at the thousands, or two.
    Thousands,
    /// Departments by name or path.
    DepartmentNames,
    /// Departments by name or path, of which at least one is no department of the corp.
    UnknownDepartment,
    /// Departments by name or path, of which at least one is that of several: their paths.
    AmbiguousDepartment(Vec<String>),
    /// A word that may mean that the person works here, or has left.
    UnknownStatus,
    /// The row has more cells than there are headings: what stands where is anybody's guess.
    TooManyCells,
    /// The text is not what the column can hold; the words say why.
    Unfit(&'static str),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostDigits => "the spreadsheet dropped digits (as in 1.38E+10): make the column text and enter the number again",
            Self::TooManyDigits => {
                "a number of more than 15 digits, the last of which Excel loses: make the column text and enter it again"
            }
            Self::NotWhole => "a number with decimals, where a whole one belongs",
            Self::Date => "a date: if the spreadsheet took something else for one, make the column text and enter it again",
            Self::Duration => "a length of time: make the column text and enter it again",
            Self::Bool => "TRUE or FALSE, where neither belongs",
            Self::Failed => "a formula that failed (such as #N/A), or a number too wide for its column",
            Self::Uncomputed => {
                "a formula without a stored value: open the file in Excel or WPS, save it, and try again"
            }
            Self::SeveralNumbers => "more than one number: leave the one that WeCom is to know",
            Self::Thousands => {
                "one number with a comma at the thousands, or several: write 1234, or 1;234"
            }
            Self::DepartmentNames => {
                "names of departments: WeCom takes their ids, joined by semicolons, such as 2;7 (`txl department list` shows them)"
            }
            Self::UnknownDepartment => {
                "a name or path that no department has: write it as the corp has it, or write the id"
            }
            Self::AmbiguousDepartment(paths) => {
                return write!(f, "a name that several departments have: {}; write the whole path", paths.join(", "));
            }
            Self::UnknownStatus => {
                "a word that does not say clearly whether the person still works here: write 在职 or 离职"
            }
            Self::TooManyCells => {
                "more cells than headings: a cell with a comma in it must stand in quotation marks"
            }
            Self::Unfit(why) => why,
        })
    }
}

/// Cleans a cell.
///
/// # Errors
///
/// A [`Doubt`] if nobody can know what was meant.
pub fn clean(wanted: Wanted, kind: Kind, text: &str) -> Result<(Cow<'_, str>, Changes), Doubt> {
    let mut changes = Changes::default();
    match kind {
        Kind::Text => return cleaned_text(wanted, text),
        Kind::Error => return Err(Doubt::Failed),
        Kind::Uncomputed => return Err(Doubt::Uncomputed),
        Kind::Absent => return Ok((Cow::Borrowed(""), changes)),
        Kind::Duration => return Err(Doubt::Duration),
        Kind::Date if wanted == Wanted::Attribute => changes.add(Change::Date),
        Kind::Date => return Err(Doubt::Date),
        Kind::Bool(value) => match wanted {
            Wanted::Flag | Wanted::Flags => {
                changes.add(Change::Flag);
                return Ok((Cow::Borrowed(if value { "1" } else { "0" }), changes));
            }
            Wanted::Attribute => {}
            _ => return Err(Doubt::Bool),
        },
        Kind::Number(number) => {
            changes.add(Change::Number);
            return match whole(number) {
                Err(Doubt::NotWhole)
                    if matches!(wanted, Wanted::Attribute | Wanted::Words | Wanted::Name) =>
                {
                    Ok((Cow::Borrowed(text), changes))
                }
                Ok(number) => Ok((Cow::Owned(number.to_string()), changes)),
                Err(doubt) => Err(doubt),
            };
        }
    }
    Ok((Cow::Borrowed(text), changes))
}

fn cleaned_text(wanted: Wanted, text: &str) -> Result<(Cow<'_, str>, Changes), Doubt> {
    let mut changes = Changes::default();
    if is_plain(wanted, text) {
        return Ok((Cow::Borrowed(text), changes));
    }
    let mut value = Cow::Borrowed(text);
    change(&mut value, &mut changes, Change::Blanks, trimmed);
    if is_failed(&value) {
        return Err(Doubt::Failed);
    }
    if matches!(wanted, Wanted::Name | Wanted::Words) {
        return Ok((value, changes));
    }
    if wanted == Wanted::Attribute {
        written_out(&mut value, &mut changes)?;
        return Ok((value, changes));
    }
    if let Cow::Owned(half) = half_width(&value) {
        value = Cow::Owned(half);
        changes.add(Change::HalfWidth);
    }
    change(&mut value, &mut changes, Change::Apostrophe, apostrophe);
    // Either may have uncovered a blank.
    change(&mut value, &mut changes, Change::Blanks, trimmed);
    written_out(&mut value, &mut changes)?;
    if matches!(wanted, Wanted::Mobile | Wanted::Number) {
        change(&mut value, &mut changes, Change::Number, without_zero);
    }
    match wanted {
        Wanted::Mobile => {
            if text::holds_several_numbers(&value) {
                return Err(Doubt::SeveralNumbers);
            }
            if let Cow::Owned(closed) = separators(&value) {
                value = Cow::Owned(closed);
                changes.add(Change::Separators);
            }
            change(&mut value, &mut changes, Change::CountryCode, country_code);
        }
        Wanted::Flag => {
            if let Some(flag) = flag(&value) {
                value = Cow::Borrowed(flag);
                changes.add(Change::Flag);
            }
        }
        Wanted::Departments | Wanted::Flags | Wanted::Numbers => {
            if let Cow::Owned(list) = listed(&value, &mut changes)? {
                value = Cow::Owned(list);
            }
        }
        _ => {}
    }
    Ok((value, changes))
}

/// Nearly all cells, told by one look at their bytes.
fn is_plain(wanted: Wanted, text: &str) -> bool {
    let bytes = text.as_bytes();
    match wanted {
        Wanted::Name | Wanted::Words => {
            let is_letter = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
            is_letter(bytes.first()) && is_letter(bytes.last())
        }
        Wanted::Id | Wanted::Number | Wanted::Flag | Wanted::Gender => bytes.iter().all(u8::is_ascii_digit),
        Wanted::Mobile => {
            bytes.iter().all(u8::is_ascii_digit) && !text.starts_with("86") && !text.starts_with("00")
        }
        Wanted::Departments | Wanted::Flags | Wanted::Numbers => {
            bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b';')
                && bytes.first() != Some(&b';')
                && bytes.last() != Some(&b';')
                && !bytes.windows(2).any(|two| two == b";;")
        }
        Wanted::Phone | Wanted::Mail | Wanted::Attribute => bytes.is_empty(),
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

fn written_out(value: &mut Cow<'_, str>, changes: &mut Changes) -> Result<(), Doubt> {
    if let Some(number) = scientific(value)? {
        *value = Cow::Owned(number.to_string());
        changes.add(Change::Scientific);
    }
    Ok(())
}

fn flag(text: &str) -> Option<&'static str> {
    if text.eq_ignore_ascii_case("true") {
        Some("1")
    } else if text.eq_ignore_ascii_case("false") {
        Some("0")
    } else {
        None
    }
}

/// What a spreadsheet writes into a CSV file for a formula that failed, or for a number that its column is too narrow for.
fn is_failed(text: &str) -> bool {
    const FAILURES: &[&str] = &[
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
    ];
    text.starts_with('#')
        && (FAILURES.contains(&text) || (text.len() > 2 && text.bytes().all(|byte| byte == b'#')))
}

#[cfg(test)]
mod tests;
