//! A file of members: its columns, and the conversion of a row to a form.

use std::vec;

use super::sheet::{self, Row, Sheet};
use crate::world::{
    fail::Fail,
    forms::{AttributeForm, MemberForm},
    members::{Attribute, AttributeValue},
};

/// A running member import.
#[derive(Clone, Debug)]
pub(super) struct MemberImport {
    pub(super) sheet: Sheet<Column>,
    pub(super) to_invite: bool,
    /// Members that are missing from the file, if it replaces all.
    pub(super) to_delete: vec::IntoIter<String>,
    /// The creator, if a file that replaces all omits them. The creator cannot be deleted and gets a row of the
    /// result (recorded live).
    pub(super) creator: Option<String>,
    pub(super) total: usize,
}

/// The content of a column, by its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Userid,
    Mobile,
    Email,
    Department,
    Position,
    Gender,
    Leader,
    Order,
    Alias,
    Address,
    Telephone,
    Disabled,
    /// The template's heading of explanations, and columns of older templates.
    Unused,
    /// A custom attribute (扩展属性) with this name.
    Custom(String),
}

impl Column {
    pub(super) fn of(heading: &str) -> Self {
        match heading {
            "姓名" => Self::Name,
            "帐号" | "账号" => Self::Userid,
            "手机号" => Self::Mobile,
            "邮箱" => Self::Email,
            "所在部门" => Self::Department,
            "职位" => Self::Position,
            "性别" => Self::Gender,
            "是否部门内领导" => Self::Leader,
            "排序" => Self::Order,
            "别名" => Self::Alias,
            "地址" => Self::Address,
            "座机" => Self::Telephone,
            "禁用" => Self::Disabled,
            "" | "微信号" => Self::Unused,
            explained if explained.starts_with("禁用项说明") => Self::Unused,
            name => Self::Custom(name.into()),
        }
    }
}

pub(super) fn cell<'a>(row: &Row<'a, Column>, wanted: &Column) -> Option<&'a str> {
    row.cells().find(|(column, _)| *column == wanted).map(|(_, cell)| cell)
}

/// Checks the cells that the help of 40092 lists, if the file has their columns. Returns the userid.
pub(super) fn check_required<'a>(row: &Row<'a, Column>) -> Result<&'a str, Fail> {
    let (mut reachable, mut asked) = (false, false);
    let mut userid = "";
    for (column, cell) in row.cells() {
        match column {
            Column::Userid if cell.is_empty() => return Err(sheet::missing(row.number, "帐号")),
            Column::Userid => userid = cell,
            Column::Name if cell.is_empty() => return Err(sheet::missing(row.number, "姓名")),
            Column::Department if cell.is_empty() => return Err(sheet::missing(row.number, "所在部门")),
            Column::Mobile | Column::Email => {
                asked = true;
                reachable |= !cell.is_empty();
            }
            _ => {}
        }
    }
    if asked && !reachable {
        return Err(sheet::missing(row.number, "手机号 or 邮箱"));
    }
    Ok(userid)
}

/// Converts a row to a form. A column of the file sets its field; an empty cell clears it.
pub(super) fn form(row: &Row<'_, Column>, attributes: &[Attribute]) -> Result<MemberForm, Fail> {
    let mut form = MemberForm { make_departments: true, ..MemberForm::default() };
    let mut custom: Option<Vec<AttributeForm>> = None;
    for (column, cell) in row.cells() {
        let text = || Some(cell.to_owned());
        match column {
            Column::Userid => form.userid = text(),
            Column::Name => form.name = text(),
            Column::Mobile => form.mobile = text(),
            Column::Email => form.email = text(),
            Column::Department => {
                form.department = Some(numbers(cell).ok_or_else(|| Fail::of(40066))?);
            }
            Column::Position => form.position = text(),
            Column::Gender => form.gender = Some(gender(cell).into()),
            Column::Leader => form.is_leader_in_dept = aligned(cell)?,
            Column::Order => form.order = aligned(cell)?,
            Column::Alias => form.alias = text(),
            Column::Address => form.address = text(),
            Column::Telephone => form.telephone = text(),
            Column::Disabled => {
                form.enable = match cell {
                    "" => None,
                    "0" => Some(1),
                    "1" => Some(0),
                    _ => return Err(Fail::of(40058)),
                }
            }
            Column::Unused => {}
            Column::Custom(name) => {
                // The form replaces all attributes, so the attributes without a column must be kept.
                let custom = custom.get_or_insert_with(|| attributes.iter().map(kept).collect());
                custom.retain(|attribute| attribute.name != *name);
                custom.push(AttributeForm { name: name.clone(), text: text(), ..AttributeForm::default() });
            }
        }
    }
    form.extattr = custom;
    Ok(form)
}

/// Parses whole numbers joined by `;`. Returns `None` for other text.
fn numbers(cell: &str) -> Option<Vec<i64>> {
    cell.split(';')
        .map(str::trim)
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().ok())
        .collect()
}

/// Parses numbers that are parallel to 所在部门; an empty cell keeps the present ones.
fn aligned(cell: &str) -> Result<Option<Vec<i64>>, Fail> {
    match cell {
        "" => Ok(None),
        _ => numbers(cell).map(Some).ok_or_else(|| Fail::of(40058)),
    }
}

fn gender(cell: &str) -> &str {
    match cell {
        "男" => "1",
        "女" => "2",
        other => other,
    }
}

/// Returns an attribute as a form that keeps it unchanged.
fn kept(attribute: &Attribute) -> AttributeForm {
    let name = attribute.name.to_string();
    match &attribute.value {
        AttributeValue::Text(text) => {
            AttributeForm { name, text: Some(text.to_string()), ..AttributeForm::default() }
        }
        AttributeValue::Web { url, title } => AttributeForm {
            kind: 1,
            name,
            url: url.to_string(),
            title: title.to_string(),
            ..AttributeForm::default()
        },
        AttributeValue::Miniprogram { appid, title, pagepath } => AttributeForm {
            kind: 2,
            name,
            appid: appid.to_string(),
            title: title.to_string(),
            pagepath: pagepath.to_string(),
            ..AttributeForm::default()
        },
    }
}
