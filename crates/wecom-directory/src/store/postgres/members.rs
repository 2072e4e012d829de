//! Writing members.

use deadpool_postgres::ClientWrapper;
use wecom_contacts::members::Member;

use super::{copy::Rows, read, row::Columns, write::run};
use crate::{
    Result,
    record::{MemberRecord, PersonId, State},
    store::{
        MemberKey, MemberWrite,
        columns::{MEMBER_COLUMNS, MemberColumns, millis},
    },
};

/// Writes members with their seats and search rows, and returns their person numbers in the same order.
pub(super) async fn put(
    client: &ClientWrapper,
    corp: i64,
    members: Vec<MemberWrite>,
) -> Result<Vec<PersonId>> {
    let existing: Vec<i64> = members.iter().filter_map(|write| Some(write.record.person?.0)).collect();
    if !existing.is_empty() {
        for sql in [
            "DELETE FROM member WHERE person = ANY($1)",
            "DELETE FROM seat WHERE person = ANY($1)",
            "DELETE FROM member_search WHERE person = ANY($1)",
        ] {
            run(client, sql, &[&existing]).await?;
        }
    }
    let mut new = new_persons(client, corp, members.len() - existing.len()).await?.into_iter();
    let (mut rows, mut seats, mut search) = (Rows::default(), Rows::default(), Rows::default());
    let mut persons = Vec::with_capacity(members.len());
    for write in &members {
        let person = match write.record.person {
            Some(person) => person,
            None => new.next().ok_or(crate::Error::Damaged("the database gave too few numbers"))?,
        };
        persons.push(person);
        member(&mut rows, person, corp, &write.record)?;
        for seat in &write.record.seats {
            seats
                .number(person.0)
                .number(seat.department.0)
                .number_or_null(seat.order.known().copied())
                .number_or_null(seat.is_leader.known().copied())
                .number_or_null(seat.is_main.known().copied())
                .end();
        }
        if write.record.state != State::Removed {
            search.number(person.0).number(corp).number(write.search.mask).text(&write.search.text).end();
        }
    }
    rows.send(client, &format!("member ({})", MEMBER_COLUMNS.join(", "))).await?;
    seats.send(client, "seat (person, department, place, is_leader, is_main)").await?;
    search.send(client, "member_search (person, corp, mask, text)").await?;
    Ok(persons)
}

/// Adds persons, and returns their numbers in ascending order.
async fn new_persons(client: &ClientWrapper, corp: i64, count: usize) -> Result<Vec<PersonId>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO person (corp) SELECT $1 FROM generate_series(1, $2::bigint) RETURNING person";
    let mut persons =
        read::rows(client, sql, &[&corp, &count], |row| Columns::of(row).next().map(PersonId)).await?;
    persons.sort_unstable();
    Ok(persons)
}

/// Adds a row with [`MEMBER_COLUMNS`].
fn member(rows: &mut Rows, person: PersonId, corp: i64, record: &MemberRecord) -> Result<()> {
    let MemberRecord { state, member, shown, read_at, hashes, .. } = record;
    let columns = MemberColumns::of(member)?;
    rows.number(person.0)
        .number(corp)
        .text(member.userid.as_str())
        .text(MemberKey::from(&member.userid).as_str())
        .text(state.as_str());
    values(rows, member, &columns);
    let hash = |hash: Option<u64>| hash.map(u64::cast_signed);
    rows.number(columns.hidden.bits())
        .number(shown[0].bits())
        .number(shown[1].bits())
        .number(millis(*read_at))
        .number_or_null(hash(hashes.details[0]))
        .number_or_null(hash(hashes.details[1]))
        .number_or_null(hash(hashes.departments))
        .end();
    Ok(())
}

/// Adds the fields of a member, from the name on.
fn values(rows: &mut Rows, member: &Member, columns: &MemberColumns) {
    rows.text_or_null(member.name.known())
        .text_or_null(member.alias.known())
        .text_or_null(member.mobile.known())
        .text_or_null(member.email.known())
        .text_or_null(member.biz_mail.known())
        .text_or_null(columns.biz_mail_alias.as_ref())
        .text_or_null(columns.direct_leader.as_ref())
        .text_or_null(member.position.known())
        .text_or_null(columns.gender.as_ref())
        .text_or_null(member.telephone.known())
        .text_or_null(member.address.known())
        .number_or_null(columns.status)
        .number_or_null(member.enable.known().copied())
        .text_or_null(member.avatar.known())
        .text_or_null(member.thumb_avatar.known())
        .text_or_null(member.qr_code.known())
        .text_or_null(columns.extattr.as_ref())
        .text_or_null(columns.external_profile.as_ref())
        .text_or_null(member.external_position.known())
        .text_or_null(columns.open_userid.as_ref())
        .text_or_null(member.english_name.known())
        .number_or_null(member.isleader.known().copied())
        .number_or_null(member.hide_mobile.known().copied());
}
