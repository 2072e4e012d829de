//! Reading records.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use wecom_contacts::{CorpId, DepartmentId, TagId, UserId};

use super::{
    database,
    row::{self, MEMBER_COLUMNS, ReadColumns, json, seen, seen_json, state, timestamp},
};
use crate::{
    Coverage, Error, FieldSet, Result,
    journal::{Action, Cause, Change, ObjectKind},
    record::{DepartmentRecord, MemberRecord, PersonId, Seat, TagRecord},
    store::{
        CorpSummary, CredentialRecord, KnownRow, MemberKey, PullProgress, PullRecord, SearchRow, SearchText,
        columns,
    },
};

/// Returns the number of the corp in this file, if it has one.
pub(super) fn corp_number(connection: &Connection, corp: &CorpId) -> Result<Option<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT corp FROM corp WHERE corp_id = ?1").map_err(database)?;
    statement.query_row([corp.as_str()], |row| row.get(0)).optional().map_err(database)
}

pub(super) fn corps(connection: &Connection) -> Result<Vec<CorpSummary>> {
    let corps = rows(connection, "SELECT corp, corp_id FROM corp ORDER BY corp_id", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    corps.into_iter().map(|(number, corp)| summary(connection, number, corp)).collect()
}

fn summary(connection: &Connection, number: i64, corp: String) -> Result<CorpSummary> {
    let pull = |condition: &str| {
        let sql = format!("SELECT * FROM pull WHERE corp = ?1 {condition} ORDER BY pull DESC LIMIT 1");
        connection.query_row(&sql, [number], pull).optional().map_err(database)
    };
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table} WHERE corp = ?1 AND state = 'present'");
        connection.query_row(&sql, [number], |row| row.get::<_, i64>(0)).map_err(database)
    };
    Ok(CorpSummary {
        corp: CorpId::new(corp),
        last_pull: pull("")?,
        last_complete: pull("AND is_complete = 1")?,
        last_existence: pull("AND existence = 1")?,
        members: count("member")?.unsigned_abs(),
        departments: count("department")?.unsigned_abs(),
        tags: count("tag")?.unsigned_abs(),
    })
}

fn pull(row: &Row<'_>) -> rusqlite::Result<PullRecord> {
    let level = |column: &str| json(&format!("\"{}\"", row.get::<_, String>(column)?));
    Ok(PullRecord {
        id: row.get("pull")?,
        started_at: timestamp(row.get("started_at")?)?,
        ended_at: timestamp(row.get("ended_at")?)?,
        coverage: Coverage {
            members: level("members")?,
            departments: level("departments")?,
            tags: level("tags")?,
        },
        existence: row.get("existence")?,
        is_complete: row.get("is_complete")?,
        report: json(&row.get::<_, String>("report")?)?,
    })
}

pub(super) fn progress(connection: &Connection, corp: &CorpId) -> Result<Option<PullProgress>> {
    let sql = "SELECT progress FROM pull_progress JOIN corp USING (corp) WHERE corp_id = ?1";
    let text: Option<String> =
        connection.query_row(sql, [corp.as_str()], |row| row.get(0)).optional().map_err(database)?;
    text.map(|text| json(&text).map_err(database)).transpose()
}

pub(super) fn credentials(connection: &Connection, corp: &CorpId) -> Result<Vec<CredentialRecord>> {
    let sql = "SELECT source, agent_id, sees_sensitive, sees_everybody, read_at FROM credential JOIN corp USING (corp)
               WHERE corp_id = ?1 ORDER BY source, agent_id";
    rows(connection, sql, [corp.as_str()], |row| {
        let agent: i64 = row.get(1)?;
        Ok(CredentialRecord {
            source: json(&format!("\"{}\"", row.get::<_, String>(0)?))?,
            agent_id: (agent != 0).then_some(agent),
            sees_sensitive: row.get(2)?,
            sees_everybody: row.get(3)?,
            read_at: timestamp(row.get(4)?)?,
        })
    })
}

