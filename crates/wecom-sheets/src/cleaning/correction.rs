//! Corrections: the changes that cleaning makes to a cell.

use std::fmt;

/// A change that cleaning made to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Correction {
    /// Blanks around the text were removed, including U+3000, no-break blanks and invisible characters.
    Blanks,
    /// Invisible characters inside the text were removed: zero-width characters and direction marks.
    Invisible,
    /// Full-width letters, digits and signs were converted to half-width.
    HalfWidth,
    /// A leading apostrophe was removed. Excel uses it to keep a number as text.
    Apostrophe,
    /// Surrounding quotation marks were removed, or a formula that consists of one text (`="138"`) was replaced by the text.
    Wrapper,
    /// A leading +86 was removed.
    CountryCode,
    /// Blanks, hyphens and commas inside the value were removed.
    Separators,
    /// A number in scientific notation with all its digits was written out.
    Scientific,
    /// The items of a list were separated with `;`.
    Delimiters,
    /// A number of a workbook was converted to text.
    Number,
    /// A word for yes or no was replaced by the value that WeCom expects.
    Flag,
    /// A date was converted to text in ISO 8601.
    Date,
    /// Names or paths of departments were converted to ids.
    Names,
    /// The cell says that the value is unknown, so the field is not changed.
    Kept,
}

impl Correction {
    /// All corrections.
    pub const ALL: [Self; 14] = [
        Self::Blanks,
        Self::Invisible,
        Self::HalfWidth,
        Self::Apostrophe,
        Self::Wrapper,
        Self::CountryCode,
        Self::Separators,
        Self::Scientific,
        Self::Delimiters,
        Self::Number,
        Self::Flag,
        Self::Date,
        Self::Names,
        Self::Kept,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Correction {
    /// Writes a phrase that fits one cell or several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blanks => "surrounding blanks removed",
            Self::Invisible => "invisible characters removed",
            Self::HalfWidth => "converted to half-width",
            Self::Apostrophe => "leading apostrophe removed",
            Self::Wrapper => "surrounding quotation marks or formula removed",
            Self::CountryCode => "leading +86 removed",
            Self::Separators => "inner blanks, hyphens or commas removed",
            Self::Scientific => "scientific notation converted to digits",
            Self::Delimiters => "list items separated with semicolons",
            Self::Number => "number converted to text",
            Self::Flag => "converted to a yes/no value of WeCom",
            Self::Date => "date converted to text",
            Self::Names => "department names converted to ids",
            Self::Kept => "unknown value: the field is not changed",
        })
    }
}

/// The corrections of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Corrections(u16);

impl Corrections {
    /// Returns whether the cell is unchanged.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns each correction once.
    pub fn iter(self) -> impl Iterator<Item = Correction> {
        Correction::ALL.into_iter().filter(move |correction| self.0 & correction.bit() != 0)
    }

    pub(crate) fn of(correction: Correction) -> Self {
        Self(correction.bit())
    }

    pub(super) fn add(&mut self, correction: Correction) {
        self.0 |= correction.bit();
    }

    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}
