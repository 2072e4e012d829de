//! The retry of failed calls: whether and when. No other module decides about retries.
//!
//! A call that certainly did not execute is always retried. This is the case if no connection was made, or according to
//! the table of codes (−1, 6000, 45033, 45035). A call that may have executed (a timeout, a broken connection, a
//! gateway's own response) is retried only if a repetition has no further effect ([`Call::is_repeatable`]). All other
//! failures are final.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::{Instant, sleep};
use tracing::debug;

use crate::{Call, Error, ErrorKind, Result, Stopped, TransportFailure};

/// Maximum pause. Doubling a longer one would overflow.
const MAX_PAUSE: Duration = Duration::from_secs(365 * 24 * 3600);

/// How often a call is retried, and for how long.
///
/// The pauses double from the first to the longest. A random time of up to the pause's own length is added to each, so
/// that callers that failed at the same time do not retry at the same time.
///
/// ```
/// use std::time::Duration;
/// use wecom_contacts::{Client, RetryPolicy, Secret};
///
/// # fn example() -> wecom_contacts::Result<()> {
/// let patient = RetryPolicy::default().attempts(6).total_time(Duration::from_secs(120));
/// let client = Client::builder("ww1234567890abcdef", Secret::contacts_sync("secret")).retry(patient).build()?;
/// let hasty = client.with_retry(RetryPolicy::none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
    total_time: Duration,
    jitter: bool,
}

impl RetryPolicy {
    /// Sends each call once. If WeCom has closed the endpoint after a 45009, the call fails immediately.
    pub const fn none() -> Self {
        Self { attempts: 1, total_time: Duration::ZERO, ..Self::new() }
    }

    const fn new() -> Self {
        Self {
            // WeCom recommends at most three retries after −1.
            attempts: 4,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(5),
            total_time: Duration::from_secs(30),
            jitter: true,
        }
    }

    /// Sets the maximum number of attempts of a call, including the first; at least 1. Defaults to 4.
    ///
    /// After a refused token, the call is sent once more with a new token. This attempt does not count.
    pub const fn attempts(self, attempts: u32) -> Self {
        Self { attempts: if attempts == 0 { 1 } else { attempts }, ..self }
    }

    /// Sets the pause before the second attempt. Defaults to 200 ms.
    pub const fn first_pause(self, pause: Duration) -> Self {
        Self { first_pause: pause, ..self }
    }

    /// Sets the maximum pause, at which the doubling ends. Defaults to 5 s.
    pub const fn longest_pause(self, pause: Duration) -> Self {
        Self { longest_pause: pause, ..self }
    }

    /// Sets the maximum time between the first attempt and the start of the last one. Defaults to 30 s. It also limits
    /// the wait for an endpoint that WeCom has closed after a 45009.
    pub const fn total_time(self, limit: Duration) -> Self {
        Self { total_time: limit, ..self }
    }

    /// Sets whether a random time is added to the pauses. Defaults to `true`.
    pub const fn jitter(self, on: bool) -> Self {
        Self { jitter: on, ..self }
    }

    /// Returns the maximum number of attempts of a call.
    pub(crate) const fn max_attempts(&self) -> u32 {
        self.attempts
    }

    fn pauses(&self) -> ExponentialBackoff {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.first_pause.min(MAX_PAUSE))
            .with_max_delay(self.longest_pause.min(MAX_PAUSE))
            .with_factor(2.0)
            .without_max_times();
        if self.jitter { pauses.with_jitter().build() } else { pauses.build() }
    }
}

impl Default for RetryPolicy {
    /// Returns a policy of at most four attempts within 30 s.
    fn default() -> Self {
        Self::new()
    }
}

/// The attempts of one call.
pub(crate) struct Attempts {
    policy: RetryPolicy,
    call: Call,
    began: Instant,
    first_sent: Option<Instant>,
    sent: u32,
    token_renewed: bool,
    /// Boxed, because most calls need no pause.
    pauses: Option<Box<ExponentialBackoff>>,
}

impl Attempts {
    pub(crate) fn begin(policy: RetryPolicy, call: Call) -> Self {
        let began = Instant::now();
        Self { policy, call, began, first_sent: None, sent: 0, token_renewed: false, pauses: None }
    }

