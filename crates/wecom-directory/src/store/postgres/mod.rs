//! A mirror in a PostgreSQL database, for several machines. Version 12 or newer.
//!
//! The tables are in the schema `wecom_mirror`, so that a database can hold tables of other programs, too. The lock of a corp ends with
//! its connection, which a pooler in transaction mode does not keep: connect to the server itself.
//!
//! Certificates are verified whenever the connection is encrypted, which `sslmode=require` demands. The option
//! `sslrootcert` names a file of roots. Without it they are those of the platform; on Linux the variable `SSL_CERT_FILE` names others.

mod address;
mod connect;
mod copy;
mod failure;
mod forget;
mod lock;
mod members;
mod query;
mod read;
mod row;
mod runs;
mod tables;
mod tls;
mod write;

use std::{collections::HashMap, fmt, time::Duration};

use deadpool_postgres::{Object, Pool};
use jiff::Timestamp;
use serde_json::Value;
use wecom_contacts::{CorpId, DepartmentId};

use self::lock::Locks;
pub use address::{is_url, without_password};

use super::{
    CorpSummary, CredentialRecord, KnownRow, Lock, MemberKey, PullProgress, QueryRow, SearchRow, Store,
    StoreFuture, Table, Transaction, columns::millis, tables::TABLES,
};
use crate::{
    FieldSet, Result,
    journal::{Change, ObjectKind},
    record::{DepartmentRecord, MemberRecord, PersonId, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
};

/// A mirror in a PostgreSQL database. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct PostgresStore {
    connections: Pool,
    address: String,
    locks: Locks,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore").field(&self.address).finish()
    }
}

impl PostgresStore {
    /// Opens the mirror of `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, and creates its tables if the database has none. Migrations
    /// run here. The options are those of libpq, as far as `tokio-postgres` has them, such as `?sslmode=require`, and `sslrootcert`, a PEM
    /// file of the certificates of authorities.
    ///
    /// # Errors
    ///
    /// [`Error::DatabaseUrl`](crate::Error::DatabaseUrl) for an invalid URL,
    /// [`Error::RootCertificates`](crate::Error::RootCertificates) for an unusable `sslrootcert`, [`Error::Unreachable`](crate::Error::Unreachable) if the
    /// server refuses the connection or does not answer, [`Error::NotAMirror`](crate::Error::NotAMirror) if the schema `wecom_mirror` is
    /// another program's, [`Error::NewerSchema`](crate::Error::NewerSchema) for a mirror of a newer version,
    /// [`Error::UnsuitableDatabase`](crate::Error::UnsuitableDatabase) if its encoding is not UTF8. No text has the password.
    pub async fn open(url: &str) -> Result<Self> {
        let store = Self::new(url)?;
        connect::migrate(&store.connections).await?;
        Ok(store)
    }

    /// Opens a mirror as [`open`](Self::open) does, if the database has one.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_existing(url: &str) -> Result<Option<Self>> {
        let store = Self::new(url)?;
        if !connect::has_mirror(&store.connections).await? {
            return Ok(None);
        }
        connect::migrate(&store.connections).await?;
        Ok(Some(store))
    }

    /// Opens the mirror that a copy is to fill by [`load`](Store::load), and deletes what an interrupted copy left. Returns `None` if the
    /// mirror has a corp.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_for_copy(url: &str) -> Result<Option<Self>> {
        let store = Self::open(url).await?;
        Ok(tables::clear(&store.connections).await?.then_some(store))
    }

    fn new(url: &str) -> Result<Self> {
        let address = address::parse(url)?;
        let shown = address::shown(&address.config);
        Ok(Self { connections: connect::connections(address)?, address: shown, locks: Locks::default() })
    }

    /// Returns the URL without password and options.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns a connection of the pool.
    async fn connection(&self) -> Result<Object> {
        self.connections.get().await.map_err(failure::pool)
    }
}

