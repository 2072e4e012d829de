//! The simulator's virtual clock. Tokens, media, jobs, links and retries use it.

use std::{
    sync::atomic::{AtomicI64, Ordering::SeqCst},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

/// The start of a clock that does not run: 2026-01-05 09:00:00 in Beijing.
const STILL_START: Millis = 1_767_574_800_000;

/// The end of the year 9999, the last year that dates can express. It is far below the maximum of [`Millis`], so
/// adding a lifetime to a time never overflows.
const END: Millis = 253_402_300_799_999;

/// Converts a duration. A duration beyond the end of the clock is shortened, so that additions cannot overflow.
pub(crate) fn millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(END).min(END)
}

#[derive(Debug)]
pub(crate) struct Clock {
    /// For a running clock: its start, and its speed as a multiple of real time.
    running: Option<(Instant, f64)>,
    base: AtomicI64,
}

impl Clock {
    /// Creates a clock. With a speed it runs at this multiple of real time; without one it moves only on request.
    pub(crate) fn new(speed: Option<f64>) -> Self {
        let wall =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis);
        Self {
            running: speed.map(|speed| (Instant::now(), speed)),
            base: AtomicI64::new(if speed.is_some() { wall } else { STILL_START }),
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.base.load(SeqCst).saturating_add(self.moved()).min(END)
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.now()).unwrap_or_default())
    }

    pub(crate) fn advance(&self, by: Millis) {
        let moved = |base: Millis| Some(base.saturating_add(by.max(0)).min(END));
        // The closure always returns a value.
        let _ = self.base.fetch_update(SeqCst, SeqCst, moved);
    }

    /// Moves the clock to a time, forward or back.
    pub(crate) fn set(&self, at: Millis) {
        self.base.store(at.min(END).saturating_sub(self.moved()), SeqCst);
    }

    /// Returns the virtual time that has passed by itself since the start.
    fn moved(&self) -> Millis {
        self.running.map_or(0, |(since, speed)| {
            // This is exact to the millisecond for some 280,000 years.
            (since.elapsed().as_secs_f64() * speed * 1000.0) as Millis
        })
    }

    /// Returns the virtual seconds per real second; 0 for a clock that does not run.
    pub(crate) fn speed(&self) -> f64 {
        self.running.map_or(0.0, |(_, speed)| speed)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Returns the real time until a moment of the virtual clock; `None` if the clock does not run.
    pub(crate) fn until(&self, at: Millis) -> Option<Duration> {
        let (_, speed) = self.running?;
        let left = at.saturating_sub(self.now()).max(0) as f64 / 1000.0;
        // The limit is far beyond every schedule, and far below the maximum of a duration.
        Some(Duration::from_secs_f64((left / speed).min(1e9)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_waits_less() {
        assert_eq!(Clock::new(None).until(STILL_START + 1000), None);
        for (speed, longest) in [(1.0, 7200), (60.0, 120), (7200.0, 1)] {
            let clock = Clock::new(Some(speed));
            let wait = clock.until(clock.now() + 7_200_000).unwrap();
            assert!(wait <= Duration::from_secs(longest), "{wait:?}");
            assert!(wait >= Duration::from_secs(longest) / 2, "{wait:?}");
            assert_eq!(clock.until(0), Some(Duration::ZERO));
            clock.until(Millis::MAX).unwrap();
        }
    }
}
