//! What WeCom does with the answer to a delivery.

use serde::{Deserialize, Serialize};
use wecom_contacts::callback::{
    Receiver,
    cipher::{Query, Reply},
};

use super::target::{CallbackUrl, DELIVERY_LIMIT, HttpAnswer, NoAnswer};
use super::{names::EventName, sealed::SealedRequest};
use crate::{
    failure::printable,
    messages::{self, Message},
};

/// Maximum number of characters of an answer that are printed.
const SHOWN: usize = 256;

/// A delivery with its answer, as it is printed.
#[derive(Debug, Serialize)]
pub(super) struct AnsweredDelivery {
    /// The event, such as `change_contact/create_user`.
    pub(super) event: String,
    /// The HTTP status, if there is an answer.
    pub(super) http_status: Option<u16>,
    /// The beginning of the body.
    pub(super) body: Option<String>,
    pub(super) milliseconds: Option<u64>,
    /// What WeCom does.
    pub(super) result: DeliveryResult,
}

/// What WeCom does with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryResult {
    /// HTTP 200 with an empty body or `success`: the event counts as received.
    Received,
    /// HTTP 200 with an encrypted passive reply (被动回复) that the secrets decrypt.
    ReceivedWithReply,
    /// HTTP 200 with another body. The event counts as received, but the body is no passive reply.
    UnexpectedBody,
    /// Another status: WeCom delivers again, up to three times.
    Retried,
    /// No complete answer in time: WeCom delivers again, up to three times.
    NoAnswer,
}

impl DeliveryResult {
    pub(super) fn is_accepted(self) -> bool {
        matches!(self, Self::Received | Self::ReceivedWithReply)
    }

    /// Returns the explanation for people.
    pub(super) fn words(self) -> Message {
        match self {
            Self::Received => messages::delivery::event_counts_as_received(),
            Self::ReceivedWithReply => messages::delivery::event_is_replied_to(),
            Self::UnexpectedBody => messages::delivery::body_is_no_reply(),
            Self::Retried => messages::delivery::status_is_retried(),
            Self::NoAnswer => messages::delivery::silence_is_retried(),
        }
    }
}

/// Delivers a sealed event. Returns its answer, and the reason if there is none.
pub(super) async fn deliver(
    url: &CallbackUrl,
    receiver: &Receiver,
    event: &EventName,
    sealed: &SealedRequest,
) -> (AnsweredDelivery, Option<NoAnswer>) {
    let body = sealed.body.clone().unwrap_or_default();
    let event = event.to_string();
    match url.post(&sealed.query, body, DELIVERY_LIMIT).await {
        Ok(answer) => {
            let shown: String = String::from_utf8_lossy(&answer.body).chars().take(SHOWN).collect();
            let answered = AnsweredDelivery {
                event,
                http_status: Some(answer.status),
                body: Some(printable(&shown)),
                milliseconds: Some(u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX)),
                result: judged(&answer, receiver),
            };
            (answered, None)
        }
        Err(reason) => {
            let answered = AnsweredDelivery {
                event,
                http_status: None,
                body: None,
                milliseconds: None,
                result: DeliveryResult::NoAnswer,
            };
            (answered, Some(reason))
        }
    }
}

fn judged(answer: &HttpAnswer, receiver: &Receiver) -> DeliveryResult {
    let body = answer.body.trim_ascii();
    match answer.status {
        200 if body.is_empty() || body == b"success" => DeliveryResult::Received,
        200 if is_reply(body, receiver) => DeliveryResult::ReceivedWithReply,
        200 => DeliveryResult::UnexpectedBody,
        _ => DeliveryResult::Retried,
    }
}

fn is_reply(body: &[u8], receiver: &Receiver) -> bool {
    let Ok(reply) = Reply::parse(body) else { return false };
    let query = Query::new(reply.msg_signature, reply.timestamp, reply.nonce);
    receiver.crypto().open(&query, &reply.encrypt).is_ok()
}
