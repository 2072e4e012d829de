//! Requests as WeCom sends them: signed and encrypted.

use serde::Serialize;
use wecom_contacts::callback::{Receiver, cipher::Sealed};

use super::now;
use crate::{
    failure::{Failure, Result},
    messages,
};

/// A request to a callback URL, without the URL.
#[derive(Debug, Serialize)]
pub(super) struct SealedRequest {
    method: &'static str,
    /// The encoded query string, without a question mark.
    pub(super) query: String,
    /// The body of a delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
}

impl SealedRequest {
    /// Seals a message for delivery. The message can be any bytes, so that a server can be tested with invalid text.
    pub(super) fn delivery(receiver: &Receiver, message: &[u8], agent_id: Option<&str>) -> Result<Self> {
        let sealed = seal(receiver, message)?;
        Ok(Self {
            method: "POST",
            query: encoded(&sealed.query_pairs()),
            body: Some(sealed.to_delivery_xml(receiver.crypto().receive_id(), agent_id)),
        })
    }

    /// Seals the text of a verification request (验证URL有效性).
    pub(super) fn verification(receiver: &Receiver, text: &str) -> Result<Self> {
        let sealed = seal(receiver, text.as_bytes())?;
        Ok(Self { method: "GET", query: encoded(&sealed.echo_pairs()), body: None })
    }
}

fn seal(receiver: &Receiver, message: &[u8]) -> Result<Sealed> {
    let now = now();
    receiver
        .crypto()
        .seal(message, now, now.to_string())
        .map_err(|error| Failure::new(messages::callback::message_cannot_be_sealed()).because(&error))
}

/// Joins the parameters to a query string.
fn encoded(pairs: &[(&'static str, &str)]) -> String {
    let pairs = pairs.iter().map(|(key, value)| {
        // Three characters of base64 have another meaning in a query string.
        let value = value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        format!("{key}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}
