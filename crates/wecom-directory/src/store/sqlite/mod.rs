//! A mirror in one SQLite file.
//!
//! The file is in WAL mode, so that readers never wait for a writer. It and its companions are readable by their owner only.
//! Blocking work runs on tokio's blocking threads.

mod direct;
mod file_lock;
mod open;
mod query;
mod read;
mod row;
mod runs;
mod staging;
mod tables;
mod write;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use serde_json::Value;
use wecom_contacts::{CorpId, DepartmentId};

use super::{
    CorpSummary, CredentialRecord, KnownRow, Lock, MemberKey, PullProgress, QueryRow, SearchRow, Store,
    StoreFuture, Table, Transaction, tables::TABLES,
};
use crate::{
    Error, FieldSet, Result,
    journal::{Change, ObjectKind},
    record::{DepartmentRecord, MemberRecord, PersonId, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
};

/// A mirror in one SQLite file. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// Connections that no operation uses at the moment.
    idle: Mutex<Vec<Connection>>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteStore").field(&self.inner.path).finish()
    }
}

impl SqliteStore {
    /// Opens the mirror in this file, and creates it with mode 0600 if it does not exist. Migrations run here.
    ///
    /// # Errors
    ///
    /// [`Error::NotADatabase`] and [`Error::NotAMirror`] for a file of another kind, [`Error::NewerSchema`] for a mirror of a
    /// newer version, [`Error::ReadOnly`] if it must be created or migrated and cannot be written.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let open = path.clone();
        let connection = blocking(move || open::open(&open)).await?;
        Ok(Self { inner: Arc::new(Inner { path, idle: Mutex::new(vec![connection]) }) })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs an operation on a separate connection, on a blocking thread.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let inner = Arc::clone(&self.inner);
        Box::pin(blocking(move || {
            let mut connection = inner.connection()?;
            let result = work(&mut connection);
            // A connection that failed may be in any state; the next operation opens another.
            if result.is_ok() {
                inner.give_back(connection);
            }
            result
        }))
    }
}

impl Inner {
    fn connection(&self) -> Result<Connection> {
        self.idle().map_or_else(|| open::connect(&self.path), Ok)
    }

    /// Takes a connection that no operation uses.
    fn idle(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

/// Runs blocking work on tokio's blocking threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::Database(Box::new(cancelled))),
        },
    }
}

/// Runs a statement, which stays prepared.
fn run(connection: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(database)?;
    Ok(())
}

