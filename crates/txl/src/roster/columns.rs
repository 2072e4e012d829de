//! The columns of a file as columns of a roster.

use std::{borrow::Cow, collections::BTreeMap};

use wecom_contacts::{DepartmentId, members::MemberField};
use wecom_directory::roster::{CellReason, Column, RowWriter};
use wecom_sheets::{
    Meaning,
    cleaning::CellProblem,
    roster::{RosterCell, RosterField, RosterRow, RosterTable, RosterValue, WrittenDepartment},
};

use crate::messages::roster as messages;

/// The paths of the departments, for cells that name one by its id.
pub(super) type Paths = BTreeMap<DepartmentId, String>;

/// What a column of a roster is filled from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Field(RosterField),
    Attribute(String),
    External(String),
}

/// Returns the columns of a roster that a file fills, each with its source. A field of departments fills two: one for paths and one
/// for ids.
pub(super) fn columns(table: &RosterTable) -> Vec<(Column, Source)> {
    let mut columns = Vec::new();
    for column in table.columns() {
        match &column.meaning {
            Meaning::Field(field) => {
                columns.extend(of_field(*field).into_iter().map(|column| (column, Source::Field(*field))));
            }
            Meaning::Extra(name) => {
                columns.push((Column::Attribute(name.clone()), Source::Attribute(name.clone())));
            }
            Meaning::External(name) => {
                columns.push((Column::ExternalAttribute(name.clone()), Source::External(name.clone())));
            }
            // The levels together are one department.
            Meaning::Level(1) => {
                let source = Source::Field(RosterField::Department);
                columns.extend(
                    of_field(RosterField::Department).into_iter().map(|column| (column, source.clone())),
                );
            }
            _ => {}
        }
    }
    columns
}

fn of_field(field: RosterField) -> Vec<Column> {
    let member = match field {
        RosterField::Department => return vec![Column::Departments, Column::DepartmentIds],
        RosterField::Leader => return vec![Column::LeaderOf, Column::LeaderFlags],
        RosterField::MainDepartment => return vec![Column::MainDepartment],
        RosterField::Tags => return vec![Column::Tags],
        RosterField::State => return vec![Column::State],
        RosterField::JoinDate => return vec![Column::FirstDay],
        RosterField::LeaveDate => return vec![Column::LastDay],
        RosterField::ExternalCorpName => return vec![Column::ExternalCorpName],
        RosterField::Userid => MemberField::Userid,
        RosterField::Name => MemberField::Name,
        RosterField::Alias => MemberField::Alias,
        RosterField::Mobile => MemberField::Mobile,
        RosterField::Email => MemberField::Email,
        RosterField::BizMail => MemberField::BizMail,
        RosterField::DirectLeader => MemberField::DirectLeader,
        RosterField::Position => MemberField::Position,
        RosterField::Gender => MemberField::Gender,
        RosterField::Telephone => MemberField::Telephone,
        RosterField::Address => MemberField::Address,
        RosterField::ExternalPosition => MemberField::ExternalPosition,
        RosterField::Enable => MemberField::Enable,
        // The order in departments is no matter of a roster: a seat keeps its own.
        _ => return Vec::new(),
    };
    vec![Column::Field(member)]
}

/// Writes the cell of a column.
pub(super) fn write(
    writer: &mut RowWriter<'_>,
    column: &Column,
    source: &Source,
    row: &RosterRow,
    paths: &Paths,
) {
    let cell = match source {
        Source::Field(field) => row.cell(*field),
        Source::Attribute(name) => row.attribute(name),
        Source::External(name) => row.external_attribute(name),
    };
    match cell {
        RosterCell::Unmanaged => writer.absent(),
        // Only one of the two columns that a field fills has the empty cell or the fault.
        RosterCell::Empty if is_second(column) => writer.absent(),
        RosterCell::Faulty(_) if is_second(column) => writer.absent(),
        RosterCell::Empty => writer.text(""),
        RosterCell::Faulty(problem) => writer.unusable(reason(problem)),
        RosterCell::Value(value) => write_value(writer, column, value, paths),
    }
}

/// Returns the reason as a plan contains it: in English, and as a code that has a text in each language.
fn reason(problem: &CellProblem) -> CellReason {
    CellReason { text: problem.to_string(), code: problem.code().to_owned(), details: problem.details() }
}

const fn is_second(column: &Column) -> bool {
    matches!(column, Column::DepartmentIds | Column::LeaderFlags)
}

fn write_value(writer: &mut RowWriter<'_>, column: &Column, value: &RosterValue, paths: &Paths) {
    match (column, value) {
        (Column::Departments, RosterValue::Departments(departments)) => {
            let texts: Vec<_> = departments.iter().filter_map(|department| text(department, paths)).collect();
            list_or_absent(writer, &texts.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        }
        (Column::DepartmentIds, RosterValue::Departments(departments)) => {
            let ids: Vec<_> = departments.iter().filter_map(id).map(|id| id.to_string()).collect();
            list_or_absent(writer, &ids.iter().map(String::as_str).collect::<Vec<_>>());
        }
        (Column::MainDepartment | Column::LeaderOf, RosterValue::Departments(departments)) => {
            let named: Option<Vec<Cow<'_, str>>> = departments
                .iter()
                .map(|department| match department {
                    WrittenDepartment::Id(id) => paths.get(id).map(|path| Cow::Borrowed(path.as_str())),
                    department => text(department, paths),
                })
                .collect();
            match named {
                Some(named) => writer.list(named.iter().map(AsRef::as_ref)),
                None => writer.unusable(CellReason {
                    text: messages::unknown_department_id().to_owned(),
                    code: messages::UNKNOWN_DEPARTMENT_ID.to_owned(),
                    details: Vec::new(),
                }),
            }
        }
        (Column::LeaderFlags, RosterValue::Flags(flags)) => {
            writer.list(flags.iter().map(|flag| if *flag { "1" } else { "0" }));
        }
        (Column::LeaderFlags | Column::LeaderOf, _) => writer.absent(),
        (_, RosterValue::List(texts)) => writer.list(texts.iter().map(String::as_str)),
        (_, RosterValue::Text(text)) => writer.text(text),
        (_, RosterValue::Flag(flag)) => writer.text(if *flag { "1" } else { "0" }),
        (_, RosterValue::Gender(gender)) => writer.text(gender.as_str()),
        (_, value) => writer.text(&value.to_string()),
    }
}

fn list_or_absent(writer: &mut RowWriter<'_>, items: &[&str]) {
    if items.is_empty() {
        writer.absent();
    } else {
        writer.list(items.iter().copied());
    }
}

/// A department that is written in words. The levels are a path from the root, whether or not they have the root.
fn text<'d>(department: &'d WrittenDepartment, paths: &Paths) -> Option<Cow<'d, str>> {
    match department {
        WrittenDepartment::Text(text) => Some(Cow::Borrowed(text)),
        WrittenDepartment::Levels(names) => {
            let below = names.join("/");
            Some(Cow::Owned(match paths.get(&DepartmentId::ROOT) {
                Some(root) if names.first() != Some(root) => format!("{root}/{below}"),
                _ => below,
            }))
        }
        WrittenDepartment::Id(_) => None,
    }
}

fn id(department: &WrittenDepartment) -> Option<DepartmentId> {
    match department {
        WrittenDepartment::Id(id) => Some(*id),
        WrittenDepartment::Text(_) | WrittenDepartment::Levels(_) => None,
    }
}
