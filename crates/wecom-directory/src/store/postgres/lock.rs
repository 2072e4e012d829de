//! The lock of one corp's writer: an advisory lock of a session, which ends with its connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use deadpool_postgres::{ClientWrapper, Pool};
use wecom_contacts::CorpId;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{connect, failure::database};
use crate::{Error, Result, store::Lock};

/// How long a waiting writer pauses between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Tells the locks of corps from those of other programs in the database.
const SEED: u64 = 0x7478_6c6d;

/// A connection that holds the lock. Its `application_name` names the holder, also to `pg_stat_activity`.
#[derive(Debug)]
struct PostgresLock {
    _client: Arc<ClientWrapper>,
}

impl Lock for PostgresLock {}

/// The locks that a store has given out. A transaction under a lock that ended early must not commit: another writer may have the lock.
#[derive(Clone, Default)]
pub(super) struct Locks(Arc<Mutex<HashMap<CorpId, Weak<ClientWrapper>>>>);

impl Locks {
    fn insert(&self, corp: &CorpId, client: &Arc<ClientWrapper>) {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.insert(corp.clone(), Arc::downgrade(client));
    }

    /// Returns the lock of a corp, if this store holds it.
    pub(super) fn of(&self, corp: &CorpId) -> Held {
        let locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Held(locks.get(corp).cloned().unwrap_or_default())
    }
}

/// The lock under which a transaction runs.
pub(super) struct Held(Weak<ClientWrapper>);

impl Held {
    /// Returns an error if the lock's connection has ended while its holder still works.
    pub(super) fn check(&self) -> Result<()> {
        match self.0.upgrade() {
            Some(client) if client.is_closed() => {
                Err(Error::Unreachable("the connection that held the lock of the corp was lost".into()))
            }
            _ => Ok(()),
        }
    }
}

/// Locks the corp, and waits at most `wait` for another writer.
pub(super) async fn acquire(
    connections: &Pool,
    locks: &Locks,
    corp: &CorpId,
    holder: &str,
    wait: Duration,
) -> Result<impl Lock + use<>> {
    let client = connect::separate(connections).await?;
    let key = xxh3_64_with_seed(corp.as_str().as_bytes(), SEED).cast_signed();
    client.execute("SELECT set_config('application_name', $1, false)", &[&holder]).await.map_err(database)?;
    let started = tokio::time::Instant::now();
    loop {
        let row = client.query_one("SELECT pg_try_advisory_lock($1)", &[&key]).await.map_err(database)?;
        if row.try_get(0).map_err(database)? {
            let client = Arc::new(client);
            locks.insert(corp, &client);
            return Ok(PostgresLock { _client: client });
        }
        if started.elapsed() >= wait {
            let holder = holder_of(&client, key).await?.unwrap_or_else(|| "another writer".to_owned());
            return Err(Error::Locked { corp: corp.to_string(), holder, waited: started.elapsed() });
        }
        tokio::time::sleep(PAUSE.min(wait)).await;
    }
}

/// Returns the name of the connection that holds the lock; `None` if it has ended meanwhile.
async fn holder_of(client: &ClientWrapper, key: i64) -> Result<Option<String>> {
    // PostgreSQL shows the two halves of the key.
    let sql = "SELECT nullif(application_name, '') FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE locktype = 'advisory' AND granted AND objsubid = 1
                 AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND (classid::bigint << 32) | objid::bigint = $1";
    let row = client.query_opt(sql, &[&key]).await.map_err(database)?;
    row.map_or(Ok(None), |row| row.try_get(0).map_err(database))
}
