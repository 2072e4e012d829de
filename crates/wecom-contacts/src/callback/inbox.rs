//! Where events wait between their acknowledgement and their handler.

use std::{
    error::Error,
    future::{Future, ready},
    time::{Duration, SystemTime},
};

use wecom_cipher::Signature;

use super::{Notification, NotificationKey};

/// Stores the events of an [`Intake`](super::Intake) and recognises those that were delivered before.
///
/// [`MemoryInbox`](super::MemoryInbox) is the default: fast, and lost with the process. An inbox of your own, such as a table of a
/// database, makes an acknowledgement durable: the intake awaits [`accept`](Self::accept) before it answers 200. The life of an event:
///
/// 1. [`accept`](Self::accept) stores it and its key in one transaction. An error is answered with 503, so WeCom delivers again.
/// 2. [`next`](Self::next) gives the oldest event that waits to a worker, which awaits the [`Handler`](super::Handler).
/// 3. [`done`](Self::done) marks it as handled. Its key stays for at least [`Incoming::remember_for`], so that a later delivery is
///    recognised.
///
/// An event that was accepted and not marked, because the process was killed or `done` failed, is given out by the inbox of the next
/// process: **a durable inbox delivers each event to the handler at least once**. The handler bears a repetition, best by doing its
/// work and `done` in one transaction of the same database.
///
/// An inbox serves one callback URL: two URLs of one corp can be sent the same event.
///
/// An inbox does not wait for events. The intake asks [`next`](Self::next) when it starts, after each accepted event, and after each
/// handled one, until there is none. If another process adds events to the same table, call
/// [`Intake::wake`](super::Intake::wake).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::{collections::BTreeMap, io, sync::Mutex};
/// use wecom_contacts::callback::{Acceptance, Inbox, Incoming, Intake, Notification, NotificationKey, Receiver};
///
/// /// Stands for a table `event (number serial, key primary key, notification json, state)`; each method is one statement of SQL.
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
    /// Why an event could not be stored or read. It goes to the log with its sources, so it must not quote the event.
    type Error: Error + Send + Sync + 'static;

    /// Stores an event that is new, or recognises it as a duplicate. WeCom is answered afterwards.
    ///
    /// Two deliveries of one event can arrive at the same time; exactly one of them is [`Accepted`](Acceptance::Accepted). WeCom waits
    /// for five seconds in all, so a store that hangs is better given up after three. The future is dropped if the sender hangs up; the
    /// event is then stored whole or not at all.
    ///
    /// # Errors
    ///
    /// The event was not stored. The answer is 503, and WeCom delivers again, three times at most.
    fn accept(&self, incoming: Incoming) -> impl Future<Output = Result<Acceptance, Self::Error>> + Send;

    /// Takes the oldest event that waits, or returns `None` at once. The event is not given out again while this process lives.
    ///
    /// # Errors
    ///
    /// The inbox cannot be read now. The worker asks again after a pause, so an event that can never be read (of a form that this
    /// program does not know) is better set aside than returned as an error.
    fn next(
        &self,
    ) -> impl Future<Output = Result<Option<(NotificationKey, Notification)>, Self::Error>> + Send;

    /// Marks an event as handled.
    ///
    /// # Errors
    ///
    /// The event could not be marked. The log names it, and a durable inbox gives it out again after a restart.
    fn done(&self, key: NotificationKey) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Marks an event whose handler panicked. By default it is [`done`](Self::done): the event is lost, and named in the log.
    ///
    /// # Errors
    ///
    /// As for [`done`](Self::done).
    fn failed(&self, key: NotificationKey) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.done(key)
    }

    /// Says from memory, without waiting, whether the request with this signature was accepted before. The message is then not even
    /// decrypted. By default it is `false`: `accept` recognises the event.
    fn has_request(&self, signature: &Signature, now: SystemTime) -> bool {
        let _ = (signature, now);
        false
    }

    /// Says from memory, without waiting, whether the event with this key was accepted before. It is asked while the intake shuts
    /// down, when nothing new is stored. By default it is `false`: WeCom delivers again, and the next process recognises the event.
    fn has_event(&self, key: &NotificationKey, now: SystemTime) -> bool {
        let _ = (key, now);
        false
    }

    /// Gives up the events that no worker has taken and that end with the process; see [`Drained::left`](super::Drained::left). By
    /// default there are none: a durable inbox keeps its events for the next process.
    fn abandon(&self) -> impl Future<Output = Vec<Notification>> + Send {
        ready(Vec::new())
    }
}

/// What an [`Inbox`] is given to store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Incoming {
    /// The event, decrypted and read.
    pub notification: Notification,
    /// Its [`key`](Notification::key): the same for every delivery of the event.
    pub key: NotificationKey,
    /// The `msg_signature` of the request: the same for every copy of one request.
    pub signature: Signature,
    /// When the request came, by the clock of the intake.
    pub received_at: SystemTime,
    /// How long the key must be known at least: twice the [replay window](super::IntakeBuilder::replay_window), as a request may be
    /// replayed for so long; 0 without a window. WeCom's own repetitions end after about three minutes.
    pub remember_for: Duration,
}

impl Incoming {
    /// An event that came with this request; [`remember_for`](Self::remember_for) is 0.
    pub fn new(notification: Notification, signature: Signature, received_at: SystemTime) -> Self {
        let key = notification.key();
        Self { notification, key, signature, received_at, remember_for: Duration::ZERO }
    }
}

/// What an [`Inbox`] did with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Acceptance {
    /// The event is new and stored. The answer is 200.
    Accepted,
    /// The event was accepted before. The answer is 200, and nothing else happens.
    Duplicate,
    /// There is no room now. Nothing is stored or remembered, and the answer is 503, so that WeCom delivers again.
    Busy,
}
