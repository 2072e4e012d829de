//! The values of a roster's cells.

use std::{borrow::Cow, fmt};

use wecom_contacts::{
    DepartmentId,
    imports::{ImportMember, MemberColumn},
    members::Gender,
};

use super::{RosterField, dates::date, words::Form};
use crate::{
    Kind,
    cleaning::{
        CellForm, CellProblem, Correction, Corrections, Wanted, clean, half_width, is_ungendered, trimmed,
    },
};

/// The value of a cell that is not empty.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RosterValue {
    /// One text.
    Text(String),
    /// Several texts, in the order of the cell.
    List(Vec<String>),
    /// Departments, in the order of the cell.
    Departments(Vec<WrittenDepartment>),
    /// One flag.
    Flag(bool),
    /// One flag for each of the row's departments.
    Flags(Vec<bool>),
    /// One number for each of the row's departments.
    Numbers(Vec<u32>),
    /// A gender.
    Gender(Gender),
}

/// A department as a cell contains it. Nothing is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WrittenDepartment {
    /// An id, from a column of ids.
    Id(DepartmentId),
    /// A path from the root, the end of a path, or a name.
    Text(String),
    /// The names of all levels, the highest first. The first one is the root or a department below it.
    Levels(Vec<String>),
}

/// Writes the value as the cell of a roster: items are joined by `;`, flags are 1 and 0.
impl fmt::Display for RosterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |flag: &bool| Cow::Borrowed(if *flag { "1" } else { "0" });
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(texts) => joined(f, texts.iter().map(Cow::from)),
            Self::Departments(departments) => joined(
                f,
                departments.iter().map(|department| match department {
                    WrittenDepartment::Id(id) => Cow::Owned(id.0.to_string()),
                    WrittenDepartment::Text(text) => Cow::Borrowed(text.as_str()),
                    WrittenDepartment::Levels(names) => Cow::Owned(names.join("/")),
                }),
            ),
            Self::Flag(value) => f.write_str(if *value { "1" } else { "0" }),
            Self::Flags(flags) => joined(f, flags.iter().map(flag)),
            Self::Numbers(numbers) => joined(f, numbers.iter().map(|number| number.to_string().into())),
            Self::Gender(gender) => f.write_str(match gender {
                Gender::Male => "男",
                Gender::Female => "女",
                _ => "",
            }),
        }
    }
}

fn joined<'a>(f: &mut fmt::Formatter<'_>, mut items: impl Iterator<Item = Cow<'a, str>>) -> fmt::Result {
    if let Some(first) = items.next() {
        f.write_str(&first)?;
    }
    items.try_for_each(|item| write!(f, ";{item}"))
}

/// Shows the kind of the value. The value itself can be personal data.
impl fmt::Debug for RosterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(***)",
            Self::List(_) => "List(***)",
            Self::Departments(_) => "Departments(***)",
            Self::Flag(_) => "Flag(***)",
            Self::Flags(_) => "Flags(***)",
            Self::Numbers(_) => "Numbers(***)",
            Self::Gender(_) => "Gender(***)",
        })
    }
}

/// The content of a cell after cleaning.
#[derive(Debug)]
pub(super) enum Content {
    /// The cell says that the value is unknown.
    Unknown,
    Empty,
    Value(RosterValue),
}

pub(super) type Read = Result<(Content, Corrections), CellProblem>;

/// Reads the cell of an extended attribute. A key is an identifier; other attributes are texts of any kind.
pub(super) fn attribute(is_key: bool, kind: Kind, text: &str) -> Read {
    one(if is_key { Wanted::Id } else { Wanted::Attribute }, kind, text)
}

/// Reads the cell of a field.
pub(super) fn field(field: RosterField, form: Form, kind: Kind, text: &str) -> Read {
    match field {
        RosterField::Department | RosterField::MainDepartment | RosterField::Leader => {
            let read = match (field, form) {
                (RosterField::Leader, Form::Flags) => flags(kind, text),
                (RosterField::Leader, _) if are_flags(kind, text) => flags(kind, text),
                _ => departments(form, kind, text),
            }?;
            match &read.0 {
                Content::Value(RosterValue::Departments(several))
                    if field == RosterField::MainDepartment && several.len() > 1 =>
                {
                    Err(CellProblem::Unfit(CellForm::SeveralDepartments))
                }
                _ => Ok(read),
            }
        }
        RosterField::Tags => list(kind, text),
        RosterField::Order => {
            let (cell, corrections) = clean(Wanted::Numbers, kind, text)?;
            let order = typed(MemberColumn::Order, &cell, |row| RosterValue::Numbers(row.order))?;
            Ok((order, corrections))
        }
        RosterField::Gender => gender(kind, text),
        RosterField::Enable => {
            let (cell, corrections) = clean(Wanted::Flag, kind, text)?;
            let column = if form == Form::Negated { MemberColumn::Disabled } else { MemberColumn::Enable };
            let enable = typed(column, &cell, |row| RosterValue::Flag(row.enabled.unwrap_or_default()))?;
            Ok((enable, corrections))
        }
        RosterField::JoinDate | RosterField::LeaveDate => {
            let date = date(kind, text)?;
            let corrections = match date == text {
                true => Corrections::default(),
                false => Corrections::of(Correction::Date),
            };
            Ok((filled(date), corrections))
        }
        RosterField::DirectLeader => {
            let (cell, corrections) = clean(Wanted::Name, kind, text)?;
            // An account or a key; a name stays as it is.
            let half = half_width(&cell);
            match half.is_ascii() && half != cell {
                true => Ok((filled(half), corrections.and(Corrections::of(Correction::HalfWidth)))),
                false => Ok((filled(cell), corrections)),
            }
        }
        field => one(field.wanted(), kind, text),
    }
}

