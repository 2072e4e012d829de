//! The rate limits of one endpoint, counted in this process.
//!
//! The algorithm is GCRA (generic cell rate algorithm): a burst is admitted immediately, and then calls are admitted
//! at an even rate. A window admits at most the burst plus the calls that the rate allows in that time. Burst and rate
//! are chosen so that their sum is the limit. A call is counted only when both limits admit it, so a call that waits
//! for one limit does not use up the other.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::limits::{HOUR, MINUTE};

/// A limit as a rate: the number of calls that are admitted immediately, and the interval between further calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) interval: Duration,
}

impl Rate {
    /// Returns the rate for a limit per minute. The burst is 1/200 of the limit, which leaves 99 % for the even rate.
    pub(super) fn minute(calls: u32) -> Self {
        Self::new(calls, calls / 200, MINUTE, MINUTE / 100)
    }

    /// Returns the rate for a limit per hour. The burst is 1/6 of the limit: about 31,000 calls are sent as fast as the
    /// minute's limit admits them, which is enough to read a large directory member by member. In return, the later
    /// rate is only 5/6 of the possible even rate: 2,060 calls a minute.
    pub(super) fn hour(calls: u32) -> Self {
        Self::new(calls, calls / 6, HOUR, HOUR / 100)
    }

    /// Returns a rate that admits at most `calls` in any period of `window` plus `margin`. The margin is for network
    /// delays: calls that were sent evenly may arrive closer together.
    fn new(calls: u32, burst: u32, window: Duration, margin: Duration) -> Self {
        let calls = calls.max(1);
        let burst = burst.clamp(1, calls);
        let stretch = window + margin;
        // Rounded up, so that a window never contains one call too many.
        let interval = stretch.as_nanos().div_ceil(u128::from(calls - burst + 1));
        Self { burst, interval: Duration::from_nanos(interval as u64) }
    }

    /// Maximum time by which a call may be ahead of its due time.
    fn tolerance(self) -> Duration {
        self.interval * (self.burst - 1)
    }
}

/// One limit and its count.
#[derive(Clone, Copy)]
struct Counter {
    rate: Rate,
    /// Due time of the next call in an even stream, as the time since the limits were created.
    due: Duration,
}

impl Counter {
    /// Returns the time at which the next call is admitted.
    fn admits_at(&self) -> Duration {
        self.due.saturating_sub(self.rate.tolerance())
    }

    fn count(&mut self, now: Duration) {
        self.due = self.due.max(now) + self.rate.interval;
    }
}

/// The rate limits of one endpoint.
pub(super) struct RateLimiter {
    made: Instant,
    /// Held for a few instructions only, so a blocking lock is sufficient.
    counters: Mutex<Vec<Counter>>,
}

impl RateLimiter {
    pub(super) fn new(rates: impl IntoIterator<Item = Rate>) -> Self {
        let counters = rates.into_iter().map(|rate| Counter { rate, due: Duration::ZERO }).collect();
        Self { made: Instant::now(), counters: Mutex::new(counters) }
    }

    /// Counts a call if all limits admit it now.
    ///
    /// # Errors
    ///
    /// Returns the time of the next attempt.
    pub(super) fn try_acquire(&self, now: Instant) -> Result<(), Instant> {
        let now = now.saturating_duration_since(self.made);
        // A poisoned lock is safe to use: no code under the lock can panic between two related changes.
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted_at = counters.iter().map(Counter::admits_at).max().unwrap_or_default();
        if admitted_at > now {
            return Err(self.made + admitted_at);
        }
        counters.iter_mut().for_each(|counter| counter.count(now));
        Ok(())
    }
}
