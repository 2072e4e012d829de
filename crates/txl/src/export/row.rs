//! The rows of each kind of export, as JSON and as cells.

mod members;

use std::fmt::{Display, Write};

use serde::Serialize;
use wecom_contacts::{
    DepartmentId, Seen, UserId,
    departments::Department,
    exports::TagRow,
    imports::{DepartmentColumn, ImportDepartment, MemberColumn},
    members::{Attribute, Member, SimpleMember},
    tags::TaggedMember,
};

pub(crate) use self::members::is_cleared_by_empty;
use super::{cells::Cells, departments::Paths};
use crate::{failure::Result, output::Output};

/// How a spreadsheet writes values.
#[derive(Clone, Copy)]
pub(super) enum Spelling<'a> {
    /// Codes and ids, as in the API.
    Codes,
    /// Words, and paths of departments.
    Words(&'a Paths),
}

/// A row that can be printed and written to a file.
pub(super) trait Row: Sized + Send + Unpin + 'static {
    /// The columns of the table on a terminal.
    const COLUMNS: &[&str];
    /// The name of the sheet in a workbook.
    const SHEET: &str;
    /// Whether cells contain departments. In words, these are paths.
    const NAMES_DEPARTMENTS: bool = false;

    /// Returns the row as WeCom writes it.
    fn json(&self) -> impl Serialize + '_;

    /// Returns the headings of a spreadsheet, beginning with those of WeCom's template.
    fn headings(spelling: Spelling<'_>) -> Vec<&'static str>;

    /// Returns whether a spreadsheet has this column even if it has no values.
    fn is_essential(heading: &str) -> bool;

    /// Returns whether an import of an empty cell under this heading clears the field.
    fn is_cleared_by_empty(_heading: &str) -> bool {
        false
    }

    /// Adds the cells below the headings.
    fn cells(&self, cells: &mut Cells, spelling: Spelling<'_>);

    /// Returns the attributes (扩展属性), which get one column each, or `None` if they are hidden from the credential.
    fn attributes(&self) -> Option<&[Attribute]> {
        None
    }

    /// Returns whether an import would read a column with this name as a field.
    fn is_field(_heading: &str) -> bool {
        false
    }

    fn print(rows: &[Self], output: Output) -> Result {
        let rows: Vec<_> = rows.iter().map(Self::json).collect();
        output.list(&rows, Self::COLUMNS)
    }
}

impl Row for SimpleMember {
    const COLUMNS: &[&str] = crate::member::SIMPLE_COLUMNS;
    const SHEET: &str = "成员";
    const NAMES_DEPARTMENTS: bool = true;

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings(_: Spelling<'_>) -> Vec<&'static str> {
        let template = [MemberColumn::Name, MemberColumn::Userid, MemberColumn::Department];
        template.iter().map(|column| column.heading()).chain(["open_userid"]).collect()
    }

    fn is_essential(heading: &str) -> bool {
        heading != "open_userid"
    }

    fn is_cleared_by_empty(heading: &str) -> bool {
        Member::is_cleared_by_empty(heading)
    }

    fn cells(&self, cells: &mut Cells, spelling: Spelling<'_>) {
        cells.push_field(self.name.as_deref());
        cells.push(self.userid.as_str());
        departments(&self.department, spelling, cells);
        cells.push_with(|cell| text(self.open_userid.known(), cell));
    }
}

impl Row for Department {
    const COLUMNS: &[&str] = crate::department::COLUMNS;
    const SHEET: &str = "部门";

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings(_: Spelling<'_>) -> Vec<&'static str> {
        let template = DepartmentColumn::ALL.iter().map(|column| column.heading());
        template.chain(["name_en", "department_leader"]).collect()
    }

    fn is_essential(heading: &str) -> bool {
        DepartmentColumn::ALL.iter().any(|column| column.heading() == heading)
    }

    fn cells(&self, cells: &mut Cells, _: Spelling<'_>) {
        let row = ImportDepartment::from(self);
        for column in DepartmentColumn::ALL {
            cells.push(&row.cell(column));
        }
        cells.push_with(|cell| text(self.name_en.known(), cell));
        cells.push_with(|cell| list(self.department_leader.as_deref(), cell));
    }
}

/// A row of a tag. The key of a department is the one in WeCom's other replies.
#[derive(Serialize)]
#[serde(untagged)]
enum Tagged<'a> {
    Member(&'a TaggedMember),
    Department { partyid: DepartmentId },
    Unknown {},
}

impl Row for TagRow {
    const COLUMNS: &[&str] = &["userid", "name", "partyid"];
    const SHEET: &str = "标签";

    fn json(&self) -> impl Serialize + '_ {
        match self {
            Self::Member(member) => Tagged::Member(member),
            Self::Department(id) => Tagged::Department { partyid: *id },
            _ => Tagged::Unknown {},
        }
    }

    fn headings(_: Spelling<'_>) -> Vec<&'static str> {
        vec![MemberColumn::Name.heading(), MemberColumn::Userid.heading(), DepartmentColumn::Id.heading()]
    }

    fn is_essential(_: &str) -> bool {
        true
    }

    fn cells(&self, cells: &mut Cells, _: Spelling<'_>) {
        let (member, department) = match self {
            Self::Member(member) => (Some(member), None),
            Self::Department(id) => (None, Some(id)),
            _ => (None, None),
        };
        cells.push(member.map(|member| member.name.as_deref().unwrap_or_default()).unwrap_or_default());
        cells.push(member.map(|member| member.userid.as_str()).unwrap_or_default());
        cells.push_with(|cell| text(department, cell));
    }
}

macro_rules! ids {
    ($($id:ident under $column:expr;)*) => {$(
        impl Row for $id {
            const COLUMNS: &[&str] = &[];
            const SHEET: &str = $column.heading();

            fn json(&self) -> impl Serialize + '_ {
                self
            }

            fn headings(_: Spelling<'_>) -> Vec<&'static str> {
                vec![$column.heading()]
            }

            fn is_essential(_: &str) -> bool {
                true
            }

            fn cells(&self, cells: &mut Cells, _: Spelling<'_>) {
                cells.push_with(|cell| text(Some(self), cell));
            }

            fn print(rows: &[Self], output: Output) -> Result {
                output.ids(rows)
            }
        }
    )*};
}

ids! {
    UserId under MemberColumn::Userid;
    DepartmentId under DepartmentColumn::Id;
}

fn departments(ids: &Seen<Vec<DepartmentId>>, spelling: Spelling<'_>, cells: &mut Cells) {
    let ids = match ids.as_deref() {
        // Every member has a department, so an empty list means that the departments are hidden.
        Seen::Hidden | Seen::Known([]) => return cells.push_field(Seen::Hidden),
        Seen::Known(ids) => ids,
    };
    cells.push_with(|cell| match spelling {
        Spelling::Codes => join(ids, cell),
        Spelling::Words(paths) => {
            for (place, id) in ids.iter().enumerate() {
                if place > 0 {
                    cell.push(';');
                }
                paths.write(*id, cell);
            }
        }
    });
}

fn text(value: Option<impl Display>, cell: &mut String) {
    if let Some(value) = value {
        // Writing to a text cannot fail.
        let _ = write!(cell, "{value}");
    }
}

fn list<T: Display>(items: Seen<&[T]>, cell: &mut String) {
    join(items.unwrap_or_default(), cell);
}

/// Joins a list as in WeCom's template.
fn join<T: Display>(items: &[T], cell: &mut String) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            cell.push(';');
        }
        let _ = write!(cell, "{item}");
    }
}

fn object(value: &impl Serialize, cell: &mut String) {
    // These types are objects with text keys, so serialization cannot fail.
    cell.push_str(&serde_json::to_string(value).unwrap_or_default());
}
