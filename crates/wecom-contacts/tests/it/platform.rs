//! WeCom's side of a callback URL: the test sends events that are encrypted and signed with a time of its choice.

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
/// Time at which every test starts, in Unix seconds.
pub(crate) const START: u64 = 1_700_000_000;

/// The settings of a callback URL in the console, and the clock that both sides use.
#[derive(Clone)]
pub(crate) struct Platform {
    receiver: Receiver,
    seconds: Arc<AtomicU64>,
}

/// A request as it is sent over HTTP.
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

    /// Returns a builder of an intake with the clock of the test and the defaults.
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

    /// Returns a delivery of this message, signed now.
    pub(crate) fn post(&self, message: &str, nonce: &str) -> Request {
        self.post_at(message, self.now(), nonce)
    }

    pub(crate) fn post_at(&self, message: &str, timestamp: u64, nonce: &str) -> Request {
        let sealed = self.receiver.crypto().seal(message, timestamp, nonce).unwrap();
        let query = format!("msg_signature={}&timestamp={timestamp}&nonce={nonce}", sealed.msg_signature);
        Request { query, body: sealed.to_delivery_xml(self.receiver.crypto().receive_id(), None) }
    }

    /// Returns a verification of the URL, signed now.
    pub(crate) fn get(&self, text: &str) -> Request {
        let sealed = self.receiver.crypto().seal(text, self.now(), "7").unwrap();
        let pairs = sealed.echo_pairs().map(|(name, value)| {
            format!("{name}={}", value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
        });
        Request { query: pairs.join("&"), body: String::new() }
    }

    /// Returns the message that this member was deleted at the start of the test.
    pub(crate) fn left(&self, userid: &str) -> String {
        let event = Event::MemberDeleted(MemberDeleted::new(userid));
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(START);
        Notification::new(self.receiver.crypto().receive_id(), at, event).to_xml()
    }
}

/// Returns the member of an event that [`Platform::left`] created.
pub(crate) fn who_left(notification: &Notification) -> String {
    match &notification.event {
        Event::MemberDeleted(member) => member.userid.to_string(),
        event => panic!("no member has left: {event:?}"),
    }
}
