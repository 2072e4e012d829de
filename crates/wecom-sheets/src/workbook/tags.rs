//! The tags of rows and cells in an XLSX sheet, and the references of cells and ranges.

use super::{
    merges::Range,
    xml::{is_true, plain_attributes},
};
use crate::{Error, Result, row::COLUMNS};

/// The attributes of a cell.
#[derive(Clone, Copy, Default)]
pub(super) struct Head {
    /// The column, counted from 0, and the row, counted from 1.
    pub(super) place: Option<(usize, u64)>,
    pub(super) style: usize,
    pub(super) holds: Holds,
}

/// The type of a cell's value.
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

/// Returns the number of a row, if its tag has one, and whether the row is hidden.
pub(super) fn head_of_row(attributes: &str) -> Result<(Option<u64>, bool)> {
    let (mut line, mut is_hidden) = (None, false);
    for attribute in plain_attributes(attributes) {
        let (name, value) = attribute?;
        match name {
            "r" => match value.trim_ascii().parse() {
                Ok(number) if number > 0 => line = Some(number),
                _ => return Err(Error::Workbook("a row has an invalid number".to_owned())),
            },
            "hidden" => is_hidden |= is_true(Some(value)),
            // A row of height 0 counts as hidden.
            "ht" => is_hidden |= value.parse() == Ok(0.0),
            _ => {}
        }
    }
    Ok((line, is_hidden))
}

/// Parses the tag of a cell.
pub(super) fn head(attributes: &str) -> Result<Head> {
    let mut head = Head::default();
    for attribute in plain_attributes(attributes) {
        let (name, value) = attribute?;
        match name {
            "r" => match place(value) {
                Some(place) => head.place = Some(place),
                None => return Err(Error::Workbook("a cell has an invalid reference".to_owned())),
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
                    _ => return Err(Error::Workbook("a cell has an unknown type".to_owned())),
                }
            }
            _ => {}
        }
    }
    Ok(head)
}

/// Parses a reference such as `B12` or `$B$12` to a column, counted from 0, and a row, counted from 1.
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

/// Parses a range such as `A1:B3`. Returns `None` for a single cell.
pub(super) fn range_of(range: &str) -> Result<Option<Range>> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (Some((left, top)), Some((right, bottom))) = (place(first), place(last)) else {
        return Err(Error::Workbook("it has an invalid range of cells".to_owned()));
    };
    if right >= COLUMNS || left > right || top > bottom {
        return Err(Error::Workbook("it has an invalid range of cells".to_owned()));
    }
    let range = Range { top: top - 1, left, bottom: bottom - 1, right };
    Ok((top < bottom || left < right).then_some(range))
}
