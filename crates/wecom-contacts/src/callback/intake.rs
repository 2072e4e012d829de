//! Checks, stores and answers the requests to a callback URL.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use wecom_cipher::{Delivery, Query};

use super::{
    Answer, Drained, Event, Handler, Inbox, Incoming, IntakeBuilder, MemoryInbox, Notification, Outcome,
    Receiver, Refusal, workers::Workers,
};

/// Maximum length of the query string. WeCom's parameters take about 300 bytes; the rest is for those of the URL
/// itself.
const QUERY_LIMIT: usize = 8 << 10;

/// Receives the events of one callback URL, acknowledges each one immediately, and passes it to a [`Handler`]
/// afterwards.
///
/// [`verify`](Self::verify) and [`accept`](Self::accept) turn the bytes of a request into an [`Answer`], for any HTTP
/// framework. `Callbacks` (feature `axum`) is a complete router that uses them. The checks run in this order, so that
/// forged requests cost little:
///
/// 1. The size of the body ([`body_limit`](IntakeBuilder::body_limit)) and of the query string (8 KiB).
/// 2. The timestamp: it must be within the [replay window](IntakeBuilder::replay_window).
/// 3. The signature, compared in constant time.
/// 4. Whether the same request (timestamp, nonce, signature) was accepted before.
/// 5. The encryption, and whether the message is for this corp.
/// 6. The [`Inbox`]: whether an event with the same content was accepted before, and whether there is room. If the
///    inbox is full or fails, the answer is 503, and WeCom delivers the event again. The inbox does not remember such an
///    event, so that the next delivery can be accepted.
///
/// The answer to a request that fails check 1, 2, 3 or 5 is always 403 with an empty body. Only the log and the
/// [observer](IntakeBuilder::observe) receive the reason. Events that this version does not know are stored like any
/// other. So are messages that cannot be parsed ([`Event::Unreadable`]); their digest is logged as well.
///
/// # Meaning of an acknowledgement
///
/// The status 200 means that the inbox has stored the event. The default [`MemoryInbox`] stores events in memory: if
/// the process is killed, the waiting events and those in a handler are lost, and WeCom does not deliver them again.
/// Call [`shutdown`](Self::shutdown) before the process ends, so that the queue is emptied. An [`Inbox`] of your own in
/// a database loses no acknowledged event and delivers each one to the handler at least once.
///
/// WeCom itself does not guarantee that every event is delivered. From time to time, compare your data with the calls
/// of [`members`](crate::members) or [`exports`](crate::exports).
///
/// All clones of an intake share its state. When the last clone is dropped, the intake closes, and its workers finish
/// the waiting events.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
/// use std::time::Duration;
/// use wecom_contacts::callback::{Intake, Notification, Receiver};
///
/// let receiver = Receiver::new("ww0123456789abcdef", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse()?);
/// let intake = Intake::new(receiver, async |notification: Notification| {
///     println!("{:?}", notification.event);
/// });
///
/// // In the route of the callback URL, with the request's own query string and body:
/// let answer = intake.accept("msg_signature=0&timestamp=1700000000&nonce=1", b"<xml/>").await;
/// assert_eq!((answer.status, answer.body.as_str()), (403, ""));
///
/// // When the process ends:
/// let drained = intake.shutdown(Duration::from_secs(30)).await;
/// assert!(drained.is_complete(), "lost: {drained:?}");
/// # Ok(())
/// # }
/// ```
///
/// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
pub struct Intake<I: Inbox = MemoryInbox>(Arc<Shared<I>>);

/// The state that the clones of an intake share. The workers hold no reference to it, so they end when the last clone
/// is dropped.
struct Shared<I: Inbox> {
    receiver: Receiver,
    settings: Settings,
    workers: Arc<Workers<I>>,
    /// Number of refused requests since the last accepted one.
    refused: AtomicU64,
}

