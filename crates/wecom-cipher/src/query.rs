//! The query string of a callback request.

use std::borrow::Cow;

use crate::{Error, Result, hex};

/// The query parameters of a callback, each decoded exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query<'a> {
    /// Signature that the sender claims.
    pub msg_signature: Cow<'a, str>,
    /// Unix seconds, kept as the digits that were signed.
    pub timestamp: Cow<'a, str>,
    /// Random string. Together with the timestamp it identifies a replayed request.
    pub nonce: Cow<'a, str>,
    /// Base64 ciphertext. Only the GET that verifies the URL has it.
    pub echostr: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// Reads the parameters from the raw query string of the request, in any order. A leading `?` is optional.
    ///
    /// Parameters that belong to the callback URL itself are ignored. `%XX` is decoded once. A bare `+` stays a `+`:
    /// only base64 can contain one here, and decoding it to a space, as HTML forms do, is a common way to break
    /// `echostr`. If a parameter is repeated, the last value counts, because WeCom appends its own parameters.
    ///
    /// # Errors
    ///
    /// [`Error::MissingParameter`] if `msg_signature`, `timestamp` or `nonce` is absent or not UTF-8.
    pub fn parse(raw: &'a str) -> Result<Self> {
        let raw = raw.strip_prefix('?').unwrap_or(raw);
        let [mut msg_signature, mut timestamp, mut nonce, mut echostr] = [None, None, None, None];
        for pair in raw.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match name {
                "msg_signature" => &mut msg_signature,
                "timestamp" => &mut timestamp,
                "nonce" => &mut nonce,
                "echostr" => &mut echostr,
                _ => continue,
            };
            *slot = decode(value);
        }
        Ok(Self {
            msg_signature: msg_signature.ok_or(Error::MissingParameter { name: "msg_signature" })?,
            timestamp: timestamp.ok_or(Error::MissingParameter { name: "timestamp" })?,
            nonce: nonce.ok_or(Error::MissingParameter { name: "nonce" })?,
            echostr,
        })
    }

    /// Creates a query from values that a web framework has already decoded.
    pub fn new(
        msg_signature: impl Into<Cow<'a, str>>,
        timestamp: impl Into<Cow<'a, str>>,
        nonce: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            msg_signature: msg_signature.into(),
            timestamp: timestamp.into(),
            nonce: nonce.into(),
            echostr: None,
        }
    }

    /// Adds the `echostr` of a URL verification, already decoded.
    #[must_use]
    pub fn with_echostr(mut self, echostr: impl Into<Cow<'a, str>>) -> Self {
        self.echostr = Some(echostr.into());
        self
    }
}

/// Decodes `%XX` once. Returns `None` if the result is not UTF-8. A `%` that begins no escape is kept.
fn decode(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                hex::value(*high).zip(hex::value(*low)).map(|digits| (digits, after))
            }
            _ => None,
        };
        if let Some(((high, low), after)) = escaped {
            decoded.push(high << 4 | low);
            rest = after;
        } else {
            decoded.push(first);
            rest = after;
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_28_parameters_of_the_callback_url_itself_are_ignored() {
        let query = Query::parse("?corp=7&timestamp=1&nonce=n&x&msg_signature=s&=&zone=%E4%B8%AD").unwrap();
        assert_eq!(query, Query::new("s", "1", "n"));
    }

    #[test]
    fn values_are_decoded_exactly_once() {
        let head = "msg_signature=s&timestamp=1&nonce=n&echostr=";
        for (raw, decoded) in [
            ("a%2Bb%2Fc%3D", "a+b/c="),
            ("a+b/c=", "a+b/c="),
            ("a%252Bb", "a%2Bb"),
            ("a%2", "a%2"),
            ("%zz%", "%zz%"),
            ("", ""),
        ] {
            let raw = format!("{head}{raw}");
            assert_eq!(Query::parse(&raw).unwrap().echostr.unwrap(), decoded, "{raw}");
        }
    }

    #[test]
    fn a_missing_parameter_is_named() {
        for (raw, missing) in [
            ("", "msg_signature"),
            ("msg_signature=s&nonce=n", "timestamp"),
            ("msg_signature=s&timestamp=1&nonce=%ff", "nonce"),
        ] {
            assert_eq!(Query::parse(raw), Err(Error::MissingParameter { name: missing }));
        }
    }
}
