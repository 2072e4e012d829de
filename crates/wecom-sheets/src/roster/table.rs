//! A file as a roster.

use std::{fmt, path::Path, sync::Arc};

use super::{
    DepartmentTable, RosterField, RosterOptions, RosterReading, RosterRow,
    cell::{self, Content},
    columns::{Layout, layout},
    footer::{is_footer, repeats_headings},
    headings::{Found, Headings},
    levels,
    row::Held,
};
use crate::{
    Column, Format, Kind, Meaning, Options, Result, Row, Sheet, SheetRows,
    cleaning::{CellProblem, Corrections, Wanted, trimmed},
    heading_words::is_like_id,
};

/// A file of people whose columns are recognised.
///
/// ```
/// use wecom_sheets::{
///     Options,
///     roster::{RosterCell, RosterField, RosterOptions, RosterTable},
/// };
///
/// let csv = "工号,姓名,手机,部门,状态\n00017,王芳,'138 0000 0001,示例集团/华东；示例集团/研发,在职\n合计：1,,,,\n";
/// let options = RosterOptions::new().key("工号");
/// let table = RosterTable::read_bytes(csv.as_bytes(), &Options::new(), &options)?;
/// let mut rows = table.rows();
/// let row = rows.next().expect("a row")?;
/// assert_eq!(row.key().text(), Some("00017"));
/// assert_eq!(row.cell(RosterField::Mobile).text(), Some("13800000001"));
/// assert_eq!(row.cell(RosterField::Email), RosterCell::Unmanaged);
/// assert!(rows.next().is_none());
/// assert_eq!(rows.into_reading().skipped, [3]);
/// # Ok::<(), wecom_sheets::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RosterTable {
    sheet: Sheet,
    layout: Arc<Layout>,
    headings_line: u64,
}

impl RosterTable {
    /// Opens a file and recognises its columns.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, the key's heading is missing, an option names a missing heading, or
    /// two columns contain one field.
    pub fn open(path: impl AsRef<Path>, options: &Options, roster: &RosterOptions) -> Result<Self> {
        Self::of(Sheet::open(path, options, &|heading| roster.knows(heading))?, roster)
    }

