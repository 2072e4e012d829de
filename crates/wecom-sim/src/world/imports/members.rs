//! `batch/syncuser` and `batch/replaceuser`: a file of members becomes creations, changes and, on replacing, deletions.

use std::{collections::HashSet, vec};

use bytes::Bytes;

use super::{
    Row as Outcome, SLICE,
    sheet::{self, Row, Sheet},
};
use crate::{
    clock::Millis,
    world::{Actor, Attribute, AttributeForm, AttributeValue, Corp, Fail, MemberForm, World, folded},
};

/// A member import under way.
#[derive(Debug)]
pub(super) struct MemberImport {
    sheet: Sheet<Column>,
    to_invite: bool,
    /// Members that the file leaves out, when it replaces all.
    leavers: vec::IntoIter<String>,
    /// The creator, whom a file that replaces all leaves out and who cannot be deleted: a row of the result, recorded live.
    creator: Option<String>,
    pub(super) total: usize,
}

/// What a column holds, by its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
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
    /// The template's explanatory heading, and columns of older templates.
    Unused,
    /// A custom attribute (扩展属性) of that name.
    Custom(String),
}

impl Column {
    fn of(heading: &str) -> Self {
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

impl MemberImport {
    /// Reads the file once through, to find what condemns it as a whole.
    pub(super) fn open(text: &Bytes, corp: &Corp, replace: bool, to_invite: bool) -> Result<Self, Fail> {
        let mut sheet = Sheet::open(text, Column::of)?.ok_or_else(|| Fail::of(40092))?;
        if !sheet.columns().contains(&Column::Userid) {
            return Err(Fail::new(40092, "invalid import file, it has no column 帐号"));
        }
        let mut userids = HashSet::new();
        while let Some(row) = sheet.next_row()? {
            let number = row.number;
            let userid = check_required(&row)?;
            if !userids.insert(userid.to_ascii_lowercase()) {
                let text = format!("duplicate userid in the import file, row {number}");
                return Err(Fail::new(302_003, text));
            }
        }
        if userids.is_empty() {
            return Err(Fail::of(40092));
        }
        let leavers = if replace { leavers(corp, &userids)? } else { Vec::new() };
        let creator = corp.members.get(&corp.console.creator).map(|creator| creator.userid.to_string());
        let creator = creator.filter(|creator| replace && !userids.contains(&*folded(creator)));
        Ok(Self {
            sheet: Sheet::open(text, Column::of)?.ok_or_else(|| Fail::of(40092))?,
            to_invite,
            leavers: leavers.into_iter(),
            total: userids.len() + usize::from(creator.is_some()),
            creator,
        })
    }

    /// Takes over the next rows. Those who leave go first, so that their numbers and mails are free for those who come: while there are
    /// more of them than one slice, no rows are taken over, and the answer is `true`.
    pub(super) fn work(
        &mut self,
        world: &mut World,
        corp: usize,
        rows: usize,
        now: Millis,
        results: &mut Vec<Outcome>,
    ) -> bool {
        for userid in self.leavers.by_ref().take(SLICE) {
            if let Err(fail) = world.delete_member(corp, Actor::ContactsApi, &userid) {
                tracing::debug!(%userid, code = fail.code, "a member stays though the file leaves them out");
            }
        }
        if self.leavers.len() > 0 {
            return true;
        }
        for _ in 0..rows {
            // The first reading found every row legible.
            let Ok(Some(row)) = self.sheet.next_row() else {
                results.extend(self.creator.take().map(|userid| member_row(userid, Some(Fail::of(301_005)))));
                break;
            };
            let userid = cell(&row, &Column::Userid).unwrap_or_default().to_owned();
            let outcome = take_over(world, corp, &row, &userid, self.to_invite, now);
            results.push(member_row(userid, outcome.err()));
        }
        false
    }
}

/// A row's `errmsg` is empty where all went well, as recorded live.
fn member_row(userid: String, fail: Option<Fail>) -> Outcome {
    let errcode = fail.as_ref().map_or(0, |fail| fail.code);
    let errmsg = fail.as_ref().map_or("", Fail::text).into();
    Outcome::Member { userid, errcode, errmsg }
}

fn cell<'a>(row: &Row<'a, Column>, wanted: &Column) -> Option<&'a str> {
    row.cells().find(|(column, _)| *column == wanted).map(|(_, cell)| cell)
}

/// The cells that 40092's help asks for, where the file has their columns; gives the userid.
fn check_required<'a>(row: &Row<'a, Column>) -> Result<&'a str, Fail> {
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

/// Who would be deleted; 45026 if that looks like an accident. Exactly 50 are covered by neither rule of the page (90981).
fn leavers(corp: &Corp, staying: &HashSet<String>) -> Result<Vec<String>, Fail> {
    let leavers: Vec<String> = corp
        .members
        .iter()
        .map(|(_, member)| &*member.userid)
        .filter(|userid| !userid.eq_ignore_ascii_case(&corp.console.creator))
        .filter(|userid| !staying.contains(&*folded(userid)))
        .map(str::to_owned)
        .collect();
    let (count, present) = (leavers.len(), corp.members.len());
    let guarded = (count > 50 && count * 5 > present) || (count < 50 && count * 5 > present * 4);
    if guarded {
        let text = format!("too many members to delete, {count} of {present}");
        return Err(Fail::new(45026, text));
    }
    Ok(leavers)
}

fn take_over(
    world: &mut World,
    corp: usize,
    row: &Row<'_, Column>,
    userid: &str,
    to_invite: bool,
    now: Millis,
) -> Result<(), Fail> {
    let present = world.corp(corp).members.get(userid);
    let exists = present.is_some();
    let mut form = form(row, present.map_or(&[], |member| &member.extattr))?;
    if exists {
        world.update_member(corp, Actor::ContactsApi, &form, now)
    } else {
        form.to_invite = Some(to_invite);
        world.create_member(corp, Actor::ContactsApi, &form, now).map(drop)
    }
}

/// A row as the change it asks for. A column that the file has gives the value, an empty cell clears it.
fn form(row: &Row<'_, Column>, attributes: &[Attribute]) -> Result<MemberForm, Fail> {
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
                // The form replaces all attributes; those that the file does not name must stay.
                let custom = custom.get_or_insert_with(|| attributes.iter().map(kept).collect());
                custom.retain(|attribute| attribute.name != *name);
                custom.push(AttributeForm { name: name.clone(), text: text(), ..AttributeForm::default() });
            }
        }
    }
    form.extattr = custom;
    Ok(form)
}

/// Whole numbers joined by `;`. `None` if there is anything else.
fn numbers(cell: &str) -> Option<Vec<i64>> {
    cell.split(';')
        .map(str::trim)
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().ok())
        .collect()
}

/// Numbers that go with 所在部门; an empty cell leaves them alone.
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

/// An attribute as a form that keeps it as it is.
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
