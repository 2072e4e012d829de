//! What an import writes.

/// What each row of an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportKind {
    Members,
    Departments,
}
