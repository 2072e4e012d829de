//! The records of a file: members or departments.

use wecom_contacts::imports::{
    CellError, DepartmentColumn, EmptyCell, ImportDepartment, ImportMember, MemberColumn, Subject,
};

use crate::cleaning::Wanted;

/// A record of a file. The trait is sealed.
pub trait Record: Default + sealed::Sealed {
    /// A column of WeCom's template.
    type Column: Copy + Eq + std::fmt::Debug + 'static;

    /// The subject of the records.
    const SUBJECT: Subject;
    /// All columns.
    const COLUMNS: &'static [Self::Column];
    /// The column that identifies records. It is required.
    const ID: Self::Column;
    /// Whether the records have extended attributes (扩展属性).
    const HAS_EXTRAS: bool;

    /// Returns the column with this heading.
    fn from_heading(heading: &str) -> Option<Self::Column>;
    /// Returns whether a heading is known and does not belong to a field.
    fn is_no_field(heading: &str) -> bool;
    /// Returns the heading of the column in WeCom's template.
    fn heading(column: Self::Column) -> &'static str;
    /// Returns the JSON name of the field.
    fn field(column: Self::Column) -> &'static str;
    /// Returns the content that the column expects.
    fn wanted(column: Self::Column) -> Wanted;
    /// Returns whether an empty cell of this column clears the field.
    fn clears(column: Self::Column) -> bool;
    /// Returns the account and the name, as far as they are set.
    fn who(&self) -> (&str, &str);
    /// Sets a field to a clean cell.
    ///
    /// # Errors
    ///
    /// Returns an error if the cell is invalid in this column.
    fn set(&mut self, column: Self::Column, cell: &str) -> Result<(), CellError>;
    /// Keeps the present value of the field in the corp.
    fn keep(&mut self, column: Self::Column);
    /// Adds the value of the next extended attribute. `None` keeps its present value.
    fn push_extra(&mut self, value: Option<String>);
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::ImportMember {}
    impl Sealed for super::ImportDepartment {}
}

impl Record for ImportMember {
    type Column = MemberColumn;

    const SUBJECT: Subject = Subject::Members;
    const COLUMNS: &'static [MemberColumn] = &MemberColumn::ALL;
    const ID: MemberColumn = MemberColumn::Userid;
    const HAS_EXTRAS: bool = true;

    fn from_heading(heading: &str) -> Option<MemberColumn> {
        MemberColumn::from_heading(heading)
    }

    fn is_no_field(heading: &str) -> bool {
        MemberColumn::is_no_field(heading)
    }

    fn heading(column: MemberColumn) -> &'static str {
        match column {
            // Both columns are spellings of one field.
            MemberColumn::Enable => MemberColumn::Disabled.heading(),
            column => column.heading(),
        }
    }

    fn field(column: MemberColumn) -> &'static str {
        match column {
            // The name of the field has the opposite meaning.
            MemberColumn::Disabled => column.heading(),
            column => column.field().name(),
        }
    }

    fn wanted(column: MemberColumn) -> Wanted {
        match column {
            MemberColumn::Userid => Wanted::Id,
            MemberColumn::Mobile => Wanted::Mobile,
            MemberColumn::Telephone => Wanted::Phone,
            MemberColumn::Email => Wanted::Mail,
            MemberColumn::Department => Wanted::Departments,
            MemberColumn::IsLeaderInDept => Wanted::Flags,
            MemberColumn::Order => Wanted::Numbers,
            MemberColumn::Gender => Wanted::Gender,
            MemberColumn::Disabled | MemberColumn::Enable => Wanted::Flag,
            MemberColumn::Name | MemberColumn::Alias => Wanted::Name,
            MemberColumn::Position | MemberColumn::Address => Wanted::Words,
        }
    }

    fn clears(column: MemberColumn) -> bool {
        column.empty_cell() == EmptyCell::Clears
    }

    fn who(&self) -> (&str, &str) {
        (self.userid.as_str(), &self.name)
    }

    fn set(&mut self, column: MemberColumn, cell: &str) -> Result<(), CellError> {
        Self::set(self, column, cell)
    }

    fn keep(&mut self, column: MemberColumn) {
        Self::keep(self, column);
    }

    fn push_extra(&mut self, value: Option<String>) {
        self.extra.push(value);
    }
}

impl Record for ImportDepartment {
    type Column = DepartmentColumn;

    const SUBJECT: Subject = Subject::Departments;
    const COLUMNS: &'static [DepartmentColumn] = &DepartmentColumn::ALL;
    const ID: DepartmentColumn = DepartmentColumn::Id;
    const HAS_EXTRAS: bool = false;

    fn from_heading(heading: &str) -> Option<DepartmentColumn> {
        DepartmentColumn::from_heading(heading)
    }

    fn is_no_field(_: &str) -> bool {
        false
    }

    fn heading(column: DepartmentColumn) -> &'static str {
        column.heading()
    }

    fn field(column: DepartmentColumn) -> &'static str {
        match column {
            DepartmentColumn::Name => "name",
            DepartmentColumn::Id => "id",
            DepartmentColumn::Parentid => "parentid",
            DepartmentColumn::Order => "order",
            column => column.heading(),
        }
    }

    fn wanted(column: DepartmentColumn) -> Wanted {
        match column {
            DepartmentColumn::Name => Wanted::Name,
            _ => Wanted::Number,
        }
    }

    fn clears(_: DepartmentColumn) -> bool {
        false
    }

    fn who(&self) -> (&str, &str) {
        ("", &self.name)
    }

    fn set(&mut self, column: DepartmentColumn, cell: &str) -> Result<(), CellError> {
        Self::set(self, column, cell)
    }

    fn keep(&mut self, column: DepartmentColumn) {
        Self::keep(self, column);
    }

    fn push_extra(&mut self, _: Option<String>) {}
}
