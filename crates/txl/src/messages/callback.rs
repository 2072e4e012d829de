//! `txl callback`.

use std::{
    error::Error, ffi::OsStr, fmt::Display, io, net::SocketAddr, path::Path, process::ExitStatus,
    time::Duration,
};

use wecom_contacts::callback::Refusal;

use super::{Message, agreeing, counted};
use crate::failure::Failure;

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

// Requests to a server.

pub(crate) fn not_a_callback_url() -> Message {
    message!(en: "invalid URL: it must begin with http:// or https://")
}

/// `cause` is of the HTTP client, such as "Connection refused".
pub(crate) fn connection_failed(cause: &dyn Error) -> Message {
    message!(en: "{cause}")
}

pub(crate) fn no_answer_within(limit: Duration) -> Message {
    message!(en: "no complete answer within {limit:?}")
}

pub(crate) fn server_gives_no_answer() -> Message {
    message!(en: "the server gives no answer")
}

pub(crate) fn start_the_server() -> Message {
    message!(en: "start the server, and check its URL; WeCom would deliver again, up to three times")
}

pub(crate) fn event_counts_as_received() -> Message {
    message!(en: "received: WeCom does not deliver the event again")
}

pub(crate) fn event_is_replied_to() -> Message {
    message!(en: "received, with a passive reply (被动回复) that Token and EncodingAESKey decrypt")
}

pub(crate) fn body_is_no_reply() -> Message {
    message!(en: "WeCom takes HTTP 200 as received, but the body is neither empty nor `success` nor an encrypted reply")
}

pub(crate) fn status_is_retried() -> Message {
    message!(en: "not received: WeCom delivers again unless the status is 200, up to three times")
}

pub(crate) fn silence_is_retried() -> Message {
    message!(en: "no complete answer: WeCom delivers again, up to three times")
}

pub(crate) fn not_accepted(refused: usize, all: usize) -> Message {
    message!(en: "{refused} of {} {} not accepted", counted(all, "delivery"), agreeing(refused as u64, "was", "were"))
}

pub(crate) fn answer_with_200() -> Message {
    message!(en: "answer HTTP 200 with an empty body within five seconds, and do the work afterwards")
}

// `trigger`.

pub(crate) fn known_events(names: &[&str]) -> Message {
    message!(en: "the events are {}", names.join(", "))
}

pub(crate) fn name_and_value_expected() -> Message {
    message!(en: "a field looks like UserID=lisi")
}

pub(crate) fn unknown_field(name: &str, event: &str) -> Message {
    message!(en: "{event} has no field {name}")
}

pub(crate) fn known_fields(names: &[&str]) -> Message {
    message!(en: "use one of its fields: {}", names.join(", "))
}

pub(crate) fn invalid_value(name: &str) -> Message {
    message!(en: "the value of {name} is invalid")
}

pub(crate) fn write_the_value_of_this_type() -> Message {
    message!(
        en: "ids of departments, tags and apps, codes and times are numbers; commas separate the items of a list; `txl callback seal` sends any message"
    )
}

// `listen`.

pub(crate) fn not_a_name_of_an_event() -> Message {
    message!(en: "an event looks like create_user, change_contact or change_contact/create_user")
}

pub(crate) fn filter_is_unknown(name: impl Display) -> Message {
    message!(en: "warning: --filter {name} is no event of the SDK; only an event of exactly this name passes")
}

/// `digest` identifies the event without its contents.
pub(crate) fn delivery_was_forwarded(digest: impl Display, status: u16, took: Duration) -> Message {
    message!(en: "forwarded: HTTP {status} after {} ms (digest {digest})", took.as_millis())
}

/// `digest` identifies the event without its contents.
pub(crate) fn delivery_was_not_forwarded(digest: impl Display, reason: &Message) -> Message {
    message!(en: "not forwarded, WeCom gets HTTP 502 and delivers again: {reason} (digest {digest})")
}

// `listen --exec`.

pub(crate) fn command_cannot_be_started(program: &OsStr) -> Message {
    message!(en: "the command {} cannot be started", program.display())
}