    /// Counts an attempt that is about to be sent.
    pub(crate) fn record_sent(&mut self, now: Instant) {
        self.first_sent.get_or_insert(now);
        self.sent += 1;
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Returns the remaining part of the policy's total time. The wait in the queue before the first attempt does not
    /// count.
    pub(crate) fn remaining_time(&self) -> Duration {
        let spent = self.first_sent.map_or(Duration::ZERO, |sent| sent.elapsed());
        self.policy.total_time.saturating_sub(spent)
    }

    /// Returns whether the call must be sent again with a new token. This happens at most once.
    pub(crate) fn renews_token(&mut self, error: &Error) -> bool {
        let renews = error.wants_new_token() && !self.token_renewed;
        self.token_renewed |= renews;
        renews
    }

    /// Waits for the next attempt, or returns the final error.
    ///
    /// If WeCom has closed the endpoint, `closed_for` is the remaining time of the closure.
    pub(crate) async fn wait_for_retry(&mut self, error: Error, closed_for: Option<Duration>) -> Result<()> {
        match self.next_pause(&error, closed_for) {
            Ok(pause) => {
                debug!(attempt = self.sent, pause_ms = pause.as_millis() as u64, %error, "sending the call again");
                crate::observe::repeated(self.call.path);
                sleep(pause).await;
                Ok(())
            }
            Err(stopped) => Err(self.final_error(error, stopped, closed_for)),
        }
    }

    /// Returns the error for the caller, with the number of attempts and the reason why they ended.
    pub(crate) fn final_error(&self, error: Error, stopped: Stopped, retry_after: Option<Duration>) -> Error {
        let may_have_applied = !self.call.is_repeatable() && may_have_executed(&error);
        error.at_the_end_of(self.sent, self.elapsed(), stopped, may_have_applied, retry_after)
    }

    fn next_pause(
        &mut self,
        error: &Error,
        closed_for: Option<Duration>,
    ) -> std::result::Result<Duration, Stopped> {
        let may_have_executed = may_have_executed(error);
        if may_have_executed && !self.call.is_repeatable() {
            return Err(Stopped::MayHaveApplied);
        }
        let worthwhile =
            error.did_not_execute() || closed_for.is_some() || (may_have_executed && is_transient(error));
        if !worthwhile {
            return Err(Stopped::NotWorthwhile);
        }
        // The attempt with the refused token does not count.
        if self.sent - u32::from(self.token_renewed) >= self.policy.attempts {
            return Err(Stopped::OutOfAttempts);
        }
        let (pause, too_long) = match closed_for {
            Some(closed_for) => (closed_for, Stopped::EndpointClosed),
            None => {
                let pauses = self.pauses.get_or_insert_with(|| Box::new(self.policy.pauses()));
                (pauses.next().unwrap_or(self.policy.longest_pause), Stopped::OutOfTime)
            }
        };
        if pause > self.remaining_time() { Err(too_long) } else { Ok(pause) }
    }
}

/// Returns whether the server may have executed the call although the client received no usable reply.
fn may_have_executed(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Transport { failure, .. } => *failure != TransportFailure::NoConnection,
        ErrorKind::NotWeCom { .. } | ErrorKind::Malformed(_) | ErrorKind::TooLarge { .. } => true,
        _ => false,
    }
}

