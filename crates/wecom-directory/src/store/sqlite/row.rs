//! Records to rows and back.

use std::error::Error as StdError;

use jiff::Timestamp;
use rusqlite::{Row, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use wecom_contacts::{
    DepartmentId, OpenUserId, Seen, UserId,
    members::{Gender, Member, MemberField, MemberStatus},
};

use crate::{
    Error, FieldSet, Result,
    record::{MemberRecord, PersonId, RowHashes, Seat, State},
};

/// The columns of a member in the order of [`MemberColumns`], without the person.
pub(super) const MEMBER_COLUMNS: &[&str] = &[
    "person",
    "corp",
    "userid",
    "userid_key",
    "state",
    "name",
    "alias",
    "mobile",
    "email",
    "biz_mail",
    "biz_mail_alias",
    "direct_leader",
    "position",
    "gender",
    "telephone",
    "address",
    "status",
    "enable",
    "avatar",
    "thumb_avatar",
    "qr_code",
    "extattr",
    "external_profile",
    "external_position",
    "open_userid",
    "english_name",
    "isleader",
    "hide_mobile",
    "hidden",
    "shown_app",
    "shown_sync",
    "read_at",
    "hash_app",
    "hash_sync",
    "hash_departments",
];

/// Milliseconds of Unix time.
pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

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

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Database(Box::new(error)))
}

/// The hidden value is NULL.
pub(super) fn seen<T>(value: Option<T>) -> Seen<T> {
    value.map_or(Seen::Hidden, Seen::Known)
}

pub(super) fn seen_json<T: DeserializeOwned>(value: Option<String>) -> rusqlite::Result<Seen<T>> {
    value.map_or(Ok(Seen::Hidden), |text| json(&text).map(Seen::Known))
}

pub(super) fn known_json<T: Serialize>(value: &Seen<T>) -> Result<Option<String>> {
    value.known().map(to_json).transpose()
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
    // At most one, so that SQL can join it: an empty text is a member without a direct leader.
    member.direct_leader = text("direct_leader")?.map(|leader| {
        if leader.is_empty() { Vec::new() } else { leader.split('|').map(UserId::new).collect() }
    });
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

/// The values of a member as the columns hold them.
pub(super) struct MemberColumns {
    pub(super) biz_mail_alias: Option<String>,
    pub(super) direct_leader: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) status: Option<i64>,
    pub(super) extattr: Option<String>,
    pub(super) external_profile: Option<String>,
    pub(super) open_userid: Option<String>,
    pub(super) hidden: FieldSet,
}

impl MemberColumns {
    pub(super) fn of(member: &Member) -> Result<Self> {
        let seats = [
            MemberField::Department,
            MemberField::Order,
            MemberField::IsLeaderInDept,
            MemberField::MainDepartment,
        ];
        let leaders =
            |leaders: &Vec<UserId>| leaders.iter().map(UserId::as_str).collect::<Vec<_>>().join("|");
        Ok(Self {
            biz_mail_alias: known_json(&member.biz_mail_alias)?,
            direct_leader: member.direct_leader.known().map(leaders),
            gender: member.gender.known().map(|gender| gender.as_str().to_owned()),
            status: member.status.known().map(|status| i64::from(*status)),
            extattr: known_json(&member.extattr)?,
            external_profile: known_json(&member.external_profile)?,
            open_userid: member.open_userid.known().map(|id| id.as_str().to_owned()),
            hidden: FieldSet::hidden_in(member).without(FieldSet::of(seats)),
        })
    }
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
