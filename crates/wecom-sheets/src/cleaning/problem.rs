//! Reasons to refuse a cell.

use std::fmt;

use wecom_contacts::imports::{CellError, WantedCell};

/// The reason to refuse a cell: its meaning is ambiguous, or it has no valid meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellProblem {
    /// The spreadsheet dropped digits: `1.38E+10`.
    LostDigits,
    /// A number of more than 15 digits. Excel keeps 15.
    TooManyDigits,
    /// A number with decimals where a whole number is required.
    NotWhole,
    /// `1E5` or `1001.0` in a column of accounts: either an account, or a number in the notation of a program.
    MaybeNumber,
    /// A number in a file that does not store how the number is displayed: `7` can be displayed as `00007`.
    HiddenFormat,
    /// A date where another value is required. Excel converts `1-2` and `2/7` to dates.
    Date,
    /// A duration.
    Duration,
    /// TRUE or FALSE where another value is required.
    Bool,
    /// A failed formula, or a number that is too wide for its column.
    Failed,
    /// A formula without a stored value.
    Uncomputed,
    /// The text of a formula.
    Formula,
    /// A cell that is merged with the cell to its left: the value can belong to one column or to both.
    MergedAcross,
    /// Several phone numbers in one cell.
    SeveralNumbers,
    /// `1,234`: one number with a comma between thousands, or two numbers.
    Thousands,
    /// An earlier program lost a character and wrote U+FFFD instead.
    Broken,
    /// A control character.
    Control,
    /// A line break in a text that must have one line.
    LineBreak,
    /// A blank inside an account or a mail address.
    Blank,
    /// A character that looks like a Latin letter, a digit or a hyphen, but is a different character.
    LookAlike {
        /// Its position in the cleaned cell, counted from 1.
        place: usize,
        /// The character.
        character: char,
    },
    /// Department names or paths that were not looked up.
    DepartmentNames,
    /// A department name or path that the corp does not have.
    UnknownDepartment,
    /// A department name or path that several departments have, with their paths.
    AmbiguousDepartment(Vec<String>),
    /// A status that does not say whether the person still works here.
    UnknownStatus,
    /// The row has more cells than headings, so the columns of its cells are unknown.
    TooManyCells,
    /// The text does not have the form that the column needs.
    Unfit(CellForm),
}

/// The form that a cell must have, and lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellForm {
    /// A level of departments needs the level above it.
    NoLevelAbove,
    /// A whole number from 0 to 4294967295.
    NoNumber,
    /// One department.
    SeveralDepartments,
    /// A list of department ids.
    NoDepartmentIds,
    /// A date.
    NoDate,
    /// The form of a cell in WeCom's import file.
    Import(CellError),
}

impl fmt::Display for CellForm {
    /// Writes what is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLevelAbove => "has no department of the level above",
            Self::NoNumber => "is not a whole number from 0 to 4294967295",
            Self::SeveralDepartments => "contains more than one department",
            Self::NoDepartmentIds => "is not a list of department ids, joined by `;`",
            Self::NoDate => "is not a date of the form 2026-01-31",
            Self::Import(error) => error.why(),
        })
    }
}