/// Limits and hooks of an intake.
pub(super) struct Settings {
    pub(super) body_limit: usize,
    pub(super) replay_window: Option<Duration>,
    pub(super) clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    pub(super) observer: Option<Box<Observer>>,
}

type Observer = dyn Fn(&Outcome) + Send + Sync;

impl Intake {
    /// Creates an intake with a [`MemoryInbox`] and the defaults of [`IntakeBuilder`], and starts its worker.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, because the worker is a task.
    pub fn new(receiver: Receiver, handler: impl Handler) -> Self {
        Self::builder(receiver).handler(handler)
    }

    /// Returns a builder for an intake.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// use wecom_contacts::callback::{Intake, Notification, Receiver};
    ///
    /// let receiver = Receiver::new("ww0123456789abcdef", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse()?);
    /// let intake: Intake = Intake::builder(receiver)
    ///     .body_limit(256 << 10)
    ///     .handler(async |notification: Notification| println!("{:?}", notification.event));
    /// assert_eq!(intake.pending(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(receiver: Receiver) -> IntakeBuilder {
        IntakeBuilder::new(receiver)
    }

    /// Returns the number of events that wait or are being handled.
    pub fn pending(&self) -> usize {
        self.0.workers.inbox().pending()
    }
}

impl<I: Inbox> Intake<I> {
    pub(super) fn open(receiver: Receiver, settings: Settings, workers: Arc<Workers<I>>) -> Self {
        Self(Arc::new(Shared { receiver, settings, workers, refused: AtomicU64::new(0) }))
    }

    /// Answers the GET by which WeCom verifies the URL (验证URL有效性). `query` is the raw query string of the request.
    pub fn verify(&self, query: &str) -> Answer {
        let verified =
            self.0.query(query).and_then(|query| Ok(self.0.receiver.crypto().verify_url(&query)?));
        self.0.answer(match verified {
            Ok(text) => Answer::verified(text),
            Err(refusal) => Answer::new(Outcome::Refused(refusal)),
        })
    }

    /// Answers the POST of a delivery. `query` is the raw query string of the request, `body` its body.
    ///
    /// The call itself checks the request; the returned future only waits for the inbox. With the default inbox, the
    /// future is ready at the first poll.
    pub fn accept(&self, query: &str, body: &[u8]) -> impl Future<Output = Answer> + Send + use<I> {
        let shared = Arc::clone(&self.0);
        let checked = shared.check(query, body);
        async move {
            let outcome = match checked {
                Ok(Some(incoming)) => shared.store(incoming).await,
                Ok(None) => Outcome::Duplicate,
                Err(refusal) => Outcome::Refused(refusal),
            };
            shared.answer(Answer::new(outcome))
        }
    }

    /// Checks only the query, so that the body of an invalid request need not be read.
    #[cfg(feature = "axum")]
    pub(super) fn check_query(&self, query: &str) -> Result<(), Refusal> {
        self.0.query(query).map(drop)
    }

    /// Answers a request whose body was not read.
    #[cfg(feature = "axum")]
    pub(super) fn refuse(&self, refusal: Refusal) -> Answer {
        self.0.answer(Answer::new(Outcome::Refused(refusal)))
    }

    /// Returns the maximum size of a body in bytes, for the code that reads it.
    pub fn body_limit(&self) -> usize {
        self.0.settings.body_limit
    }

    /// Returns the inbox.
    pub fn inbox(&self) -> &I {
        self.0.workers.inbox()
    }

    /// Makes a worker call [`Inbox::next`]. Call it when another source, such as a process that shares the table, has
    /// added events to the inbox.
    pub fn wake(&self) {
        self.0.workers.wake();
    }

    /// Waits until no event waits in the inbox or is being handled. With constant traffic this may never happen.
    pub fn idle(&self) -> impl Future<Output = ()> + Send + use<I> {
        let workers = Arc::clone(&self.0.workers);
        async move { workers.idle().await }
    }

