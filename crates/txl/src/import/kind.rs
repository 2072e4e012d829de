//! The kinds of import.

/// The kind of record in the rows of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportKind {
    Members,
    Departments,
}
