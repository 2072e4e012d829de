//! What the tags of an XLSX sheet's rows and cells say, and the names of cells and ranges.

use super::{
    merges::Range,
    xml::{is_true, plain_attributes},
};
use crate::{Error, Result, row::COLUMNS};

/// What a cell's tag says.
#[derive(Clone, Copy, Default)]
pub(super) struct Head {
    /// The column, counted from 0, and the row, counted from 1.
    pub(super) place: Option<(usize, u64)>,
    pub(super) style: usize,
    pub(super) holds: Holds,
}

/// What a cell's type says of its value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Holds {
    #[default]
    Number,
    /// The number of a shared text.
    Shared,
    Text,
    Inline,
    Bool,
    Date,
    Error,
}

/// The number of a row, if it names it, and whether it is hidden.
pub(super) fn head_of_row(attributes: &str) -> Result<(Option<u64>, bool)> {
    let (mut line, mut is_hidden) = (None, false);
    for attribute in plain_attributes(attributes) {
        let (name, value) = attribute?;
        match name {
            "r" => match value.trim_ascii().parse() {
                Ok(number) if number > 0 => line = Some(number),
                _ => return Err(Error::Workbook("a row has a number that is none".to_owned())),
            },
            "hidden" => is_hidden |= is_true(Some(value)),
            // A row without height is as hidden.
            "ht" => is_hidden |= value.parse() == Ok(0.0),
            _ => {}
        }
    }
    Ok((line, is_hidden))
}

/// What the tag of a cell says.
pub(super) fn head(attributes: &str) -> Result<Head> {
    let mut head = Head::default();
    for attribute in plain_attributes(attributes) {
        let (name, value) = attribute?;
        match name {
            "r" => match place(value) {
                Some(place) => head.place = Some(place),
                None => return Err(Error::Workbook("a cell has a place that is none".to_owned())),
            },
            "s" => head.style = value.parse().unwrap_or(0),
            "t" => {
                head.holds = match value {
                    "n" => Holds::Number,
                    "s" => Holds::Shared,
                    "str" => Holds::Text,
                    "inlineStr" | "is" => Holds::Inline,
                    "b" => Holds::Bool,
                    "d" => Holds::Date,
                    "e" => Holds::Error,
                    _ => return Err(Error::Workbook("a cell is of a type that there is not".to_owned())),
                }
            }
            _ => {}
        }
    }
    Ok(head)
}

/// The column, counted from 0, and the row, counted from 1, that `B12` or `$B$12` names.
fn place(name: &str) -> Option<(usize, u64)> {
    let (mut column, mut row, mut letters, mut digits) = (0_usize, 0_u64, 0, 0);
    for byte in name.trim_ascii().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if digits == 0 && letters < 5 => {
                letters += 1;
                column = column * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1;
            }
            b'0'..=b'9' if letters > 0 && digits < 12 => {
                digits += 1;
                row = row * 10 + u64::from(byte - b'0');
            }
            b'$' => {}
            _ => return None,
        }
    }
    (row > 0).then(|| (column - 1, row))
}

/// A range such as `A1:B3`; nothing if it is a single cell.
pub(super) fn range_of(range: &str) -> Result<Option<Range>> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (Some((left, top)), Some((right, bottom))) = (place(first), place(last)) else {
        return Err(Error::Workbook("it has a range of cells without a place".to_owned()));
    };
    if right >= COLUMNS || left > right || top > bottom {
        return Err(Error::Workbook("it has a range of cells without a place".to_owned()));
    }
    let range = Range { top: top - 1, left, bottom: bottom - 1, right };
    Ok((top < bottom || left < right).then_some(range))
}
