//! The requests to a callback URL: checked, stored, answered.

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

/// WeCom's own parameters take about 300 bytes; the rest is for those of the URL itself.
const QUERY_LIMIT: usize = 8 << 10;

/// Receives the events of one callback URL, acknowledges them at once, and has a [`Handler`] work on them afterwards.
///
/// [`verify`](Self::verify) and [`accept`](Self::accept) lead from the bytes of a request to its [`Answer`], for any framework;
/// `Callbacks` (feature `axum`) is a ready router around them. The checks, in an order in which the request of a stranger costs least:
///
/// 1. the size of the body ([`body_limit`](IntakeBuilder::body_limit)) and of the query string (8 KiB);
/// 2. the timestamp, against the [replay window](IntakeBuilder::replay_window);
/// 3. the signature, in constant time;
/// 4. whether this very request (timestamp, nonce, signature) was accepted before;
/// 5. the encryption, and that the message is for this corp;
/// 6. the [`Inbox`]: whether an event of the same content was accepted before, and whether there is room. If there is none or the
///    event cannot be stored, the answer is 503 and nothing is remembered, so that WeCom's next delivery is accepted.
///
/// A request that fails 1, 2, 3 or 5 gets 403 and an empty body, whatever the reason; the log and the
/// [observer](IntakeBuilder::observe) get the reason. An event that this version does not know is stored like any other, and so is one
/// that cannot be read ([`Event::Unreadable`]), whose digest is logged as well.
///
/// # What an acknowledgement means
///
/// 200 means that the inbox has stored the event. The default [`MemoryInbox`] is in memory: a process that is killed loses the events
/// that wait and those in a handler, and WeCom does not deliver them again. So end by [`shutdown`](Self::shutdown), which empties the
/// queue. An [`Inbox`] of your own in a database loses nothing that was acknowledged, and delivers to the handler at least once.
///
/// WeCom does not promise to deliver everything in the first place: compare with the calls of [`members`](crate::members) or
/// [`exports`](crate::exports) from time to time.
///
/// A clone is the same intake. When the last is dropped it closes, and its workers finish what waits.
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

/// The state that the clones of an intake share. The workers do not hold it, so that they end when the last clone is dropped.
struct Shared<I: Inbox> {
    receiver: Receiver,
    settings: Settings,
    workers: Arc<Workers<I>>,
    /// Requests refused since the last one that was WeCom's.
    refused: AtomicU64,
}

/// How strict an intake is.
pub(super) struct Settings {
    pub(super) body_limit: usize,
    pub(super) replay_window: Option<Duration>,
    pub(super) clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    pub(super) observer: Option<Box<Observer>>,
}

type Observer = dyn Fn(&Outcome) + Send + Sync;

impl Intake {
    /// Opens an intake with a [`MemoryInbox`] and the defaults of [`IntakeBuilder`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime: the handler's worker is a task.
    pub fn new(receiver: Receiver, handler: impl Handler) -> Self {
        Self::builder(receiver).handler(handler)
    }

    /// Sets an intake up.
    pub fn builder(receiver: Receiver) -> IntakeBuilder {
        IntakeBuilder::new(receiver)
    }

    /// Returns how many events wait or are being handled.
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
    /// The request is checked at once, when this is called. The future waits for the inbox alone; with the default inbox it is ready
    /// when it is first polled.
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

    /// Checks the query alone, so that the body of a request that it rules out need not be read.
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

    /// Has a worker ask the inbox for events. Call it when something other than this intake has put events there, such as another
    /// process that shares the table.
    pub fn wake(&self) {
        self.0.workers.wake();
    }

    /// Waits until no event waits in the inbox or is being handled, which a busy URL may never reach.
    pub fn idle(&self) -> impl Future<Output = ()> + Send + use<I> {
        let workers = Arc::clone(&self.0.workers);
        async move { workers.idle().await }
    }

    /// Answers every new event with 503, waits until those in the inbox are handled, for `max_wait` at most, and returns what is left
    /// then.
    ///
    /// The events in [`Drained::left`] are no longer in the inbox: handle or store them, as WeCom does not deliver them again. A
    /// durable inbox leaves none; what waits there is for the next process.
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
    /// Verifies and reads a request. `None` if this very request was accepted before.
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
            tracing::warn!(corp.id = corp, event.key = %key, "callback {key} is WeCom's and cannot be read: {reason}");
        }
        outcome
    }

    /// Reads the query and compares its timestamp: the checks that cost next to nothing.
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
                // A stranger must not be able to fill the log: of a row of refusals the 1st, 2nd, 4th, 8th … are worth a warning.
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
