//! How often may be called (访问频率限制, doc 90312): fixed windows on the virtual clock, and what follows when they are full.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// How often may be called before 45009; what is `None` is not limited. By default nothing is.
///
/// The call beyond a minute's limit closes the endpoint to that corp, or that IP, for 60 seconds; the one beyond an hour's
/// limit for 60 minutes.
///
/// Official: [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Rates {
    /// Calls of one endpoint by one corp in a minute.
    pub corp_per_minute: Option<u32>,
    /// Calls of one endpoint by one corp in an hour.
    pub corp_per_hour: Option<u32>,
    /// Calls of one endpoint from one IP in a minute.
    pub ip_per_minute: Option<u32>,
    /// Calls of one endpoint from one IP in an hour.
    pub ip_per_hour: Option<u32>,
    /// Wrong secrets from one IP in an hour, after which `gettoken` is closed to it for an hour.
    pub wrong_secrets_per_hour: Option<u32>,
}

impl Rates {
    /// The limits that WeCom has published, and the number of wrong secrets that its staff once named.
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

/// A call, as far as limits are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage {
    pub(crate) path: &'static str,
    pub(crate) corp: Option<usize>,
    pub(crate) ip: IpAddr,
}

impl Passage {
    /// Proof of a login is not counted when the code is genuine, which only the endpoint can tell.
    fn is_counted_afterwards(self) -> bool {
        matches!(self.path, "auth/getuserinfo" | "user/getuserinfo")
    }

    fn scopes(self) -> impl Iterator<Item = Scope> {
        [self.corp.map(Scope::Corp), Some(Scope::Ip(self.ip))].into_iter().flatten()
    }
}

/// Where calls are counted.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// All that it costs when nothing is limited.
    on: AtomicBool,
    counts: Mutex<Counts>,
}

impl Gate {
    pub(crate) fn with(rates: Rates) -> Self {
        let gate = Self::default();
        gate.set(rates);
        gate
    }

    /// Whether anything is limited.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    pub(crate) fn rates(&self) -> Rates {
        self.counts.lock().rates.clone()
    }

    /// Sets the limits; everything is counted anew, and what was closed is open.
    pub(crate) fn set(&self, rates: Rates) {
        self.on.store(rates != Rates::default(), Relaxed);
        *self.counts.lock() = Counts { rates, ..Counts::default() };
    }

    /// Counts a call and says whether it may pass; one that may not gets 45009. A closed endpoint counts nothing.
    pub(crate) fn passes(&self, passage: Passage, now: Millis) -> bool {
        let mut counts = self.counts.lock();
        let secrets_closed = passage.path == "gettoken"
            && counts.wrong_secrets.get(&passage.ip).is_some_and(|one| now < one.closed_until);
        if secrets_closed || passage.scopes().any(|scope| counts.is_closed(scope, passage.path, now)) {
            return false;
        }
        passage.is_counted_afterwards() || counts.count(passage, now)
    }

    /// Looks at what came of a call that has passed.
    pub(crate) fn passed(&self, passage: Passage, errcode: Option<i32>, now: Millis) {
        let mut counts = self.counts.lock();
        if passage.is_counted_afterwards() && errcode != Some(0) {
            counts.count(passage, now);
        }
        if passage.path == "gettoken" && matches!(errcode, Some(40001 | 40091)) {
            counts.count_wrong_secret(passage.ip, now);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scope {
    /// By its place in the world.
    Corp(usize),
    Ip(IpAddr),
}

#[derive(Debug, Default)]
struct Counts {
    rates: Rates,
    calls: HashMap<(Scope, &'static str), Tally>,
    wrong_secrets: HashMap<IpAddr, Tally>,
}

/// Strangers' addresses are many; beyond so many entries those that no longer matter are dropped.
const KEPT: usize = 50_000;

impl Counts {
    fn is_closed(&self, scope: Scope, path: &'static str, now: Millis) -> bool {
        self.calls.get(&(scope, path)).is_some_and(|tally| now < tally.closed_until)
    }

    /// Counts the call for its corp and its IP, both; `false` if it is one too many for either.
    fn count(&mut self, passage: Passage, now: Millis) -> bool {
        if self.calls.len() > KEPT {
            self.calls.retain(|_, tally| !tally.is_stale(now));
        }
        passage.scopes().fold(true, |passes, scope| {
            let (minute, hour) = match scope {
                Scope::Corp(_) => (self.rates.corp_per_minute, self.rates.corp_per_hour),
                Scope::Ip(_) => (self.rates.ip_per_minute, self.rates.ip_per_hour),
            };
            let tally = self.calls.entry((scope, passage.path)).or_default();
            tally.count(now);
            if hour.is_some_and(|limit| tally.hour.count > limit) {
                tally.closed_until = now + HOUR;
            } else if minute.is_some_and(|limit| tally.minute.count > limit) {
                tally.closed_until = now + MINUTE;
            }
            passes && now >= tally.closed_until
        })
    }

    fn count_wrong_secret(&mut self, ip: IpAddr, now: Millis) {
        if self.wrong_secrets.len() > KEPT {
            self.wrong_secrets.retain(|_, tally| !tally.is_stale(now));
        }
        let tally = self.wrong_secrets.entry(ip).or_default();
        tally.count(now);
        if self.rates.wrong_secrets_per_hour.is_some_and(|limit| tally.hour.count >= limit) {
            tally.closed_until = now + HOUR;
        }
    }
}

/// What is counted of one endpoint for one corp or IP.
#[derive(Debug, Default)]
struct Tally {
    minute: Window,
    hour: Window,
    closed_until: Millis,
}

/// A window of fixed place: every minute and every hour begins with the clock's own.
#[derive(Debug, Default)]
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

impl Tally {
    fn count(&mut self, now: Millis) {
        self.minute.count(now.div_euclid(MINUTE));
        self.hour.count(now.div_euclid(HOUR));
    }

    fn is_stale(&self, now: Millis) -> bool {
        self.hour.number != now.div_euclid(HOUR) && now >= self.closed_until
    }
}