impl Store for SqliteStore {
    fn lock<'a>(
        &'a self,
        corp: &'a CorpId,
        holder: &'a str,
        wait: Duration,
    ) -> StoreFuture<'a, Box<dyn Lock>> {
        Box::pin(async move {
            let lock = file_lock::acquire(&self.inner.path, corp, holder, wait).await?;
            Ok(Box::new(lock) as Box<dyn Lock>)
        })
    }

    fn begin<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>> {
        let path = self.inner.path.clone();
        let corp = corp.clone();
        Box::pin(async move {
            let transaction = blocking(move || write::SqliteTransaction::begin(&path, &corp)).await?;
            Ok(Box::new(transaction) as Box<dyn Transaction>)
        })
    }

    fn corps(&self) -> StoreFuture<'_, Vec<CorpSummary>> {
        self.with(|connection| read::corps(connection))
    }

    fn put_progress<'a>(&'a self, corp: &'a CorpId, progress: &'a PullProgress) -> StoreFuture<'a, ()> {
        let (corp, progress) = (corp.clone(), progress.clone());
        self.with(move |connection| write::put_progress(connection, &corp, &progress))
    }

    fn progress<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Option<PullProgress>> {
        let corp = corp.clone();
        self.with(move |connection| read::progress(connection, &corp))
    }

    fn credentials<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<CredentialRecord>> {
        let corp = corp.clone();
        self.with(move |connection| read::credentials(connection, &corp))
    }

    fn known_rows_after<'a>(
        &'a self,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<KnownRow>> {
        let corp = corp.clone();
        self.with(move |connection| read::known_rows_after(connection, &corp, after, limit))
    }

    fn members<'a>(&'a self, corp: &'a CorpId, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>> {
        let (corp, keys) = (corp.clone(), keys.to_vec());
        self.with(move |connection| read::members(connection, &corp, &keys))
    }

    fn members_with<'a>(
        &'a self,
        fields: FieldSet,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<MemberRecord>> {
        let corp = corp.clone();
        self.with(move |connection| read::members_with(connection, fields, &corp, after, limit))
    }

    fn departments<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<DepartmentRecord>> {
        let corp = corp.clone();
        self.with(move |connection| read::departments(connection, &corp))
    }

    fn tags<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<TagRecord>> {
        let corp = corp.clone();
        self.with(move |connection| read::tags(connection, &corp))
    }

    fn head_counts<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, HashMap<DepartmentId, u64>> {
        let corp = corp.clone();
        self.with(move |connection| read::head_counts(connection, &corp))
    }

    fn search_rows<'a>(
        &'a self,
        corp: &'a CorpId,
        mask: i64,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<SearchRow>> {
        let corp = corp.clone();
        self.with(move |connection| read::search_rows(connection, &corp, mask, after, limit))
    }

    fn history<'a>(
        &'a self,
        corp: &'a CorpId,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Vec<Change>> {
        let (corp, id) = (corp.clone(), id.to_owned());
        self.with(move |connection| read::history(connection, &corp, kind, &id))
    }

    fn query<'a>(
        &'a self,
        corp: Option<&'a CorpId>,
        statement: &'a str,
        each: &'a mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
    ) -> StoreFuture<'a, ()> {
        Box::pin(query::run(self.inner.path.clone(), corp.cloned(), statement.to_owned(), each))
    }

    fn begin_run<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>> {
        let inner = Arc::clone(&self.inner);
        let corp = corp.clone();
        Box::pin(async move {
            let connection = match inner.idle() {
                Some(connection) => connection,
                None => {
                    let inner = Arc::clone(&inner);
                    blocking(move || open::connect(&inner.path)).await?
                }
            };
            let transaction = write::SqliteTransaction::begin_run(connection, inner, &corp);
            Ok(Box::new(transaction) as Box<dyn Transaction>)
        })
    }

    fn runs<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<RunRecord>> {
        let corp = corp.clone();
        self.with(move |connection| runs::runs(connection, &corp))
    }

    fn run_plan<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Option<String>> {
        let corp = corp.clone();
        self.with(move |connection| runs::plan(connection, &corp, run))
    }

    fn run_steps<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Vec<StepRecord>> {
        let corp = corp.clone();
        self.with(move |connection| runs::steps(connection, &corp, run))
    }

    fn person_keys<'a>(&'a self, corp: &'a CorpId, name: &'a str) -> StoreFuture<'a, Vec<PersonKey>> {
        let (corp, name) = (corp.clone(), name.to_owned());
        self.with(move |connection| runs::person_keys(connection, &corp, &name))
    }

    fn written_hidden<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<WrittenHidden>> {
        let corp = corp.clone();
        self.with(move |connection| runs::written_hidden(connection, &corp))
    }

    fn forget<'a>(&'a self, corp: &'a CorpId, key: &'a MemberKey) -> StoreFuture<'a, bool> {
        let (corp, key) = (corp.clone(), key.clone());
        self.with(move |connection| {
            let who = "userid_key = ?2";
            Ok(write::forget(connection, &corp, who, &key.as_str())? > 0)
        })
    }

    fn forget_removed<'a>(&'a self, corp: &'a CorpId, before: Timestamp) -> StoreFuture<'a, u64> {
        let corp = corp.clone();
        self.with(move |connection| write::forget(connection, &corp, "read_at < ?2", &row::millis(before)))
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    fn dump<'a>(
        &'a self,
        table: &'a Table,
        after: Option<&'a [Value]>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Vec<Value>>> {
        let (table, after) = (*table, after.map(<[Value]>::to_vec));
        self.with(move |connection| tables::dump(connection, &table, after, limit))
    }

    fn load<'a>(&'a self, table: &'a Table, rows: Vec<Vec<Value>>) -> StoreFuture<'a, ()> {
        let table = *table;
        self.with(move |connection| tables::load(connection, &table, rows))
    }
}

/// Makes an error of this crate of one of SQLite.
fn database(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;

    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full,
        Some(ErrorCode::ReadOnly) => Error::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt) => Error::Damaged("SQLite finds the file malformed"),
        _ => Error::Database(Box::new(error)),
    }
}
