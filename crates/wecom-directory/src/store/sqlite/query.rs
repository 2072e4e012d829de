//! One statement that only reads, for `txl sql`.

use std::path::{Path, PathBuf};

use rusqlite::{
    Connection, OpenFlags,
    hooks::{AuthAction, AuthContext, Authorization},
};
use serde_json::Value;
use tokio::sync::mpsc;
use wecom_contacts::CorpId;

use super::{blocking, database, read, tables};
use crate::{Error, Result, store::QueryRow};

/// How many rows wait for the reader at most.
const AHEAD: usize = 256;

/// The views that show one corp.
const VIEWS: &[&str] = &["departments", "members_unmasked", "members", "tag_members", "changes"];

enum Part {
    Columns(Vec<String>),
    Row(Vec<Value>),
}

/// Runs the statement, and hands its rows over one by one.
pub(super) async fn run(
    path: PathBuf,
    corp: Option<CorpId>,
    statement: String,
    each: &mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
) -> Result<()> {
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let query = blocking(move || {
        let connection = connect(&path, corp.as_ref())?;
        send(&connection, &statement, &sender)
    });
    // The block owns the receiver: when it ends early, the statement ends as well.
    let hand_over = async move {
        let mut columns = Vec::new();
        while let Some(part) = receiver.recv().await {
            match part {
                Part::Columns(names) => columns = names,
                Part::Row(values) => each(QueryRow { columns: &columns, values })?,
            }
        }
        Ok(())
    };
    let (queried, handed_over) = tokio::join!(query, hand_over);
    handed_over.and(queried)
}

/// Opens the file for reading only, with the views narrowed to the corp.
fn connect(path: &Path, corp: Option<&CorpId>) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(database)?;
    if let Some(corp) = corp {
        if read::corp_number(&connection, corp)?.is_none() {
            return Err(Error::UnknownCorp(corp.to_string()));
        }
        // A temporary view hides the one of the file.
        for view in VIEWS {
            let corp = corp.as_str().replace('\'', "''");
            let sql =
                format!("CREATE TEMP VIEW {view} AS SELECT * FROM main.{view} WHERE corp_id = '{corp}'");
            connection.execute_batch(&sql).map_err(database)?;
        }
    }
    connection.authorizer(Some(authorize)).map_err(database)?;
    Ok(connection)
}

/// Allows reading. Attaching files, changing settings and loading code are denied.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn send(connection: &Connection, sql: &str, sender: &mpsc::Sender<Part>) -> Result<()> {
    let refused = |error: rusqlite::Error| match error {
        rusqlite::Error::MultipleStatement => Error::Statement("more than one statement".to_owned()),
        rusqlite::Error::SqlInputError { msg, .. } => Error::Statement(msg),
        rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
            rusqlite::ErrorCode::AuthorizationForStatementDenied => {
                Error::Statement("only statements that read are allowed".to_owned())
            }
            _ => Error::Statement(message.unwrap_or_else(|| failure.to_string())),
        },
        // Such as a text without a statement.
        error => Error::Statement(error.to_string()),
    };
    let mut statement = connection.prepare(sql).map_err(refused)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    if width == 0 {
        return Err(Error::Statement("the statement returns no rows".to_owned()));
    }
    let mut rows = statement.query([]).map_err(refused)?;
    if sender.blocking_send(Part::Columns(columns)).is_err() {
        return Ok(());
    }
    while let Some(row) = rows.next().map_err(refused)? {
        let values = (0..width).map(|index| row.get_ref(index).map(tables::value).map_err(database));
        if sender.blocking_send(Part::Row(values.collect::<Result<_>>()?)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
