//! `batch/syncuser` and `batch/replaceuser`: imports a file of members. A replacement also deletes members.

use bytes::Bytes;

use super::{
    SLICE,
    job::ResultRow,
    member_file::{Column, MemberImport, cell, check_required, form},
    sheet::{Row, Sheet},
};
use crate::{
    clock::Millis,
    world::{changes::Actor, corp::Corp, fail::Fail, members::CaselessSet, state::World},
};

impl MemberImport {
    /// Reads the whole file once to find errors that concern the whole file.
    pub(super) fn open(text: &Bytes, corp: &Corp, replace: bool, to_invite: bool) -> Result<Self, Fail> {
        let mut sheet = Sheet::open(text, Column::of)?.ok_or_else(|| Fail::of(40092))?;
        if !sheet.columns().contains(&Column::Userid) {
            return Err(Fail::new(40092, "invalid import file, it has no column 帐号"));
        }
        let mut userids = CaselessSet::default();
        while let Some(row) = sheet.next_row()? {
            let number = row.number;
            let userid = check_required(&row)?;
            if !userids.insert(userid) {
                let text = format!("duplicate userid in the import file, row {number}");
                return Err(Fail::new(302_003, text));
            }
        }
        if userids.is_empty() {
            return Err(Fail::of(40092));
        }
        let to_delete = if replace { to_delete(corp, &userids)? } else { Vec::new() };
        let creator = corp.members.get(&corp.console.creator).map(|creator| creator.userid.to_string());
        let creator = creator.filter(|creator| replace && !userids.contains(creator));
        Ok(Self {
            sheet: Sheet::open(text, Column::of)?.ok_or_else(|| Fail::of(40092))?,
            to_invite,
            to_delete: to_delete.into_iter(),
            total: userids.len() + usize::from(creator.is_some()),
            creator,
        })
    }

    /// Processes the next rows. Deletions come first, so that their mobiles and mails are free for new members. While
    /// deletions remain after one slice, no rows are processed and the result is `true`.
    pub(super) fn work(
        &mut self,
        world: &mut World,
        corp: usize,
        rows: usize,
        now: Millis,
        results: &mut Vec<ResultRow>,
    ) -> bool {
        for userid in self.to_delete.by_ref().take(SLICE) {
            if let Err(fail) = world.delete_member(corp, Actor::ContactsApi, &userid) {
                tracing::debug!(%userid, code = fail.code, "a member that is missing from the file was not deleted");
            }
        }
        if self.to_delete.len() > 0 {
            return true;
        }
        for _ in 0..rows {
            // The first reading has already checked that every row can be read.
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

/// A row without an error has an empty `errmsg`, as recorded live.
fn member_row(userid: String, fail: Option<Fail>) -> ResultRow {
    let errcode = fail.as_ref().map_or(0, |fail| fail.code);
    let errmsg = fail.as_ref().map_or("", Fail::text).into();
    ResultRow::Member { userid, errcode, errmsg }
}

/// Returns the members to delete, or 45026 if the deletion guard refuses. The two rules of the page (90981) do not
/// cover exactly 50 deletions.
fn to_delete(corp: &Corp, staying: &CaselessSet) -> Result<Vec<String>, Fail> {
    let to_delete: Vec<String> = corp
        .members
        .iter()
        .map(|(_, member)| &*member.userid)
        .filter(|userid| !corp.console.is_creator(userid))
        .filter(|userid| !staying.contains(userid))
        .map(str::to_owned)
        .collect();
    let (count, present) = (to_delete.len(), corp.members.len());
    let guarded = (count > 50 && count * 5 > present) || (count < 50 && count * 5 > present * 4);
    if guarded {
        let text = format!("too many members to delete, {count} of {present}");
        return Err(Fail::new(45026, text));
    }
    Ok(to_delete)
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
