//! The tables as they are, for copies from one store to another.

use deadpool_postgres::{ClientWrapper, Pool};
use serde_json::Value;
use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::{
    connect,
    copy::Rows,
    failure::{damaged, database},
    read,
    write::run,
};
use crate::{
    Error, Result,
    store::{Table, tables::TABLES},
};

/// The tables that number their rows, and the columns.
const NUMBERED: &[(&str, &str)] =
    &[("corp", "corp"), ("pull", "pull"), ("person", "person"), ("change", "seq"), ("run", "run")];

pub(super) async fn dump(
    client: &ClientWrapper,
    table: &Table,
    after: Option<&[Value]>,
    limit: u32,
) -> Result<Vec<Vec<Value>>> {
    let columns = table.columns.join(", ");
    let key = table.columns[..table.key].join(", ");
    let places: Vec<_> = (1..=table.key).map(|place| format!("${place}")).collect();
    let behind = after.map_or_else(String::new, |_| format!("WHERE ({key}) > ({})", places.join(", ")));
    let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {limit}", table.name);
    let after: Vec<_> = after.into_iter().flatten().take(table.key).map(parameter).collect::<Result<_>>()?;
    let after: Vec<_> = after.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
    read::rows(client, &sql, &after, |row| (0..row.len()).map(|index| value(row, index)).collect()).await
}

pub(super) async fn load(connections: &Pool, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    let mut copied = Rows::default();
    for row in &rows {
        for value in row {
            copied.value(value)?;
        }
        copied.end();
    }
    // A failure ends the connection, and the transaction with it.
    let client = connect::separate(connections).await?;
    client.batch_execute("BEGIN").await.map_err(database)?;
    copied.send(&client, &format!("{} ({})", table.name, table.columns.join(", "))).await?;
    if let Some((name, column)) = NUMBERED.iter().find(|(name, _)| *name == table.name) {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', '{column}'), max({column})) FROM {name} HAVING max({column}) > 0"
        );
        run(&client, &sql, &[]).await?;
    }
    client.batch_execute("COMMIT").await.map_err(database)
}

/// Deletes the rows of a mirror without a corp. Returns whether it has none.
pub(super) async fn clear(connections: &Pool) -> Result<bool> {
    let client = connect::separate(connections).await?;
    client.batch_execute("BEGIN; LOCK TABLE corp IN ACCESS EXCLUSIVE MODE").await.map_err(database)?;
    if client.query_opt("SELECT FROM corp LIMIT 1", &[]).await.map_err(database)?.is_some() {
        return Ok(false);
    }
    let tables: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    let sql = format!("TRUNCATE {}; COMMIT", tables.join(", "));
    client.batch_execute(&sql).await.map_err(database)?;
    Ok(true)
}

/// A value of a table, which has numbers and texts alone.
fn value(row: &Row, index: usize) -> Result<Value> {
    Ok(match *row.columns()[index].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(index).map_err(damaged)?.into(),
        _ => row.try_get::<_, Option<String>>(index).map_err(damaged)?.into(),
    })
}

fn parameter(value: &Value) -> Result<Box<dyn ToSql + Sync + Send>> {
    match value {
        Value::Number(number) if number.is_i64() => Ok(Box::new(number.as_i64())),
        Value::String(text) => Ok(Box::new(text.clone())),
        _ => Err(Error::Damaged("a key of a table is neither a number nor a text")),
    }
}
