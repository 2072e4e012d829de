//! What a sheet holds a cell as.

/// What a sheet holds a cell as.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Text, as typed. All cells of a CSV file are.
    Text,
    /// A number; one that a workbook holds as such has at most 15 digits that can be relied on.
    Number(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// A date or a time of day; its text is ISO 8601.
    Date,
    /// A length of time.
    Duration,
    /// A formula that failed, such as `#N/A`.
    Error,
    /// A formula without a stored value: the program that wrote the file did not compute it.
    Uncomputed,
    /// The row has no such cell, as a JSON object without the key: its field is left alone.
    Absent,
}
