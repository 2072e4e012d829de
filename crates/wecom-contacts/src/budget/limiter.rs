//! The limiters of one corp: every call acquires a permit before it is sent.
//!
//! If the endpoint is open, the queue is empty and the limits have room, a call gets its permit immediately, without an
//! `await`. All other calls wait in the queue. The queue is bypassed because its lock is fair and is passed from caller
//! to caller, which would slow down calls that need not wait.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit},
    time::{Instant, sleep, sleep_until},
};
use tracing::{debug, warn};

#[cfg(feature = "redis")]
use super::redis_limiter::{Admission, RedisLimiter, Reservation};
use super::{
    Settings,
    closure::{ClosureState, EndpointClosure},
    rate::{Rate, RateLimiter},
};
use crate::{Error, ErrorKind, Result, observe};

/// The limiters of the endpoints of one corp at one address.
pub(crate) struct CorpLimiter {
    settings: Arc<Settings>,
    /// Address and corp, from which the keys in Redis are derived.
    #[cfg(feature = "redis")]
    name: String,
    /// Lists of limiters, by the length of the path.
    endpoints: [Link; 16],
}

/// The end of an append-only list, or the link to its next entry. Every call reads such a list: without a lock, and without a write
/// to memory that other threads read.
type Link = OnceLock<Box<Entry>>;

struct Entry {
    limiter: Arc<EndpointLimiter>,
    next: Link,
}

impl CorpLimiter {
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "only the keys in Redis are derived from it")
    )]
    pub(super) fn new(settings: Arc<Settings>, name: String) -> Self {
        Self {
            settings,
            #[cfg(feature = "redis")]
            name,
            endpoints: Default::default(),
        }
    }

    /// Returns the limiter of this endpoint.
    pub(crate) fn endpoint(&self, endpoint: &'static str) -> &Arc<EndpointLimiter> {
        let entry =
            || Box::new(Entry { limiter: Arc::new(EndpointLimiter::new(endpoint, self)), next: Link::new() });
        let mut link = &self.endpoints[endpoint.len() % self.endpoints.len()];
        loop {
            // Another thread may have appended the limiter of another endpoint at the same time.
            let Entry { limiter, next } = &**link.get_or_init(entry);
            if limiter.endpoint == endpoint {
                return limiter;
            }
            link = next;
        }
    }
}

/// The limits of one endpoint. Permits are granted in the order of the requests.
pub(crate) struct EndpointLimiter {
    pub(super) endpoint: &'static str,
    in_flight: Option<Semaphore>,
    rates: RateLimiter,
    /// The queue of waiting callers. The holder of the lock is the first one.
    queue: Mutex<QueueHead>,
    /// Number of callers in the queue.
    queued: AtomicUsize,
    closure: EndpointClosure,
    #[cfg(feature = "redis")]
    redis: Option<RedisLimiter>,
}

/// State of the first caller in the queue. If its call is cancelled, the next caller takes the state over.
#[derive(Default)]
struct QueueHead {
    #[cfg(feature = "redis")]
    reservation: Reservation,
}

/// Counts a caller as queued until it is dropped.
struct Queued<'l>(&'l AtomicUsize);

impl<'l> Queued<'l> {
    fn new(queued: &'l AtomicUsize) -> Self {
        queued.fetch_add(1, Ordering::AcqRel);
        Self(queued)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The permit to send one call immediately. Dropping it makes room for the next call, whether the call was sent or not.
pub(crate) struct Permit<'l> {
    limiter: &'l EndpointLimiter,
    sent: Instant,
    pub(crate) waited: bool,
    /// Holds the queue while this call verifies that the endpoint is open again.
    _queue: Option<MutexGuard<'l, QueueHead>>,
    _in_flight: Option<SemaphorePermit<'l>>,
}

impl Permit<'_> {
    /// Returns the time at which the call is sent.
    pub(crate) fn sent(&self) -> Instant {
        self.sent
    }

    /// Records the outcome of the call. If the reply closes the endpoint, returns the time for which it stays closed.
    pub(crate) fn record_outcome(self, error: Option<&Error>) -> Option<Duration> {
        let closure = &self.limiter.closure;
        if error.is_some_and(Error::exceeds_frequency) {
            let was_open = !matches!(closure.state(), ClosureState::Closed(_));
            let closed_for = closure.record_refusal(self.sent);
            if was_open {
                let seconds = closed_for.as_secs();
                warn!(
                    endpoint = self.limiter.endpoint,
                    seconds, "WeCom's frequency limit is exceeded; the endpoint is closed for this time"
                );
                observe::closed(self.limiter.endpoint);
                #[cfg(feature = "redis")]
                if let Some(redis) = &self.limiter.redis {
                    redis.close(closed_for);
                }
            }
            return Some(closed_for);
        }
        // Only a reply of WeCom proves that the endpoint is open.
        if error.is_none_or(|error| error.code().is_some()) {
            closure.record_success(self.sent);
        }
        None
    }
}

