//! Errors of PostgreSQL as errors of this crate.

use std::fmt;

use tokio_postgres::error::SqlState;

use crate::Error;

/// What the server said, without the details: they may quote a row.
#[derive(Debug)]
struct Refused {
    message: String,
    code: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.code)
    }
}

impl std::error::Error for Refused {}

/// Makes an error of this crate of one of PostgreSQL.
pub(super) fn database(error: tokio_postgres::Error) -> Error {
    let Some(refused) = error.as_db_error() else {
        // Everything that the server did not answer: sockets, TLS, timeouts, a closed connection.
        return Error::Unreachable(Box::new(error));
    };
    let code = refused.code();
    // Messages about data may quote it.
    let quotes_data = ["22", "23"].iter().any(|class| code.code().starts_with(class));
    let message = if quotes_data { "a value is refused" } else { refused.message() };
    let cause = Box::new(Refused { message: message.to_owned(), code: code.code().to_owned() });
    if is_lost(code) || is_refused(code) {
        return Error::Unreachable(cause);
    }
    match *code {
        SqlState::DISK_FULL => Error::Full,
        SqlState::READ_ONLY_SQL_TRANSACTION => Error::ReadOnly,
        _ => Error::Database(cause),
    }
}

/// Whether the server ended the connection: a shutdown, a crash, or an administrator.
fn is_lost(code: &SqlState) -> bool {
    code.code().starts_with("08") || code.code().starts_with("57P")
}

/// Whether the server did not let the connection in: user, password, database, number of connections.
fn is_refused(code: &SqlState) -> bool {
    code.code().starts_with("28")
        || [SqlState::INVALID_CATALOG_NAME, SqlState::TOO_MANY_CONNECTIONS].contains(code)
}

/// Makes an error of one that a user's statement caused.
pub(super) fn statement(error: tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        Some(refused) if !is_lost(refused.code()) => Error::Statement(refused.message().to_owned()),
        _ => database(error),
    }
}

/// Makes an error of one that the pool returned.
pub(super) fn pool(error: deadpool_postgres::PoolError) -> Error {
    use deadpool_postgres::{HookError, PoolError};

    match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => database(error),
        error => Error::Unreachable(Box::new(error)),
    }
}

/// A value that the mirror cannot have written.
pub(super) fn damaged(_: tokio_postgres::Error) -> Error {
    Error::Damaged("a value is not of its column's type")
}
