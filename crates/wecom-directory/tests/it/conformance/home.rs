//! Where the store of a test lives. It can be opened more than once, as several programs do.

use std::sync::Arc;

use private_servers::postgres::TestDatabase;
use wecom_directory::{
    Result,
    store::{Store, postgres::PostgresStore, sqlite::SqliteStore},
};

/// A file in a directory of its own.
pub(crate) struct Sqlite(tempfile::TempDir);

/// The place of one mirror.
pub(crate) trait Home {
    /// Opens the mirror, and creates it if it does not exist.
    async fn open(&self) -> Result<Arc<dyn Store>>;

    /// Returns another place of this kind, which is empty.
    fn another(&self) -> Self;

    /// Makes the mirror one of schema `version`.
    fn set_schema(&self, version: u32);

    /// Puts a table of another program where the mirror would be.
    fn occupy(&self);
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.0.path().join("mirror.db")).unwrap()
    }
}

impl Home for Sqlite {
    fn another(&self) -> Self {
        Self::new()
    }

    async fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(Arc::new(SqliteStore::open(self.0.path().join("mirror.db")).await?))
    }

    fn set_schema(&self, version: u32) {
        self.connection().pragma_update(None, "user_version", version).unwrap();
    }

    fn occupy(&self) {
        self.connection().execute_batch("CREATE TABLE notes (text)").unwrap();
    }
}

/// A database of its own in the PostgreSQL of the tests.
pub(crate) struct Postgres(TestDatabase);

impl Postgres {
    pub(crate) fn new() -> Self {
        Self(TestDatabase::create().unwrap())
    }
}

impl Home for Postgres {
    fn another(&self) -> Self {
        Self::new()
    }

    async fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(Arc::new(PostgresStore::open(&self.0.url()).await?))
    }

    fn set_schema(&self, version: u32) {
        self.0.run(&format!("INSERT INTO wecom_mirror.schema_version VALUES ({version})")).unwrap();
    }

    fn occupy(&self) {
        self.0.run("CREATE SCHEMA wecom_mirror; CREATE TABLE wecom_mirror.notes (text text)").unwrap();
    }
}
