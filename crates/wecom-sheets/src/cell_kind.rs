//! The type of a cell in its sheet.

/// The type of a cell in its sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Text, as typed. All cells of a CSV file are text.
    Text,
    /// A number. A workbook stores at most 15 reliable digits.
    Number(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// A date or a time of day. Its text is ISO 8601.
    Date,
    /// A duration.
    Duration,
    /// A failed formula, for example `#N/A`.
    Error,
    /// A formula without a stored value: the program that wrote the file did not compute it.
    Uncomputed,
    /// The row has no such cell, for example a JSON object without the key. The field is not changed.
    Absent,
}
