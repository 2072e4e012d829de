//! The rate limits of one endpoint, counted in this process.
//!
//! The arithmetic is GCRA (generic cell rate algorithm): a burst is admitted at once, then calls are admitted at an even rate.
//! A window admits at most the burst and what the rate gives in that time. The two are chosen so that their sum is the limit.
//! A call is counted by both limits or by neither, so a call that waits for one of them takes nothing from the other.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::limits::{HOUR, MINUTE};

/// A limit as a rate: the number of calls that are admitted at once, and the interval between the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) interval: Duration,
}

impl Rate {
    /// A minute's limit allows a burst of 1/200, which leaves 99 % of the limit to the even rate.
    pub(super) fn minute(calls: u32) -> Self {
        Self::new(calls, calls / 200, MINUTE, MINUTE / 100)
    }

    /// An hour's limit allows a burst of 1/6: about 31,000 calls go out as fast as the minute's limit admits them, which is enough
    /// to read a large directory member by member. The price is a lower rate afterwards, 5/6 of what even calls would get all
    /// day: 2,060 a minute.
    pub(super) fn hour(calls: u32) -> Self {
        Self::new(calls, calls / 6, HOUR, HOUR / 100)
    }

    /// Any stretch of `window` and `margin` admits at most `calls`. The margin allows for the network: calls that were sent evenly
    /// may arrive closer together.
    fn new(calls: u32, burst: u32, window: Duration, margin: Duration) -> Self {
        let calls = calls.max(1);
        let burst = burst.clamp(1, calls);
        let stretch = window + margin;
        // Rounded up, so that no window holds one call too many.
        let interval = stretch.as_nanos().div_ceil(u128::from(calls - burst + 1));
        Self { burst, interval: Duration::from_nanos(interval as u64) }
    }

    /// How far ahead of its due time a call may go.
    fn tolerance(self) -> Duration {
        self.interval * (self.burst - 1)
    }
}

/// One limit and what it has counted.
#[derive(Clone, Copy)]
struct Counter {
    rate: Rate,
    /// When the next call of an even stream is due, since the limits were made.
    due: Duration,
}

impl Counter {
    /// When the next call is admitted.
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
    /// Held for a few instructions only, so the lock is a blocking one.
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
    /// The time of the next attempt.
    pub(super) fn try_acquire(&self, now: Instant) -> Result<(), Instant> {
        let now = now.saturating_duration_since(self.made);
        // The lock is never held across a panic, so a poisoned one still holds a sound value.
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted_at = counters.iter().map(Counter::admits_at).max().unwrap_or_default();
        if admitted_at > now {
            return Err(self.made + admitted_at);
        }
        counters.iter_mut().for_each(|counter| counter.count(now));
        Ok(())
    }
}
