//! A sheet or a file of departments beside a roster.

mod field;
mod row;

use std::{fmt, path::Path, sync::Arc};

use self::field::field_of;
pub use self::{
    field::ListedField,
    row::{DepartmentPlace, ListedDepartment},
};
use super::{
    cell::{self, Content},
    headings::{Found, Headings},
    row::Held,
};
use crate::{
    Column, Error, Kind, Meaning, Options, Result, Row, Sheet, SheetRows,
    cleaning::{CellForm, CellProblem, Wanted, trimmed},
    footer::begins_as_footer,
    heading_text::{plain, squeezed},
};

/// Names of the sheet that contains the departments.
const SHEETS: &[&str] = &["部门", "部门表", "部门列表", "组织架构", "组织", "departments", "department"];

/// A sheet or a file of departments whose columns are recognised: a path, or a name with the path or the id of its parent.
///
/// ```
/// use wecom_sheets::{
///     Options,
///     roster::{DepartmentPlace, DepartmentTable, ListedField},
/// };
///
/// let csv = "部门,英文名,负责人\n示例集团/华东,East China,王芳；刘洋\n";
/// let table = DepartmentTable::read_bytes(csv.as_bytes(), &Options::new())?;
/// let row = table.rows().next().expect("a row")?;
/// assert_eq!(row.place(), Some(DepartmentPlace::Path("示例集团/华东".to_owned())));
/// assert_eq!(row.cell(ListedField::NameEn).text(), Some("East China"));
/// # Ok::<(), wecom_sheets::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DepartmentTable {
    sheet: Sheet,
    columns: Arc<[Column<ListedField>]>,
    headings_line: u64,
}

impl DepartmentTable {
    /// Opens a file and recognises its columns.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if no row has the headings.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        Self::of(Sheet::open(path, options, &|heading| field_of(heading).is_some())?)
    }

    /// Reads a file in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read_bytes(bytes: impl Into<Arc<[u8]>>, options: &Options) -> Result<Self> {
        Self::of(Sheet::read(bytes, options, &|heading| field_of(heading).is_some())?)
    }

    /// Opens the sheet of departments of the same workbook, if there is one.
    pub(super) fn beside(sheet: &Sheet) -> Result<Option<Self>> {
        let is_departments = |name: &&str| SHEETS.contains(&squeezed(&plain(name)).as_str());
        let name = sheet.format().other_sheets().find(is_departments).map(str::to_owned);
        name.map(|name| Self::of(sheet.other(&name)?)).transpose()
    }

    fn of(sheet: Sheet) -> Result<Self> {
        let is_place =
            |heading: &str| matches!(field_of(heading), Some(ListedField::Path | ListedField::Name));
        let headings = Headings {
            key: "部门".to_owned(),
            fewest: 1,
            is_key: &is_place,
            is_known: &|heading| field_of(heading).is_some(),
        };
        let Found { line, texts } = headings.find(&sheet)?;
        let mut columns: Vec<Column<ListedField>> = Vec::with_capacity(texts.len());
        for heading in texts {
            let meaning = match field_of(&heading) {
                Some(field) => Meaning::Field(field),
                None if heading.is_empty() => Meaning::None,
                None => Meaning::Ignored,
            };
            if let Some(same) =
                columns.iter().find(|other| other.meaning == meaning && matches!(meaning, Meaning::Field(_)))
            {
                return Err(Error::SameField {
                    field: heading.clone(),
                    headings: vec![same.heading.clone(), heading],
                });
            }
            columns.push(Column { heading, meaning });
        }
        Ok(Self { sheet, columns: columns.into(), headings_line: line })
    }

    /// Returns the sheet.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Returns the columns in the order of the file.
    pub fn columns(&self) -> &[Column<ListedField>] {
        &self.columns
    }

    /// Returns the rows, without footers. Each call reads the file from its first row, with the same result.
    pub fn rows(&self) -> ListedDepartments {
        ListedDepartments {
            columns: Arc::clone(&self.columns),
            rows: self.sheet.rows_below(self.headings_line),
            row: Row::default(),
        }
    }
}

/// The rows of a table of departments; see [`DepartmentTable::rows`].
pub struct ListedDepartments {
    columns: Arc<[Column<ListedField>]>,
    rows: SheetRows,
    row: Row,
}

impl fmt::Debug for ListedDepartments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedDepartments").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl ListedDepartments {
    fn convert(&self) -> ListedDepartment {
        let cells = self.columns.iter().enumerate().map(|(at, column)| {
            let Meaning::Field(field) = column.meaning else { return Held::Unmanaged };
            let (kind, text) = (self.row.kind(at), self.row.text(at));
            if kind == Kind::Absent {
                return Held::Unmanaged;
            }
            let read = match field {
                ListedField::Leaders => cell::list(kind, text),
                field if field.wanted() == Wanted::Number => number(kind, text),
                field => cell::one(field.wanted(), kind, text),
            };
            match read {
                Ok((Content::Unknown, _)) => Held::Unmanaged,
                Ok((Content::Empty, _)) => Held::Empty,
                Ok((Content::Value(value), _)) => Held::Value(value),
                Err(problem) => Held::Faulty(problem),
            }
        });
        ListedDepartment { line: self.row.line(), cells: cells.collect(), columns: Arc::clone(&self.columns) }
    }

    /// Returns whether the row has one text that begins as footers do.
    fn is_footer(&self) -> bool {
        let mut texts = self.row.texts().map(trimmed).filter(|text| !text.is_empty());
        texts.next().is_some_and(|first| begins_as_footer(first) && texts.all(|text| text == first))
    }
}

/// Reads the cell of an id or an order.
fn number(kind: Kind, text: &str) -> cell::Read {
    const NO_NUMBER: CellProblem = CellProblem::Unfit(CellForm::NoNumber);

    let read = cell::one(Wanted::Number, kind, text)?;
    match &read.0 {
        Content::Value(value) if value.to_string().parse::<u32>().is_err() => Err(NO_NUMBER),
        _ => Ok(read),
    }
}

impl Iterator for ListedDepartments {
    type Item = Result<ListedDepartment>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.rows.next_row(&mut self.row) {
                Ok(true) if self.is_footer() => {}
                Ok(true) => return Some(Ok(self.convert())),
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
