//! The tables as they are, for copies from one store to another.

use rusqlite::{Connection, params_from_iter, types::ValueRef};
use serde_json::Value;

use super::database;
use crate::{Error, Result, store::Table};

pub(super) fn dump(
    connection: &Connection,
    table: &Table,
    after: Option<Vec<Value>>,
    limit: u32,
) -> Result<Vec<Vec<Value>>> {
    let columns = table.columns.join(", ");
    let key = table.columns[..table.key].join(", ");
    let places = vec!["?"; table.key].join(", ");
    let behind = if after.is_some() { format!("WHERE ({key}) > ({places})") } else { String::new() };
    let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {limit}", table.name);
    let mut statement = connection.prepare(&sql).map_err(database)?;
    let row = after.into_iter().flatten().take(table.key).map(sql_value).collect::<Result<Vec<_>>>()?;
    let mut found = statement.query(params_from_iter(row)).map_err(database)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(database)? {
        let value = |index| row.get_ref(index).map(value).map_err(database);
        rows.push((0..table.columns.len()).map(value).collect::<Result<_>>()?);
    }
    Ok(rows)
}

pub(super) fn load(connection: &mut Connection, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    let places: Vec<_> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
    let sql =
        format!("INSERT INTO {} ({}) VALUES ({})", table.name, table.columns.join(", "), places.join(", "));
    let transaction = connection.transaction().map_err(database)?;
    {
        let mut statement = transaction.prepare(&sql).map_err(database)?;
        for row in rows {
            let values = row.into_iter().map(sql_value).collect::<Result<Vec<_>>>()?;
            statement.execute(params_from_iter(values)).map_err(database)?;
        }
    }
    transaction.commit().map_err(database)
}

/// A value of a row as JSON. The mirror has no bytes; those of a statement's own are in hexadecimal.
pub(super) fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

fn sql_value(value: Value) -> Result<rusqlite::types::Value> {
    use rusqlite::types::Value as Sql;

    Ok(match value {
        Value::Null => Sql::Null,
        Value::Bool(flag) => Sql::Integer(flag.into()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Sql::Integer(number),
            None => Sql::Real(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Sql::Text(text),
        Value::Array(_) | Value::Object(_) => return Err(Error::Damaged("a value of a table is a list")),
    })
}
