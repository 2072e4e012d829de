//! Connections, the mirror's schema and its migrations.

use super::{
    address::Address,
    failure::{damaged, database, pool},
    tls::Tls,
};
use crate::{Error, Result};
use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};

/// The migrations in order. The table `schema_version` has a row for each that was run.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002_views.sql"),
    include_str!("migrations/0003_runs.sql"),
];

/// How many connections the reading operations of one store use at most. A writer, a lock and a user's statement have their own.
const CONNECTIONS: usize = 16;

/// Every connection begins with this. The tables have a schema of their own, so that a database can hold other programs' tables, too.
/// The keepalives let the server release the lock of a machine that vanished within two minutes.
const SETUP: &str = "SET search_path = wecom_mirror;
    SET client_min_messages = warning;
    SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6;";

/// The key of the advisory lock under which migrations run: "txlm" in ASCII. The locks of corps are hashes of 64 bits.
const MIGRATION_LOCK: i64 = 0x7478_6c6d;

/// Returns a pool. Nothing is connected yet.
pub(super) fn connections(address: Address) -> Result<Pool> {
    let Address { config, roots } = address;
    let tls = Tls::new(roots.as_deref())?;
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let setup = Hook::async_fn(|client: &mut ClientWrapper, _| {
        Box::pin(async move { client.batch_execute(SETUP).await.map_err(HookError::Backend) })
    });
    let builder = Pool::builder(Manager::from_config(config, tls, recycling))
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .post_create(setup);
    builder.build().map_err(|error| Error::Unreachable(Box::new(error)))
}

/// Returns a connection that no other operation gets. It ends with the value.
pub(super) async fn separate(connections: &Pool) -> Result<ClientWrapper> {
    Ok(Object::take(connections.get().await.map_err(pool)?))
}

/// Whether the database has a mirror that this program can read.
pub(super) async fn has_mirror(connections: &Pool) -> Result<bool> {
    Ok(schema(&separate(connections).await?).await? > 0)
}

/// Runs the migrations that the database lacks.
pub(super) async fn migrate(connections: &Pool) -> Result<()> {
    let client = separate(connections).await?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if schema(&client).await? == known {
        return Ok(());
    }
    let encoding: String = one(&client, "SELECT current_setting('server_encoding')").await?;
    if encoding != "UTF8" {
        return Err(Error::UnsuitableDatabase("its encoding is not UTF8"));
    }
    // The transaction ends with the connection if one of these fails.
    client.batch_execute("BEGIN").await.map_err(database)?;
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await.map_err(database)?;
    // Another program may have migrated the database while this one waited.
    let found = schema(&client).await?;
    if !one::<bool>(&client, "SELECT to_regnamespace('wecom_mirror') IS NOT NULL").await? {
        client.batch_execute("CREATE SCHEMA wecom_mirror").await.map_err(database)?;
    }
    if found == 0 {
        let sql = "CREATE TABLE schema_version (
                       version    bigint PRIMARY KEY,
                       applied_at timestamptz NOT NULL DEFAULT now()
                   )";
        client.batch_execute(sql).await.map_err(database)?;
    }
    for (number, migration) in (1_i64..).zip(MIGRATIONS).skip(found as usize) {
        client.batch_execute(migration).await.map_err(database)?;
        let sql = "INSERT INTO schema_version (version) VALUES ($1)";
        client.execute(sql, &[&number]).await.map_err(database)?;
    }
    client.batch_execute("COMMIT").await.map_err(database)
}

/// Returns the number of migrations that the database has; 0 for one without a mirror.
async fn schema(client: &ClientWrapper) -> Result<u32> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    // One statement, so that a mirror that another program creates at this moment is not half there.
    let sql = "SELECT to_regclass('wecom_mirror.schema_version') IS NOT NULL,
                      EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('wecom_mirror'))";
    let row = client.query_one(sql, &[]).await.map_err(database)?;
    let (is_mirror, has_tables) = (row.try_get(0).map_err(damaged)?, row.try_get(1).map_err(damaged)?);
    match (is_mirror, has_tables) {
        (true, _) => {}
        (false, true) => return Err(Error::NotAMirror),
        (false, false) => return Ok(0),
    }
    let found: i64 = one(client, "SELECT coalesce(max(version), 0) FROM schema_version").await?;
    let found = u32::try_from(found).map_err(|_| Error::NotAMirror)?;
    if found > known { Err(Error::NewerSchema { found, known }) } else { Ok(found) }
}

/// Returns the only value of a query.
async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(client: &ClientWrapper, sql: &str) -> Result<T> {
    client.query_one(sql, &[]).await.and_then(|row| row.try_get(0)).map_err(database)
}
