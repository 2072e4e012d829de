//! The one way in for what comes to a callback URL: checked, filtered, queued, answered.

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
    Answer, Drained, Event, Handler, IntakeBuilder, Notification, Outcome, Receiver, Refusal, desk::Desk,
};

/// WeCom's own parameters take about 300 bytes; the rest is for those of the URL itself.
const QUERY_LIMIT: usize = 8 << 10;

/// Takes the events of one callback URL, acknowledges them at once, and has a [`Handler`] work on them afterwards.
///
/// [`verify`](Self::verify) and [`accept`](Self::accept) are plain functions from the bytes of a request to its [`Answer`], for any
/// framework; `Callbacks` (feature `axum`) is a ready router around them. They do not block and do not wait. What is checked, in
/// this order, so that what a stranger sends costs least:
///
/// 1. the size of the body ([`body_limit`](IntakeBuilder::body_limit)) and of the query string (8 KiB);
/// 2. the timestamp, against the [replay window](IntakeBuilder::replay_window);
/// 3. the signature, in constant time;
/// 4. whether this very request (timestamp, nonce, signature) was acknowledged before;
/// 5. the encryption, and that the message is for this corp;
/// 6. whether an event of the same content was acknowledged before ([`Memory`](super::Memory));
/// 7. whether the queue has room. If not, the answer is 503 and nothing is remembered, so that WeCom's next delivery is taken.
///
/// What fails 1, 2, 3 or 5 gets 403 and an empty body, whatever the reason; the log and the
/// [observer](IntakeBuilder::observe) are told. An event that this version does not know is queued like any other, and so is one that
/// cannot be read ([`Event::Unreadable`]), which the log names by its digest as well.
///
/// # What an acknowledgement means
///
/// 200 means: in the queue, which is in memory. A process that is killed loses what is queued, and WeCom does not deliver it again;
/// nor does WeCom promise to deliver everything in the first place. So shut down by [`shutdown`](Self::shutdown), which drains the
/// queue, and compare with the calls of [`members`](crate::members) or [`exports`](crate::exports) from time to time. A handler
/// that must not lose an event writes it down first and works on it later.
///
/// A clone is the same intake. When the last is dropped it closes, and its workers finish what is queued.
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
/// let answer = intake.accept("msg_signature=0&timestamp=1700000000&nonce=1", b"<xml/>");
/// assert_eq!((answer.status, answer.body.as_str()), (403, ""));
///
/// // When the process is told to end:
/// let drained = intake.shutdown(Duration::from_secs(30)).await;
/// assert!(drained.is_complete(), "lost: {drained:?}");
/// # Ok(())
/// # }
/// ```
///
/// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
#[derive(Clone)]
pub struct Intake(Arc<Door>);

/// What the clones of an intake share; the workers hold the desk only, and go home once nobody can bring them anything.
struct Door {
    receiver: Receiver,
    settings: Settings,
    desk: Arc<Desk>,
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
    /// Opens an intake with the defaults of [`IntakeBuilder`].
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

    pub(super) fn open(receiver: Receiver, settings: Settings, desk: Arc<Desk>) -> Self {
        Self(Arc::new(Door { receiver, settings, desk, refused: AtomicU64::new(0) }))
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
    pub fn accept(&self, query: &str, body: &[u8]) -> Answer {
        let outcome = self.0.take(query, body).unwrap_or_else(Outcome::Refused);
        self.0.answer(Answer::new(outcome))
    }

    /// Looks at the query alone, so that a request it damns need not be read.
    #[cfg(feature = "axum")]
    pub(super) fn glance(&self, query: &str) -> Result<(), Refusal> {
        self.0.query(query).map(drop)
    }

    /// Answers a request whose body was not read.
    #[cfg(feature = "axum")]
    pub(super) fn refuse(&self, refusal: Refusal) -> Answer {
        self.0.answer(Answer::new(Outcome::Refused(refusal)))
    }

    /// Returns the largest body that is looked at, for whoever reads it.
    pub fn body_limit(&self) -> usize {
        self.0.settings.body_limit
    }

    /// Returns how many events are queued or being handled.
    pub fn pending(&self) -> usize {
        self.0.desk.pending()
    }

    /// Waits until no event is queued or being handled, which a busy URL may never reach.
    pub fn idle(&self) -> impl Future<Output = ()> + Send + 'static {
        let desk = Arc::clone(&self.0.desk);
        async move { desk.idle().await }
    }

    /// Answers every new event with 503, waits for those that are queued or being handled, for `patience` at most, and returns
    /// what was left then.
    ///
    /// What was left is given up by this intake: handle or store it, as WeCom will not deliver it again.
    pub fn shutdown(&self, patience: Duration) -> impl Future<Output = Drained> + Send + 'static {
        let desk = Arc::clone(&self.0.desk);
        desk.close();
        async move { desk.drain(patience).await }
    }
}

impl Door {
    fn take(&self, query: &str, body: &[u8]) -> Result<Outcome, Refusal> {
        let limit = self.settings.body_limit;
        if body.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        let query = self.query(query)?;
        let delivery = Delivery::parse(body)?;
        let verified = self.receiver.crypto().verify(&query, &delivery.encrypt)?;
        let now = (self.settings.clock)();
        let signature = *verified.signature().as_bytes();
        if self.desk.has_request(&signature, now) {
            return Ok(Outcome::Duplicate);
        }
        let notification = Notification::from_message(verified.open()?);
        let unreadable = match &notification.event {
            Event::Unreadable(event) => Some((notification.key(), event.reason.clone())),
            _ => None,
        };
        let outcome = self.desk.offer(notification, signature, now);
        if let (Some((key, reason)), Outcome::Queued) = (unreadable, &outcome) {
            let corp = self.receiver.crypto().receive_id();
            tracing::warn!(corp.id = corp, event.key = %key, "callback {key} is WeCom's and cannot be read: {reason}");
        }
        Ok(outcome)
    }

    /// Reads the query and looks at its timestamp: all that costs next to nothing.
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

impl Drop for Door {
    fn drop(&mut self) {
        self.desk.close();
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("receiver", &self.0.receiver)
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}
