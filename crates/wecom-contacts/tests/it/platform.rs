//! WeCom's side of a callback URL, played by a test: events, sealed and signed at a time of the test's choosing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use wecom_contacts::callback::{Event, IntakeBuilder, Notification, Receiver, events::MemberDeleted};

pub(crate) const CORP: &str = "ww0123456789abcdef";
pub(crate) const TOKEN: &str = "QDG6eK";
pub(crate) const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
/// When every test begins.
pub(crate) const START: u64 = 1_700_000_000;

/// A callback URL's settings in the console, and the clock that both sides read.
#[derive(Clone)]
pub(crate) struct Platform {
    receiver: Receiver,
    seconds: Arc<AtomicU64>,
}

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) query: String,
    pub(crate) body: String,
}

impl Platform {
    pub(crate) fn new() -> Self {
        Self::of(CORP)
    }

    pub(crate) fn of(corp: &str) -> Self {
        Self::at(corp, START)
    }

    pub(crate) fn at(corp: &str, seconds: u64) -> Self {
        let receiver = Receiver::new(corp, TOKEN, KEY.parse().unwrap());
        Self { receiver, seconds: Arc::new(AtomicU64::new(seconds)) }
    }

    pub(crate) fn receiver(&self) -> Receiver {
        self.receiver.clone()
    }

    /// An intake with our clock and the defaults.
    pub(crate) fn intake(&self) -> IntakeBuilder {
        let seconds = Arc::clone(&self.seconds);
        wecom_contacts::callback::Intake::builder(self.receiver())
            .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(SeqCst)))
    }

    pub(crate) fn now(&self) -> u64 {
        self.seconds.load(SeqCst)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, SeqCst);
    }

    /// A delivery of this message, signed now.
    pub(crate) fn post(&self, message: &str, nonce: &str) -> Request {
        self.post_at(message, self.now(), nonce)
    }

    pub(crate) fn post_at(&self, message: &str, timestamp: u64, nonce: &str) -> Request {
        let sealed = self.receiver.crypto().seal(message, timestamp, nonce).unwrap();
        let query = format!("msg_signature={}&timestamp={timestamp}&nonce={nonce}", sealed.msg_signature);
        Request { query, body: sealed.to_delivery_xml(self.receiver.crypto().receive_id(), None) }
    }

    /// A verification of the URL, signed now.
    pub(crate) fn get(&self, text: &str) -> Request {
        let sealed = self.receiver.crypto().seal(text, self.now(), "7").unwrap();
        let pairs = sealed.echo_pairs().map(|(name, value)| {
            format!("{name}={}", value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
        });
        Request { query: pairs.join("&"), body: String::new() }
    }

    /// The message that this member has left, at the start of the test.
    pub(crate) fn left(&self, userid: &str) -> String {
        let event = Event::MemberDeleted(MemberDeleted::new(userid));
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(START);
        Notification::new(self.receiver.crypto().receive_id(), at, event).to_xml()
    }
}

/// Whom the event is about, if it is one of [`Platform::left`].
pub(crate) fn who_left(notification: &Notification) -> String {
    match &notification.event {
        Event::MemberDeleted(member) => member.userid.to_string(),
        event => panic!("no member has left: {event:?}"),
    }
}
