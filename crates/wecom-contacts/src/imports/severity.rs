//! How severe a violation is.

/// How severe a [`Violation`](super::Violation) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// WeCom would take it; it may not be what was meant.
    Warning,
    /// WeCom would refuse the row, or the row has a damaged text.
    Row,
    /// WeCom would refuse the whole file, or the file cannot be sent as it is.
    Job,
}
