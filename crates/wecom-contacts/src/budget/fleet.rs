//! A budget that the processes of a fleet share through Redis.
//!
//! Redis keeps for each limit when the next call of a perfectly even stream would be due, by its own clock, and gives each caller
//! its moment: the same arithmetic as the local limits' (GCRA), in a script, so that nobody comes between. A caller asks once
//! and then waits for its moment. Each process asks for one moment at a time, so that callers keep their order, and one that
//! dies costs the others one call. What closed an endpoint to one (45009) closes it to all.
//!
//! A Redis that is away is left alone for a while, and each process keeps the limits on its own: together they may then send
//! more than they should.

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

use super::{limits::GRANT_LIFE, pace::Rate};
use crate::{Redis, redis::Invocation};

/// How long a Redis that was away is not asked.
const REST: Duration = Duration::from_secs(5);

/// Keys: the limits' next due times, then the closing. Arguments: for each limit the interval in microseconds, and how far ahead
/// of its due time a call may go. Answers 0 and the microseconds until the caller's moment, or 1 and those until the endpoint opens.
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

/// Key: the closing. Argument: for how many milliseconds.
static CLOSE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
        return 0",
    )
});

/// The way to the others.
#[derive(Clone)]
pub(super) struct Fleet(Arc<Inner>);

struct Inner {
    redis: Redis,
    /// Since it is away: when to ask again.
    away: Mutex<Option<Instant>>,
}

impl Fleet {
    pub(super) fn new(redis: Redis) -> Self {
        Self(Arc::new(Inner { redis, away: Mutex::default() }))
    }

    async fn run<T: FromRedisValue>(&self, script: Invocation) -> Option<T> {
        if self.away().is_some_and(|again| Instant::now() < again) {
            return None;
        }
        let outcome = self.0.redis.run(&script).await;
        let was_away = match &outcome {
            Ok(_) => self.away().take().is_some(),
            Err(_) => self.away().replace(Instant::now() + REST).is_some(),
        };
        match outcome {
            Ok(value) => {
                if was_away {
                    info!("Redis is back: the budget is shared again");
                }
                Some(value)
            }
            Err(fault) => {
                if !was_away {
                    warn!(%fault, "Redis is away: the budget is kept by each process on its own");
                }
                None
            }
        }
    }

    /// The lock is never held across a panic, so a poisoned one still holds a sound value.
    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redis.fmt(f)
    }
}

/// One endpoint's part of the shared budget.
pub(super) struct Share {
    fleet: Fleet,
    limits: Vec<(String, Rate)>,
    closed: String,
}

/// What a caller asked for, left to the next one should it go away.
#[derive(Default)]
pub(super) enum Reserved {
    #[default]
    Nothing,
    Asked(JoinHandle<Option<(u8, u64)>>),
    Moment(Instant),
}

/// What came of asking.
pub(super) enum Moment {
    Now {
        waited: bool,
    },
    Closed(Duration),
    /// Redis is away.
    Unknown,
}

impl Share {
    pub(super) fn new(
        fleet: &Fleet,
        scope: &str,
        endpoint: &str,
        minute: Option<Rate>,
        hour: Option<Rate>,
    ) -> Self {
        let scope = hex(&Sha256::digest(scope)[..16]);
        // The braces have a cluster keep an endpoint's keys together.
        let key = |part: &str| format!("wecom:{{{scope}:{endpoint}}}:{part}");
        let limits = [("minute", minute), ("hour", hour)];
        let limits = limits.into_iter().filter_map(|(part, rate)| Some((key(part), rate?))).collect();
        Self { fleet: fleet.clone(), limits, closed: key("closed") }
    }

    /// Waits for a moment to send. Cancelled it leaves the moment to the next caller.
    pub(super) async fn moment(&self, reserved: &mut Reserved) -> Moment {
        loop {
            match reserved {
                Reserved::Nothing => {
                    let (fleet, script) = (self.fleet.clone(), self.reserve());
                    *reserved = Reserved::Asked(tokio::spawn(async move { fleet.run(script).await }));
                }
                Reserved::Asked(answer) => {
                    let answer = answer.await.ok().flatten();
                    *reserved = Reserved::Nothing;
                    match answer {
                        None => return Moment::Unknown,
                        Some((0, 0)) => return Moment::Now { waited: false },
                        Some((0, wait)) => {
                            // Another process may have written any number.
                            let at = Instant::now().checked_add(Duration::from_micros(wait));
                            let Some(at) = at else { return Moment::Unknown };
                            *reserved = Reserved::Moment(at);
                        }
                        Some((_, left)) => return Moment::Closed(Duration::from_micros(left)),
                    }
                }
                Reserved::Moment(at) => {
                    let at = *at;
                    // A moment long past belongs to a window that has had its calls.
                    if at.elapsed() > GRANT_LIFE {
                        *reserved = Reserved::Nothing;
                        continue;
                    }
                    sleep_until(at).await;
                    *reserved = Reserved::Nothing;
                    return Moment::Now { waited: true };
                }
            }
        }
    }

