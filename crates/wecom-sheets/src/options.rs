//! How a file is to be read, where it leaves a choice.

use crate::Encoding;

/// How a file is to be read, where it leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Options {
    pub(crate) sheet: Option<String>,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) hidden_rows: HiddenRows,
}

/// What becomes of the rows that a workbook hides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenRows {
    /// A file that has any is refused.
    #[default]
    Refuse,
    /// They are read like the others.
    Include,
    /// They are passed over.
    Skip,
}

impl Options {
    /// The first visible sheet, an encoding by evidence, and no hidden rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Picks a sheet of a workbook by its name.
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// Names the encoding of a text, for which no evidence is sought then. A BOM knows better; workbooks need none.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Says what becomes of hidden rows.
    pub fn hidden_rows(mut self, hidden: HiddenRows) -> Self {
        self.hidden_rows = hidden;
        self
    }
}
