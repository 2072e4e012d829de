//! The queue of events between their acknowledgement and their handler.

use std::{
    error::Error,
    future::{Future, ready},
    time::{Duration, SystemTime},
};

use wecom_cipher::Signature;

use super::{Notification, NotificationKey};

/// Stores the events of an [`Intake`](super::Intake) and detects repeated deliveries.
///
/// [`MemoryInbox`](super::MemoryInbox) is the default. It is fast, but its events are lost when the process ends.
/// Implement this trait, for example on a database table, to make the acknowledgement durable: the intake awaits
/// [`accept`](Self::accept) before it answers 200. An event is processed as follows:
///
/// 1. [`accept`](Self::accept) stores the event and its key in one transaction. If it fails, the answer is 503 and
///    WeCom delivers again.
/// 2. [`next`](Self::next) returns the oldest waiting event to a worker, which awaits the [`Handler`](super::Handler).
/// 3. [`done`](Self::done) marks the event as handled. The key is kept for at least [`Incoming::remember_for`], so that
///    a later delivery is detected.
///
/// If the process is killed or `done` fails, the event stays unmarked, and the inbox of the next process returns it
/// again. **A durable inbox delivers each event to the handler at least once.** The handler must therefore tolerate
/// repetitions. The best way is to do its work and `done` in one transaction of the same database.
///
/// Each callback URL needs its own inbox, because two URLs of one corp can receive the same event.
///
/// An inbox does not notify the intake. The intake calls [`next`](Self::next) when it starts, after each accepted event
/// and after each handled event, until it returns `None`. If another process adds events to the same table, call
/// [`Intake::wake`](super::Intake::wake).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::{collections::BTreeMap, io, sync::Mutex};
/// use wecom_contacts::callback::{Acceptance, Inbox, Incoming, Intake, Notification, NotificationKey, Receiver};
///
/// /// Represents a table `event (number serial, key primary key, notification json, state)`. Each method is one SQL statement.
/// #[derive(Default)]
/// struct Table(Mutex<Vec<Row>>);
///
/// struct Row {
///     key: NotificationKey,
///     notification: String,
///     state: State,
/// }
///
/// #[derive(PartialEq)]
/// enum State { Waiting, Taken, Done }
///
/// impl Inbox for Table {
///     type Error = io::Error; // the error type of the database
///
///     // INSERT INTO event (key, notification, state) VALUES ($1, $2, 'waiting') ON CONFLICT (key) DO NOTHING
///     async fn accept(&self, incoming: Incoming) -> io::Result<Acceptance> {
///         let notification = serde_json::to_string(&incoming.notification)?;
///         let mut rows = self.0.lock().unwrap();
///         if rows.iter().any(|row| row.key == incoming.key) {
///             return Ok(Acceptance::Duplicate);
///         }
///         rows.push(Row { key: incoming.key, notification, state: State::Waiting });
///         Ok(Acceptance::Accepted)
///     }
///
///     // UPDATE event SET state = 'taken' WHERE number = (SELECT min(number) FROM event WHERE state = 'waiting')
///     // RETURNING key, notification. When the program starts: UPDATE event SET state = 'waiting' WHERE state = 'taken'
///     async fn next(&self) -> io::Result<Option<(NotificationKey, Notification)>> {
///         let mut rows = self.0.lock().unwrap();
///         let Some(row) = rows.iter_mut().find(|row| row.state == State::Waiting) else { return Ok(None) };
///         row.state = State::Taken;
///         Ok(Some((row.key, serde_json::from_str(&row.notification)?)))
///     }
///
///     // UPDATE event SET state = 'done' WHERE key = $1
///     async fn done(&self, key: NotificationKey) -> io::Result<()> {
///         let mut rows = self.0.lock().unwrap();
///         rows.iter_mut().filter(|row| row.key == key).for_each(|row| row.state = State::Done);
///         Ok(())
///     }
/// }
///
/// let receiver = Receiver::new("ww0123456789abcdef", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse()?);
/// # let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
/// # let message = "<xml><Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>wangfang</UserID></xml>";
/// # let sealed = receiver.crypto().seal(message, now, "987654321")?;
/// # let query = format!("msg_signature={}&timestamp={now}&nonce=987654321", sealed.msg_signature);
/// # let body = sealed.to_delivery_xml("ww0123456789abcdef", None);
/// let intake = Intake::builder(receiver).inbox(Table::default()).handler(async |notification: Notification| {
///     println!("{:?}", notification.event);
/// });
/// // `query` and `body` are those of a delivery. The answer is 200 once the row is stored.
/// assert_eq!(intake.accept(&query, body.as_bytes()).await.status, 200);
/// # intake.idle().await;
/// # Ok(())
/// # }
/// ```
pub trait Inbox: Send + Sync + 'static {
    /// Error of the storage. The log contains it together with its sources, so it must not quote the event.
    type Error: Error + Send + Sync + 'static;

    /// Stores a new event, or detects that it is a duplicate. The intake answers WeCom afterwards.
    ///
    /// Two deliveries of one event can arrive at the same time. Exactly one of them must be
    /// [`Accepted`](Acceptance::Accepted). WeCom waits five seconds in total, so use a timeout of about three seconds
    /// for the storage. If the sender disconnects, the future is dropped; the event must then be stored completely or
    /// not at all.
    ///
    /// # Errors
    ///
    /// Returns an error if the event was not stored. The answer is 503, and WeCom delivers again, at most three
    /// times.
    fn accept(&self, incoming: Incoming) -> impl Future<Output = Result<Acceptance, Self::Error>> + Send;

    /// Takes the oldest waiting event, or returns `None` immediately. The same process must not receive the event
    /// again.
    ///
    /// # Errors
    ///
    /// Returns an error if the inbox cannot be read at present. The worker retries after a pause. An event that can
    /// never be read (for example because of an unknown format) should be moved aside instead of causing an error.
    fn next(
        &self,
    ) -> impl Future<Output = Result<Option<(NotificationKey, Notification)>, Self::Error>> + Send;

    /// Marks an event as handled.
    ///
    /// # Errors
    ///
    /// Returns an error if the event could not be marked. The log contains its key, and a durable inbox returns the
    /// event again after a restart.
    fn done(&self, key: NotificationKey) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Marks an event whose handler panicked. Defaults to [`done`](Self::done): the event is lost, and the log contains
    /// its key.
    ///
    /// # Errors
    ///
    /// As for [`done`](Self::done).
    fn failed(&self, key: NotificationKey) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.done(key)
    }

    /// Returns whether the request with this signature was accepted before. If so, the message is not even decrypted.
    /// The answer must come from memory, without waiting. Defaults to `false`: `accept` detects the duplicate.
    fn has_request(&self, signature: &Signature, now: SystemTime) -> bool {
        let _ = (signature, now);
        false
    }

    /// Returns whether the event with this key was accepted before. The intake calls it during shutdown, when it stores
    /// no new events. The answer must come from memory, without waiting. Defaults to `false`: WeCom delivers again, and
    /// the next process detects the duplicate.
    fn has_event(&self, key: &NotificationKey, now: SystemTime) -> bool {
        let _ = (key, now);
        false
    }

    /// Removes and returns the waiting events that would be lost with the process; see
    /// [`Drained::left`](super::Drained::left). Defaults to an empty list: a durable inbox keeps its events for the
    /// next process.
    fn abandon(&self) -> impl Future<Output = Vec<Notification>> + Send {
        ready(Vec::new())
    }
}

