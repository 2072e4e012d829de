//! A budget that several processes share through Redis.
//!
//! For each limit, Redis stores the due time of the next call in an even stream, by its own clock, and assigns a time
//! to each call. The algorithm is that of the local limits (GCRA), in a script that runs atomically. A caller sends one
//! request and then waits for its time. Each process requests one time at a time. This keeps the order of its callers,
//! and if a process crashes, only one call is lost to the others. If one process receives a 45009, the endpoint is
//! closed to all of them.
//!
//! After a failure, Redis is not used for a while, and each process enforces the limits on its own. All processes
//! together may then exceed the limits.

use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{FromRedisValue, Script};
use sha2::{Digest, Sha256};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tracing::{info, warn};
use wecom_cipher::hex;

use super::rate::Rate;
use crate::{Redis, redis::Invocation};

/// Time for which an assigned time stays valid. A later call would count towards another window.
const GRANT_LIFE: Duration = Duration::from_secs(10);

/// Time without new attempts after a failure of Redis.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Keys: the next due time of each limit, then the closure. Arguments: for each limit, the interval and the tolerance
/// in microseconds; the tolerance is the maximum time by which a call may be ahead of its due time. Returns 0 and the
/// microseconds until the call's time, or 1 and the microseconds until the endpoint opens.
static RESERVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
        local closed = redis.call('PTTL', KEYS[#KEYS])
        if closed > 0 then return {1, closed * 1000} end
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
        local moment = now
        local due = {}
        for i = 1, #KEYS - 1 do
            due[i] = tonumber(redis.call('GET', KEYS[i]) or now)
            moment = math.max(moment, due[i] - tonumber(ARGV[2 * i]))
        end
        for i = 1, #KEYS - 1 do
            local next = math.max(due[i], moment) + tonumber(ARGV[2 * i - 1])
            local life = math.ceil((next - now) / 1000) + 1000
            redis.call('SET', KEYS[i], string.format('%.0f', next), 'PX', string.format('%.0f', life))
        end
        return {0, moment - now}",
    )
});

/// Key: the closure. Argument: its length in milliseconds.
static CLOSE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
        return 0",
    )
});

/// The connection to Redis, and whether it works.
#[derive(Clone)]
pub(super) struct RedisBudget(Arc<Inner>);

struct Inner {
    redis: Redis,
    /// Time of the next attempt. Set while Redis is unavailable.
    retry_at: Mutex<Option<Instant>>,
}

impl RedisBudget {
    pub(super) fn new(redis: Redis) -> Self {
        Self(Arc::new(Inner { redis, retry_at: Mutex::default() }))
    }

    async fn run<T: FromRedisValue>(&self, script: Invocation) -> Option<T> {
        if self.retry_at().is_some_and(|retry_at| Instant::now() < retry_at) {
            return None;
        }
        let outcome = self.0.redis.run(&script).await;
        let was_unavailable = match &outcome {
            Ok(_) => self.retry_at().take().is_some(),
            Err(_) => self.retry_at().replace(Instant::now() + RETRY_AFTER).is_some(),
        };
        match outcome {
            Ok(value) => {
                if was_unavailable {
                    info!("Redis is available again; the budget is shared");
                }
                Some(value)
            }
            Err(error) => {
                if !was_unavailable {
                    warn!(fault = %error, "Redis is unavailable; each process enforces the budget on its own");
                }
                None
            }
        }
    }

    /// A poisoned lock is safe to use: no code under the lock can panic between two related changes.
    fn retry_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.retry_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RedisBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redis.fmt(f)
    }
}

/// The limits of one endpoint in Redis.
pub(super) struct RedisLimiter {
    redis: RedisBudget,
    limits: Vec<(String, Rate)>,
    closed: String,
}

/// The time that Redis assigned to the first caller in the queue. If its call is cancelled, the next caller takes it
/// over.
#[derive(Default)]
pub(super) enum Reservation {
    #[default]
    None,
    Requested(JoinHandle<Option<(u8, u64)>>),
    At(Instant),
}

/// Result of the shared limits.
pub(super) enum Admission {
    Now {
        waited: bool,
    },
    Closed(Duration),
    /// Redis is unavailable.
    Unknown,
}

impl RedisLimiter {
    pub(super) fn new(
        redis: &RedisBudget,
        corp: &str,
        endpoint: &str,
        [minute, hour]: [Option<Rate>; 2],
    ) -> Self {
        let corp = hex(&Sha256::digest(corp)[..16]);
        // The braces make a cluster store all keys of an endpoint on the same node.
        let key = |part: &str| format!("wecom:{{{corp}:{endpoint}}}:{part}");
        let limits = [("minute", minute), ("hour", hour)];
        let limits = limits.into_iter().filter_map(|(part, rate)| Some((key(part), rate?))).collect();
        Self { redis: redis.clone(), limits, closed: key("closed") }
    }

    /// Waits for the assigned time. After a cancellation it stays in `reservation` for the next caller.
    pub(super) async fn admit(&self, reservation: &mut Reservation) -> Admission {
        loop {
            match reservation {
                Reservation::None => {
                    let (redis, script) = (self.redis.clone(), self.reserve());
                    *reservation =
                        Reservation::Requested(tokio::spawn(async move { redis.run(script).await }));
                }
                Reservation::Requested(answer) => {
                    let answer = answer.await.ok().flatten();
                    *reservation = Reservation::None;
                    match answer {
                        None => return Admission::Unknown,
                        Some((0, 0)) => return Admission::Now { waited: false },
                        Some((0, wait)) => {
                            // The number comes from Redis and may have any value.
                            let at = Instant::now().checked_add(Duration::from_micros(wait));
                            let Some(at) = at else { return Admission::Unknown };
                            *reservation = Reservation::At(at);
                        }
                        Some((_, left)) => return Admission::Closed(Duration::from_micros(left)),
                    }
                }
                Reservation::At(at) => {
                    let at = *at;
                    // A call sent long after its time would count towards a later window.
                    if at.elapsed() > GRANT_LIFE {
                        *reservation = Reservation::None;
                        continue;
                    }
                    sleep_until(at).await;
                    *reservation = Reservation::None;
                    return Admission::Now { waited: true };
                }
            }
        }
    }

