//! Rows to records.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio_postgres::{Row, types::FromSql};
use wecom_contacts::{
    DepartmentId, OpenUserId, Seen, UserId,
    members::{Gender, Member, MemberStatus},
};

use super::failure::damaged;
use crate::{
    Error, FieldSet, Result,
    journal::{Cause, Change},
    record::{MemberRecord, PersonId, RowHashes, Seat},
    store::{
        PullRecord,
        columns::{self, seen},
    },
};

/// Reads the columns of a row from the first to the last.
pub(super) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    pub(super) fn next<T: FromSql<'a>>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.try_get(self.next - 1).map_err(damaged)
    }

    pub(super) fn count(&mut self) -> Result<u64> {
        self.next().map(i64::unsigned_abs)
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        Ok(self.next::<i64>()? != 0)
    }

    pub(super) fn seen_flag(&mut self) -> Result<Seen<bool>> {
        Ok(seen(self.next::<Option<i64>>()?).map(|flag| flag != 0))
    }

    pub(super) fn seen_text(&mut self) -> Result<Seen<String>> {
        self.next().map(seen)
    }

    /// An id or a place, which has 32 bits in the API.
    pub(super) fn number(&mut self) -> Result<u32> {
        number(self.next()?)
    }

    /// A list of ids; NULL is an empty one.
    pub(super) fn numbers(&mut self) -> Result<Vec<u32>> {
        self.next::<Option<Vec<i64>>>()?.into_iter().flatten().map(number).collect()
    }

    pub(super) fn seen_number(&mut self) -> Result<Seen<u32>> {
        self.next::<Option<i64>>()?.map(number).transpose().map(seen)
    }

    pub(super) fn timestamp(&mut self) -> Result<Timestamp> {
        Timestamp::from_millisecond(self.next()?).map_err(|_| Error::Damaged("a time is out of range"))
    }

    pub(super) fn timestamp_or_null(&mut self) -> Result<Option<Timestamp>> {
        let millis = self.next::<Option<i64>>()?;
        let timestamp = |millis| {
            Timestamp::from_millisecond(millis).map_err(|_| Error::Damaged("a time is out of range"))
        };
        millis.map(timestamp).transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        json(self.next()?)
    }

    pub(super) fn seen_json<T: DeserializeOwned>(&mut self) -> Result<Seen<T>> {
        self.next::<Option<&str>>()?.map(json).transpose().map(seen)
    }

    /// A word that an enum has in JSON.
    pub(super) fn word<T: DeserializeOwned>(&mut self) -> Result<T> {
        json(&format!("\"{}\"", self.next::<&str>()?))
    }

    pub(super) fn hashes(&mut self) -> Result<RowHashes> {
        let mut hash = || Ok::<_, Error>(self.next::<Option<i64>>()?.map(i64::cast_unsigned));
        Ok(RowHashes { details: [hash()?, hash()?], departments: hash()? })
    }

    /// The seats as four lists; see [`SEATS`].
    fn seats(&mut self) -> Result<Vec<Seat>> {
        let departments = self.numbers()?;
        let columns: [Option<Vec<Option<i64>>>; 3] = [self.next()?, self.next()?, self.next()?];
        let [places, leads, mains]: [Vec<Option<i64>>; 3] = columns.map(Option::unwrap_or_default);
        if [&places, &leads, &mains].iter().any(|column| column.len() != departments.len()) {
            return Err(Error::Damaged("the columns of seats differ in length"));
        }
        let flag = |flag: Option<i64>| seen(flag).map(|flag| flag != 0);
        let seat = |(index, department): (usize, u32)| {
            Ok(Seat {
                department: DepartmentId(department),
                order: seen(places[index].map(number).transpose()?),
                is_leader: flag(leads[index]),
                is_main: flag(mains[index]),
            })
        };
        departments.into_iter().enumerate().map(seat).collect()
    }
}

fn number(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| Error::Damaged("a number is out of range"))
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::Damaged("a value is not of its column's type"))
}

