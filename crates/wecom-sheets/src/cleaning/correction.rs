//! What was changed in a cell.

use std::fmt;

/// What was changed in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Correction {
    /// Blanks around it went, also U+3000, no-break ones and characters that cannot be seen.
    Blanks,
    /// Characters inside that cannot be seen went: of no width, or marks of direction.
    Invisible,
    /// Full-width letters, digits and signs became half-width.
    HalfWidth,
    /// An apostrophe in front, which makes Excel leave a number alone, went.
    Apostrophe,
    /// Quotation marks around it, or a formula that is nothing but a text (`="138"`), went.
    Wrapper,
    /// +86 in front went.
    CountryCode,
    /// Blanks, hyphens and commas inside went.
    Separators,
    /// A number in scientific notation was written out, as all its digits were there.
    Scientific,
    /// What stands between the numbers of a list became `;`.
    Delimiters,
    /// A number that a workbook holds as such became text.
    Number,
    /// A word for yes or no became the one that WeCom takes.
    Flag,
    /// A date became text, as ISO 8601.
    Date,
    /// Names or paths of departments became ids.
    Names,
    /// The cell says that the value is not known, so that the field is left as it is.
    Kept,
}

impl Correction {
    /// All of them.
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
    /// Words that fit one cell and several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blanks => "lost blanks around",
            Self::Invisible => "lost invisible characters inside",
            Self::HalfWidth => "became half-width",
            Self::Apostrophe => "lost an apostrophe in front",
            Self::Wrapper => "lost quotation marks or a formula around",
            Self::CountryCode => "lost +86 in front",
            Self::Separators => "lost blanks, hyphens or commas inside",
            Self::Scientific => "became whole digits from scientific notation",
            Self::Delimiters => "got semicolons between the items",
            Self::Number => "became text from a number",
            Self::Flag => "became yes or no as WeCom writes it",
            Self::Date => "became text from a date",
            Self::Names => "became ids from names of departments",
            Self::Kept => "left the field alone, being not known",
        })
    }
}

/// The corrections of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Corrections(u16);

impl Corrections {
    /// Whether nothing was changed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The corrections, each once.
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