pub(super) fn one(wanted: Wanted, kind: Kind, text: &str) -> Read {
    let (cell, corrections) = clean(wanted, kind, text)?;
    Ok((filled(cell), corrections))
}

fn filled<'a>(text: impl Into<Cow<'a, str>>) -> Content {
    let text = text.into();
    if text.is_empty() { Content::Empty } else { Content::Value(RosterValue::Text(text.into_owned())) }
}

/// Reads a clean cell by the rules of an import.
fn typed(
    column: MemberColumn,
    cell: &str,
    value: impl FnOnce(ImportMember) -> RosterValue,
) -> Result<Content, CellProblem> {
    if trimmed(cell).is_empty() {
        return Ok(Content::Empty);
    }
    let mut row = ImportMember::default();
    row.set(column, cell).map_err(|error| CellProblem::Unfit(CellForm::Import(error)))?;
    Ok(Content::Value(value(row)))
}

fn gender(kind: Kind, text: &str) -> Read {
    let (cell, corrections) = clean(Wanted::Gender, kind, text)?;
    if is_ungendered(&cell) {
        return Ok((Content::Unknown, corrections.and(Corrections::of(Correction::Kept))));
    }
    let gender = typed(MemberColumn::Gender, &cell, |row| {
        RosterValue::Gender(row.gender.unwrap_or(Gender::Undefined))
    })?;
    Ok((gender, corrections))
}

/// Splits a cell into its items.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', '\n', '\r']).map(trimmed).filter(|item| !item.is_empty())
}

pub(super) fn list(kind: Kind, text: &str) -> Read {
    let (cell, corrections) = clean(Wanted::Words, kind, text)?;
    let list: Vec<String> = items(&cell).map(str::to_owned).collect();
    let content = if list.is_empty() { Content::Empty } else { Content::Value(RosterValue::List(list)) };
    Ok((content, corrections))
}

/// Returns whether all items of a cell are flags.
fn are_flags(kind: Kind, text: &str) -> bool {
    matches!(kind, Kind::Bool(_))
        || (items(text).next().is_some()
            && items(text).all(|item| {
                matches!(
                    half_width(item).to_ascii_lowercase().as_str(),
                    "0" | "1" | "是" | "否" | "true" | "false" | "真" | "假"
                )
            }))
}

fn flags(kind: Kind, text: &str) -> Read {
    let (cell, corrections) = clean(Wanted::Flags, kind, text)?;
    let flags = typed(MemberColumn::IsLeaderInDept, &cell, |row| RosterValue::Flags(row.is_leader_in_dept))?;
    Ok((flags, corrections))
}

fn departments(form: Form, kind: Kind, text: &str) -> Read {
    const NO_IDS: CellProblem = CellProblem::Unfit(CellForm::NoDepartmentIds);

    if matches!(form, Form::Ids | Form::IdsOrNames) {
        match clean(Wanted::Departments, kind, text) {
            Ok((cell, corrections)) => {
                let ids = typed(MemberColumn::Department, &cell, |row| {
                    RosterValue::Departments(row.department.into_iter().map(WrittenDepartment::Id).collect())
                })?;
                return Ok((ids, corrections));
            }
            Err(CellProblem::DepartmentNames) if form == Form::Ids => return Err(NO_IDS),
            Err(CellProblem::DepartmentNames) => {}
            Err(problem) => return Err(problem),
        }
    }
    let (content, corrections) = list(kind, text)?;
    Ok(match content {
        Content::Value(RosterValue::List(texts)) => {
            let departments = texts.into_iter().map(WrittenDepartment::Text).collect();
            (Content::Value(RosterValue::Departments(departments)), corrections)
        }
        other => (other, corrections),
    })
}
