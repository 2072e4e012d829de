//! The way to Redis: what stores and budgets that a fleet shares go through.
//!
//! A Redis that is away must not hold calls up: an exchange takes at most a second, connection included, and after a failed
//! one the next are refused at once for a moment. A connection that broke while idle is replaced without anybody noticing.

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

/// How long one exchange may take, connection included.
const LIMIT: Duration = Duration::from_secs(1);
/// How long nothing is asked after a failure.
const REST: Duration = Duration::from_millis(500);

/// A Redis that the processes of a fleet share, over one connection; cheap to clone.
///
/// Nothing is connected before the first use. Redis 5 or later, or a server that speaks like it, with scripts allowed.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    servers: Servers,
    connection: Mutex<Option<Connection>>,
    resting_until: PlainMutex<Option<Instant>>,
}

enum Servers {
    One(Box<redis::Client>),
    Cluster(Box<ClusterClient>),
    /// Asking the sentinels needs the client for oneself.
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
    /// Takes the address of a Redis:
    ///
    /// - `redis://[[user]:password@]host[:port][/db]`, or `rediss://…` for TLS;
    /// - `redis-sentinel://[[user]:password@]host[:port][,host…][/db]#master`, the hosts being sentinels, the user and
    ///   password those of the Redis behind them; or `rediss-sentinel://…`;
    /// - `redis-cluster://[[user]:password@]host[:port][,host…]`, or `rediss-cluster://…`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for what is no such address.
    pub fn open(url: &str) -> Result<Self> {
        // The process may have chosen its TLS provider already; then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let servers = address::servers(url, LIMIT).map_err(|(english, chinese)| {
            let why = (format!("the Redis address {english}"), format!("Redis 地址{chinese}"));
            Error::local(ErrorKind::Configuration(why.into()))
        })?;
        Ok(Self(Arc::new(Inner {
            servers,
            connection: Mutex::default(),
            resting_until: PlainMutex::default(),
        })))
    }

    /// Runs a script. One that may have run already may be run again, if the connection broke.
    pub(crate) async fn run<T: FromRedisValue>(&self, script: &Invocation) -> std::result::Result<T, Fault> {
        if self.resting().is_some_and(|until| Instant::now() < until) {
            return Err(Fault("it did not answer a moment ago".into()));
        }
        let outcome = tokio::time::timeout(LIMIT, self.run_on_some_connection(script)).await;
        let outcome = match outcome {
            Ok(Ok(value)) => {
                return T::from_redis_value(value).map_err(|_| Fault("its answer is not ours".into()));
            }
            Ok(Err(error)) if !is_absence(&error) => return Err(Fault::from(&error)),
            Ok(Err(error)) => Fault::from(&error),
            Err(_) => {
                // It may hang on: the next exchange is to have another.
                if let Ok(mut connection) = self.0.connection.try_lock() {
                    *connection = None;
                }
                Fault(format!("no answer within {} ms", LIMIT.as_millis()))
            }
        };
        *self.0.resting_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
        Err(outcome)
    }

    fn resting(&self) -> Option<Instant> {
        *self.0.resting_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run_on_some_connection(&self, script: &Invocation) -> RedisResult<redis::Value> {
        let (mut connection, is_new) = self.connection().await?;
        match connection.run(script).await {
            Err(error) if is_absence(&error) => {
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

    /// The connection, and whether it has just been made.
    async fn connection(&self) -> RedisResult<(Connection, bool)> {
        let mut held = self.0.connection.lock().await;
        if let Some(connection) = &*held {
            return Ok((connection.clone(), false));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(LIMIT))
            .set_response_timeout(Some(LIMIT));
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

/// Whether nobody who could serve was reached, rather than that somebody refused.
fn is_absence(error: &RedisError) -> bool {
    use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly};
    error.is_unrecoverable_error()
        || error.is_io_error()
        || matches!(
            error.kind(),
            Kind::MasterNameNotFoundBySentinel
                | Kind::ClusterConnectionNotFound
                // A master that was made a replica.
                | Kind::Server(ReadOnly | BusyLoading | ClusterDown | MasterDown)
        )
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a password.
        f.write_str(match self.0.servers {
            Servers::One(_) => "Redis(one server)",
            Servers::Cluster(_) => "Redis(a cluster)",
            Servers::Sentinels(_) => "Redis(by sentinels)",
        })
    }
}

/// Why Redis did not do as asked. Holds no value that was sent or received, as that may be a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(String);

impl From<&RedisError> for Fault {
    fn from(error: &RedisError) -> Self {
        let category = error.category();
        Self(match error.code() {
            Some(code) => format!("{category} ({code})"),
            None if error.is_connection_refusal() => "the connection is refused".into(),
            None => category.to_owned(),
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static ONE: LazyLock<redis::Script> = LazyLock::new(|| redis::Script::new("return 1"));

    #[tokio::test]
    async fn a_redis_that_is_away_fails_at_once_and_is_left_alone_for_a_moment() {
        // Nobody listens on a port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let redis = Redis::open(&format!("redis://127.0.0.1:{port}")).unwrap();
        let first = redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert_ne!(first, Fault("it did not answer a moment ago".into()));
        let second = redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert_eq!(second, Fault("it did not answer a moment ago".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_given_up_within_a_second() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let redis = Redis::open(&format!("redis://{}", listener.local_addr().unwrap())).unwrap();
        let began = Instant::now();
        redis.run::<i64>(&ONE.prepare_invoke()).await.unwrap_err();
        assert!(began.elapsed() <= LIMIT, "{:?}", began.elapsed());
    }

    #[test]
    fn neither_debug_nor_a_refused_address_shows_the_password() {
        let shown = format!("{:?}", Redis::open("redis://:h1dden@localhost").unwrap());
        let error = Redis::open("redis://:h1dden@local host:x").unwrap_err();
        assert!(!format!("{shown} {error} {error:?}").contains("h1dden"));
    }
}
