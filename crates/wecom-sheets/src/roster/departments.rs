//! A sheet or a file of departments beside a roster.

use std::{fmt, path::Path, sync::Arc};

use wecom_contacts::DepartmentId;

use super::{
    RosterCell, RosterValue,
    cell::{self, Content},
    headings::{Found, Headings},
    row::Held,
};
use crate::{
    Column, Error, Kind, Meaning, Options, Result, Row, Sheet, SheetProblem, SheetRows,
    cleaning::{CellProblem, Wanted, trimmed},
    footer::begins_as_footer,
    heading_text::{joined, parts, plain, squeezed},
};

/// Names of the sheet that contains the departments.
const SHEETS: &[&str] = &["部门", "部门表", "部门列表", "组织架构", "组织", "departments", "department"];

/// A field of a department in a [`DepartmentTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListedField {
    /// The path from the root, such as `示例集团/华东`. A text.
    Path,
    /// The name. A text.
    Name,
    /// The path of the parent. A text.
    Parent,
    /// The id. A text of digits.
    Id,
    /// The id of the parent. A text of digits.
    ParentId,
    /// The English name. A text.
    NameEn,
    /// The position among the siblings. A text of digits.
    Order,
    /// The leaders: accounts, keys or names. A list.
    Leaders,
}

/// The place of a department in the tree, as the row contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DepartmentPlace {
    /// A path from the root, or the end of a path.
    Path(String),
    /// A name below the path of a parent. The name can contain a slash.
    Under {
        /// The path of the parent.
        parent: String,
        /// The name.
        name: String,
    },
    /// A name below a parent that is given by its id.
    UnderId {
        /// The id of the parent; 0 for the root itself.
        parent: DepartmentId,
        /// The name.
        name: String,
    },
}

const FIELDS: &[(ListedField, &[&str])] = &[
    (
        ListedField::Path,
        &[
            "部门",
            "部门路径",
            "部门全路径",
            "部门全称",
            "路径",
            "全路径",
            "完整路径",
            "path",
            "departmentpath",
            "department",
        ],
    ),
    (ListedField::Name, &["部门名称", "部门名", "名称", "name", "departmentname", "deptname"]),
    (
        ListedField::Parent,
        &[
            "上级部门",
            "父部门",
            "父级部门",
            "上级部门路径",
            "父部门路径",
            "上级部门名称",
            "父部门名称",
            "parent",
            "parentpath",
            "parentdepartment",
        ],
    ),
    (ListedField::Id, &["部门id", "id", "departmentid", "deptid"]),
    (
        ListedField::ParentId,
        &["父部门id", "上级部门id", "父级部门id", "上级id", "父id", "parentid", "parentdepartmentid"],
    ),
    (ListedField::NameEn, &["英文名", "英文名称", "部门英文名", "部门英文名称", "nameen", "englishname"]),
    (ListedField::Order, &["排序", "部门排序", "顺序", "order"]),
    (
        ListedField::Leaders,
        &[
            "部门负责人",
            "负责人",
            "部门主管",
            "部门领导",
            "departmentleader",
            "departmentleaders",
            "leaders",
            "leader",
        ],
    ),
];

fn field_of(heading: &str) -> Option<ListedField> {
    let text = plain(heading);
    let by_key = |text: &str| {
        let key = joined(&squeezed(text));
        FIELDS.iter().find(|(_, words)| words.contains(&key.as_str())).map(|(field, _)| *field)
    };
    by_key(&text).or_else(|| {
        let parts = parts(&text);
        parts.first().filter(|part| !part.is_note).and_then(|part| by_key(&part.text))
    })
}

impl ListedField {
    const fn wanted(self) -> Wanted {
        match self {
            Self::Path | Self::Parent | Self::Leaders => Wanted::Words,
            Self::Name | Self::NameEn => Wanted::Name,
            Self::Id | Self::ParentId | Self::Order => Wanted::Number,
        }
    }
}

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
    const NO_NUMBER: CellProblem = CellProblem::Unfit("is not a whole number from 0 to 4294967295");

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

/// One department of a [`DepartmentTable`].
#[derive(Clone)]
pub struct ListedDepartment {
    line: u64,
    columns: Arc<[Column<ListedField>]>,
    cells: Vec<Held>,
}

impl fmt::Debug for ListedDepartment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedDepartment").field("line", &self.line).finish_non_exhaustive()
    }
}

impl ListedDepartment {
    /// Returns the line of the file, or the row's number in a workbook.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the cell of a field.
    pub fn cell(&self, field: ListedField) -> RosterCell<'_> {
        let place = self.columns.iter().position(|column| column.meaning == Meaning::Field(field));
        place.and_then(|at| self.cells.get(at)).map_or(RosterCell::Unmanaged, RosterCell::from)
    }

    /// Returns the place in the tree; `None` if neither a path nor a name can be read.
    pub fn place(&self) -> Option<DepartmentPlace> {
        if let Some(path) = self.cell(ListedField::Path).text() {
            return Some(DepartmentPlace::Path(path.to_owned()));
        }
        let name = self.cell(ListedField::Name).text()?.to_owned();
        match (self.cell(ListedField::Parent), self.cell(ListedField::ParentId)) {
            (RosterCell::Value(RosterValue::Text(parent)), _) => {
                Some(DepartmentPlace::Under { parent: parent.clone(), name })
            }
            (RosterCell::Faulty(_), _) | (_, RosterCell::Faulty(_)) => None,
            (_, RosterCell::Value(parent)) => {
                let parent = DepartmentId(parent.to_string().parse().ok()?);
                Some(DepartmentPlace::UnderId { parent, name })
            }
            _ => Some(DepartmentPlace::Path(name)),
        }
    }

    /// Returns the faults with their places.
    pub fn faults(&self) -> impl Iterator<Item = SheetProblem> {
        self.columns.iter().zip(&self.cells).filter_map(|(column, cell)| match cell {
            Held::Faulty(problem) => Some(SheetProblem {
                line: self.line,
                heading: column.heading.clone(),
                problem: problem.clone(),
            }),
            _ => None,
        })
    }
}