    /// Reports to the other processes that WeCom closed the endpoint.
    pub(super) fn close(&self, closed_for: Duration) {
        let mut script = CLOSE.prepare_invoke();
        script.key(self.closed.as_str()).arg(closed_for.as_millis().max(1) as u64);
        let redis = self.redis.clone();
        tokio::spawn(async move { redis.run::<u8>(script).await });
    }

    fn reserve(&self) -> Invocation {
        let mut script = RESERVE.prepare_invoke();
        for (key, rate) in &self.limits {
            let interval = rate.interval.as_nanos().div_ceil(1_000) as u64;
            script.key(key.as_str()).arg(interval).arg(interval * u64::from(rate.burst - 1));
        }
        script.key(self.closed.as_str());
        script
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    use private_servers::redis::{PrivateRedis, shared_url};

    use super::*;
    use crate::{Budget, BudgetBuilder, CorpId, Error, Limits, budget::limiter::EndpointLimiter};

    const SECOND: Duration = Duration::from_secs(1);

    /// Returns a corp id that only this test and this run use.
    fn corp() -> CorpId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        CorpId::new(format!("ww-{}-{}-{}", std::process::id(), started.as_nanos(), NEXT.fetch_add(1, SeqCst)))
    }

    /// Returns the limiters of several processes.
    fn processes<const N: usize>(
        url: &str,
        corp: &CorpId,
        builder: &BudgetBuilder,
    ) -> [Arc<EndpointLimiter>; N] {
        std::array::from_fn(|_| {
            let budget = builder.clone().shared(Redis::open(url).unwrap()).build().unwrap();
            Arc::clone(budget.corp("https://example.com/cgi-bin/", corp).endpoint("user/get"))
        })
    }

    fn refused() -> Error {
        Error::refused("user/get", 45009, "api freq out of limit")
    }

    #[tokio::test]
    async fn three_processes_together_keep_one_limit_and_use_it() {
        // Redis uses its own clock, so this test takes real time: two thirds of a second.
        let limits = Limits::unlimited().per_minute(60_000).per_hour(6_000_000);
        let limiters: [_; 3] = processes(&shared_url().unwrap(), &corp(), &Budget::builder().each(limits));
        let began = Instant::now();
        let mut callers = Vec::new();
        for limiter in limiters.into_iter().cycle().take(30) {
            callers.push(tokio::spawn(async move {
                for _ in 0..32 {
                    limiter.acquire(SECOND).await.unwrap();
                }
            }));
        }
        for caller in callers {
            caller.await.unwrap();
        }
        let rate = Rate::minute(60_000);
        let floor = rate.interval * (960 - rate.burst);
        let took = began.elapsed();
        assert!(took >= floor, "{took:?} is less than {floor:?}");
        assert!(took <= floor * 3, "{took:?} is far more than {floor:?}");
    }

    #[tokio::test]
    async fn what_closed_an_endpoint_to_one_process_closes_it_to_all() {
        let [one, other]: [_; 2] = processes(&shared_url().unwrap(), &corp(), &Budget::builder());
        other.acquire(SECOND).await.unwrap();
        one.acquire(SECOND).await.unwrap().record_outcome(Some(&refused()));
        // A separate task sends the report.
        let reported = async {
            loop {
                if let Err(error) = other.acquire(SECOND).await {
                    break error;
                }
                tokio::task::yield_now().await;
            }
        };
        let error = tokio::time::timeout(10 * SECOND, reported).await.expect("the report arrives");
        assert!(error.is_rate_limited() && error.retry_after().is_some_and(|left| left > 50 * SECOND));
    }

    #[tokio::test]
    async fn a_cancelled_caller_leaves_its_reservation_to_the_next() {
        let limits = Limits::unlimited().per_minute(600);
        let [limiter]: [_; 1] = processes(&shared_url().unwrap(), &corp(), &Budget::builder().each(limits));
        for _ in 0..Rate::minute(600).burst {
            limiter.acquire(SECOND).await.unwrap();
        }
        let began = Instant::now();
        for wait in 0..20 {
            let call = limiter.acquire(SECOND);
            assert!(tokio::time::timeout(Duration::from_millis(wait), call).await.is_err());
            if began.elapsed() > Duration::from_millis(60) {
                break;
            }
        }
        limiter.acquire(SECOND).await.unwrap();
        assert!(began.elapsed() < 3 * Rate::minute(600).interval, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn without_redis_each_process_keeps_the_limits_and_says_so_once() {
        let mut redis = PrivateRedis::start().unwrap();
        let limits = Limits::unlimited().per_minute(100_000);
        let [limiter]: [_; 1] = processes(&redis.url(), &corp(), &Budget::builder().each(limits));
        limiter.acquire(SECOND).await.unwrap();
        redis.kill();
        let began = Instant::now();
        for _ in 0..1_000 {
            limiter.acquire(SECOND).await.unwrap();
        }
        let floor = Rate::minute(100_000).interval * (1_000 - Rate::minute(100_000).burst);
        assert!(began.elapsed() >= floor, "{:?}", began.elapsed());
        assert!(began.elapsed() < floor + 3 * SECOND, "{:?}", began.elapsed());
    }
}
