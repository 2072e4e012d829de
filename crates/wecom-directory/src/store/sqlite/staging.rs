//! What a transaction holds back until its commit, in temporary tables of its connection.
//!
//! SQLite has one write lock for a whole file. A pull that wrote its rows as they come would keep the writers of other corps waiting
//! until it ends. Temporary tables need no lock. Their file has no name, so that it ends with the process, also with one that is
//! killed. SQLite creates it in the directory that `SQLITE_TMPDIR` or `TMPDIR` names, else in `/var/tmp`.

use std::{collections::HashSet, sync::LazyLock};

use rusqlite::{
    Connection, OptionalExtension as _, Row, ToSql, params, params_from_iter, types::ToSqlOutput,
};

use super::{
    database, read,
    row::{self, MEMBER_COLUMNS, MemberColumns, ReadColumns, millis, to_json},
    run,
};
use crate::{
    Result,
    journal::{Cause, Change, ObjectKind},
    record::{MemberRecord, PersonId, Seat, State},
    store::{MemberKey, MemberWrite},
};

/// Persons who are new have numbers above this one until the commit, which knows the last number of the file.
const PROVISIONAL: i64 = 1 << 62;

/// The columns of a change without the corp.
const CHANGE_COLUMNS: &str = "at, kind, id, id_key, person, action, fields, cause, operator";

/// Whether a member of the file, `m`, has the same place in the index of userids as the staged one, `s`.
const SAME_KEY: &str = "s.userid_key = m.userid_key AND s.state = m.state";

static SQL: LazyLock<Sql> = LazyLock::new(Sql::new);

struct Sql {
    create: String,
    put_member: String,
    /// The statements that move everything into the file, in their order. `?1` is the corp, `?2` the last number of a person in the file.
    moves: Vec<String>,
}

impl Sql {
    fn new() -> Self {
        // The first two are the person and the corp.
        let columns = MEMBER_COLUMNS[2..].join(", ");
        let places: Vec<_> = (1..=MEMBER_COLUMNS.len() + 2).map(|place| format!("?{place}")).collect();
        // SQLite finds a row of `staged_seat` by its key only if the columns have the type of those that they are compared with.
        let create = format!(
            "PRAGMA temp_store = FILE;
             CREATE TEMP TABLE IF NOT EXISTS staged_member (person INTEGER PRIMARY KEY, corp, {columns}, mask, search);
             CREATE TEMP TABLE IF NOT EXISTS staged_seat (person INTEGER, department INTEGER, place INTEGER, is_leader INTEGER,
                 is_main INTEGER, PRIMARY KEY (person, department)) WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS staged_change (seq INTEGER PRIMARY KEY, {CHANGE_COLUMNS});"
        );
        let put_member = format!("INSERT OR REPLACE INTO staged_member VALUES ({})", places.join(", "));
        Self { create, put_member, moves: moves(&columns) }
    }
}

/// Each statement looks only at what is staged, and at rows of the file with the same keys.
fn moves(columns: &str) -> Vec<String> {
    let person = number("person");
    let known = format!("SELECT person FROM staged_member WHERE person <= {PROVISIONAL}");
    let removed = State::Removed.as_str();
    vec![
        format!(
            "INSERT INTO person (corp, person) SELECT ?1, {person} FROM staged_member
             WHERE person > {PROVISIONAL} ORDER BY person"
        ),
        // Known members whose place in the index stays. A row that is equal is not written: the pages of one percent of the members are many.
        // With `UPDATE … FROM`, SQLite would read all members of the file.
        format!(
            "UPDATE member SET ({beside}) = (SELECT {beside} FROM staged_member s WHERE s.person = member.person)
             WHERE person IN (
                 SELECT s.person FROM staged_member s CROSS JOIN member m ON m.person = s.person
                 WHERE s.person <= {PROVISIONAL} AND {SAME_KEY})",
            beside = row::columns_beside_index().join(", ")
        ),
        // All others.
        format!(
            "INSERT OR REPLACE INTO member (person, corp, {columns})
             SELECT {person}, ?1, {columns} FROM staged_member s
             WHERE s.person > {PROVISIONAL}
                OR NOT EXISTS (SELECT 1 FROM member m WHERE m.person = s.person AND {SAME_KEY})
             ORDER BY s.person"
        ),
        format!(
            "DELETE FROM seat WHERE person IN ({known}) AND NOT EXISTS (
                 SELECT 1 FROM staged_seat s WHERE s.person = seat.person AND s.department = seat.department
                    AND s.place IS seat.place AND s.is_leader IS seat.is_leader AND s.is_main IS seat.is_main)"
        ),
        format!(
            "INSERT OR IGNORE INTO seat SELECT {person}, department, place, is_leader, is_main FROM staged_seat
             ORDER BY staged_seat.person, department"
        ),
        format!("DELETE FROM member_search WHERE person IN ({known} AND state = '{removed}')"),
        format!(
            "INSERT OR REPLACE INTO member_search SELECT {person}, ?1, mask, search FROM staged_member s
             WHERE state <> '{removed}' AND NOT EXISTS (
                 SELECT 1 FROM member_search m WHERE m.person = s.person AND m.mask = s.mask AND m.text = s.search)
             ORDER BY s.person"
        ),
        format!(
            "INSERT INTO change (corp, {CHANGE_COLUMNS})
             SELECT ?1, at, kind, id, id_key, {person}, action, fields, cause, operator FROM staged_change ORDER BY seq"
        ),
    ]
}

