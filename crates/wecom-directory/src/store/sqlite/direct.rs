//! The writes of a run. Its transaction is short and holds the write lock of the file from its beginning, so that nothing is staged.

use std::sync::LazyLock;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::{
    database,
    row::{self, MEMBER_COLUMNS, MemberColumns, millis, to_json},
    run,
};
use crate::{
    Result,
    journal::Change,
    record::{PersonId, Seat, State},
    store::MemberWrite,
};

static PUT_MEMBER: LazyLock<String> = LazyLock::new(|| {
    let places = vec!["?"; MEMBER_COLUMNS.len()].join(", ");
    format!("INSERT OR REPLACE INTO member ({}) VALUES ({places})", MEMBER_COLUMNS.join(", "))
});

/// Adds a member, or replaces the one with this number, with the seats and the search row. Returns the number of the person.
pub(super) fn put_member(connection: &Connection, corp: i64, write: &MemberWrite) -> Result<PersonId> {
    let MemberWrite { record, search } = write;
    let person = match record.person {
        Some(person) => {
            run(connection, "DELETE FROM seat WHERE person = ?1", &[&person.0])?;
            person
        }
        None => {
            run(connection, "INSERT INTO person (corp) VALUES (?1)", &[&corp])?;
            PersonId(connection.last_insert_rowid())
        }
    };
    let columns = MemberColumns::of(&record.member)?;
    let values = row::member_values(person.0, Some(corp), record, &columns);
    let mut statement = connection.prepare_cached(&PUT_MEMBER).map_err(database)?;
    statement.execute(params_from_iter(values)).map_err(database)?;
    for Seat { department, order, is_leader, is_main } in &record.seats {
        run(
            connection,
            "INSERT INTO seat VALUES (?1, ?2, ?3, ?4, ?5)",
            &[&person.0, &department.0, &order.known(), &is_leader.known(), &is_main.known()],
        )?;
    }
    if record.state == State::Removed {
        run(connection, "DELETE FROM member_search WHERE person = ?1", &[&person.0])?;
    } else {
        let search: [&dyn ToSql; 4] = [&person.0, &corp, &search.mask, &search.text];
        run(connection, "INSERT OR REPLACE INTO member_search VALUES (?1, ?2, ?3, ?4)", &search)?;
    }
    Ok(person)
}

/// Adds a change to the journal.
pub(super) fn put_change(connection: &Connection, corp: i64, change: &Change) -> Result<()> {
    run(
        connection,
        "INSERT INTO change (corp, at, kind, id, id_key, person, action, fields, cause, operator)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            &corp,
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
}
