//! Records to rows and back.

use std::error::Error as StdError;

use jiff::Timestamp;
use rusqlite::{Row, types::Type};
use serde::de::DeserializeOwned;
use wecom_contacts::{
    DepartmentId, OpenUserId, Seen, UserId,
    members::{Gender, Member, MemberStatus},
};

use crate::store::columns;
pub(super) use crate::store::columns::{MEMBER_COLUMNS, MemberColumns, known_json, millis, seen, to_json};
use crate::{
    FieldSet,
    record::{MemberRecord, PersonId, RowHashes, Seat, State},
};

pub(super) fn timestamp(millis: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|error| damaged(0, error))
}

/// A value that the column cannot hold.
pub(super) fn damaged(column: usize, error: impl StdError + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

pub(super) fn state(text: &str) -> rusqlite::Result<State> {
    json(&format!("\"{text}\""))
}

pub(super) fn json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(0, error))
}

pub(super) fn seen_json<T: DeserializeOwned>(value: Option<String>) -> rusqlite::Result<Seen<T>> {
    value.map_or(Ok(Seen::Hidden), |text| json(&text).map(Seen::Known))
}

/// Reads a member from a row that has [`MEMBER_COLUMNS`]; its seats come apart.
pub(super) fn member(row: &Row<'_>, seats: Vec<Seat>) -> rusqlite::Result<MemberRecord> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map(seen);
    let flag = |column: &str| row.get::<_, Option<bool>>(column).map(seen);
    let mut member = Member::default();
    member.userid = UserId::new(row.get::<_, String>("userid")?);
    member.name = text("name")?;
    member.alias = text("alias")?;
    member.mobile = text("mobile")?;
    member.email = text("email")?;
    member.biz_mail = text("biz_mail")?;
    member.biz_mail_alias = seen_json(row.get("biz_mail_alias")?)?;
    member.direct_leader = text("direct_leader")?.map(|leader| columns::leaders(&leader));
    member.position = text("position")?;
    member.gender = text("gender")?.map(|gender| Gender::from(gender.as_str()));
    member.telephone = text("telephone")?;
    member.address = text("address")?;
    member.status = seen(row.get::<_, Option<i64>>("status")?).map(MemberStatus::from);
    member.enable = flag("enable")?;
    member.avatar = text("avatar")?;
    member.thumb_avatar = text("thumb_avatar")?;
    member.qr_code = text("qr_code")?;
    member.extattr = seen_json(row.get("extattr")?)?;
    member.external_profile = seen_json(row.get("external_profile")?)?;
    member.external_position = text("external_position")?;
    member.open_userid = text("open_userid")?.map(OpenUserId::new);
    member.english_name = text("english_name")?;
    member.isleader = flag("isleader")?;
    member.hide_mobile = flag("hide_mobile")?;
    Ok(MemberRecord {
        person: Some(PersonId(row.get("person")?)),
        state: state(&row.get::<_, String>("state")?)?,
        member,
        seats,
        shown: [FieldSet::from_bits(row.get("shown_app")?), FieldSet::from_bits(row.get("shown_sync")?)],
        read_at: timestamp(row.get("read_at")?)?,
        hashes: hashes(row, MEMBER_COLUMNS.len() - 3)?,
    })
}

/// Reads the hashes from three columns, of which this is the first.
pub(super) fn hashes(row: &Row<'_>, first: usize) -> rusqlite::Result<RowHashes> {
    let hash = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(index)?.map(i64::cast_unsigned));
    Ok(RowHashes { details: [hash(first)?, hash(first + 1)?], departments: hash(first + 2)? })
}

/// Reads a seat from a row `(department, place, is_leader, is_main)`, whose first column is `first`.
pub(super) fn seat(row: &Row<'_>, first: usize) -> rusqlite::Result<Seat> {
    Ok(Seat {
        department: DepartmentId::from(row.get::<_, u32>(first)?),
        order: seen(row.get(first + 1)?),
        is_leader: seen(row.get(first + 2)?),
        is_main: seen(row.get(first + 3)?),
    })
}
