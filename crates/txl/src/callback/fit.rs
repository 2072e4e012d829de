//! Which of Token, EncodingAESKey and receiveid fit a received request.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wecom_contacts::callback::cipher::{Delivery, Error, Query, sign};

use crate::{
    access::UrlSettings,
    messages::{self, Message},
};

/// Whether a setting fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fit {
    Right,
    Wrong,
    /// The request does not show it, because an earlier check failed.
    Unknown,
}

/// What a received request shows about the settings.
#[derive(Debug)]
pub(super) struct RequestFit {
    pub(super) token: Fit,
    pub(super) aes_key: Fit,
    pub(super) receive_id: Fit,
    /// The receiveid in the request, if it differs.
    pub(super) found: Option<Box<str>>,
    /// The explanation for people.
    pub(super) words: Message,
}

impl RequestFit {
    /// Examines a request. Signature and encryption are independent of one another, so each is checked even if the other fails.
    ///
    /// # Errors
    ///
    /// Fails if the query or the body is not that of a callback.
    pub(super) fn of(settings: &UrlSettings, query: &str, body: &[u8]) -> Result<Self, Error> {
        let query = Query::parse(query)?;
        let encrypt: Cow<'_, str> = match &query.echostr {
            Some(echostr) => echostr.clone(),
            None => Delivery::parse(body)?.encrypt,
        };
        let receiver = settings.receiver();
        let is_signed = receiver.crypto().verify(&query, &encrypt).is_ok();
        // The own signature leads past the first check.
        let signature = sign(&settings.token, &query.timestamp, &query.nonce, &encrypt);
        let signed = Query::new(signature.as_str(), &*query.timestamp, &*query.nonce);
        let opened = receiver.crypto().open(&signed, &encrypt);
        let fit = |token, aes_key, receive_id, words| Self { token, aes_key, receive_id, found: None, words };
        Ok(match (is_signed, opened) {
            (true, Ok(_)) => {
                fit(Fit::Right, Fit::Right, Fit::Right, messages::callback_check::settings_fit())
            }
            (false, Ok(_)) => {
                fit(Fit::Wrong, Fit::Right, Fit::Right, messages::callback_check::token_is_wrong())
            }
            (_, Err(Error::ReceiveId { found, .. })) => {
                let token = if is_signed { Fit::Right } else { Fit::Wrong };
                let in_words = |id: &str| match id {
                    "" => messages::callback_check::empty_id().to_string(),
                    id => masked(id),
                };
                let words = messages::callback_check::receive_id_is_wrong(
                    &in_words(&found),
                    &in_words(&settings.corp_id),
                );
                Self { found: Some(found), ..fit(token, Fit::Right, Fit::Wrong, words) }
            }
            // A right signature proves that the ciphertext is not damaged.
            (true, Err(Error::Decrypt)) => {
                fit(Fit::Right, Fit::Wrong, Fit::Unknown, messages::callback_check::key_is_wrong())
            }
            (true, Err(_)) => {
                fit(Fit::Right, Fit::Unknown, Fit::Unknown, messages::callback_check::ciphertext_is_none())
            }
            (false, Err(Error::Base64)) => fit(
                Fit::Unknown,
                Fit::Unknown,
                Fit::Unknown,
                messages::callback_check::ciphertext_is_damaged(),
            ),
            (false, Err(_)) => {
                fit(Fit::Unknown, Fit::Unknown, Fit::Unknown, messages::callback_check::nothing_fits())
            }
        })
    }

    pub(super) fn is_right(&self) -> bool {
        [self.token, self.aes_key, self.receive_id].iter().all(|fit| *fit == Fit::Right)
    }
}

/// Returns an id with its middle masked, so that two ids can be told apart and neither is printed.
pub(super) fn masked(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [first @ .., a, b, c] if first.len() >= 9 => {
            let first: String = first[..4].iter().collect();
            format!("{first}…{a}{b}{c}")
        }
        [first, ..] => format!("{first}…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_id_keeps_its_ends_only() {
        assert_eq!(masked("ww1234567890abcdef"), "ww12…def");
        assert_eq!(masked("short"), "s…");
        assert_eq!(masked(""), "");
    }
}
