//! `txl callback`.

use std::{fmt::Display, net::SocketAddr};

use wecom_contacts::callback::Refusal;

use super::Message;

pub(crate) fn listening(address: SocketAddr) -> Message {
    message!(en: "listening at http://{address}/ ; stop with Ctrl-C")
}

pub(crate) fn socket_has_failed() -> Message {
    message!(en: "the listening socket has failed")
}

pub(crate) fn url_was_verified() -> Message {
    message!(en: "the URL was verified")
}

pub(crate) fn request_was_refused(refusal: &Refusal) -> Message {
    message!(en: "a request was refused: {refusal}")
}

/// `digest` identifies the event without its contents.
pub(crate) fn event_was_not_printed(digest: impl Display) -> Message {
    message!(en: "an event was acknowledged and not printed (digest {digest})")
}

/// `digest` identifies the event without its contents.
pub(crate) fn event_cannot_be_read(reason: impl Display, digest: impl Display) -> Message {
    message!(en: "an authentic event cannot be read: {reason} (digest {digest})")
}

/// `report` is [`event_cannot_be_read`]; `text` is the event's.
pub(crate) fn with_its_text(report: &Message, text: &str) -> Message {
    message!(en: "{report}; its text: {text}")
}

/// `report` is [`event_cannot_be_read`].
pub(crate) fn without_its_text(report: &Message) -> Message {
    message!(en: "{report}; --show-unreadable shows its text")
}

pub(crate) fn look_at_the_text() -> Message {
    message!(en: "inspect the text: its signature and key are valid")
}

pub(crate) fn message_cannot_be_sealed() -> Message {
    message!(en: "the message cannot be encrypted")
}
