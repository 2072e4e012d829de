//! Reading and writing the cells of an import file.

use std::{fmt, fmt::Write};

use super::MemberColumn;
use crate::{DepartmentId, Seen, UserId, members::Gender};

/// A cell that cannot be read. The error names the column and omits the content, which can be personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellError {
    heading: &'static str,
    wanted: WantedCell,
}

/// What a cell of an import file must contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedCell {
    /// A whole number from 0 to 4294967295.
    Number,
    /// A list of whole numbers, joined by `;`.
    Numbers,
    /// 0 or 1.
    Flag,
    /// A list of 0 and 1, joined by `;`.
    Flags,
    /// 男 or 女.
    Gender,
}

impl CellError {
    pub(super) const fn new(heading: &'static str, wanted: WantedCell) -> Self {
        Self { heading, wanted }
    }

    /// Returns the column's heading in WeCom's template.
    pub const fn heading(&self) -> &'static str {
        self.heading
    }

    /// Returns the problem of the cell, such as "is neither 0 nor 1".
    pub const fn why(&self) -> &'static str {
        match self.wanted {
            WantedCell::Number => "is not a whole number from 0 to 4294967295",
            WantedCell::Numbers => "is not a list of whole numbers from 0 to 4294967295, joined by `;`",
            WantedCell::Flag => "is neither 0 nor 1",
            WantedCell::Flags => "is not a list of 0 and 1, joined by `;`",
            WantedCell::Gender => "is neither 男 nor 女",
        }
    }

    /// Returns what the cell must contain.
    pub const fn wanted(&self) -> WantedCell {
        self.wanted
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.heading, self.why())
    }
}

impl std::error::Error for CellError {}

/// The value of a field as the cell of an import file.
pub(crate) trait CellValue: Sized {
    /// The type of the field in replies.
    type Read;

    /// Converts the value from a reply. A hidden value becomes empty.
    fn of(read: &Self::Read) -> Self;

    /// Reads a cell. Surrounding blanks are ignored, except in texts. The error is the problem of the cell.
    fn read(cell: &str, column: MemberColumn) -> Result<Self, WantedCell>;

    /// Returns the cell if it is plain text that needs no formatting.
    fn text(&self, column: MemberColumn) -> Option<&str>;

    /// Appends the cell to `out`.
    fn spell(&self, column: MemberColumn, out: &mut String) {
        out.push_str(self.text(column).unwrap_or_default());
    }
}

impl CellValue for UserId {
    type Read = Self;

    fn of(read: &Self) -> Self {
        read.clone()
    }

    fn read(cell: &str, _: MemberColumn) -> Result<Self, WantedCell> {
        Ok(cell.into())
    }

    fn text(&self, _: MemberColumn) -> Option<&str> {
        Some(self.as_str())
    }
}

impl CellValue for String {
    type Read = Seen<Self>;

    fn of(read: &Seen<Self>) -> Self {
        read.as_deref().unwrap_or_default().to_owned()
    }

    fn read(cell: &str, _: MemberColumn) -> Result<Self, WantedCell> {
        Ok(cell.to_owned())
    }

    fn text(&self, _: MemberColumn) -> Option<&str> {
        Some(self)
    }
}

impl CellValue for Option<Gender> {
    type Read = Seen<Gender>;

    /// Converts `0`, which means unknown or hidden, into an empty value.
    fn of(read: &Seen<Gender>) -> Self {
        read.known().filter(|gender| **gender != Gender::Undefined).cloned()
    }

    fn read(cell: &str, _: MemberColumn) -> Result<Self, WantedCell> {
        Ok(Some(match cell.trim().to_ascii_lowercase().as_str() {
            "" => return Ok(None),
            "0" => Gender::Undefined,
            "1" | "男" | "男性" | "先生" | "male" | "m" | "mr" | "mr." => Gender::Male,
            "2" | "女" | "女性" | "女士" | "female" | "f" | "ms" | "ms." | "mrs" | "mrs." => {
                Gender::Female
            }
            _ => return Err(WantedCell::Gender),
        }))
    }

    fn text(&self, _: MemberColumn) -> Option<&str> {
        Some(match self {
            None | Some(Gender::Undefined) => "",
            Some(Gender::Male) => "男",
            Some(Gender::Female) => "女",
            Some(Gender::Other(text)) => text,
        })
    }
}

/// Whether an account is enabled. The column 禁用 has the inverse value.
impl CellValue for Option<bool> {
    type Read = Seen<bool>;

    fn of(read: &Seen<bool>) -> Self {
        read.into_known()
    }

    fn read(cell: &str, column: MemberColumn) -> Result<Self, WantedCell> {
        Ok(match cell.trim() {
            "" => None,
            "启用" => Some(true),
            "禁用" => Some(false),
            cell => Some(flag(cell).ok_or(WantedCell::Flag)? == (column == MemberColumn::Enable)),
        })
    }

    fn text(&self, column: MemberColumn) -> Option<&str> {
        Some(match *self {
            None => "",
            Some(enabled) if enabled == (column == MemberColumn::Enable) => "1",
            Some(_) => "0",
        })
    }
}

/// An item of a list. A cell joins the items with `;`.
trait CellItem: Copy {
    /// The problem of an unreadable cell.
    const LIST: WantedCell;

    fn read(part: &str) -> Option<Self>;

    fn spell(self, out: &mut String);
}

impl<T: CellItem> CellValue for Vec<T> {
    type Read = Seen<Self>;

    fn of(read: &Seen<Self>) -> Self {
        read.as_deref().unwrap_or_default().to_vec()
    }

    fn read(cell: &str, _: MemberColumn) -> Result<Self, WantedCell> {
        // Surrounding blanks and empty parts are ignored.
        let parts = cell.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.map(T::read).collect::<Option<_>>().ok_or(T::LIST)
    }

    fn text(&self, _: MemberColumn) -> Option<&str> {
        None
    }

    fn spell(&self, _: MemberColumn, out: &mut String) {
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                out.push(';');
            }
            item.spell(out);
        }
    }
}

impl CellItem for u32 {
    const LIST: WantedCell = WantedCell::Numbers;

    fn read(part: &str) -> Option<Self> {
        number(part)
    }

    fn spell(self, out: &mut String) {
        push_number(out, self);
    }
}

impl CellItem for DepartmentId {
    const LIST: WantedCell = WantedCell::Numbers;

    fn read(part: &str) -> Option<Self> {
        number(part).map(Self)
    }

    fn spell(self, out: &mut String) {
        push_number(out, self.0);
    }
}

impl CellItem for bool {
    const LIST: WantedCell = WantedCell::Flags;

    fn read(part: &str) -> Option<Self> {
        flag(part)
    }

    fn spell(self, out: &mut String) {
        out.push(if self { '1' } else { '0' });
    }
}

/// Reads a number that consists of digits only. `+7`, which Rust's parser accepts, is refused.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "0" | "否" | "假" => Some(false),
        "1" | "是" | "真" => Some(true),
        _ if ["false", "no", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(false),
        _ if ["true", "yes", "y"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(true),
        _ => None,
    }
}

pub(super) fn push_number(out: &mut String, number: u32) {
    // Most ids and order numbers have one or two digits. A formatter would be slower for them.
    match number {
        0..=9 => out.push(digit(number)),
        10..=99 => out.extend([digit(number / 10), digit(number % 10)]),
        _ => write!(out, "{number}").expect("writing to a `String` always succeeds"),
    }
}

fn digit(number: u32) -> char {
    char::from_digit(number, 10).unwrap_or('0')
}