    /// Reads a file in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read_bytes(
        bytes: impl Into<Arc<[u8]>>,
        options: &Options,
        roster: &RosterOptions,
    ) -> Result<Self> {
        Self::of(Sheet::read(bytes, options, &|heading| roster.knows(heading))?, roster)
    }

    fn of(sheet: Sheet, options: &RosterOptions) -> Result<Self> {
        options.check_targets()?;
        let headings = Headings {
            key: match (sheet.format(), options.key_meaning()) {
                (Format::Json { .. }, Meaning::Field(field)) => field.name().to_owned(),
                _ => options.key_name(),
            },
            fewest: 2,
            is_key: &|heading| options.is_key(heading),
            is_known: &|heading| options.knows(heading),
        };
        let Found { line, texts } = headings.find(&sheet)?;
        Ok(Self { sheet, layout: Arc::new(layout(texts, options)?), headings_line: line })
    }

    /// Returns the sheet.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Returns the columns in the order of the file.
    pub fn columns(&self) -> &[Column<RosterField>] {
        &self.layout.columns
    }

    /// Returns the column that identifies a person.
    pub fn key(&self) -> &Column<RosterField> {
        &self.layout.columns[self.layout.key]
    }

    /// Returns the fields of the file, in its order.
    pub fn fields(&self) -> impl Iterator<Item = RosterField> {
        self.layout.columns.iter().filter_map(|column| match column.meaning {
            Meaning::Field(field) => Some(field),
            // The other levels belong to the same field.
            Meaning::Level(1) => Some(RosterField::Department),
            _ => None,
        })
    }

    /// Returns the names of the extended attributes of the file, in its order.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.layout.columns.iter().filter_map(|column| match &column.meaning {
            Meaning::Extra(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the names of the attributes of the external profile in the file, in its order.
    pub fn external_attributes(&self) -> impl Iterator<Item = &str> {
        self.layout.columns.iter().filter_map(|column| match &column.meaning {
            Meaning::External(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the headings of the columns for the levels of the department, the highest level first.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.layout.levels.iter().map(|at| self.layout.columns[*at].heading.as_str())
    }

    /// Returns the headings of ignored columns: unknown ones, and values that cannot be written, such as 激活状态.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.headings_of(&[Meaning::Ignored, Meaning::ReadOnly])
    }

    /// Returns the headings of ignored columns that affect people, such as 主管 or 离职日期. They deserve a warning.
    pub fn deciding(&self) -> impl Iterator<Item = &str> {
        self.headings_of(&[Meaning::Deciding])
    }

    fn headings_of(&self, meanings: &'static [Meaning<RosterField>]) -> impl Iterator<Item = &str> {
        let columns = self.layout.columns.iter().filter(|column| meanings.contains(&column.meaning));
        columns.map(|column| column.heading.as_str())
    }

    /// Opens the workbook's sheet of departments, if there is one: 部门, 部门表, 组织架构, or departments.
    ///
    /// # Errors
    ///
    /// Returns an error if the sheet cannot be read or its headings are unknown.
    pub fn departments(&self) -> Result<Option<DepartmentTable>> {
        DepartmentTable::beside(&self.sheet)
    }

    /// Returns the rows. Each call reads the file from its first row, with the same result.
    ///
    /// An error ends the rows: the file cannot be read further, or it changed after it was opened.
    pub fn rows(&self) -> RosterRows {
        RosterRows {
            layout: Arc::clone(&self.layout),
            hides_number_formats: self.sheet.format().hides_number_formats(),
            is_csv: matches!(self.sheet.format(), Format::Csv { .. }),
            rows: self.sheet.rows_below(self.headings_line),
            row: Row::default(),
            reading: RosterReading::new(self.layout.columns.len()),
        }
    }
}

/// The rows of a roster; see [`RosterTable::rows`].
pub struct RosterRows {
    layout: Arc<Layout>,
    hides_number_formats: bool,
    is_csv: bool,
    rows: SheetRows,
    row: Row,
    reading: RosterReading,
}

impl RosterRows {
    /// Returns the summary of the rows that were read: of all rows after the iterator ended without an error.
    pub fn into_reading(mut self) -> RosterReading {
        self.reading.finish(&self.layout.columns);
        self.reading
    }

    /// Converts the current row.
    fn convert(&mut self) -> RosterRow {
        let Self { layout, row, reading, .. } = self;
        let mut cells = Vec::with_capacity(layout.columns.len());
        for (at, column) in layout.columns.iter().enumerate() {
            let is_key = at == layout.key;
            let read = match &column.meaning {
                meaning if is_taken(meaning) && row.kind(at) == Kind::Absent => {
                    Ok((Content::Unknown, Corrections::default()))
                }
                meaning if is_taken(meaning) && is_merged(row, at) => Err(CellProblem::MergedAcross),
                meaning if self.hides_number_formats && has_zeros(meaning, is_key) && is_number(row, at) => {
                    Err(CellProblem::HiddenFormat)
                }
                Meaning::Field(field) => cell::field(*field, layout.forms[at], row.kind(at), row.text(at)),
                Meaning::Extra(_) | Meaning::External(_) => {
                    cell::attribute(is_key, row.kind(at), row.text(at))
                }
                Meaning::Level(_) => cell::one(Wanted::Words, row.kind(at), row.text(at)),
                Meaning::None => {
                    reading.astray += u64::from(column.heading.is_empty() && is_astray(row, at));
                    Ok((Content::Unknown, Corrections::default()))
                }
                _ => Ok((Content::Unknown, Corrections::default())),
            };
            cells.push(match read {
                Ok((content, corrections)) => {
                    reading.correct(at, corrections);
                    match content {
                        Content::Unknown => Held::Unmanaged,
                        Content::Empty => Held::Empty,
                        Content::Value(value) => Held::Value(value),
                    }
                }
                Err(problem) => Held::Faulty(problem),
            });
        }
        if !layout.levels.is_empty() {
            let department = levels::department(&mut cells, &layout.levels);
            cells.push(department);
        }
        let beyond = (layout.columns.len()..row.len()).filter(|at| is_astray(row, *at)).count();
        reading.astray += beyond as u64;
        // An unquoted comma moves all cells behind it, so that no cell of the row is reliable.
        let fault = (beyond > 0 && self.is_csv).then_some(CellProblem::TooManyCells);
        RosterRow { line: row.line(), layout: Arc::clone(layout), cells, fault }
    }
}

impl Iterator for RosterRows {
    type Item = Result<RosterRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.rows.next_row(&mut self.row) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
            if is_footer(&self.row, &self.layout) || repeats_headings(&self.row, &self.layout) {
                self.reading.skip(self.row.line());
                continue;
            }
            let row = self.convert();
            self.reading.count(&row);
            return Some(Ok(row));
        }
    }
}

impl fmt::Debug for RosterRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterRows").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Returns whether the cells of a column are read.
const fn is_taken(meaning: &Meaning<RosterField>) -> bool {
    matches!(meaning, Meaning::Field(_) | Meaning::Extra(_) | Meaning::External(_) | Meaning::Level(_))
}

fn is_number(row: &Row, at: usize) -> bool {
    matches!(row.kind(at), Kind::Number(_))
}

/// Returns whether a cell has the value of the cell to its left, because both are merged.
fn is_merged(row: &Row, at: usize) -> bool {
    row.is_beside(at) && !(row.kind(at) == Kind::Text && trimmed(row.text(at)).is_empty())
}

/// Returns whether leading zeros matter in a column.
fn has_zeros(meaning: &Meaning<RosterField>, is_key: bool) -> bool {
    match meaning {
        Meaning::Extra(name) => {
            is_key
                || name.ends_with(['号', '码'])
                || is_like_id::<wecom_contacts::imports::ImportMember>(name)
        }
        Meaning::Field(field) => field.has_leading_zeros(),
        _ => false,
    }
}

/// Returns whether a cell has a text of its own.
fn is_astray(row: &Row, at: usize) -> bool {
    !row.is_beside(at) && !trimmed(row.text(at)).is_empty()
}
