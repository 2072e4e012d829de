//! Endpoints that WeCom closed to the corp because a limit was exceeded (45009).

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::limits::{HOUR, MINUTE};

/// Whether one endpoint is closed.
///
/// WeCom does not say which limit was exceeded, and blocks for as long as that limit's window. The minute's is tried first; if
/// the first call after it is refused again, it was the hour's.
#[derive(Default)]
pub(super) struct Closing {
    /// Whether there is anything below to look at: all that a call of an open endpoint reads.
    known: AtomicBool,
    /// Until when; kept after that until a call has passed.
    until: Mutex<Option<Instant>>,
}

/// What a caller finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Open,
    /// It should be open again, which one call is to find out before others follow.
    Unproven,
    Closed(Duration),
}

impl Closing {
    pub(super) fn door(&self) -> Door {
        if !self.known.load(Ordering::Acquire) {
            return Door::Open;
        }
        match *self.until() {
            None => Door::Open,
            Some(until) => match until.saturating_duration_since(Instant::now()) {
                Duration::ZERO => Door::Unproven,
                left => Door::Closed(left),
            },
        }
    }

    /// Takes note that a call sent at this time was refused for its frequency, and returns how long the endpoint is closed.
    pub(super) fn refused(&self, sent: Instant) -> Duration {
        let now = Instant::now();
        let mut until = self.until();
        let closed_until = match *until {
            // Sent before the endpoint closed or by another who did not know: nothing new.
            Some(until) if sent < until => until.max(now),
            Some(_) => now + HOUR,
            None => now + MINUTE,
        };
        *until = Some(closed_until);
        self.known.store(true, Ordering::Release);
        closed_until - now
    }

    /// Takes note that a call sent at this time was not refused for its frequency.
    pub(super) fn passed(&self, sent: Instant) {
        if self.known.load(Ordering::Acquire) {
            let mut until = self.until();
            if until.is_some_and(|until| until <= sent) {
                *until = None;
                self.known.store(false, Ordering::Release);
            }
        }
    }

    /// Takes over what another process found out.
    #[cfg(feature = "redis")]
    pub(super) fn close_for(&self, left: Duration) {
        // Another process may have written any number.
        let now = Instant::now();
        let theirs = now.checked_add(left).unwrap_or(now + HOUR);
        let mut until = self.until();
        *until = Some(until.map_or(theirs, |ours| ours.max(theirs)));
        self.known.store(true, Ordering::Release);
    }

    /// The lock is never held across a panic, so a poisoned one still holds a sound value.
    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_minute_first_then_an_hour_and_a_call_that_passes_opens() {
        let closing = Closing::default();
        assert_eq!(closing.door(), Door::Open);
        assert_eq!(closing.refused(Instant::now()), MINUTE);
        advance(59 * SECOND).await;
        assert_eq!(closing.door(), Door::Closed(SECOND));
        advance(SECOND).await;
        assert_eq!(closing.door(), Door::Unproven);
        assert_eq!(closing.refused(Instant::now()), HOUR);
        advance(HOUR).await;
        assert_eq!(closing.door(), Door::Unproven);
        closing.passed(Instant::now());
        assert_eq!(closing.door(), Door::Open);
        assert_eq!(closing.refused(Instant::now()), MINUTE, "and begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_sent_before_the_closing_says_nothing_about_it() {
        let closing = Closing::default();
        let sent = Instant::now();
        advance(SECOND).await;
        assert_eq!(closing.refused(sent), MINUTE);
        advance(SECOND).await;
        assert_eq!(closing.refused(sent), 59 * SECOND, "not longer");
        closing.passed(sent);
        assert_eq!(closing.door(), Door::Closed(59 * SECOND), "not shorter");
        advance(60 * SECOND).await;
        closing.passed(sent);
        closing.refused(sent);
        assert_eq!(closing.door(), Door::Unproven);
    }

    #[cfg(feature = "redis")]
    #[tokio::test(start_paused = true)]
    async fn a_time_of_any_length_from_another_process_closes() {
        let closing = Closing::default();
        closing.close_for(Duration::MAX);
        assert!(matches!(closing.door(), Door::Closed(left) if left >= HOUR));
    }
}
