//! The severity of a violation.

/// The severity of a [`Violation`](super::Violation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// WeCom would accept it, but it can be a mistake.
    Warning,
    /// WeCom would refuse the row, or a text of the row is damaged.
    Row,
    /// WeCom would refuse the whole file, or the file cannot be sent.
    Job,
}