impl Store for PostgresStore {
    fn lock<'a>(
        &'a self,
        corp: &'a CorpId,
        holder: &'a str,
        wait: Duration,
    ) -> StoreFuture<'a, Box<dyn Lock>> {
        Box::pin(async move {
            let lock = lock::acquire(&self.connections, &self.locks, corp, holder, wait).await?;
            Ok(Box::new(lock) as Box<dyn Lock>)
        })
    }

    fn begin<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>> {
        Box::pin(async move {
            let lock = self.locks.of(corp);
            let transaction = write::PostgresTransaction::begin(&self.connections, corp, lock).await?;
            Ok(Box::new(transaction) as Box<dyn Transaction>)
        })
    }

    fn corps(&self) -> StoreFuture<'_, Vec<CorpSummary>> {
        Box::pin(async move { read::corps(&*self.connection().await?).await })
    }

    fn put_progress<'a>(&'a self, corp: &'a CorpId, progress: &'a PullProgress) -> StoreFuture<'a, ()> {
        Box::pin(async move { write::put_progress(&*self.connection().await?, corp, progress).await })
    }

    fn progress<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Option<PullProgress>> {
        Box::pin(async move { read::progress(&*self.connection().await?, corp).await })
    }

    fn credentials<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<CredentialRecord>> {
        Box::pin(async move { read::credentials(&*self.connection().await?, corp).await })
    }

    fn known_rows_after<'a>(
        &'a self,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<KnownRow>> {
        Box::pin(async move { read::known_rows_after(&*self.connection().await?, corp, after, limit).await })
    }

    fn members<'a>(&'a self, corp: &'a CorpId, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>> {
        Box::pin(async move { read::members(&*self.connection().await?, corp, keys).await })
    }

    fn members_with<'a>(
        &'a self,
        fields: FieldSet,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<MemberRecord>> {
        Box::pin(
            async move { read::members_with(&*self.connection().await?, fields, corp, after, limit).await },
        )
    }

    fn departments<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<DepartmentRecord>> {
        Box::pin(async move { read::departments(&*self.connection().await?, corp).await })
    }

    fn tags<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<TagRecord>> {
        Box::pin(async move { read::tags(&*self.connection().await?, corp).await })
    }

    fn head_counts<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, HashMap<DepartmentId, u64>> {
        Box::pin(async move { read::head_counts(&*self.connection().await?, corp).await })
    }

    fn search_rows<'a>(
        &'a self,
        corp: &'a CorpId,
        mask: i64,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<SearchRow>> {
        Box::pin(async move { read::search_rows(&*self.connection().await?, corp, mask, after, limit).await })
    }

    fn history<'a>(
        &'a self,
        corp: &'a CorpId,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Vec<Change>> {
        Box::pin(async move { read::history(&*self.connection().await?, corp, kind, id).await })
    }

    fn query<'a>(
        &'a self,
        corp: Option<&'a CorpId>,
        statement: &'a str,
        each: &'a mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
    ) -> StoreFuture<'a, ()> {
        Box::pin(query::run(&self.connections, corp, statement, each))
    }

    fn begin_run<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>> {
        Box::pin(async move {
            let lock = self.locks.of(corp);
            let transaction = write::PostgresTransaction::begin_run(&self.connections, corp, lock).await?;
            Ok(Box::new(transaction) as Box<dyn Transaction>)
        })
    }

    fn runs<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<RunRecord>> {
        Box::pin(async move { runs::runs(&*self.connection().await?, corp).await })
    }

    fn run_plan<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Option<String>> {
        Box::pin(async move { runs::plan(&*self.connection().await?, corp, run).await })
    }

    fn run_steps<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Vec<StepRecord>> {
        Box::pin(async move { runs::steps(&*self.connection().await?, corp, run).await })
    }

    fn person_keys<'a>(&'a self, corp: &'a CorpId, name: &'a str) -> StoreFuture<'a, Vec<PersonKey>> {
        Box::pin(async move { runs::person_keys(&*self.connection().await?, corp, name).await })
    }

    fn written_hidden<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<WrittenHidden>> {
        Box::pin(async move { runs::written_hidden(&*self.connection().await?, corp).await })
    }

    fn forget<'a>(&'a self, corp: &'a CorpId, key: &'a MemberKey) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let who = "userid_key = $2";
            Ok(forget::forget(&self.connections, corp, who, &key.as_str()).await? > 0)
        })
    }

    fn forget_removed<'a>(&'a self, corp: &'a CorpId, before: Timestamp) -> StoreFuture<'a, u64> {
        Box::pin(
            async move { forget::forget(&self.connections, corp, "read_at < $2", &millis(before)).await },
        )
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
        Box::pin(async move { tables::dump(&*self.connection().await?, table, after, limit).await })
    }

    fn load<'a>(&'a self, table: &'a Table, rows: Vec<Vec<Value>>) -> StoreFuture<'a, ()> {
        Box::pin(tables::load(&self.connections, table, rows))
    }
}
