//! One rate limit: a maximum number of calls in any window of its length.
//!
//! `governor` does the counting (GCRA): a burst is admitted at once, then calls are admitted at an even rate. A window admits at
//! most the burst and what the rate gives in that time. The two are chosen so that their sum is the limit.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

use super::limits::{HOUR, MINUTE};

/// How long a call may go out after the hour's limit admitted it. A later call would fall into a window that it was not counted for.
pub(super) const GRANT_LIFE: Duration = Duration::from_secs(10);

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
    ///
    /// A call that the hour's limit admitted may wait for the minute's limit, or leave its place to another call: hence the margin.
    pub(super) fn hour(calls: u32, minute: Option<Self>) -> Self {
        let wait = GRANT_LIFE + minute.map_or(Duration::ZERO, |minute| minute.interval);
        Self::new(calls, calls / 6, HOUR, (HOUR / 100).max(wait))
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
}

/// The rate limit of one window, counted in this process.
pub(super) struct WindowLimiter(RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>);

impl WindowLimiter {
    pub(super) fn new(rate: Rate) -> Self {
        let quota = Quota::with_period(rate.interval).expect("an interval is never zero");
        let burst = NonZeroU32::new(rate.burst).expect("a burst is at least 1");
        Self(RateLimiter::direct_with_clock(quota.allow_burst(burst), TokioClock(Instant::now())))
    }

    /// Counts a call if it is admitted now; otherwise returns the time of the next attempt.
    pub(super) fn try_acquire(&self) -> Result<(), Instant> {
        self.0.check().map_err(|not_until| self.0.clock().0 + not_until.earliest_possible())
    }
}

/// The runtime's clock, which tests can stop and move, as the time since it was made.
#[derive(Clone)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
