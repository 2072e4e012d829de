//! Callback requests: raw ones from strangers, and authentic ones with any message.

use wecom_contacts::{
    ErrorKind,
    callback::{Event, Notification, Receiver},
};

const CORP: &str = "wx5823bf96d3bd56c7";
const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// The receiver of the official samples.
pub(crate) fn receiver() -> Receiver {
    Receiver::new(CORP, TOKEN, KEY.parse().expect("an official sample key"))
}

/// The first byte selects how the rest of the input is used.
const RAW: u8 = 0;
const AUTHENTIC: u8 = 1;
const WRAPPED: u8 = 2;
const KINDS: u8 = 4;

/// Passes a request to a [`Receiver`]. An authentic request must be decrypted unchanged, and its notification must
/// survive writing and reading. Every other request must return an error value.
pub fn callback(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % KINDS {
        RAW => raw(rest),
        AUTHENTIC => authentic(rest),
        WRAPPED => wrapped(rest),
        _ => verification(&String::from_utf8_lossy(rest)),
    }
}

/// Returns a seed of the raw kind.
pub(crate) fn raw_seed(query: &str, body: &str) -> Vec<u8> {
    [&[RAW], query.as_bytes(), b"\n", body.as_bytes()].concat()
}

/// Returns a seed of the authentic kind.
pub(crate) fn message_seed(message: &[u8]) -> Vec<u8> {
    [&[AUTHENTIC], message].concat()
}

/// Returns a seed of the wrapped kind.
pub(crate) fn wrapped_seed(before: &str, after: &str) -> Vec<u8> {
    [&[WRAPPED], before.as_bytes(), b"\0", after.as_bytes()].concat()
}

/// Returns a seed of the verifying kind.
pub(crate) fn verification_seed(query: &str) -> Vec<u8> {
    [&[KINDS - 1], query.as_bytes()].concat()
}

/// Uses the input as query and body, separated by a line break.
fn raw(bytes: &[u8]) {
    let (query, body) = split(bytes, b'\n');
    let query = String::from_utf8_lossy(query);
    match receiver().receive(&query, body) {
        Ok(notification) => check(&notification),
        Err(error) => assert!(matches!(error.kind(), ErrorKind::Cipher(_)), "{error}"),
    }
}

fn authentic(message: &[u8]) {
    let sealed = receiver().crypto().seal_with(b"0123456789abcdef", message, 1_700_000_100, "n");
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=n", sealed.msg_signature);
    let received = receiver().receive(&query, sealed.to_delivery_xml(CORP, None).as_bytes());
    let received = received.expect("an authentic request is never an error");
    let text = String::from_utf8_lossy(message);
    assert_eq!(received.message(), text);
    assert_eq!(received, Notification::from_message(text));
    check(&received);
}

/// Puts an authentic ciphertext into any outer XML. The envelope's reader may refuse it, but must not read another
/// ciphertext.
fn wrapped(bytes: &[u8]) {
    const MESSAGE: &str = "<xml><Event>close_inactive_agent</Event></xml>";
    let (before, after) = split(bytes, b'\0');
    let sealed = receiver().crypto().seal_with(b"0123456789abcdef", MESSAGE, 1_700_000_100, "n");
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=n", sealed.msg_signature);
    let body = [before, sealed.encrypt.as_bytes(), after].concat();
    if let Ok(received) = receiver().receive(&query, &body) {
        assert_eq!(received.message(), MESSAGE);
    }
}

fn verification(query: &str) {
    if let Err(error) = receiver().verify_url(query) {
        assert!(matches!(error.kind(), ErrorKind::Cipher(_)), "{error}");
    }
}

/// Checks the invariants of every notification.
fn check(notification: &Notification) {
    assert_eq!(notification.key(), notification.clone().key());
    // The tree is made from the message, so it cannot be larger.
    assert!(weight(&notification.element()) <= notification.message().len());
    let _ = format!("{notification:?} {:?}", notification.element());

    let written = notification.to_xml();
    let read = Notification::from_message(written.clone());
    assert!(!matches!(read.event, Event::Unreadable(_)), "what we write is XML: {written}");
    assert_eq!(read.to_xml(), written, "written, read and written again");

    let json = serde_json::to_string(notification).expect("a notification is JSON");
    let stored: Notification = serde_json::from_str(&json).expect("a written notification can be read");
    assert_eq!(&stored, notification, "{json}");
    assert_eq!((stored.message(), stored.key()), (notification.message(), notification.key()));
}

fn weight(element: &wecom_contacts::callback::Element) -> usize {
    element.name.len() + element.text.len() + element.children.iter().map(weight).sum::<usize>()
}

fn split(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == at) {
        Some(position) => (&bytes[..position], &bytes[position + 1..]),
        None => (bytes, &[]),
    }
}