impl CellProblem {
    /// Returns the code of the problem, which stays the same in later versions. It does not contain the value.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LostDigits => "lost_digits",
            Self::TooManyDigits => "too_many_digits",
            Self::NotWhole => "not_whole",
            Self::MaybeNumber => "maybe_number",
            Self::HiddenFormat => "hidden_format",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::Bool => "bool",
            Self::Failed => "failed",
            Self::Uncomputed => "uncomputed",
            Self::Formula => "formula",
            Self::MergedAcross => "merged_across",
            Self::SeveralNumbers => "several_numbers",
            Self::Thousands => "thousands",
            Self::Broken => "broken",
            Self::Control => "control",
            Self::LineBreak => "line_break",
            Self::Blank => "blank",
            Self::LookAlike { .. } => "look_alike",
            Self::DepartmentNames => "department_names",
            Self::UnknownDepartment => "unknown_department",
            Self::AmbiguousDepartment(_) => "ambiguous_department",
            Self::UnknownStatus => "unknown_status",
            Self::TooManyCells => "too_many_cells",
            Self::Unfit(CellForm::NoLevelAbove) => "no_level_above",
            Self::Unfit(CellForm::NoNumber) => "no_number",
            Self::Unfit(CellForm::SeveralDepartments) => "several_departments",
            Self::Unfit(CellForm::NoDepartmentIds) => "no_department_ids",
            Self::Unfit(CellForm::NoDate) => "no_date",
            Self::Unfit(CellForm::Import(error)) => match error.wanted() {
                WantedCell::Number => "no_number",
                WantedCell::Numbers => "no_numbers",
                WantedCell::Flag => "no_flag",
                WantedCell::Flags => "no_flags",
                WantedCell::Gender => "no_gender",
            },
        }
    }

    /// Returns what the code needs to be a sentence: the position and the code point of a look-alike, or the paths of departments.
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::LookAlike { place, character } => {
                vec![place.to_string(), format!("U+{:04X}", u32::from(*character))]
            }
            Self::AmbiguousDepartment(paths) => paths.clone(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for CellProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostDigits => {
                "the spreadsheet dropped digits (for example 1.38E+10): format the column as text and enter the number again"
            }
            Self::TooManyDigits => {
                "the number has more than 15 digits, and Excel loses the last ones: format the column as text and enter the number again"
            }
            Self::NotWhole => "the number has decimals: enter a whole number",
            Self::MaybeNumber => {
                "the value can be an account or a number in the notation of a program (for example 1E5 or 1001.0): write the number in full, or put an apostrophe before the account"
            }
            Self::HiddenFormat => {
                "this file format does not store whether the number is displayed with leading zeros: format the column as text, or save the file as .xlsx"
            }
            Self::Date => {
                "the cell is a date: if the spreadsheet converted another value to a date, format the column as text and enter the value again"
            }
            Self::Duration => "the cell is a duration: format the column as text and enter the value again",
            Self::Bool => "the cell is TRUE or FALSE: enter the value of this column",
            Self::Failed => "the formula failed (for example #N/A), or the number is too wide for its column",
            Self::Uncomputed => {
                "the formula has no stored value: open the file in Excel or WPS, save it as .xlsx, and try again"
            }
            Self::Formula => "the cell contains the text of a formula: replace it with the value",
            Self::MergedAcross => {
                "the cell is merged with the cell to its left, so one value fills two columns: unmerge them and fill in each cell"
            }
            Self::SeveralNumbers => "the cell has more than one number: keep one",
            Self::Thousands => "the comma can separate thousands or items of a list: write 1234 or 1;234",
            Self::Broken => {
                "a character is lost (U+FFFD): enter the text again, or export the file again"
            }
            Self::Control => "the text has an invisible control character: enter the text again",
            Self::LineBreak => "the text has a line break: write it in one line",
            Self::Blank => "the value has a blank inside: remove the blank",
            Self::LookAlike { place, character } => {
                return write!(
                    f,
                    "character {place} (U+{:04X}) looks like a Latin letter, a digit or a hyphen, but is a different character: type it again",
                    u32::from(*character)
                );
            }
            Self::DepartmentNames => {
                "department names need an online lookup with an app's secret: provide a secret, or write ids, for example 2;7"
            }
            Self::UnknownDepartment => {
                "no department has this name or path: write it as the corp does, or write the id"
            }
            Self::AmbiguousDepartment(paths) => {
                return write!(
                    f,
                    "several departments have this name: {}; write the whole path",
                    paths.join(", ")
                );
            }
            Self::UnknownStatus => {
                "the status does not say whether the person still works here: write 在职 or 离职"
            }
            Self::TooManyCells => {
                "the row has more cells than headings: put quotation marks around a cell that contains a comma"
            }
            Self::Unfit(form) => return form.fmt(f),
        })
    }
}
