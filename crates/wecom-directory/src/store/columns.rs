//! The columns that all stores share, and the values in them.

use jiff::Timestamp;
use serde::Serialize;
use wecom_contacts::{
    Seen, UserId,
    members::{Member, MemberField},
};

use crate::{Error, FieldSet, Result};

/// The columns of a member.
pub(in crate::store) const MEMBER_COLUMNS: &[&str] = &[
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

/// Whether a column of a member is left out if only these fields are read.
pub(in crate::store) fn is_left_out(column: &str, fields: FieldSet) -> bool {
    let field = MemberField::from_name(column).filter(|field| *field != MemberField::Userid);
    field.is_some_and(|field| !fields.contains(field))
}

/// Milliseconds of Unix time.
pub(in crate::store) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(in crate::store) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Database(Box::new(error)))
}

/// The hidden value is NULL.
pub(in crate::store) fn seen<T>(value: Option<T>) -> Seen<T> {
    value.map_or(Seen::Hidden, Seen::Known)
}

pub(in crate::store) fn known_json<T: Serialize>(value: &Seen<T>) -> Result<Option<String>> {
    value.known().map(to_json).transpose()
}

/// Reads the direct leaders from a column: one, so that SQL can join it. An empty text is a member without a direct leader.
pub(in crate::store) fn leaders(text: &str) -> Vec<UserId> {
    if text.is_empty() { Vec::new() } else { text.split('|').map(UserId::new).collect() }
}

/// The values of a member as the columns hold them.
pub(in crate::store) struct MemberColumns {
    pub(in crate::store) biz_mail_alias: Option<String>,
    pub(in crate::store) direct_leader: Option<String>,
    pub(in crate::store) gender: Option<String>,
    pub(in crate::store) status: Option<i64>,
    pub(in crate::store) extattr: Option<String>,
    pub(in crate::store) external_profile: Option<String>,
    pub(in crate::store) open_userid: Option<String>,
    pub(in crate::store) hidden: FieldSet,
}

impl MemberColumns {
    pub(in crate::store) fn of(member: &Member) -> Result<Self> {
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
