//! Options for reading a file.

use crate::Encoding;

/// Options for reading a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Options {
    pub(crate) sheet: Option<String>,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) hidden_rows: HiddenRows,
}

/// How to treat the hidden rows of a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenRows {
    /// Refuse a file that has hidden rows.
    #[default]
    Refuse,
    /// Read hidden rows like the others.
    Include,
    /// Skip hidden rows.
    Skip,
}

impl Options {
    /// Returns the defaults: the first visible sheet, a detected encoding, and hidden rows refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects a sheet of a workbook by its name.
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// Sets the encoding of a text and disables its detection. A BOM has priority. Workbooks ignore this option.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets how to treat hidden rows.
    pub fn hidden_rows(mut self, hidden: HiddenRows) -> Self {
        self.hidden_rows = hidden;
        self
    }
}
