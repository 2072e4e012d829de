//! Records to rows and back.

use std::error::Error as StdError;

use jiff::Timestamp;
use rusqlite::{
    Row,
    types::{FromSql, ToSqlOutput, Type, Value, ValueRef},
};
use serde::{
    Deserialize as _,
    de::{DeserializeOwned, IntoDeserializer as _, value::StrDeserializer},
};
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
    let text: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    State::deserialize(text).map_err(|error| damaged(0, error))
}

pub(super) fn json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(0, error))
}

pub(super) fn seen_json<T: DeserializeOwned>(value: Option<String>) -> rusqlite::Result<Seen<T>> {
    value.map_or(Ok(Seen::Hidden), |text| json(&text).map(Seen::Known))
}

/// The place of a column among [`MEMBER_COLUMNS`]. To find it by its name in each row would take longer than to read the row.
macro_rules! place {
    ($column:literal) => {
        const { place($column) }
    };
}

const fn place(column: &str) -> usize {
    const fn are_equal(left: &[u8], right: &[u8]) -> bool {
        let mut at = 0;
        while at < left.len() && at < right.len() && left[at] == right[at] {
            at += 1;
        }
        at == left.len() && at == right.len()
    }

    let mut place = 0;
    while !are_equal(MEMBER_COLUMNS[place].as_bytes(), column.as_bytes()) {
        place += 1;
    }
    place
}

/// Columns of a member that are read: bit *n* is the column *n* of [`MEMBER_COLUMNS`].
#[derive(Clone, Copy)]
pub(super) struct ReadColumns(u64);

const _: () = assert!(MEMBER_COLUMNS.len() <= 64);

impl ReadColumns {
    pub(super) const ALL: Self = Self(u64::MAX);

    /// The columns that hold these fields, and those that hold none.
    pub(super) fn of(fields: FieldSet) -> Self {
        let read = MEMBER_COLUMNS.iter().enumerate();
        let read = read.filter(|(_, column)| !columns::is_left_out(column, fields));
        Self(read.fold(0, |set, (place, _)| set | 1 << place))
    }

    const fn has(self, place: usize) -> bool {
        self.0 & 1 << place != 0
    }
}

/// Reads a member from a row that begins with [`MEMBER_COLUMNS`]; its seats come apart. Fields in columns that are not read are hidden.
pub(super) fn member(row: &Row<'_>, read: ReadColumns, seats: Vec<Seat>) -> rusqlite::Result<MemberRecord> {
    let text = |column: usize| get::<String>(row, read, column);
    let flag = |column: usize| get::<bool>(row, read, column);
    let mut member = Member::default();
    member.userid = UserId::new(row.get::<_, String>(place!("userid"))?);
    member.name = text(place!("name"))?;
    member.alias = text(place!("alias"))?;
    member.mobile = text(place!("mobile"))?;
    member.email = text(place!("email"))?;
    member.biz_mail = text(place!("biz_mail"))?;
    member.biz_mail_alias = seen_json(text(place!("biz_mail_alias"))?.into_known())?;
    member.direct_leader = text(place!("direct_leader"))?.map(|leader| columns::leaders(&leader));
    member.position = text(place!("position"))?;
    member.gender = text(place!("gender"))?.map(|gender| Gender::from(gender.as_str()));
    member.telephone = text(place!("telephone"))?;
    member.address = text(place!("address"))?;
    member.status = get::<i64>(row, read, place!("status"))?.map(MemberStatus::from);
    member.enable = flag(place!("enable"))?;
    member.avatar = text(place!("avatar"))?;
    member.thumb_avatar = text(place!("thumb_avatar"))?;
    member.qr_code = text(place!("qr_code"))?;
    member.extattr = seen_json(text(place!("extattr"))?.into_known())?;
    member.external_profile = seen_json(text(place!("external_profile"))?.into_known())?;
    member.external_position = text(place!("external_position"))?;
    member.open_userid = text(place!("open_userid"))?.map(OpenUserId::new);
    member.english_name = text(place!("english_name"))?;
    member.isleader = flag(place!("isleader"))?;
    member.hide_mobile = flag(place!("hide_mobile"))?;
    Ok(MemberRecord {
        person: Some(PersonId(row.get(place!("person"))?)),
        state: state(row.get_ref(place!("state"))?.as_str()?)?,
        member,
        seats,
        shown: [
            FieldSet::from_bits(row.get(place!("shown_app"))?),
            FieldSet::from_bits(row.get(place!("shown_sync"))?),
        ],
        read_at: timestamp(row.get(place!("read_at"))?)?,
        hashes: hashes(row, MEMBER_COLUMNS.len() - 3)?,
    })
}

fn get<T: FromSql>(row: &Row<'_>, read: ReadColumns, column: usize) -> rusqlite::Result<Seen<T>> {
    if read.has(column) { row.get::<_, Option<T>>(column).map(seen) } else { Ok(Seen::Hidden) }
}

/// The columns that are not in the index of userids. To write them leaves its pages as they are.
pub(super) fn columns_beside_index() -> Vec<&'static str> {
    let is_beside = |column: &&str| !matches!(*column, "person" | "corp" | "userid_key" | "state");
    MEMBER_COLUMNS.iter().copied().filter(is_beside).collect()
}

/// The values of a member in the order of [`MEMBER_COLUMNS`]. `columns` are those of the same member.
pub(super) fn member_values<'a>(
    person: i64,
    corp: Option<i64>,
    record: &'a MemberRecord,
    columns: &'a MemberColumns,
) -> [ToSqlOutput<'a>; MEMBER_COLUMNS.len()] {
    fn text(text: Option<&str>) -> ToSqlOutput<'_> {
        ToSqlOutput::Borrowed(text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))
    }
    fn known(value: &Seen<String>) -> ToSqlOutput<'_> {
        text(value.known().map(String::as_str))
    }
    fn number(number: Option<i64>) -> ToSqlOutput<'static> {
        ToSqlOutput::Owned(number.map_or(Value::Null, Value::Integer))
    }
    fn flag(flag: &Seen<bool>) -> ToSqlOutput<'static> {
        number(flag.known().map(|flag| i64::from(*flag)))
    }
    let MemberRecord { state, member, shown, read_at, hashes, .. } = record;
    let hash = |hash: Option<u64>| number(hash.map(u64::cast_signed));
    [
        number(Some(person)),
        number(corp),
        text(Some(member.userid.as_str())),
        ToSqlOutput::Owned(Value::Text(member.userid.as_str().to_ascii_lowercase())),
        text(Some(state.as_str())),
        known(&member.name),
        known(&member.alias),
        known(&member.mobile),
        known(&member.email),
        known(&member.biz_mail),
        text(columns.biz_mail_alias.as_deref()),
        text(columns.direct_leader.as_deref()),
        known(&member.position),
        text(columns.gender.as_deref()),
        known(&member.telephone),
        known(&member.address),
        number(columns.status),
        flag(&member.enable),
        known(&member.avatar),
        known(&member.thumb_avatar),
        known(&member.qr_code),
        text(columns.extattr.as_deref()),
        text(columns.external_profile.as_deref()),
        known(&member.external_position),
        text(columns.open_userid.as_deref()),
        known(&member.english_name),
        flag(&member.isleader),
        flag(&member.hide_mobile),
        number(Some(columns.hidden.bits())),
        number(Some(shown[0].bits())),
        number(Some(shown[1].bits())),
        number(Some(millis(*read_at))),
        hash(hashes.details[0]),
        hash(hashes.details[1]),
        hash(hashes.departments),
    ]
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