/// The final number of a person, in SQL; `?2` is the last number of the file.
fn number(person: &str) -> String {
    format!("iif({person} > {PROVISIONAL}, {person} - {PROVISIONAL} + ?2, {person})")
}

/// The rows of a transaction that are not in the file yet.
#[derive(Debug, Default)]
pub(super) struct Staging {
    /// Whether the tables exist.
    is_open: bool,
    /// How many persons are new.
    new_persons: i64,
    /// Whether new members can be found by their keys.
    has_member_index: bool,
    /// Whether changes can be found by their objects.
    has_change_index: bool,
}

impl Staging {
    fn open(&mut self, connection: &Connection) -> Result<()> {
        if !self.is_open {
            connection.execute_batch(&SQL.create).map_err(database)?;
            self.is_open = true;
        }
        Ok(())
    }

    /// Adds members. Returns their numbers, which are provisional for new persons.
    pub(super) fn put_members(
        &mut self,
        connection: &Connection,
        members: &[MemberWrite],
    ) -> Result<Vec<PersonId>> {
        self.open(connection)?;
        // Without a transaction each statement would end with one of its own.
        connection.execute_batch("SAVEPOINT members").map_err(database)?;
        let persons = members.iter().map(|member| self.put_member(connection, member)).collect();
        connection.execute_batch("RELEASE members").map_err(database)?;
        persons
    }

    fn put_member(&mut self, connection: &Connection, write: &MemberWrite) -> Result<PersonId> {
        let MemberWrite { record, search } = write;
        let MemberRecord { person, seats, .. } = record;
        let number = person.map_or_else(
            || {
                self.new_persons += 1;
                PROVISIONAL + self.new_persons
            },
            |person| person.0,
        );
        let columns = MemberColumns::of(&record.member)?;
        let values = row::member_values(number, None, record, &columns).into_iter();
        let search = [ToSqlOutput::from(search.mask), ToSqlOutput::from(search.text.as_str())];
        let mut statement = connection.prepare_cached(&SQL.put_member).map_err(database)?;
        statement.execute(params_from_iter(values.chain(search))).map_err(database)?;
        if person.is_some() {
            run(connection, "DELETE FROM staged_seat WHERE person = ?1", &[&number])?;
        }
        for Seat { department, order, is_leader, is_main } in seats {
            run(
                connection,
                "INSERT INTO staged_seat VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&number, &department.0, &order.known(), &is_leader.known(), &is_main.known()],
            )?;
        }
        Ok(PersonId(number))
    }

    /// Returns the records of these members: the staged one, else that of the file.
    pub(super) fn members(
        &mut self,
        connection: &Connection,
        corp: Option<i64>,
        keys: &[MemberKey],
    ) -> Result<Vec<MemberRecord>> {
        let in_file = corp.map_or_else(|| Ok(Vec::new()), |corp| read::members_of(connection, corp, keys))?;
        if !self.is_open {
            return Ok(in_file);
        }
        let known: HashSet<_> = in_file.iter().map(|record| MemberKey::from(&record.member.userid)).collect();
        let new: Vec<_> = keys.iter().filter(|key| !known.contains(key)).collect();
        let mut found = Vec::with_capacity(keys.len());
        for record in in_file {
            let person = record.person.map(|person| person.0);
            let sql = "SELECT * FROM staged_member WHERE person = ?1";
            found.push(staged(connection, sql, &[&person])?.unwrap_or(record));
        }
        if !new.is_empty() && !self.has_member_index {
            let sql = format!(
                "CREATE INDEX IF NOT EXISTS temp.staged_member_key ON staged_member (userid_key) WHERE person > {PROVISIONAL}"
            );
            connection.execute_batch(&sql).map_err(database)?;
            self.has_member_index = true;
        }
        for key in new {
            let sql = format!("SELECT * FROM staged_member WHERE person > {PROVISIONAL} AND userid_key = ?1");
            found.extend(staged(connection, &sql, &[&key.as_str()])?);
        }
        Ok(found)
    }

