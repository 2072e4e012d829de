//! The writes of a run. Its transaction is short and holds the write lock of the file from its beginning, so that nothing is staged.

use std::sync::LazyLock;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::{
    database, read,
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

/// The place of the member in the index of userids stays.
static UPDATE_MEMBER: LazyLock<String> = LazyLock::new(|| {
    let place =
        |column: &str| MEMBER_COLUMNS.iter().position(|known| *known == column).map_or(0, |at| at + 1);
    let set = |column: &&str| format!("{column} = ?{}", place(column));
    let beside: Vec<_> = row::columns_beside_index().iter().map(set).collect();
    let same = ["person", "corp", "userid_key", "state"].map(|column| set(&column));
    format!("UPDATE member SET {} WHERE {}", beside.join(", "), same.join(" AND "))
});

/// Adds a member, or replaces the one with this number, with the seats and the search row. Returns the number of the person. `seats`
/// are those that the file has of the member, if they were read.
pub(super) fn put_member(
    connection: &Connection,
    corp: i64,
    write: &MemberWrite,
    seats: Option<&[Seat]>,
) -> Result<PersonId> {
    let MemberWrite { record, search } = write;
    let person = match record.person {
        Some(person) => person,
        None => {
            run(connection, "INSERT INTO person (corp) VALUES (?1)", &[&corp])?;
            PersonId(connection.last_insert_rowid())
        }
    };
    let columns = MemberColumns::of(&record.member)?;
    let values = row::member_values(person.0, Some(corp), record, &columns);
    let execute = |sql: &str| {
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(&values)))
            .map_err(database)
    };
    if record.person.is_none() || execute(&UPDATE_MEMBER)? == 0 {
        execute(&PUT_MEMBER)?;
    }
    match (seats, record.person) {
        (Some(known), _) => replace_seats(connection, person, known, &record.seats)?,
        (None, None) => replace_seats(connection, person, &[], &record.seats)?,
        (None, Some(_)) => {
            let known = read::seats(connection, person.0).map_err(database)?;
            replace_seats(connection, person, &known, &record.seats)?;
        }
    }
    if record.state == State::Removed {
        run(connection, "DELETE FROM member_search WHERE person = ?1", &[&person.0])?;
    } else {
        let search: [&dyn ToSql; 4] = [&person.0, &corp, &search.mask, &search.text];
        let sql = "INSERT INTO member_search VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (person) DO UPDATE SET mask = excluded.mask, text = excluded.text
                   WHERE mask <> excluded.mask OR text <> excluded.text";
        run(connection, sql, &search)?;
    }
    Ok(person)
}

/// Replaces the seats that the file has of a member, if they differ.
fn replace_seats(connection: &Connection, person: PersonId, known: &[Seat], seats: &[Seat]) -> Result<()> {
    if known == seats {
        return Ok(());
    }
    if !known.is_empty() {
        run(connection, "DELETE FROM seat WHERE person = ?1", &[&person.0])?;
    }
    for Seat { department, order, is_leader, is_main } in seats {
        run(
            connection,
            "INSERT INTO seat VALUES (?1, ?2, ?3, ?4, ?5)",
            &[&person.0, &department.0, &order.known(), &is_leader.known(), &is_main.known()],
        )?;
    }
    Ok(())
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