/// The seats of `m`, a member, in the order of the departments, as four lists of a query's last columns.
pub(super) const SEATS: &str = "LEFT JOIN LATERAL (
    SELECT array_agg(department ORDER BY department) AS departments, array_agg(place ORDER BY department) AS places,
           array_agg(is_leader ORDER BY department) AS leads, array_agg(is_main ORDER BY department) AS mains
    FROM seat WHERE seat.person = m.person) AS seats ON true";

/// The columns of [`SEATS`].
pub(super) const SEAT_COLUMNS: &str = "seats.departments, seats.places, seats.leads, seats.mains";

/// Reads a member from a row that has [`MEMBER_COLUMNS`](columns::MEMBER_COLUMNS) and [`SEAT_COLUMNS`].
pub(super) fn member(row: &Row) -> Result<MemberRecord> {
    let mut row = Columns::of(row);
    let person = PersonId(row.next()?);
    row.next::<i64>()?;
    let mut member = Member::default();
    member.userid = UserId::new(row.next::<&str>()?);
    row.next::<&str>()?;
    let state = row.word()?;
    member.name = row.seen_text()?;
    member.alias = row.seen_text()?;
    member.mobile = row.seen_text()?;
    member.email = row.seen_text()?;
    member.biz_mail = row.seen_text()?;
    member.biz_mail_alias = row.seen_json()?;
    member.direct_leader = row.seen_text()?.map(|leader| columns::leaders(&leader));
    member.position = row.seen_text()?;
    member.gender = row.seen_text()?.map(|gender| Gender::from(gender.as_str()));
    member.telephone = row.seen_text()?;
    member.address = row.seen_text()?;
    member.status = seen(row.next::<Option<i64>>()?).map(MemberStatus::from);
    member.enable = row.seen_flag()?;
    member.avatar = row.seen_text()?;
    member.thumb_avatar = row.seen_text()?;
    member.qr_code = row.seen_text()?;
    member.extattr = row.seen_json()?;
    member.external_profile = row.seen_json()?;
    member.external_position = row.seen_text()?;
    member.open_userid = row.seen_text()?.map(OpenUserId::new);
    member.english_name = row.seen_text()?;
    member.isleader = row.seen_flag()?;
    member.hide_mobile = row.seen_flag()?;
    // The hidden fields are those whose columns are NULL.
    row.next::<i64>()?;
    let shown = [FieldSet::from_bits(row.next()?), FieldSet::from_bits(row.next()?)];
    let read_at = row.timestamp()?;
    let hashes = row.hashes()?;
    Ok(MemberRecord { person: Some(person), state, member, seats: row.seats()?, shown, read_at, hashes })
}

/// The columns of a pull.
pub(super) const PULL_COLUMNS: &str =
    "pull, corp, started_at, ended_at, members, departments, tags, existence, is_complete, report";

/// Reads a pull from a row that has [`PULL_COLUMNS`].
pub(super) fn pull(row: &Row) -> Result<PullRecord> {
    let mut row = Columns::of(row);
    let id = row.next()?;
    row.next::<i64>()?;
    Ok(PullRecord {
        id,
        started_at: row.timestamp()?,
        ended_at: row.timestamp()?,
        coverage: crate::Coverage { members: row.word()?, departments: row.word()?, tags: row.word()? },
        existence: row.flag()?,
        is_complete: row.flag()?,
        report: row.json()?,
    })
}

/// The columns of a change.
pub(super) const CHANGE_COLUMNS: &str = "seq, at, kind, id, person, action, fields, cause, operator";

/// Reads a change from a row that has [`CHANGE_COLUMNS`].
pub(super) fn change(row: &Row) -> Result<Change> {
    let mut row = Columns::of(row);
    Ok(Change {
        seq: row.next()?,
        at: row.timestamp()?,
        kind: row.word()?,
        id: row.next()?,
        person: row.next::<Option<i64>>()?.map(PersonId),
        action: row.word()?,
        fields: row.json()?,
        cause: Cause(row.next()?),
        operator: row.next()?,
    })
}