pub(super) fn known_rows_after(
    connection: &Connection,
    corp: &CorpId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<KnownRow>> {
    let Some(number) = corp_number(connection, corp)? else { return Ok(Vec::new()) };
    let sql =
        "SELECT person, userid_key, state = 'present', hash_app, hash_sync, hash_departments FROM member
               WHERE corp = ?1 AND person > ?2 AND state <> 'removed' ORDER BY person LIMIT ?3";
    rows(connection, sql, params![number, first(after), limit], |row| {
        Ok(KnownRow {
            person: PersonId(row.get(0)?),
            key: MemberKey::folded(row.get_ref(1)?.as_str()?),
            is_present: row.get(2)?,
            hashes: row::hashes(row, 3)?,
        })
    })
}

pub(super) fn members(
    connection: &Connection,
    corp: &CorpId,
    keys: &[MemberKey],
) -> Result<Vec<MemberRecord>> {
    corp_number(connection, corp)?
        .map_or_else(|| Ok(Vec::new()), |number| members_of(connection, number, keys))
}

pub(super) fn members_of(
    connection: &Connection,
    number: i64,
    keys: &[MemberKey],
) -> Result<Vec<MemberRecord>> {
    // One statement for all keys: profiles showed that SQLite prepared a statement for one key again for each key.
    let sql = "SELECT * FROM member
               WHERE corp = ?1 AND userid_key IN (SELECT value FROM json_each(?2)) AND state <> 'removed'";
    let keys = row::to_json(&keys.iter().map(MemberKey::as_str).collect::<Vec<_>>())?;
    let mut members =
        rows(connection, sql, params![number, keys], |row| row::member(row, ReadColumns::ALL, Vec::new()))?;
    let persons: HashMap<i64, usize> =
        members.iter().zip(0..).filter_map(|(member, at)| Some((member.person?.0, at))).collect();
    let sql = "SELECT person, department, place, is_leader, is_main FROM seat
               WHERE person IN (SELECT value FROM json_each(?1)) ORDER BY person, department";
    let numbers = row::to_json(&persons.keys().collect::<Vec<_>>())?;
    for (person, seat) in rows(connection, sql, [numbers], |row| Ok((row.get(0)?, row::seat(row, 1)?)))? {
        if let Some(member) = persons.get(&person).and_then(|at| members.get_mut(*at)) {
            member.seats.push(seat);
        }
    }
    Ok(members)
}

pub(super) fn members_with(
    connection: &Connection,
    fields: FieldSet,
    corp: &CorpId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<MemberRecord>> {
    let Some(number) = corp_number(connection, corp)? else { return Ok(Vec::new()) };
    let read = ReadColumns::of(fields);
    // A column that is not read stays in its place.
    let columns: Vec<_> = MEMBER_COLUMNS
        .iter()
        .map(|column| if columns::is_left_out(column, fields) { "NULL" } else { column })
        .collect();
    let columns = columns.join(", ");
    let sql =
        format!("SELECT {columns} FROM member WHERE corp = ?1 AND person > ?2 ORDER BY person LIMIT ?3");
    let mut members = rows(connection, &sql, params![number, first(after), limit], |row| {
        row::member(row, read, Vec::new())
    })?;
    // All seats by one statement, in the same order.
    let Some(last) = members.last().and_then(|member| member.person) else { return Ok(members) };
    let sql = "SELECT person, department, place, is_leader, is_main FROM seat
               WHERE person > ?1 AND person <= ?2 ORDER BY person, department";
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let mut seats = statement.query([first(after), last.0]).map_err(database)?;
    let mut at = 0;
    while let Some(row) = seats.next().map_err(database)? {
        let person = PersonId(row.get(0).map_err(unreadable)?);
        while members.get(at).is_some_and(|member| member.person < Some(person)) {
            at += 1;
        }
        // Other corps in the file have persons between these.
        if let Some(member) = members.get_mut(at).filter(|member| member.person == Some(person)) {
            member.seats.push(row::seat(row, 1).map_err(unreadable)?);
        }
    }
    Ok(members)
}

fn first(after: Option<PersonId>) -> i64 {
    after.map_or(i64::MIN, |person| person.0)
}

pub(super) fn seats(connection: &Connection, person: i64) -> rusqlite::Result<Vec<Seat>> {
    let mut statement = connection.prepare_cached(
        "SELECT department, place, is_leader, is_main FROM seat WHERE person = ?1 ORDER BY department",
    )?;
    statement.query_map([person], |row| row::seat(row, 0))?.collect()
}

pub(super) fn departments(connection: &Connection, corp: &CorpId) -> Result<Vec<DepartmentRecord>> {
    let sql = "SELECT d.* FROM department d JOIN corp USING (corp) WHERE corp_id = ?1 ORDER BY id";
    rows(connection, sql, [corp.as_str()], |row| {
        Ok(DepartmentRecord {
            id: DepartmentId::from(row.get::<_, u32>("id")?),
            state: state(&row.get::<_, String>("state")?)?,
            name: seen(row.get("name")?),
            name_en: seen(row.get("name_en")?),
            parent: seen(row.get::<_, Option<u32>>("parent")?.map(DepartmentId::from)),
            order: seen(row.get("place")?),
            leaders: seen_json(row.get("leaders")?)?,
            read_at: timestamp(row.get("read_at")?)?,
        })
    })
}

pub(super) fn tags(connection: &Connection, corp: &CorpId) -> Result<Vec<TagRecord>> {
    let Some(number) = corp_number(connection, corp)? else { return Ok(Vec::new()) };
    rows(connection, "SELECT * FROM tag WHERE corp = ?1 ORDER BY id", [number], |row| {
        let tag: u32 = row.get("id")?;
        let has_members: bool = row.get("has_members")?;
        let has_departments: bool = row.get("has_departments")?;
        Ok(TagRecord {
            id: TagId::from(tag),
            state: state(&row.get::<_, String>("state")?)?,
            name: seen(row.get("name")?),
            members: seen(has_members.then(|| tag_members(connection, number, tag)).transpose()?),
            members_complete: row.get("members_complete")?,
            departments: seen(has_departments.then(|| tag_departments(connection, number, tag)).transpose()?),
            read_at: timestamp(row.get("read_at")?)?,
        })
    })
}

fn tag_members(connection: &Connection, corp: i64, tag: u32) -> rusqlite::Result<Vec<UserId>> {
    let sql = "SELECT userid FROM tag_member WHERE corp = ?1 AND tag = ?2 ORDER BY userid_key";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([corp, tag.into()], |row| Ok(UserId::new(row.get::<_, String>(0)?)))?.collect()
}

fn tag_departments(connection: &Connection, corp: i64, tag: u32) -> rusqlite::Result<Vec<DepartmentId>> {
    let sql = "SELECT department FROM tag_department WHERE corp = ?1 AND tag = ?2 ORDER BY department";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([corp, tag.into()], |row| Ok(DepartmentId::from(row.get::<_, u32>(0)?)))?.collect()
}

pub(super) fn head_counts(connection: &Connection, corp: &CorpId) -> Result<HashMap<DepartmentId, u64>> {
    let sql = "SELECT s.department, count(*) FROM member m JOIN corp USING (corp) JOIN seat s USING (person)
               WHERE corp_id = ?1 AND m.state <> 'removed' GROUP BY s.department";
    let counts = rows(connection, sql, [corp.as_str()], |row| {
        Ok((DepartmentId::from(row.get::<_, u32>(0)?), row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(counts.into_iter().collect())
}

pub(super) fn search_rows(
    connection: &Connection,
    corp: &CorpId,
    mask: i64,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<SearchRow>> {
    let Some(number) = corp_number(connection, corp)? else { return Ok(Vec::new()) };
    let sql = "SELECT s.person, s.mask, s.text, seat.department FROM
                   (SELECT person, mask, text FROM member_search
                     WHERE corp = ?1 AND mask & ?2 = ?2 AND person > ?3 ORDER BY person LIMIT ?4) s
               LEFT JOIN seat ON seat.person = s.person ORDER BY s.person, seat.department";
    let mut found: Vec<SearchRow> = Vec::new();
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let mut seats = statement.query(params![number, mask, first(after), limit]).map_err(database)?;
    let mut read = |row: &Row<'_>| {
        let person = PersonId(row.get(0)?);
        let department = row.get::<_, Option<u32>>(3)?.map(DepartmentId::from);
        match found.last_mut().filter(|last| last.person == person) {
            Some(last) => last.departments.extend(department),
            None => found.push(SearchRow {
                person,
                search: SearchText { mask: row.get(1)?, text: row.get(2)? },
                departments: department.into_iter().collect(),
            }),
        }
        Ok(())
    };
    while let Some(seat) = seats.next().map_err(database)? {
        read(seat).map_err(database)?;
    }
    drop(seats);
    Ok(found)
}

pub(super) fn history(
    connection: &Connection,
    corp: &CorpId,
    kind: ObjectKind,
    id: &str,
) -> Result<Vec<Change>> {
    let Some(number) = corp_number(connection, corp)? else { return Ok(Vec::new()) };
    // A person's changes under earlier userids belong to the history, and those of an earlier person with this userid do, too.
    let sql = "SELECT seq, at, kind, id, person, action, fields, cause, operator FROM change
               WHERE corp = ?1 AND kind = ?2 AND (id_key = ?3 OR person IN
                   (SELECT person FROM change WHERE corp = ?1 AND kind = ?2 AND id_key = ?3 AND person IS NOT NULL
                    UNION SELECT person FROM member WHERE corp = ?1 AND userid_key = ?3 AND ?2 = 'member'))
               ORDER BY seq";
    rows(connection, sql, params![number, kind.as_str(), id.to_ascii_lowercase()], change)
}

pub(super) fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let word = |column: &str| Ok::<_, rusqlite::Error>(format!("\"{}\"", row.get::<_, String>(column)?));
    Ok(Change {
        seq: row.get("seq")?,
        at: timestamp(row.get("at")?)?,
        kind: json::<ObjectKind>(&word("kind")?)?,
        id: row.get("id")?,
        person: row.get::<_, Option<i64>>("person")?.map(PersonId),
        action: json::<Action>(&word("action")?)?,
        fields: json(&row.get::<_, String>("fields")?)?,
        cause: Cause(row.get("cause")?),
        operator: row.get("operator")?,
    })
}

/// Runs a query and collects its rows.
pub(super) fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let found = statement.query_map(params, read).map_err(database)?;
    found.collect::<rusqlite::Result<_>>().map_err(unreadable)
}

/// The error of a row that cannot be read.
fn unreadable(error: rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::FromSqlConversionFailure(..) => {
            Error::Damaged("a value is not of its column's type")
        }
        error => database(error),
    }
}
