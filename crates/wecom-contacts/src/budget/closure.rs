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
/// WeCom does not report which limit was exceeded. It blocks the endpoint for the length of that limit's window. A
/// minute is assumed first. If the first call after it is refused again, the limit was that of an hour.
#[derive(Default)]
pub(super) struct EndpointClosure {
    /// Whether `until` holds a time. Calls of an open endpoint read only this field.
    is_set: AtomicBool,
    /// End of the closure. The value is kept after that time until a call has succeeded.
    until: Mutex<Option<Instant>>,
}

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClosureState {
    Open,
    /// The time of the closure has ended. One call verifies that the endpoint is open before others follow.
    Unverified,
    /// The endpoint stays closed for this time.
    Closed(Duration),
}

impl EndpointClosure {
    pub(super) fn state(&self) -> ClosureState {
        if !self.is_set.load(Ordering::Acquire) {
            return ClosureState::Open;
        }
        match *self.until() {
            None => ClosureState::Open,
            Some(until) => match until.saturating_duration_since(Instant::now()) {
                Duration::ZERO => ClosureState::Unverified,
                left => ClosureState::Closed(left),
            },
        }
    }

    /// Records that WeCom refused a call of this time because of its frequency. Returns how long the endpoint is
    /// closed.
    pub(super) fn record_refusal(&self, sent: Instant) -> Duration {
        let now = Instant::now();
        let mut until = self.until();
        let closed_until = match *until {
            // The call was sent before the endpoint closed, so its refusal does not extend the closure.
            Some(until) if sent < until => until.max(now),
            Some(_) => now + HOUR,
            None => now + MINUTE,
        };
        *until = Some(closed_until);
        self.is_set.store(true, Ordering::Release);
        closed_until - now
    }

    /// Records that WeCom did not refuse a call of this time because of its frequency.
    pub(super) fn record_success(&self, sent: Instant) {
        if self.is_set.load(Ordering::Acquire) {
            let mut until = self.until();
            if until.is_some_and(|until| until <= sent) {
                *until = None;
                self.is_set.store(false, Ordering::Release);
            }
        }
    }

    /// Closes the endpoint for the time that another process reported.
    #[cfg(feature = "redis")]
    pub(super) fn close_for(&self, left: Duration) {
        // The number comes from Redis and may have any value.
        let now = Instant::now();
        let theirs = now.checked_add(left).unwrap_or(now + HOUR);
        let mut until = self.until();
        *until = Some(until.map_or(theirs, |ours| ours.max(theirs)));
        self.is_set.store(true, Ordering::Release);
    }

    /// A poisoned lock is safe to use: no code under the lock can panic between two related changes.
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
    async fn a_minute_first_then_an_hour_and_a_call_that_succeeds_opens() {
        let closure = EndpointClosure::default();
        assert_eq!(closure.state(), ClosureState::Open);
        assert_eq!(closure.record_refusal(Instant::now()), MINUTE);
        advance(59 * SECOND).await;
        assert_eq!(closure.state(), ClosureState::Closed(SECOND));
        advance(SECOND).await;
        assert_eq!(closure.state(), ClosureState::Unverified);
        assert_eq!(closure.record_refusal(Instant::now()), HOUR);
        advance(HOUR).await;
        assert_eq!(closure.state(), ClosureState::Unverified);
        closure.record_success(Instant::now());
        assert_eq!(closure.state(), ClosureState::Open);
        assert_eq!(closure.record_refusal(Instant::now()), MINUTE, "a new closure starts with a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_sent_before_the_closure_says_nothing_about_it() {
        let closure = EndpointClosure::default();
        let sent = Instant::now();
        advance(SECOND).await;
        assert_eq!(closure.record_refusal(sent), MINUTE);
        advance(SECOND).await;
        assert_eq!(closure.record_refusal(sent), 59 * SECOND, "not longer");
        closure.record_success(sent);
        assert_eq!(closure.state(), ClosureState::Closed(59 * SECOND), "not shorter");
        advance(60 * SECOND).await;
        closure.record_success(sent);
        closure.record_refusal(sent);
        assert_eq!(closure.state(), ClosureState::Unverified);
    }

    #[cfg(feature = "redis")]
    #[tokio::test(start_paused = true)]
    async fn a_time_of_any_length_from_another_process_closes() {
        let closure = EndpointClosure::default();
        closure.close_for(Duration::MAX);
        assert!(matches!(closure.state(), ClosureState::Closed(left) if left >= HOUR));
    }
}
