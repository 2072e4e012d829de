//! The limiters of one corp: every call acquires a permit before it is sent.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
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
    rate::{GRANT_LIFE, Rate, WindowLimiter},
};
use crate::{Error, ErrorKind, Result, observe};

/// The limiters of one corp's endpoints at one address.
pub(crate) struct CorpLimiter {
    settings: Arc<Settings>,
    /// The address and the corp, from which the keys in Redis are made.
    #[cfg(feature = "redis")]
    name: String,
    endpoints: RwLock<HashMap<&'static str, Arc<EndpointLimiter>>>,
}

impl CorpLimiter {
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "only keys in Redis are made from it")
    )]
    pub(super) fn new(settings: Arc<Settings>, name: String) -> Self {
        Self {
            settings,
            #[cfg(feature = "redis")]
            name,
            endpoints: RwLock::default(),
        }
    }

    /// Returns the limiter of this endpoint.
    pub(crate) fn endpoint(&self, endpoint: &'static str) -> Arc<EndpointLimiter> {
        let endpoints = self.endpoints.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(limiter) = endpoints.get(endpoint) {
            return Arc::clone(limiter);
        }
        drop(endpoints);
        let mut endpoints = self.endpoints.write().unwrap_or_else(PoisonError::into_inner);
        let limiter =
            endpoints.entry(endpoint).or_insert_with(|| Arc::new(EndpointLimiter::new(endpoint, self)));
        Arc::clone(limiter)
    }
}

/// The limits of one endpoint. Permits are given in the order in which they were asked for.
pub(crate) struct EndpointLimiter {
    endpoint: &'static str,
    in_flight: Option<Semaphore>,
    hour: Option<WindowLimiter>,
    minute: Option<WindowLimiter>,
    /// The queue of callers: the holder of the lock is the first.
    queue: Mutex<QueueHead>,
    closure: EndpointClosure,
    #[cfg(feature = "redis")]
    redis: Option<RedisLimiter>,
}

/// What the limits gave to the first of the queue. If its call is cancelled, the next caller takes it over.
#[derive(Default)]
struct QueueHead {
    granted_by_hour: Option<Instant>,
    #[cfg(feature = "redis")]
    reservation: Reservation,
}

/// The permit to send one call now. Dropping it, whether the call was sent or not, makes room for the next call.
pub(crate) struct Permit<'l> {
    limiter: &'l EndpointLimiter,
    sent: Instant,
    pub(crate) waited: bool,
    /// Keeps the queue waiting while this call verifies that the endpoint is open again.
    _queue: Option<MutexGuard<'l, QueueHead>>,
    _in_flight: Option<SemaphorePermit<'l>>,
}

impl Permit<'_> {
    /// When the call goes out.
    pub(crate) fn sent(&self) -> Instant {
        self.sent
    }

    /// Records the outcome of the call. Returns how long WeCom keeps the endpoint closed, if this answer says so.
    pub(crate) fn record_outcome(self, error: Option<&Error>) -> Option<Duration> {
        let closure = &self.limiter.closure;
        if error.is_some_and(Error::exceeds_frequency) {
            let was_open = !matches!(closure.state(), ClosureState::Closed(_));
            let closed_for = closure.record_refusal(self.sent);
            if was_open {
                let seconds = closed_for.as_secs();
                warn!(
                    endpoint = self.limiter.endpoint,
                    seconds, "WeCom's frequency limit is exceeded: no more calls for this long"
                );
                observe::closed(self.limiter.endpoint);
                #[cfg(feature = "redis")]
                if let Some(redis) = &self.limiter.redis {
                    redis.close(closed_for);
                }
            }
            return Some(closed_for);
        }
        // Only an answer shows that the endpoint is open.
        if error.is_none_or(|error| error.code().is_some()) {
            closure.record_success(self.sent);
        }
        None
    }
}

impl EndpointLimiter {
    fn new(endpoint: &'static str, corp: &CorpLimiter) -> Self {
        let limits = corp.settings.of(endpoint);
        let minute = limits.per_minute.map(Rate::minute);
        let hour = limits.per_hour.map(|calls| Rate::hour(calls, minute));
        Self {
            endpoint,
            in_flight: limits.at_once.map(|calls| Semaphore::new(calls.max(1) as usize)),
            hour: hour.map(WindowLimiter::new),
            minute: minute.map(WindowLimiter::new),
            queue: Mutex::default(),
            closure: EndpointClosure::default(),
            #[cfg(feature = "redis")]
            redis: {
                let redis = corp.settings.redis.as_ref();
                redis.map(|redis| RedisLimiter::new(redis, &corp.name, endpoint, minute, hour))
            },
        }
    }

    /// Waits until a call may be sent. Cancellation gives back whatever was acquired.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::EndpointClosed`] if WeCom closed the endpoint for longer than `max_wait`.
    pub(crate) async fn acquire(&self, max_wait: Duration) -> Result<Permit<'_>> {
        // Fails before queueing: the wait would be in vain.
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
        Ok(Permit { limiter: self, sent, waited, _queue: queue, _in_flight: in_flight })
    }

    /// Waits for both limits, those in Redis if the budget is shared, and returns whether it had to wait.
    async fn wait_for_limits(&self, queue: &mut QueueHead) -> bool {
        #[cfg(feature = "redis")]
        if let Some(redis) = &self.redis {
            match redis.admit(&mut queue.reservation).await {
                Admission::Now { waited } => {
                    // The local limits count the call too: they take over if Redis becomes unavailable.
                    for limiter in [&self.hour, &self.minute].into_iter().flatten() {
                        let _ = limiter.try_acquire();
                    }
                    return waited;
                }
                Admission::Closed(left) => {
                    self.closure.close_for(left);
                    return true;
                }
                Admission::Unknown => {}
            }
        }
        self.wait_for_local_limits(queue).await
    }

    async fn wait_for_local_limits(&self, queue: &mut QueueHead) -> bool {
        let mut waited = false;
        if let Some(hour) = &self.hour {
            queue.granted_by_hour.take_if(|granted| granted.elapsed() > GRANT_LIFE);
            while queue.granted_by_hour.is_none()
                && let Err(at) = hour.try_acquire()
            {
                waited = true;
                sleep_until(at).await;
            }
        }
        if let Some(minute) = &self.minute {
            while let Err(at) = minute.try_acquire() {
                // If this call is cancelled here, the next caller takes the grant over.
                queue.granted_by_hour.get_or_insert_with(Instant::now);
                waited = true;
                sleep_until(at).await;
            }
        }
        queue.granted_by_hour = None;
        waited
    }

    fn closed(&self, left: Duration) -> Error {
        Error::new(self.endpoint, ErrorKind::EndpointClosed { reopens_in: left })
    }
}
