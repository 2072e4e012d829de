//! A token store in Redis, shared by several processes.

use std::{sync::LazyLock, time::Duration};

use redis::Script;

use super::{AccessToken, Lease, StoreError, StoreFuture, StoredToken, TokenKey, TokenStore};
use crate::{
    Redis, Result,
    redis::{Invocation, ScriptError},
};

/// A token store in Redis, for several processes.
///
/// Each credential has three keys, `wecom:{…}:token`, `:lease` and `:fence`, with its [`TokenKey`] in the braces. The
/// keys expire automatically. The token is stored in plain text: every user who can read this Redis can call WeCom
/// until the token expires. An operation takes at most one second.
#[derive(Clone, Debug)]
pub struct RedisStore {
    redis: Redis,
}

impl RedisStore {
    /// Creates a store in this Redis. A budget may use the same Redis.
    pub fn new(redis: Redis) -> Self {
        Self { redis }
    }

    /// Creates a store in the Redis at this address; see [`Redis::open`]. The first use opens the connection.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the address is invalid.
    pub fn open(url: &str) -> Result<Self> {
        Ok(Self::new(Redis::open(url)?))
    }

    fn run<T: redis::FromRedisValue + Send>(&self, script: Invocation) -> StoreFuture<T> {
        let redis = self.redis.clone();
        Box::pin(async move { redis.run(&script).await.map_err(StoreError::from) })
    }
}

impl From<ScriptError> for StoreError {
    fn from(error: ScriptError) -> Self {
        Self::new(format!("Redis: {error}"))
    }
}

/// Returns the name of a key. The braces make a cluster store the three keys on the same node.
fn name(key: &TokenKey, part: &str) -> String {
    format!("wecom:{{{key}}}:{part}")
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_LIFETIME)
}

/// A hundred days in milliseconds: the time for which lease numbers are kept, and the maximum lifetime of a token.
const MAX_LIFETIME: u64 = 100 * 24 * 3600 * 1000;

/// Returns the token, its remaining lifetime and its whole lifetime, both in milliseconds.
static LOAD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local token = redis.call('HMGET', KEYS[1], 'token', 'lifetime')
         local left = redis.call('PTTL', KEYS[1])
         if not token[1] or left <= 0 then return false end
         return {token[1], left, tonumber(token[2])}",
    )
});

/// The numbers are derived from the clock, so that they keep growing if Redis loses its data.
static ACQUIRE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('EXISTS', KEYS[1]) == 1 then return false end
         local time = redis.call('TIME')
         local fence = math.max(tonumber(redis.call('HGET', KEYS[2], 'given') or 0) + 1, time[1] * 1000000 + time[2])
         fence = string.format('%.0f', fence)
         redis.call('HSET', KEYS[2], 'given', fence)
         redis.call('PEXPIRE', KEYS[2], ARGV[2])
         redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
         return fence",
    )
});

static STORE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if tonumber(ARGV[1]) < tonumber(redis.call('HGET', KEYS[2], 'stored') or 0) then return 0 end
         redis.call('HSET', KEYS[2], 'stored', ARGV[1])
         redis.call('PEXPIRE', KEYS[2], ARGV[5])
         redis.call('HSET', KEYS[1], 'token', ARGV[2], 'lifetime', ARGV[4])
         redis.call('PEXPIRE', KEYS[1], ARGV[3])
         return 1",
    )
});

static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
         return 0",
    )
});

static INVALIDATE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
         return 0",
    )
});

impl TokenStore for RedisStore {
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>> {
        let mut script = LOAD.prepare_invoke();
        script.key(name(&key, "token"));
        let found = self.run::<Option<(String, u64, u64)>>(script);
        Box::pin(async move {
            Ok(found.await?.map(|(token, left, lifetime)| {
                let (left, lifetime) = (Duration::from_millis(left), Duration::from_millis(lifetime));
                StoredToken::new(AccessToken::new(token), left, lifetime)
            }))
        })
    }

    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>> {
        let mut script = ACQUIRE.prepare_invoke();
        script.key(name(&key, "lease")).key(name(&key, "fence")).arg(milliseconds(life)).arg(MAX_LIFETIME);
        let given = self.run::<Option<u64>>(script);
        Box::pin(async move { Ok(given.await?.map(Lease::new)) })
    }

    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool> {
        let mut script = STORE.prepare_invoke();
        script
            .key(name(&key, "token"))
            .key(name(&key, "fence"))
            .arg(lease.fence())
            .arg(token.access_token.expose())
            .arg(milliseconds(token.expires_in))
            .arg(milliseconds(token.lifetime))
            .arg(MAX_LIFETIME);
        self.run(script)
    }

    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()> {
        let mut script = RELEASE.prepare_invoke();
        script.key(name(&key, "lease")).arg(lease.fence());
        let released = self.run::<bool>(script);
        Box::pin(async move { released.await.map(drop) })
    }

    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool> {
        let mut script = INVALIDATE.prepare_invoke();
        script.key(name(&key, "token")).arg(failed.expose());
        self.run(script)
    }
}
