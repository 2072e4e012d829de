//! Rate limits (访问频率限制, doc 90312): fixed windows on the virtual clock, and the closures that follow.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// Rate limits; calls above them get 45009. `None` means no limit, which is the default.
///
/// The first call above the limit of a minute closes the endpoint to the corp or the IP for 60 seconds. The first
/// call above the limit of an hour closes it for 60 minutes.
///
/// Official: [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Rates {
    /// Maximum calls of one endpoint by one corp in a minute.
    pub corp_per_minute: Option<u32>,
    /// Maximum calls of one endpoint by one corp in an hour.
    pub corp_per_hour: Option<u32>,
    /// Maximum calls of one endpoint from one IP in a minute.
    pub ip_per_minute: Option<u32>,
    /// Maximum calls of one endpoint from one IP in an hour.
    pub ip_per_hour: Option<u32>,
    /// Number of wrong secrets from one IP in an hour that closes `gettoken` to this IP for an hour.
    pub wrong_secrets_per_hour: Option<u32>,
}

impl Rates {
    /// Returns the limits that WeCom has published, and the number of wrong secrets that its staff named in the
    /// forum.
    #[must_use]
    pub fn published() -> Self {
        Self {
            corp_per_minute: Some(10_000),
            corp_per_hour: Some(150_000),
            ip_per_minute: Some(20_000),
            ip_per_hour: Some(600_000),
            wrong_secrets_per_hour: Some(2_000),
        }
    }
}

/// The properties of a call that the limits use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitedCall {
    pub(crate) path: &'static str,
    pub(crate) corp: Option<usize>,
    pub(crate) ip: IpAddr,
}

impl LimitedCall {
    /// Whether the call is counted after its execution. A genuine login code is exempt, and only the endpoint can
    /// check the code.
    fn is_counted_afterwards(self) -> bool {
        matches!(self.path, "auth/getuserinfo" | "user/getuserinfo")
    }

    fn keys(self) -> impl Iterator<Item = LimitKey> {
        [self.corp.map(LimitKey::Corp), Some(LimitKey::Ip(self.ip))].into_iter().flatten()
    }
}

/// Counts calls and closes endpoints.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    /// Avoids the lock while no limit is set.
    on: AtomicBool,
    counts: Mutex<Counts>,
}

impl RateLimiter {
    pub(crate) fn with(rates: Rates) -> Self {
        let limiter = Self::default();
        limiter.set(rates);
        limiter
    }

    /// Whether any limit is set.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    pub(crate) fn rates(&self) -> Rates {
        self.counts.lock().rates.clone()
    }

    /// Sets the limits. All counters restart at 0, and closed endpoints reopen.
    pub(crate) fn set(&self, rates: Rates) {
        self.on.store(rates != Rates::default(), Relaxed);
        *self.counts.lock() = Counts { rates, ..Counts::default() };
    }

    /// Returns the limits with their counters.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().clone()
    }

    /// Sets the limits with their counters.
    pub(crate) fn restore(&self, counts: Counts) {
        self.on.store(counts.rates != Rates::default(), Relaxed);
        *self.counts.lock() = counts;
    }

    /// Counts a call and returns whether it is admitted. A call that is not admitted gets 45009; a closed endpoint
    /// counts no calls.
    pub(crate) fn admit(&self, call: LimitedCall, now: Millis) -> bool {
        let mut counts = self.counts.lock();
        let secrets_closed = call.path == "gettoken"
            && counts.wrong_secrets.get(&call.ip).is_some_and(|one| now < one.closed_until);
        if secrets_closed || call.keys().any(|key| counts.is_closed(key, call.path, now)) {
            return false;
        }
        call.is_counted_afterwards() || counts.count(call, now)
    }

    /// Counts the call if its limits depend on its outcome.
    pub(crate) fn note_outcome(&self, call: LimitedCall, errcode: Option<i32>, now: Millis) {
        let mut counts = self.counts.lock();
        if call.is_counted_afterwards() && errcode != Some(0) {
            counts.count(call, now);
        }
        if call.path == "gettoken" && matches!(errcode, Some(40001 | 40091)) {
            counts.count_wrong_secret(call.ip, now);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum LimitKey {
    /// The corp's index in the world.
    Corp(usize),
    Ip(IpAddr),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    rates: Rates,
    calls: HashMap<(LimitKey, &'static str), CallCounts>,
    wrong_secrets: HashMap<IpAddr, CallCounts>,
}

/// Maximum number of entries before stale ones are removed. The addresses of unknown callers would otherwise fill the
/// memory.
const KEPT: usize = 50_000;

impl Counts {
    fn is_closed(&self, key: LimitKey, path: &'static str, now: Millis) -> bool {
        self.calls.get(&(key, path)).is_some_and(|call_counts| now < call_counts.closed_until)
    }

    /// Counts the call for its corp and for its IP. Returns `false` if it exceeds the limit of either.
    fn count(&mut self, call: LimitedCall, now: Millis) -> bool {
        if self.calls.len() > KEPT {
            self.calls.retain(|_, call_counts| !call_counts.is_stale(now));
        }
        call.keys().fold(true, |admitted, key| {
            let (minute, hour) = match key {
                LimitKey::Corp(_) => (self.rates.corp_per_minute, self.rates.corp_per_hour),
                LimitKey::Ip(_) => (self.rates.ip_per_minute, self.rates.ip_per_hour),
            };
            let call_counts = self.calls.entry((key, call.path)).or_default();
            call_counts.count(now);
            if hour.is_some_and(|limit| call_counts.hour.count > limit) {
                call_counts.closed_until = now + HOUR;
            } else if minute.is_some_and(|limit| call_counts.minute.count > limit) {
                call_counts.closed_until = now + MINUTE;
            }
            admitted && now >= call_counts.closed_until
        })
    }

    fn count_wrong_secret(&mut self, ip: IpAddr, now: Millis) {
        if self.wrong_secrets.len() > KEPT {
            self.wrong_secrets.retain(|_, call_counts| !call_counts.is_stale(now));
        }
        let call_counts = self.wrong_secrets.entry(ip).or_default();
        call_counts.count(now);
        if self.rates.wrong_secrets_per_hour.is_some_and(|limit| call_counts.hour.count >= limit) {
            call_counts.closed_until = now + HOUR;
        }
    }
}

/// The counters of one endpoint for one corp or IP.
#[derive(Clone, Debug, Default)]
struct CallCounts {
    minute: Window,
    hour: Window,
    closed_until: Millis,
}

/// A fixed window: a minute or an hour of the clock.
#[derive(Clone, Debug, Default)]
struct Window {
    number: i64,
    count: u32,
}

impl Window {
    fn count(&mut self, number: i64) {
        if self.number != number {
            *self = Self { number, count: 0 };
        }
        self.count = self.count.saturating_add(1);
    }
}

impl CallCounts {
    fn count(&mut self, now: Millis) {
        self.minute.count(now.div_euclid(MINUTE));
        self.hour.count(now.div_euclid(HOUR));
    }

    fn is_stale(&self, now: Millis) -> bool {
        self.hour.number != now.div_euclid(HOUR) && now >= self.closed_until
    }
}