/// An event that an [`Inbox`] is asked to store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Incoming {
    /// The event, decrypted and parsed.
    pub notification: Notification,
    /// The [`key`](Notification::key) of the event, which is the same for every delivery of it.
    pub key: NotificationKey,
    /// The `msg_signature` of the request, which is the same for every copy of it.
    pub signature: Signature,
    /// Time of the request by the clock of the intake.
    pub received_at: SystemTime,
    /// Minimum time for which the key must be kept. It is twice the [replay
    /// window](super::IntakeBuilder::replay_window), because a request can be replayed during that time, and 0 without
    /// a window. WeCom's own retries end after about three minutes.
    pub remember_for: Duration,
}

impl Incoming {
    /// Creates an event of this request. [`remember_for`](Self::remember_for) is 0.
    pub fn new(notification: Notification, signature: Signature, received_at: SystemTime) -> Self {
        let key = notification.key();
        Self { notification, key, signature, received_at, remember_for: Duration::ZERO }
    }
}

/// Result of [`Inbox::accept`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Acceptance {
    /// The event is new and stored. The answer is 200.
    Accepted,
    /// The event was accepted before. The answer is 200, and the event is not handled again.
    Duplicate,
    /// The inbox is full. The event was not stored or remembered, and the answer is 503, so that WeCom delivers again.
    Busy,
}
