//! One limit kept: so many calls in any window of this length.
//!
//! `governor` does the counting (GCRA): a burst may pass at once, then calls come at an even rate. In any window no more pass
//! than the burst and what the rate gives in that time, and the two are chosen to be the limit together.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

use super::limits::{GRANT_LIFE, HOUR, MINUTE};

/// What a limit comes to: how many may pass at once, and how far apart the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) interval: Duration,
}

impl Rate {
    /// A minute's limit allows a burst of its two-hundredth, so that 99 % of it are left for the even rate.
    pub(super) fn minute(calls: u32) -> Self {
        Self::new(calls, calls / 200, MINUTE, MINUTE / 100)
    }

    /// An hour's limit allows a burst of its sixth: some 31,000 calls pass as fast as the minute's limit lets them, which is the
    /// whole of a large directory read one by one. The price is the rate afterwards, 5/6 of what the limit would allow to
    /// one who calls evenly all day: 2,060 a minute.
    ///
    /// What the hour's limit granted may wait for the minute's, and be left to another: hence the margin.
    pub(super) fn hour(calls: u32, minute: Option<Self>) -> Self {
        let wait = GRANT_LIFE + minute.map_or(Duration::ZERO, |minute| minute.interval);
        Self::new(calls, calls / 6, HOUR, (HOUR / 100).max(wait))
    }

    /// In any stretch of `window` and `margin` no more than `calls` pass. The margin is for the way: calls that were sent evenly
    /// may arrive closer together, as the first were held up and the last were not.
    fn new(calls: u32, burst: u32, window: Duration, margin: Duration) -> Self {
        let calls = calls.max(1);
        let burst = burst.clamp(1, calls);
        let stretch = window + margin;
        // Rounded up, so that no window ever holds one too many.
        let interval = stretch.as_nanos().div_ceil(u128::from(calls - burst + 1));
        Self { burst, interval: Duration::from_nanos(interval as u64) }
    }
}

/// A limit kept in this process.
pub(super) struct Pace(RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>);

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        let quota = Quota::with_period(rate.interval).expect("an interval is never zero");
        let burst = NonZeroU32::new(rate.burst).expect("a burst is at least 1");
        Self(RateLimiter::direct_with_clock(quota.allow_burst(burst), TokioClock(Instant::now())))
    }

    /// Counts a call if it may go now; else says when to ask again.
    pub(super) fn grant(&self) -> Result<(), Instant> {
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
