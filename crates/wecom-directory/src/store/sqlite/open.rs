//! Opening the file: its mode, its identity and its migrations.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::database;
use crate::{Error, Result};

/// What makes a SQLite file a mirror: `application_id` in its header, "txlm" in ASCII.
const APPLICATION_ID: i32 = 0x7478_6c6d;

/// The migrations in order. The number of those that a file has is its `user_version`.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002_views.sql"),
    include_str!("migrations/0003_runs.sql"),
];

/// How long a statement waits for another program's transaction.
const BUSY: Duration = Duration::from_secs(60);

/// Opens the file, creates it if it does not exist, and runs the migrations that it lacks.
pub(super) fn open(path: &Path) -> Result<Connection> {
    create_private(path)?;
    let mut connection = connect(path)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Opens a connection to a file that is a mirror already.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| unreadable(error, path))?;
    connection.busy_timeout(BUSY).map_err(database)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise SQLite prepares some statements again for each value that is bound to them, which takes longer than to run them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(database)?;
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = FAST;")
        .map_err(|error| unreadable(error, path))?;
    Ok(connection)
}

/// Creates an empty file that only its owner may read. SQLite gives its companions (`-wal`, `-shm`) the same mode.
fn create_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path).map(drop as fn(File)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(Error::Full),
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Err(Error::ReadOnly),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Error::ReadOnly),
        Err(error) => Err(Error::Database(Box::new(error))),
    }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found = schema(connection, path)?;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(database)?;
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(database)?;
    // Another program may have migrated the file while this one waited.
    let found = schema(&transaction, path)?;
    for (number, migration) in (1_u32..).zip(MIGRATIONS).skip(found as usize) {
        transaction.execute_batch(migration).map_err(database)?;
        transaction.pragma_update(None, "user_version", number).map_err(database)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(database)?;
    transaction.commit().map_err(database)
}

/// Returns the number of migrations that the file has; 0 for an empty file.
fn schema(connection: &Connection, path: &Path) -> Result<u32> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = number("user_version").map_err(|error| unreadable(error, path))?;
    let identity = number("application_id").map_err(database)?;
    if identity == i64::from(APPLICATION_ID) {
        return u32::try_from(version).map_err(|_| Error::NotAMirror);
    }
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| unreadable(error, path))?;
    if tables == 0 && version == 0 && identity == 0 { Ok(0) } else { Err(Error::NotAMirror) }
}

fn unreadable(error: rusqlite::Error, path: &Path) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::NotADatabase(path.to_owned()),
        _ => database(error),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_prepared_once_for_all_its_values() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("mirror.db")).unwrap();
        let sql = "SELECT seq FROM change WHERE corp = 1 AND kind = ?1 AND (id_key = ?2 OR person IN
                   (SELECT person FROM member WHERE corp = 1 AND userid_key = ?2 AND ?1 = 'member'))";
        let mut statement = connection.prepare(sql).unwrap();
        for (kind, id) in [("member", "zhangsan"), ("tag", "1"), ("member", "lisi")] {
            assert!(!statement.exists([kind, id]).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
