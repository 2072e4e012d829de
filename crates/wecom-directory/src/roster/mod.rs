//! The roster (花名册): the wanted state of a corp, as rows.
//!
//! The rows come from a file of HR or from any program. This crate takes them as texts that are cleaned already; it resolves
//! departments, leaders and tags against the mirror when it makes a [plan](crate::plan).
//!
//! Rows are packed: a roster of 10^6 rows needs about 150 bytes a row.

mod row;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use wecom_contacts::members::MemberField;

use self::row::PackedRow;
pub use self::row::{Cell, RowWriter};

/// A column of a roster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// A field of the member with one text: `userid`, `name`, `mobile`, `gender`, … `direct_leader` (直属上级) is a userid, a key
    /// or a unique name. `gender` is `1` or `2`, `enable` is `1` or `0`.
    Field(MemberField),
    /// The departments (部门), main department first. Each is a path from the root or a unique tail of one.
    Departments,
    /// The departments by their ids, main department first.
    DepartmentIds,
    /// The main department (主部门), as in [`Departments`](Self::Departments).
    MainDepartment,
    /// Whether the member leads each department of the row: `1` or `0`, in the order of the departments.
    LeaderFlags,
    /// The departments that the member leads (部门负责人).
    LeaderOf,
    /// The names of the tags (标签).
    Tags,
    /// The state of employment (状态), in the words of the policy.
    State,
    /// The first day of work, as `2026-11-28`.
    FirstDay,
    /// The last day of work, as `2026-11-28`.
    LastDay,
    /// An extended attribute (扩展属性) by its name in the console.
    Attribute(String),
    /// An attribute of the external profile (对外属性) by its name in the console.
    ExternalAttribute(String),
    /// The corp's short name that external contacts see (企业对外简称).
    ExternalCorpName,
}

impl Column {
    /// Whether a cell is a list of texts.
    pub const fn is_list(&self) -> bool {
        matches!(
            self,
            Self::Departments | Self::DepartmentIds | Self::LeaderFlags | Self::LeaderOf | Self::Tags
        )
    }
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The number of the file in [`Roster::files`], from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub file: u16,
    /// The line or row in the file, from 1.
    pub line: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(file: &u16) -> bool {
    *file == 0
}

/// A file that rows come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RosterFile {
    /// Its name, without directories.
    pub name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A cell that cannot be used. Its row is used without it, except where the cell is the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The row.
    pub place: Place,
    /// The column.
    pub column: Column,
    /// What is wrong.
    pub reason: CellReason,
}

/// Why a cell cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CellReason {
    /// The reason in English. It does not quote the value.
    pub text: String,
    /// The same reason as a code of the program that made the roster; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What the code needs to be a sentence, such as names of departments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

impl From<&str> for CellReason {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// A department that a sheet of departments lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepartmentRow {
    /// The row.
    pub place: Place,
    /// The path from the root, root included: `示例集团/华东`.
    pub path: String,
    /// The English name; `None` if the sheet has no such column.
    pub name_en: Option<String>,
    /// The place among siblings, larger first; `None` if the sheet has no such column.
    pub order: Option<u32>,
}

/// The wanted state of a corp.
#[derive(Debug, Default)]
pub struct Roster {
    /// The files.
    pub files: Vec<RosterFile>,
    /// The sheet of departments; `None` if there is none.
    pub departments: Option<Vec<DepartmentRow>>,
    columns: Vec<Column>,
    rows: Vec<PackedRow>,
    faults: Vec<CellFault>,
}

impl Roster {
    /// A roster with these columns and no rows. Only what has a column is managed.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), ..Self::default() }
    }

    /// Adds a row. `write` writes the cells in the order of the columns; cells that it leaves out are absent.
    pub fn push(&mut self, place: Place, write: impl FnOnce(&mut RowWriter<'_>)) {
        let mut writer = RowWriter::new(place, &self.columns, &mut self.faults);
        write(&mut writer);
        let row = writer.finish();
        self.rows.push(row);
    }

    /// The columns in the order of the cells.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether the roster has this column.
    pub fn has(&self, column: &Column) -> bool {
        self.columns.contains(column)
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the roster has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where a row comes from.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn place(&self, row: usize) -> Place {
        self.rows[row].place
    }

    /// The cell of a row. A column that the roster lacks is [`Cell::Absent`].
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn cell(&self, row: usize, column: &Column) -> Cell<'_> {
        match self.columns.iter().position(|known| known == column) {
            Some(index) => self.rows[row].cell(index),
            None => Cell::Absent,
        }
    }

    /// Whether all cells of two rows are equal.
    pub(crate) fn rows_are_equal(&self, one: usize, other: usize) -> bool {
        self.rows[one].text == self.rows[other].text
    }

    /// The cells that cannot be used, in the order of the rows.
    pub fn faults(&self) -> &[CellFault] {
        &self.faults
    }
}

/// Reads a day of the forms `2026-11-28`, `2026/11/28`, `2026.11.28` and `2026年11月28日`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/', '.', '年', '月', '日', ' ', 'T']).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