impl EndpointLimiter {
    fn new(endpoint: &'static str, corp: &CorpLimiter) -> Self {
        let limits = corp.settings.of(endpoint);
        let rates = [limits.per_minute.map(Rate::minute), limits.per_hour.map(Rate::hour)];
        Self {
            endpoint,
            in_flight: limits.at_once.map(|calls| Semaphore::new(calls.max(1) as usize)),
            rates: RateLimiter::new(rates.into_iter().flatten()),
            queue: Mutex::default(),
            queued: AtomicUsize::default(),
            closure: EndpointClosure::default(),
            #[cfg(feature = "redis")]
            redis: {
                let redis = corp.settings.redis.as_ref();
                redis.map(|redis| RedisLimiter::new(redis, &corp.name, endpoint, rates))
            },
        }
    }

    /// Waits until a call may be sent. Cancellation returns everything that was acquired.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::EndpointClosed`] if WeCom closed the endpoint for longer than `max_wait`.
    pub(crate) async fn acquire(&self, max_wait: Duration) -> Result<Permit<'_>> {
        // Fails before queueing, because the wait would be too long in any case.
        if let ClosureState::Closed(left) = self.closure.state()
            && left > max_wait
        {
            return Err(self.closed(left));
        }
        let began = Instant::now();
        let in_flight = match &self.in_flight {
            Some(semaphore) => Some(semaphore.acquire().await.expect("the semaphore is never closed")),
            None => None,
        };
        if let Some(sent) = self.try_acquire() {
            return Ok(Permit { limiter: self, sent, waited: false, _queue: None, _in_flight: in_flight });
        }
        // Boxed, so that the future of a call that need not wait stays small.
        let Permit { sent, waited, _queue, .. } = Box::pin(self.acquire_in_queue(began, max_wait)).await?;
        Ok(Permit { limiter: self, sent, waited, _queue, _in_flight: in_flight })
    }

    /// Admits a call that need not wait. Returns the time of admission.
    fn try_acquire(&self) -> Option<Instant> {
        #[cfg(feature = "redis")]
        if self.redis.is_some() {
            return None;
        }
        if self.queued.load(Ordering::Acquire) > 0 || self.closure.state() != ClosureState::Open {
            return None;
        }
        let now = Instant::now();
        self.rates.try_acquire(now).ok()?;
        Some(now)
    }

    async fn acquire_in_queue(&self, began: Instant, max_wait: Duration) -> Result<Permit<'_>> {
        let _queued = Queued::new(&self.queued);
        let mut queue = self.queue.lock().await;
        let mut waited = false;
        let verifies = loop {
            match self.closure.state() {
                ClosureState::Closed(left) if left > max_wait.saturating_sub(began.elapsed()) => {
                    return Err(self.closed(left));
                }
                ClosureState::Closed(left) => {
                    waited = true;
                    sleep(left).await;
                }
                state => {
                    waited |= self.wait_for_limits(&mut queue).await;
                    // The endpoint may have closed during the wait.
                    if self.closure.state() == state {
                        break state == ClosureState::Unverified;
                    }
                }
            }
        };
        let sent = Instant::now();
        if waited {
            let wait = sent - began;
            debug!(endpoint = self.endpoint, wait_ms = wait.as_millis() as u64, "waited for the budget");
            observe::waited(self.endpoint, wait);
        }
        let queue = verifies.then_some(queue);
        Ok(Permit { limiter: self, sent, waited, _queue: queue, _in_flight: None })
    }

    /// Waits for the limits (those in Redis if the budget is shared). Returns whether a wait was necessary.
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "it only holds a reservation in Redis")
    )]
    async fn wait_for_limits(&self, queue: &mut QueueHead) -> bool {
        #[cfg(feature = "redis")]
        if let Some(redis) = &self.redis {
            match redis.admit(&mut queue.reservation).await {
                Admission::Now { waited } => {
                    // The local limits count the call too, because they apply if Redis becomes unavailable.
                    let _ = self.rates.try_acquire(Instant::now());
                    return waited;
                }
                Admission::Closed(left) => {
                    self.closure.close_for(left);
                    return true;
                }
                Admission::Unknown => {}
            }
        }
        let mut waited = false;
        while let Err(at) = self.rates.try_acquire(Instant::now()) {
            waited = true;
            sleep_until(at).await;
        }
        waited
    }

    fn closed(&self, left: Duration) -> Error {
        Error::new(self.endpoint, ErrorKind::EndpointClosed { reopens_in: left })
    }
}
