//! Why a cell cannot be taken.

use std::fmt;

/// Why a cell cannot be taken: more than one value can have been meant, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellProblem {
    /// `1.38E+10`: the spreadsheet dropped digits.
    LostDigits,
    /// A number of more than 15 digits, of which Excel keeps 15.
    TooManyDigits,
    /// A number with decimals where a whole one belongs.
    NotWhole,
    /// `1E5` or `1001.0` where an account belongs: a number that another program wrote, or the account.
    MaybeNumber,
    /// A number in a file that hides how the spreadsheet shows it: `7` may be `00007`.
    HiddenFormat,
    /// A date where none belongs: perhaps `1-2` or `2/7`, which Excel takes for one.
    Date,
    /// A length of time.
    Duration,
    /// TRUE or FALSE where none belongs.
    Bool,
    /// A formula that failed, or a column too narrow to show its numbers.
    Failed,
    /// A formula without a stored value.
    Uncomputed,
    /// The text of a formula.
    Formula,
    /// A cell that is merged with the one to its left: the value may belong to one of the columns or to each.
    MergedAcross,
    /// Several phone numbers in one cell.
    SeveralNumbers,
    /// `1,234`: one number with a comma at the thousands, or two.
    Thousands,
    /// A character was lost before: U+FFFD is in its place.
    Broken,
    /// A control character.
    Control,
    /// A line break, where a text of one line belongs.
    LineBreak,
    /// A blank inside an account or a mail address.
    Blank,
    /// A character that looks like a Latin letter, a digit or a hyphen and is none.
    LookAlike {
        /// Its place in the cell as it was cleaned, counted from 1.
        place: usize,
        /// The character.
        character: char,
    },
    /// Departments by name or path.
    DepartmentNames,
    /// Departments by name or path, of which at least one is no department of the corp.
    UnknownDepartment,
    /// Departments by name or path, of which at least one is that of several: their paths.
    AmbiguousDepartment(Vec<String>),
    /// A word that may mean that the person works here, or has left.
    UnknownStatus,
    /// The row has more cells than there are headings: which cell belongs to which is not known.
    TooManyCells,
    /// The text is not what the column can hold; the words say why.
    Unfit(&'static str),
}

impl fmt::Display for CellProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostDigits => {
                "the spreadsheet dropped digits (as in 1.38E+10): make the column text and enter the number again"
            }
            Self::TooManyDigits => {
                "a number of more than 15 digits, the last of which Excel loses: make the column text and enter it again"
            }
            Self::NotWhole => "a number with decimals, where a whole one belongs",
            Self::MaybeNumber => {
                "an account, or a number that a program wrote so (as 1E5 or 1001.0): write the number in full, or an apostrophe in front of the account"
            }
            Self::HiddenFormat => {
                "a number, of which this kind of file does not say whether it is shown with zeros in front: make the column text, or save the file as .xlsx"
            }
            Self::Date => {
                "a date: if the spreadsheet took something else for one, make the column text and enter it again"
            }
            Self::Duration => "a length of time: make the column text and enter it again",
            Self::Bool => "TRUE or FALSE, where neither belongs",
            Self::Failed => "a formula that failed (such as #N/A), or a number too wide for its column",
            Self::Uncomputed => {
                "a formula without a stored value: open the file in Excel or WPS, save it as .xlsx, and try again"
            }
            Self::Formula => "the text of a formula: paste its value instead",
            Self::MergedAcross => {
                "merged with the cell to its left, so that one value is in two columns: unmerge them and fill in each"
            }
            Self::SeveralNumbers => "more than one number: leave the one that WeCom is to know",
            Self::Thousands => "one number with a comma at the thousands, or several: write 1234, or 1;234",
            Self::Broken => {
                "a character that was lost before (U+FFFD): enter the text again, or export the file again"
            }
            Self::Control => "a control character, which cannot be seen: enter the text again",
            Self::LineBreak => "a line break, where one line belongs",
            Self::Blank => "a blank inside: remove it",
            Self::LookAlike { place, character } => {
                return write!(
                    f,
                    "character {place} (U+{:04X}) looks like a Latin letter, a digit or a hyphen and is another: type it again",
                    u32::from(*character)
                );
            }
            Self::DepartmentNames => {
                "names of departments, which are looked up only online and with an app's secret: give one, or write ids, such as 2;7"
            }
            Self::UnknownDepartment => {
                "a name or path that no department has: write it as the corp has it, or write the id"
            }
            Self::AmbiguousDepartment(paths) => {
                return write!(
                    f,
                    "a name that several departments have: {}; write the whole path",
                    paths.join(", ")
                );
            }
            Self::UnknownStatus => {
                "a word that does not say clearly whether the person still works here: write 在职 or 离职"
            }
            Self::TooManyCells => {
                "more cells than headings: a cell with a comma in it must be in quotation marks"
            }
            Self::Unfit(why) => why,
        })
    }
}
