//! The connection to a Redis that holds shared tokens and budgets.
//!
//! An unavailable Redis must not delay calls. A script takes at most one second, including the connection, and for a
//! short time after a failure all scripts fail immediately. A connection that broke while it was idle is replaced
//! silently.

mod address;

use std::{
    fmt,
    sync::{Arc, Mutex as PlainMutex, PoisonError},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, ErrorKind as Kind, FromRedisValue, RedisError, RedisResult, ScriptInvocation,
    ServerErrorKind, aio::MultiplexedConnection, cluster::ClusterClient, cluster_async::ClusterConnection,
    sentinel::SentinelClient,
};
use tokio::{sync::Mutex, time::Instant};

use crate::{Error, ErrorKind, Result};

/// Maximum time of a script, including the connection.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Time without new attempts after a failure.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A Redis that several processes share, over one connection. Clones are cheap and share the connection.
///
/// The first use opens the connection. Redis 5 or later is required, or a compatible server, with scripts allowed.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    servers: Servers,
    connection: Mutex<Option<Connection>>,
    retry_at: PlainMutex<Option<Instant>>,
}

enum Servers {
    One(Box<redis::Client>),
    Cluster(Box<ClusterClient>),
    /// The mutex is needed because a sentinel client requires exclusive access.
    Sentinels(Box<Mutex<SentinelClient>>),
}

#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// A script with its keys and arguments.
pub(crate) type Invocation = ScriptInvocation<'static>;

impl Redis {
    /// Creates a client for a Redis address. The forms are:
    ///
    /// - `redis://[[user]:password@]host[:port][/db]`, or `rediss://…` for TLS.
    /// - `redis-sentinel://[[user]:password@]host[:port][,host…][/db]#master`, or `rediss-sentinel://…`. The hosts are
    ///   sentinels; user and password are those of the Redis master.
    /// - `redis-cluster://[[user]:password@]host[:port][,host…]`, or `rediss-cluster://…`.
    ///
    /// TLS to Redis uses the process's default `rustls` provider. If the process has none, the first such address
    /// installs *ring*.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the address has another form.
    pub fn open(url: &str) -> Result<Self> {
        if url.starts_with("rediss") || url.starts_with("valkeys") {
            // The Redis client supports only the process-wide provider. A provider that is already installed is kept.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let servers = address::servers(url, TIMEOUT).map_err(|(english, chinese)| {
            let why = (format!("the Redis address {english}"), format!("Redis 地址{chinese}"));
            Error::local(ErrorKind::Configuration(why.into()))
        })?;
        Ok(Self(Arc::new(Inner { servers, connection: Mutex::default(), retry_at: PlainMutex::default() })))
    }

    /// Runs a script. If the connection breaks, the script may run twice.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Invocation,
    ) -> std::result::Result<T, ScriptError> {
        if self.retry_at().is_some_and(|retry_at| Instant::now() < retry_at) {
            return Err(ScriptError("it did not answer a moment ago".into()));
        }
        let outcome = tokio::time::timeout(TIMEOUT, self.run_with_reconnect(script)).await;
        let outcome = match outcome {
            Ok(Ok(value)) => {
                return T::from_redis_value(value)
                    .map_err(|_| ScriptError("its reply has an unexpected type".into()));
            }
            Ok(Err(error)) if !is_unavailable(&error) => return Err(ScriptError::from(&error)),
            Ok(Err(error)) => ScriptError::from(&error),
            Err(_) => {
                // The connection may hang, so the next script opens a new one.
                if let Ok(mut connection) = self.0.connection.try_lock() {
                    *connection = None;
                }
                ScriptError(format!("no answer within {} ms", TIMEOUT.as_millis()))
            }
        };
        *self.0.retry_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + RETRY_AFTER);
        Err(outcome)
    }

    fn retry_at(&self) -> Option<Instant> {
        *self.0.retry_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run_with_reconnect(&self, script: &Invocation) -> RedisResult<redis::Value> {
        let (mut connection, is_new) = self.connection().await?;
        match connection.run(script).await {
            Err(error) if is_unavailable(&error) => {
                *self.0.connection.lock().await = None;
                if is_new {
                    return Err(error);
                }
                let (mut connection, _) = self.connection().await?;
                connection.run(script).await
            }
            outcome => outcome,
        }
    }

    /// Returns the connection, and whether it is new.
    async fn connection(&self) -> RedisResult<(Connection, bool)> {
        let mut held = self.0.connection.lock().await;
        if let Some(connection) = &*held {
            return Ok((connection.clone(), false));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let connection = match &self.0.servers {
            Servers::One(client) => {
                Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?)
            }
            Servers::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
            Servers::Sentinels(client) => {
                Connection::One(client.lock().await.get_async_connection_with_config(&config).await?)
            }
        };
        *held = Some(connection.clone());
        Ok((connection, true))
    }
}

impl Connection {
    async fn run(&mut self, script: &Invocation) -> RedisResult<redis::Value> {
        match self {
            Self::One(connection) => script.invoke_async(connection).await,
            Self::Cluster(connection) => script.invoke_async(connection).await,
        }
    }
}

/// Returns whether no server that can run scripts was reached. The refusal of a script is not such a case.
fn is_unavailable(error: &RedisError) -> bool {
    use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly};
    error.is_unrecoverable_error()
        || error.is_io_error()
        || matches!(
            error.kind(),
            Kind::MasterNameNotFoundBySentinel
                | Kind::ClusterConnectionNotFound
                // A former master that is now a replica.
                | Kind::Server(ReadOnly | BusyLoading | ClusterDown | MasterDown)
        )
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may contain a password.
        f.write_str(match self.0.servers {
            Servers::One(_) => "Redis(one server)",
            Servers::Cluster(_) => "Redis(a cluster)",
            Servers::Sentinels(_) => "Redis(by sentinels)",
        })
    }
}

/// The reason why a script did not run. It contains no sent or received value, because a value may be a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScriptError(String);

impl From<&RedisError> for ScriptError {
    fn from(error: &RedisError) -> Self {
        let category = error.category();
        Self(match error.code() {
            Some(code) => format!("{category} ({code})"),
            None if error.is_connection_refusal() => "the connection is refused".into(),
            None => category.to_owned(),
        })
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScriptError {}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static ONE: LazyLock<redis::Script> = LazyLock::new(|| redis::Script::new("return 1"));

    #[tokio::test]
    async fn an_unavailable_redis_fails_at_once_and_is_left_alone_for_a_moment() {
        // The listener was closed, so its port refuses connections.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let redis = Redis::open(&format!("redis://127.0.0.1:{port}")).unwrap();
        let first = redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert_ne!(first, ScriptError("it did not answer a moment ago".into()));
        let second = redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert_eq!(second, ScriptError("it did not answer a moment ago".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_given_up_within_a_second() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let redis = Redis::open(&format!("redis://{}", listener.local_addr().unwrap())).unwrap();
        let began = Instant::now();
        redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert!(began.elapsed() <= TIMEOUT, "{:?}", began.elapsed());
    }

    #[test]
    fn neither_debug_nor_a_refused_address_shows_the_password() {
        let shown = format!("{:?}", Redis::open("redis://:h1dden@localhost").unwrap());
        let error = Redis::open("redis://:h1dden@local host:x").unwrap_err();
        assert!(!format!("{shown} {error} {error:?}").contains("h1dden"));
    }
}