/// Returns whether another attempt can succeed. It is hopeless if a gateway does not know the address.
fn is_transient(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Transport { .. } => true,
        ErrorKind::NotWeCom { status, .. } => matches!(status, 200..=299 | 408 | 425 | 429 | 500..),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Endpoint,
        members::{GetMember, NewMember},
    };

    const READ: Call = GetMember::CALL;
    const WRITE: Call = NewMember::CALL;

    fn refused(code: i32) -> Error {
        Error::refused("user/get", code, "no")
    }

    fn status(status: u16) -> Error {
        Error::new("user/get", ErrorKind::NotWeCom { status, content_type: None })
    }

    fn broken(failure: TransportFailure) -> Error {
        Error::new("user/get", ErrorKind::Transport { failure, source: "broken".into() })
    }

    /// Makes every attempt fail with this error after this time. Returns the final error and the time of each attempt.
    async fn fail(
        policy: RetryPolicy,
        call: Call,
        takes: Duration,
        error: impl Fn() -> Error,
    ) -> (Error, Vec<u128>) {
        let began = Instant::now();
        let mut sent = Vec::new();
        let mut attempts = Attempts::begin(policy, call);
        loop {
            sent.push(began.elapsed().as_millis());
            attempts.record_sent(Instant::now());
            sleep(takes).await;
            if let Err(error) = attempts.wait_for_retry(error(), None).await {
                return (error, sent);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_double_up_to_the_longest() {
        let policy = RetryPolicy::default()
            .attempts(7)
            .first_pause(Duration::from_millis(200))
            .longest_pause(Duration::from_secs(1))
            .jitter(false);
        let (error, sent) = fail(policy, WRITE, Duration::ZERO, || refused(-1)).await;
        // The clock of the runtime has a resolution of milliseconds.
        let sent: Vec<_> = sent.iter().map(|ms| ms / 10 * 10).collect();
        assert_eq!(sent, [0, 200, 600, 1400, 2400, 3400, 4400]);
        assert_eq!((error.attempts(), error.stopped()), (7, Stopped::OutOfAttempts));
        assert_eq!(error.elapsed().as_millis() / 10, 440);
        assert!(!error.may_have_applied());
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_lengthens_a_pause_by_no_more_than_its_length_and_tells_callers_apart() {
        let mut seconds = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let (_, sent) = fail(RetryPolicy::default(), READ, Duration::ZERO, || refused(-1)).await;
            assert_eq!(sent.len(), 4);
            assert!((200..=401).contains(&sent[1]), "{sent:?}");
            seconds.insert(sent[1]);
        }
        assert!(seconds.len() > 10, "{seconds:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_attempt_begins_after_the_total_time() {
        let timeout = || broken(TransportFailure::Timeout);
        let (error, sent) = fail(RetryPolicy::default(), READ, Duration::from_secs(10), timeout).await;
        assert_eq!((sent.len(), error.stopped()), (3, Stopped::OutOfTime));
        assert!(error.elapsed() <= Duration::from_secs(32));
        assert!(!error.may_have_applied(), "a read");
    }

    #[tokio::test(start_paused = true)]
    async fn what_surely_did_not_execute_is_repeated_and_what_may_have_only_if_it_reads() {
        let outcome = async |call, error: fn() -> Error| {
            let (error, sent) = fail(RetryPolicy::default(), call, Duration::ZERO, error).await;
            (sent.len(), error.stopped(), error.may_have_applied())
        };
        let unsent: [fn() -> Error; 5] = [
            || refused(-1),
            || refused(6000),
            || refused(45033),
            || refused(45035),
            || broken(TransportFailure::NoConnection),
        ];
        for error in unsent {
            assert_eq!(outcome(READ, error).await, (4, Stopped::OutOfAttempts, false), "{}", error());
            assert_eq!(outcome(WRITE, error).await, (4, Stopped::OutOfAttempts, false), "{}", error());
        }
        let unknown: [fn() -> Error; 6] = [
            || broken(TransportFailure::Timeout),
            || broken(TransportFailure::Broken),
            || status(500),
            || status(502),
            || status(429),
            || status(200),
        ];
        for error in unknown {
            assert_eq!(outcome(READ, error).await, (4, Stopped::OutOfAttempts, false), "{}", error());
            assert_eq!(outcome(WRITE, error).await, (1, Stopped::MayHaveApplied, true), "{}", error());
        }
        let hopeless: [fn() -> Error; 6] = [
            || refused(60111),
            || refused(45009),
            || refused(45036),
            || refused(302008),
            || refused(40001),
            || refused(77777),
        ];
        for error in hopeless {
            assert_eq!(outcome(READ, error).await, (1, Stopped::NotWorthwhile, false), "{}", error());
            assert_eq!(outcome(WRITE, error).await, (1, Stopped::NotWorthwhile, false), "{}", error());
        }
        for error in [|| status(404), || Error::new("x", ErrorKind::TooLarge { limit: 1 })] {
            assert_eq!(outcome(READ, error).await, (1, Stopped::NotWorthwhile, false), "{}", error());
            assert_eq!(outcome(WRITE, error).await, (1, Stopped::MayHaveApplied, true), "{}", error());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_of_any_length_never_overflow() {
        let endless = RetryPolicy::default().first_pause(Duration::MAX).longest_pause(Duration::MAX);
        for policy in [endless, endless.total_time(Duration::MAX).attempts(3), endless.jitter(false)] {
            let (error, sent) = fail(policy, READ, Duration::ZERO, || refused(-1)).await;
            assert!(matches!(error.stopped(), Stopped::OutOfTime | Stopped::OutOfAttempts), "{error:?}");
            assert!(!sent.is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_of_none_sends_once() {
        for policy in [RetryPolicy::none(), RetryPolicy::default().attempts(0)] {
            let (error, sent) = fail(policy, READ, Duration::ZERO, || refused(-1)).await;
            assert_eq!((sent.len(), error.stopped()), (1, Stopped::OutOfAttempts));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_endpoint_is_waited_for_if_the_policy_allows_it() {
        let minute = Some(Duration::from_secs(60));
        for (policy, waits) in [
            (RetryPolicy::default(), false),
            (RetryPolicy::default().total_time(Duration::from_secs(90)), true),
        ] {
            let mut attempts = Attempts::begin(policy, WRITE);
            attempts.record_sent(Instant::now());
            let began = Instant::now();
            let outcome = attempts.wait_for_retry(refused(45009), minute).await;
            match outcome {
                Ok(()) => assert!(waits && began.elapsed() >= Duration::from_secs(60)),
                Err(error) => {
                    assert!(!waits && error.is_rate_limited());
                    assert_eq!((error.stopped(), error.retry_after()), (Stopped::EndpointClosed, minute));
                }
            }
        }
    }
}