    pub(super) fn put_changes(&mut self, connection: &Connection, changes: &[Change]) -> Result<()> {
        self.open(connection)?;
        connection.execute_batch("SAVEPOINT changes").map_err(database)?;
        let put = changes.iter().try_for_each(|change| {
            run(
                connection,
                "INSERT INTO staged_change VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                &[
                    &millis(change.at),
                    &change.kind.as_str(),
                    &change.id,
                    &change.id.to_ascii_lowercase(),
                    &change.person.map(|person| person.0),
                    &change.action.as_str(),
                    &to_json(&change.fields)?,
                    &change.cause.0,
                    &change.operator,
                ],
            )
        });
        connection.execute_batch("RELEASE changes").map_err(database)?;
        put
    }

    /// Removes the change of this object and returns it.
    pub(super) fn take_change(
        &mut self,
        connection: &Connection,
        cause: &Cause,
        kind: ObjectKind,
        id: &str,
    ) -> Result<Option<Change>> {
        self.open(connection)?;
        if !self.has_change_index {
            connection
                .execute_batch(
                    "CREATE INDEX IF NOT EXISTS temp.staged_change_object ON staged_change (id_key, kind)",
                )
                .map_err(database)?;
            self.has_change_index = true;
        }
        let sql = "DELETE FROM staged_change WHERE id_key = ?1 AND kind = ?2 AND cause = ?3
                   RETURNING seq, at, kind, id, person, action, fields, cause, operator";
        let mut statement = connection.prepare_cached(sql).map_err(database)?;
        let params = params![id.to_ascii_lowercase(), kind.as_str(), cause.0];
        statement.query_row(params, read::change).optional().map_err(database)
    }

    /// Returns the changes in the order in which they were put.
    pub(super) fn changes(&mut self, connection: &Connection, cause: &Cause) -> Result<Vec<Change>> {
        self.open(connection)?;
        let sql = "SELECT seq, at, kind, id, person, action, fields, cause, operator FROM staged_change
                   WHERE cause = ?1 ORDER BY seq";
        read::rows(connection, sql, [&cause.0], read::change)
    }

    /// Moves everything into the file, in the transaction that the connection has begun.
    pub(super) fn move_into(&mut self, connection: &Connection, corp: i64) -> Result<()> {
        if !self.is_open {
            return Ok(());
        }
        let last: i64 = connection
            .query_row("SELECT coalesce(max(person), 0) FROM person", [], |row| row.get(0))
            .map_err(database)?;
        let numbers: [&dyn ToSql; 2] = [&corp, &last];
        for sql in &SQL.moves {
            let mut statement = connection.prepare_cached(sql).map_err(database)?;
            let used = &numbers[..statement.parameter_count()];
            statement.execute(used).map_err(database)?;
        }
        for table in ["staged_member", "staged_seat", "staged_change"] {
            run(connection, &format!("DELETE FROM {table}"), &[])?;
        }
        self.new_persons = 0;
        Ok(())
    }
}

/// Returns the staged record that the statement finds.
fn staged(connection: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<Option<MemberRecord>> {
    let read = |row: &Row<'_>| {
        let mut statement = connection.prepare_cached(
            "SELECT department, place, is_leader, is_main FROM staged_seat WHERE person = ?1 ORDER BY department",
        )?;
        let seats = statement.query_map([row.get::<_, i64>("person")?], |row| row::seat(row, 0))?;
        row::member(row, ReadColumns::ALL, seats.collect::<rusqlite::Result<_>>()?)
    };
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    statement.query_row(params, read).optional().map_err(database)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step of a query plan, its parent, and what SQLite says of it.
    fn plan(connection: &Connection, sql: &str) -> Vec<(i64, i64, String)> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push((row.get(0).unwrap(), row.get(1).unwrap(), row.get(3).unwrap()));
        }
        steps
    }

    #[test]
    fn a_commit_reads_only_rows_with_the_keys_of_what_is_staged() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("migrations/0001.sql")).unwrap();
        connection.execute_batch(&SQL.create).unwrap();
        for sql in &SQL.moves {
            let steps = plan(&connection, sql);
            for (_, parent, what) in &steps {
                let is_repeated =
                    steps.iter().any(|(id, _, above)| id == parent && above.contains("CORRELATED"));
                let reads_all =
                    what.starts_with("SCAN") || what.contains("rowid<") || what.contains("rowid>");
                let is_staged = ["SCAN s", "SCAN staged_", "SEARCH s ", "SEARCH staged_"]
                    .iter()
                    .any(|table| what.starts_with(table) && !what.starts_with("SCAN seat"));
                assert!(!reads_all || is_staged && !is_repeated, "{what}: {steps:#?}");
            }
        }
    }
}
