//! `gettoken` (获取 `access_token`): the default source of access tokens.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{
    Bilingual, Error, ErrorKind, Secret,
    endpoints::GETTOKEN,
    envelope, json_fields, observe,
    tokens::{AccessToken, FreshToken, SourceFuture, TokenSource},
    transport::{Body, HttpTransport, PreparedCall},
};

/// The source of tokens that calls `gettoken` (获取 `access_token`).
///
/// Official: [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)
pub(crate) struct GetToken {
    pub(crate) transport: HttpTransport,
    pub(crate) secret: Secret,
}

#[derive(Deserialize)]
struct TokenReply {
    #[serde(deserialize_with = "access_token")]
    access_token: String,
    /// Signed, because a server that counts down may pass zero.
    #[serde(default, deserialize_with = "seconds")]
    expires_in: i64,
}

/// Reads a token. An empty token is an error here, because calls with it would fail with a misleading error.
pub(crate) fn access_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let token = String::deserialize(deserializer)?;
    if token.trim().is_empty() {
        return Err(D::Error::custom("an empty access token"));
    }
    Ok(token)
}

/// Reads a number of seconds, which may be a JSON string (`"7200"`).
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(json_fields::Number::deserialize(deserializer)?.0)
}

impl TokenSource for GetToken {
    /// The refused token is not needed: the server knows which tokens it refuses.
    fn fetch(&self, _: Option<AccessToken>) -> SourceFuture {
        let transport = self.transport.clone();
        let query = serde_urlencoded::to_string([
            ("corpid", transport.corp_id.as_str()),
            ("corpsecret", self.secret.expose()),
        ]);
        Box::pin(async move {
            let query = query.map_err(|error| {
                let why = Bilingual::untranslated(error.to_string());
                Error::new(GETTOKEN.path(), ErrorKind::Unwritable(why))
            })?;
            let prepared = PreparedCall { call: GETTOKEN, query, body: Body::None };
            let mut reply: Option<TokenReply> = None;
            let outcome = transport
                .send_once(&prepared, None, &mut |body| {
                    let opened = envelope::open(body)?;
                    reply = Some(opened.reply);
                    Ok(opened.errmsg)
                })
                .await;
            observe::gettoken(&outcome);
            outcome?;
            let reply = reply.expect("a call that succeeds has decoded its reply");
            Ok(FreshToken::of_reply(reply.access_token, reply.expires_in))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<TokenReply, serde_json::Error> {
        serde_json::from_str(body)
    }

    #[test]
    fn trap_13_a_lifetime_that_comes_as_text_is_read() {
        for (lifetime, seconds) in [("7200", 7200), ("\"7200\"", 7200), ("-1", -1)] {
            let reply = read(&format!(r#"{{"access_token":"t","expires_in":{lifetime}}}"#)).unwrap();
            assert_eq!(reply.expires_in, seconds, "{lifetime}");
        }
    }

    #[test]
    fn a_reply_without_a_token_is_no_token() {
        for body in [r#"{"access_token":"","expires_in":7200}"#, r#"{"access_token":" "}"#, "{}"] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
