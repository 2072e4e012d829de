//! The simulator's virtual clock. Tokens, media, jobs, links and retries use it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::RwLock;

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

/// The start of a clock that does not run: 2026-01-05 09:00:00 in Beijing.
const STILL_START: Millis = 1_767_574_800_000;

/// The beginning of the year 2000. An earlier time has no use, and a difference of two times never overflows.
const EARLIEST: Millis = 946_684_800_000;

/// The end of the year 9999, the last year that dates can express. It is far below the maximum of [`Millis`], so
/// adding a lifetime to a time never overflows.
const END: Millis = 253_402_300_799_999;

/// Converts a duration. A duration beyond the end of the clock is shortened, so that additions cannot overflow.
pub(crate) fn millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(END).min(END)
}

/// Returns the time of a text: RFC 3339 with an offset (`2026-01-05T09:00:00+08:00`), or whole Unix seconds.
pub(crate) fn parse_time(text: &str) -> Result<Millis, TimeError> {
    let at = match text.parse::<i64>() {
        Ok(seconds) => seconds.checked_mul(1000),
        Err(_) => text.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond()),
    };
    checked_time(at.ok_or(TimeError)?)
}

/// Checks that the clock can have a time.
pub(crate) fn checked_time(at: Millis) -> Result<Millis, TimeError> {
    if (EARLIEST..=END).contains(&at) { Ok(at) } else { Err(TimeError) }
}

/// A text that is no time for the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a time must be like 2026-01-05T09:00:00+08:00 or in Unix seconds, from the year 2000 to the year 9999"
)]
#[non_exhaustive]
pub struct TimeError;

#[derive(Debug)]
pub(crate) struct Clock {
    state: RwLock<ClockState>,
}

#[derive(Debug)]
struct ClockState {
    base: Millis,
    /// For a running clock: since when it runs, and its speed as a multiple of real time.
    running: Option<(Instant, f64)>,
}

impl ClockState {
    fn now(&self) -> Millis {
        let moved = self.running.map_or(0, |(since, speed)| {
            // This is exact to the millisecond for some 280,000 years.
            (since.elapsed().as_secs_f64() * speed * 1000.0) as Millis
        });
        self.base.saturating_add(moved).min(END)
    }

    /// Sets the time, and lets the clock run from now on with a speed, or not at all.
    fn restart(&mut self, at: Millis, speed: Option<f64>) {
        *self = Self { base: at.min(END), running: speed.map(|speed| (Instant::now(), speed)) };
    }
}

impl Clock {
    /// Creates a clock. With a speed it runs at this multiple of real time; without one it moves only on request. The
    /// default time of a running clock is that of the machine.
    pub(crate) fn new(speed: Option<f64>, at: Option<Millis>) -> Self {
        let wall =
            || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis);
        let base = at.unwrap_or_else(|| if speed.is_some() { wall() } else { STILL_START });
        let running = speed.map(|speed| (Instant::now(), speed));
        Self { state: RwLock::new(ClockState { base, running }) }
    }

    pub(crate) fn now(&self) -> Millis {
        self.state.read().now()
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.now()).unwrap_or_default())
    }

    pub(crate) fn advance(&self, by: Millis) {
        let mut state = self.state.write();
        state.base = state.base.saturating_add(by.max(0)).min(END);
    }

    /// Moves the clock to a time, forward or back. It runs on as before.
    pub(crate) fn set(&self, at: Millis) {
        let mut state = self.state.write();
        let speed = state.running.map(|(_, speed)| speed);
        state.restart(at, speed);
    }

    /// Stops the clock, at the given time or at the present one. From then on it moves only on request.
    pub(crate) fn freeze(&self, at: Option<Millis>) {
        let mut state = self.state.write();
        let at = at.unwrap_or_else(|| state.now());
        state.restart(at, None);
    }

    /// Lets the clock run at this multiple of real time.
    pub(crate) fn run(&self, speed: f64) {
        let mut state = self.state.write();
        let at = state.now();
        state.restart(at, Some(speed));
    }

    /// Returns the virtual seconds per real second; 0 for a clock that does not run.
    pub(crate) fn speed(&self) -> f64 {
        self.state.read().running.map_or(0.0, |(_, speed)| speed)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.state.read().running.is_some()
    }

    /// Returns the real time until a moment of the virtual clock; `None` if the clock does not run.
    pub(crate) fn until(&self, at: Millis) -> Option<Duration> {
        let speed = self.state.read().running?.1;
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
        assert_eq!(Clock::new(None, None).until(STILL_START + 1000), None);
        for (speed, longest) in [(1.0, 7200), (60.0, 120), (7200.0, 1)] {
            let clock = Clock::new(Some(speed), None);
            let wait = clock.until(clock.now() + 7_200_000).unwrap();
            assert!(wait <= Duration::from_secs(longest), "{wait:?}");
            assert!(wait >= Duration::from_secs(longest) / 2, "{wait:?}");
            assert_eq!(clock.until(0), Some(Duration::ZERO));
            clock.until(Millis::MAX).unwrap();
        }
    }

    #[test]
    fn a_frozen_clock_moves_only_on_request() {
        let clock = Clock::new(Some(100_000.0), Some(STILL_START));
        assert!(clock.now() >= STILL_START && clock.is_running());
        clock.freeze(Some(STILL_START));
        assert_eq!((clock.now(), clock.speed()), (STILL_START, 0.0));
        clock.advance(1000);
        clock.advance(-1000);
        assert_eq!(clock.now(), STILL_START + 1000);
        clock.run(2.0);
        assert!(clock.now() >= STILL_START + 1000 && clock.speed() == 2.0);
        clock.set(EARLIEST);
        assert!(clock.is_running() && clock.now() < STILL_START);
    }

    #[test]
    fn a_time_has_an_offset_or_is_in_unix_seconds() {
        for text in ["2026-01-05T09:00:00+08:00", "2026-01-05T01:00:00Z", "1767574800"] {
            assert_eq!(parse_time(text), Ok(STILL_START), "{text}");
        }
        for text in ["", "tomorrow", "2026-01-05", "0", "-1", "99999999999999999", "1999-01-01T00:00:00Z"] {
            assert_eq!(parse_time(text), Err(TimeError), "{text}");
        }
    }
}