    /// Shuts down: answers every new event with 503, waits up to `max_wait` until the events in the inbox are handled,
    /// and returns the rest.
    ///
    /// The events in [`Drained::left`] are no longer in the inbox. Handle or store them, because WeCom does not deliver
    /// them again. With a durable inbox the list is empty: the next process handles its events.
    pub fn shutdown(&self, max_wait: Duration) -> impl Future<Output = Drained> + Send + use<I> {
        let workers = Arc::clone(&self.0.workers);
        workers.close();
        async move { workers.drain(max_wait).await }
    }
}

impl<I: Inbox> Clone for Intake<I> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I: Inbox> Shared<I> {
    /// Verifies and parses a request. Returns `None` if the same request was accepted before.
    fn check(&self, query: &str, body: &[u8]) -> Result<Option<Incoming>, Refusal> {
        let limit = self.settings.body_limit;
        if body.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        let query = self.query(query)?;
        let delivery = Delivery::parse(body)?;
        let verified = self.receiver.crypto().verify(&query, &delivery.encrypt)?;
        let now = (self.settings.clock)();
        let signature = *verified.signature();
        if self.workers.inbox().has_request(&signature, now) {
            return Ok(None);
        }
        let notification = Notification::from_message(verified.open()?);
        let mut incoming = Incoming::new(notification, signature, now);
        if let Some(window) = self.settings.replay_window {
            incoming.remember_for = window.saturating_mul(2);
        }
        Ok(Some(incoming))
    }

    async fn store(&self, incoming: Incoming) -> Outcome {
        let unreadable = match &incoming.notification.event {
            Event::Unreadable(event) => Some((incoming.key, event.reason.clone())),
            _ => None,
        };
        let outcome = self.workers.store(incoming).await;
        if let (Some((key, reason)), Outcome::Queued) = (unreadable, &outcome) {
            let corp = self.receiver.crypto().receive_id();
            tracing::warn!(corp.id = corp, event.key = %key, "callback {key} is authentic but cannot be read: {reason}");
        }
        outcome
    }

    /// Parses the query and checks its timestamp. These checks are the cheapest ones.
    fn query<'q>(&self, query: &'q str) -> Result<Query<'q>, Refusal> {
        if query.len() > QUERY_LIMIT {
            return Err(Refusal::TooLarge { limit: QUERY_LIMIT });
        }
        let query = Query::parse(query)?;
        if let Some(window) = self.settings.replay_window {
            let sent = query.timestamp.parse().ok().map(Duration::from_secs);
            let sent = sent.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
            let now = (self.settings.clock)();
            let distance = |sent: SystemTime| match now.duration_since(sent) {
                Ok(age) => age,
                Err(early) => early.duration(),
            };
            if sent.is_none_or(|sent| distance(sent) > window) {
                return Err(Refusal::Stale { window });
            }
        }
        Ok(query)
    }

    fn answer(&self, answer: Answer) -> Answer {
        let corp = self.receiver.crypto().receive_id();
        match &answer.outcome {
            Outcome::Refused(refusal) => {
                let times = self.refused.fetch_add(1, Relaxed) + 1;
                // Forged requests must not fill the log. Of a series of refusals, only the 1st, 2nd, 4th, 8th … is a
                // warning.
                if times.is_power_of_two() {
                    tracing::warn!(corp.id = corp, times, "a callback request is refused: {refusal}");
                } else {
                    tracing::debug!(corp.id = corp, times, "a callback request is refused: {refusal}");
                }
            }
            outcome => {
                self.refused.store(0, Relaxed);
                tracing::debug!(corp.id = corp, ?outcome, "a callback request is answered");
            }
        }
        if let Some(observer) = &self.settings.observer {
            observer(&answer.outcome);
        }
        answer
    }
}

impl<I: Inbox> Drop for Shared<I> {
    fn drop(&mut self) {
        self.workers.close();
    }
}

impl<I: Inbox> fmt::Debug for Intake<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("receiver", &self.0.receiver)
            .field("handling", &self.0.workers.handling())
            .finish_non_exhaustive()
    }
}
