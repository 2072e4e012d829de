//! What stands in a cell of an import file, read and written.

use std::{fmt, fmt::Write};

use crate::members::Gender;

/// A cell that cannot be read. It names the column and never the content, which may be anybody's number or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellError {
    heading: &'static str,
    why: &'static str,
}

impl CellError {
    pub(super) const fn new(heading: &'static str, why: &'static str) -> Self {
        Self { heading, why }
    }

    /// The column's heading in WeCom's template.
    pub const fn heading(&self) -> &'static str {
        self.heading
    }

    /// What is wrong with the cell, such as "is neither 0 nor 1".
    pub const fn why(&self) -> &'static str {
        self.why
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.heading, self.why)
    }
}

impl std::error::Error for CellError {}

/// Reads a list joined by `;`; blanks around the parts and parts that are empty do not matter.
pub(super) fn list<T>(cell: &str, part: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    cell.split(';').map(str::trim).filter(|text| !text.is_empty()).map(part).collect()
}

pub(super) const NO_NUMBER: &str = "is not a whole number from 0 to 4294967295";
pub(super) const NO_NUMBERS: &str = "is not a list of whole numbers from 0 to 4294967295, joined by `;`";
pub(super) const NO_FLAG: &str = "is neither 0 nor 1";
pub(super) const NO_FLAGS: &str = "is not a list of 0 and 1, joined by `;`";
pub(super) const NO_GENDER: &str = "is neither 男 nor 女";

/// Reads digits alone: `+7` and `0x7` are none, whatever Rust thinks of the former.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "0" | "否" | "假" => Some(false),
        "1" | "是" | "真" => Some(true),
        _ if ["false", "no", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(false),
        _ if ["true", "yes", "y"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(true),
        _ => None,
    }
}

/// Reads a gender; an empty cell is none.
pub(super) fn gender(cell: &str) -> Result<Option<Gender>, &'static str> {
    Ok(Some(match cell.to_ascii_lowercase().as_str() {
        "" => return Ok(None),
        "0" => Gender::Undefined,
        "1" | "男" | "男性" | "先生" | "male" | "m" | "mr" | "mr." => Gender::Male,
        "2" | "女" | "女性" | "女士" | "female" | "f" | "ms" | "ms." | "mrs" | "mrs." => Gender::Female,
        _ => return Err(NO_GENDER),
    }))
}

/// Writes a list joined by `;` behind what is there.
pub(super) fn join<T>(out: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(';');
        }
        write(out, item);
    }
}

pub(super) fn push_number(out: &mut String, number: u32) {
    // Most ids and places have one digit or two, which need no formatter.
    match number {
        0..=9 => out.push(digit(number)),
        10..=99 => out.extend([digit(number / 10), digit(number % 10)]),
        _ => write!(out, "{number}").expect("a `String` takes everything"),
    }
}

fn digit(number: u32) -> char {
    char::from_digit(number, 10).unwrap_or('0')
}