pub(crate) fn name_a_program() -> Message {
    message!(en: "name a program of PATH, or the path of one; --exec uses no shell")
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_failed(status: ExitStatus, digest: impl Display) -> Message {
    message!(en: "the command failed: {status} (digest {digest})")
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_too_slow(limit: Duration, digest: impl Display) -> Message {
    message!(en: "the command was killed after {limit:?} (digest {digest})")
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_lost(error: &io::Error, digest: impl Display) -> Message {
    message!(en: "the end of the command is unknown: {error} (digest {digest})")
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_cut_off(digest: impl Display) -> Message {
    message!(en: "the command was killed, because the listener ends (digest {digest})")
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_did_not_get_the_event(digest: impl Display) -> Message {
    message!(en: "the command was not started for an event (digest {digest})")
}

pub(crate) fn commands_failed(failed: usize, all: usize) -> Message {
    message!(en: "the command failed for {failed} of {}", counted(all, "event"))
}

pub(crate) fn replay_the_printed_lines() -> Message {
    message!(en: "the events were printed; find them by the digests, which are under \"Key\"")
}

/// A failure that does not end the command.
pub(crate) fn in_one_line(failure: &Failure) -> Message {
    message!(en: "{failure}: {}", failure.causes().join(": "))
}

// `replay`.

pub(crate) fn not_a_stored_delivery() -> Message {
    message!(en: "it has neither a message nor a sealed request nor the elements of an event")
}

pub(crate) fn sealed_for_others(error: &dyn Error) -> Message {
    message!(en: "{error}")
}

pub(crate) fn delivery_cannot_be_replayed(number: usize) -> Message {
    message!(en: "delivery {number} cannot be replayed; nothing was sent")
}

pub(crate) fn what_can_be_replayed() -> Message {
    message!(
        en: "use the lines that `txl callback listen` prints, stored notifications of the SDK, or deliveries of a simulator"
    )
}

pub(crate) fn file_is_no_json(path: &Path) -> Message {
    message!(en: "{} is not JSON", path.display())
}

pub(crate) fn events_were_not_sent(events: usize) -> Message {
    message!(en: "{} {} not sent", counted(events, "further event"), agreeing(events as u64, "was", "were"))
}

pub(crate) fn not_a_simulator(status: u16) -> Message {
    message!(en: "there is no simulator at this address: HTTP {status} for /_sim/deliveries")
}

pub(crate) fn name_the_simulator() -> Message {
    message!(en: "use the URL of the line that `sim` prints when it is ready")
}

// `check`, with a request.

pub(crate) fn not_a_callback_request() -> Message {
    message!(en: "this is not a request of WeCom")
}

pub(crate) fn pass_the_whole_request() -> Message {
    message!(en: "pass the raw query string and the raw body, as the log of the server or of the tunnel has them")
}

pub(crate) fn settings_fit() -> Message {
    message!(en: "Token, EncodingAESKey and receiveid are right")
}

pub(crate) fn token_is_wrong() -> Message {
    message!(
        en: "the Token is wrong: the message decrypts, but its signature differs (or msg_signature, timestamp or nonce are of another request)"
    )
}

pub(crate) fn key_is_wrong() -> Message {
    message!(en: "the EncodingAESKey is wrong: the signature is right, so the Token is right and the message is undamaged")
}

/// Both ids are masked.
pub(crate) fn receive_id_is_wrong(found: &str, expected: &str) -> Message {
    message!(en: "the receiveid is wrong: the message is for {found}, and the settings have {expected}")
}

pub(crate) fn empty_id() -> Message {
    message!(en: "(empty)")
}

pub(crate) fn ciphertext_is_none() -> Message {
    message!(en: "the Token is right, but the sender has signed something that is not base64")
}

pub(crate) fn ciphertext_is_damaged() -> Message {
    message!(en: "the ciphertext is damaged: it is not base64; a query value must be percent-decoded exactly once, and `+` is no blank")
}

pub(crate) fn nothing_fits() -> Message {
    message!(
        en: "neither signature nor encryption fits: Token and EncodingAESKey are those of another URL, or the request is damaged"
    )
}

pub(crate) fn copy_the_settings() -> Message {
    message!(
        en: "copy Token and EncodingAESKey again from the page of the URL (管理后台 → 通讯录同步 → 设置接收事件服务器, or the app → 接收消息), with \
             the same corp id on both sides"
    )
}

// `check`, with a URL.

pub(crate) fn url_returns_the_text() -> Message {
    message!(en: "it decrypts and returns the text, as WeCom demands: Token and EncodingAESKey are right")
}

pub(crate) fn url_returns_more() -> Message {
    message!(en: "Token and EncodingAESKey are right, but the answer is not HTTP 200 with the decrypted echostr alone")
}

pub(crate) fn url_returns_something_else() -> Message {
    message!(en: "it answers HTTP 200 to every request, but not with the decrypted echostr")
}

pub(crate) fn url_has_another_token(status: u16) -> Message {
    message!(en: "its Token differs: it answers HTTP {status} with the code of a wrong signature")
}

pub(crate) fn url_has_another_key(status: u16) -> Message {
    message!(en: "its EncodingAESKey differs: it answers HTTP {status} with the code of a failed decryption")
}

pub(crate) fn url_has_another_key_or_receive_id(status: u16) -> Message {
    message!(
        en: "its EncodingAESKey or its receiveid differs: the Token is right, and it answers HTTP {status} as it does for another key"
    )
}

pub(crate) fn url_has_another_receive_id(status: u16) -> Message {
    message!(en: "its receiveid differs: Token and EncodingAESKey are right, and it answers HTTP {status} as it does for another corp")
}

pub(crate) fn url_refuses_all_alike(status: u16) -> Message {
    message!(
        en: "it refuses with HTTP {status}: its Token, EncodingAESKey or corp id differs; every wrong request gets the same answer, so the wrong \
             setting cannot be seen from outside"
    )
}

pub(crate) fn url_fails_later(status: u16) -> Message {
    message!(
        en: "it answers HTTP {status}, and differently to wrong requests: Token, EncodingAESKey and receiveid seem right, and it fails afterwards"
    )
}

pub(crate) fn check_a_received_request() -> Message {
    message!(en: "`txl callback check QUERY BODY` finds the wrong one, with a request that the server has received from WeCom")
}

pub(crate) fn read_the_log_of_the_server() -> Message {
    message!(en: "read the log of the server")
}

pub(crate) fn return_only_the_text() -> Message {
    message!(en: "answer the GET with HTTP 200 and the decrypted echostr: no quotes, no line break, no BOM")
}

pub(crate) fn signature_is_not_checked() -> Message {
    message!(en: "the server does not check msg_signature: any sender can forge events")
}

pub(crate) fn receive_id_is_not_checked() -> Message {
    message!(en: "the server does not check the receiveid: it accepts the messages of other corps")
}

pub(crate) fn verification_is_too_slow() -> Message {
    message!(en: "the server is too slow: WeCom waits one second for the answer to a verification")
}

pub(crate) fn verify_every_request() -> Message {
    message!(en: "check msg_signature first and the receiveid after the decryption, within one second")
}
