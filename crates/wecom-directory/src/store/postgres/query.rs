//! One statement that only reads, for `txl sql`.
//!
//! It runs as a cursor, which takes nothing but SELECT and VALUES, in a transaction that only reads, on a connection of its own. It is
//! sent by the extended protocol, which takes one statement.

use deadpool_postgres::{ClientWrapper, Pool};
use serde_json::{Number, Value};
use tokio_postgres::{SimpleQueryMessage, types::Type};
use wecom_contacts::CorpId;

use super::{
    connect,
    failure::{database, statement},
    read,
};
use crate::{Error, Result, store::QueryRow};

/// The cursor of the statement, 256 rows at a time.
const FETCH: &str = "FETCH FORWARD 256 FROM \"txl statement\"";

/// Runs the statement, and hands its rows over one by one.
pub(super) async fn run(
    connections: &Pool,
    corp: Option<&CorpId>,
    sql: &str,
    each: &mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
) -> Result<()> {
    let client = connect::separate(connections).await?;
    client.batch_execute("BEGIN READ ONLY; SET LOCAL cursor_tuple_fraction = 1").await.map_err(database)?;
    // The views read this setting. After a first query the transaction cannot be made one that writes.
    let shown = corp.map_or("", CorpId::as_str);
    client.execute("SELECT set_config('txl.corp', $1, false)", &[&shown]).await.map_err(database)?;
    if let Some(corp) = corp
        && read::corp_number(&client, corp).await?.is_none()
    {
        return Err(Error::UnknownCorp(corp.to_string()));
    }
    let declare = format!("DECLARE \"txl statement\" NO SCROLL CURSOR FOR {sql}");
    client.execute(&declare, &[]).await.map_err(statement)?;
    hand_over(&client, each).await
}

async fn hand_over(
    client: &ClientWrapper,
    each: &mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
) -> Result<()> {
    // Rows come as texts, so that values of all types can be shown.
    let described = client.prepare(FETCH).await.map_err(statement)?;
    let (columns, types): (Vec<_>, Vec<_>) =
        described.columns().iter().map(|column| (column.name().to_owned(), column.type_().clone())).unzip();
    if columns.is_empty() {
        return Err(Error::Statement("the statement returns no rows".to_owned()));
    }
    loop {
        let mut is_end = true;
        for message in client.simple_query(FETCH).await.map_err(statement)? {
            let SimpleQueryMessage::Row(row) = message else { continue };
            is_end = false;
            let values = types.iter().enumerate().map(|(index, kind)| value(kind, row.get(index)));
            each(QueryRow { columns: &columns, values: values.collect() })?;
        }
        if is_end {
            return Ok(());
        }
    }
}

/// A value as the SQLite store would return it: flags are 0 and 1, bytes are in hexadecimal.
fn value(kind: &Type, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    let number = match *kind {
        Type::BOOL => Some(Number::from(u8::from(text == "t"))),
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => {
            text.parse().ok().map(|number: i64| number.into())
        }
        // A sum of integers is of the type numeric.
        Type::NUMERIC | Type::FLOAT4 | Type::FLOAT8 => match text.parse::<i64>() {
            Ok(number) => Some(number.into()),
            Err(_) => text.parse().ok().and_then(Number::from_f64),
        },
        _ => None,
    };
    match (number, kind) {
        (Some(number), _) => Value::Number(number),
        (None, &Type::BYTEA) => text.trim_start_matches("\\x").into(),
        (None, _) => text.into(),
    }
}