    /// Tells the others that WeCom closed the endpoint.
    pub(super) fn close(&self, closed_for: Duration) {
        let mut script = CLOSE.prepare_invoke();
        script.key(self.closed.as_str()).arg(closed_for.as_millis().max(1) as u64);
        let fleet = self.fleet.clone();
        tokio::spawn(async move { fleet.run::<u8>(script).await });
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

    use private_redis::{PrivateRedis, shared_url};

    use super::*;
    use crate::{Budget, BudgetBuilder, CorpId, Error, Limits, budget::ledger::Gate};

    const SECOND: Duration = Duration::from_secs(1);

    /// A corp that no other test uses, nor another run of this one.
    fn corp() -> CorpId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        CorpId::new(format!("ww-{}-{}-{}", std::process::id(), started.as_nanos(), NEXT.fetch_add(1, SeqCst)))
    }

    /// The gate as each of some processes has it.
    fn processes<const N: usize>(url: &str, corp: &CorpId, builder: &BudgetBuilder) -> [Arc<Gate>; N] {
        std::array::from_fn(|_| {
            let budget = builder.clone().shared(Redis::open(url).unwrap()).build().unwrap();
            budget.ledger("https://example.com/cgi-bin/", corp).gate("user/get")
        })
    }

    fn refused() -> Error {
        Error::refused("user/get", 45009, "api freq out of limit".into())
    }

    #[tokio::test]
    async fn three_processes_together_keep_one_limit_and_use_it() {
        // Redis counts by a clock of its own, so this takes its time: two thirds of a second.
        let limits = Limits::unlimited().per_minute(60_000).per_hour(6_000_000);
        let gates: [_; 3] = processes(&shared_url().unwrap(), &corp(), &Budget::builder().each(limits));
        let began = Instant::now();
        let mut callers = Vec::new();
        for gate in gates.into_iter().cycle().take(30) {
            callers.push(tokio::spawn(async move {
                for _ in 0..32 {
                    gate.pass(SECOND).await.unwrap();
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
        assert!(took <= floor * 3, "{took:?} is more than {floor:?} by far");
    }

    #[tokio::test]
    async fn what_closed_an_endpoint_to_one_process_closes_it_to_all() {
        let [one, other]: [_; 2] = processes(&shared_url().unwrap(), &corp(), &Budget::builder());
        other.pass(SECOND).await.unwrap();
        one.pass(SECOND).await.unwrap().answered(Some(&refused()));
        // The word travels on a task of its own.
        let told = async {
            loop {
                if let Err(error) = other.pass(SECOND).await {
                    break error;
                }
                tokio::task::yield_now().await;
            }
        };
        let error = tokio::time::timeout(10 * SECOND, told).await.expect("the word comes round");
        assert!(error.is_rate_limited() && error.retry_after().is_some_and(|left| left > 50 * SECOND));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_leaves_its_moment_to_the_next() {
        let limits = Limits::unlimited().per_minute(600);
        let [gate]: [_; 1] = processes(&shared_url().unwrap(), &corp(), &Budget::builder().each(limits));
        for _ in 0..Rate::minute(600).burst {
            gate.pass(SECOND).await.unwrap();
        }
        let began = Instant::now();
        for patience in 0..20 {
            let call = gate.pass(SECOND);
            assert!(tokio::time::timeout(Duration::from_millis(patience), call).await.is_err());
            if began.elapsed() > Duration::from_millis(60) {
                break;
            }
        }
        gate.pass(SECOND).await.unwrap();
        assert!(began.elapsed() < 3 * Rate::minute(600).interval, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn without_redis_each_process_keeps_the_limits_and_says_so_once() {
        let mut redis = PrivateRedis::start().unwrap();
        let limits = Limits::unlimited().per_minute(100_000);
        let [gate]: [_; 1] = processes(&redis.url(), &corp(), &Budget::builder().each(limits));
        gate.pass(SECOND).await.unwrap();
        redis.kill();
        let began = Instant::now();
        for _ in 0..1_000 {
            gate.pass(SECOND).await.unwrap();
        }
        let floor = Rate::minute(100_000).interval * (1_000 - Rate::minute(100_000).burst);
        assert!(began.elapsed() >= floor, "{:?}", began.elapsed());
        assert!(began.elapsed() < floor + 3 * SECOND, "{:?}", began.elapsed());
    }
}
