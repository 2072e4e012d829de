//! Callback targets (接收事件服务器) of a corp: a URL with the secrets for signing and encryption.

use std::{collections::BTreeMap, fmt, sync::Arc};

use url::Url;
use wecom_cipher::{CallbackToken, Crypto, EncodingAesKey, Signature, sign};

use crate::world::{credentials::Credential, members::CaselessSet};

/// A corp's callback targets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Callbacks {
    /// The target of the contacts assistant (通讯录同步 > 设置接收事件服务器).
    pub(crate) contacts: Option<Target>,
    /// The targets of apps (接收消息 > 设置API接收), by agent id.
    pub(crate) apps: BTreeMap<u32, AppTarget>,
    /// Whether the contacts assistant's URL was saved before 2022-08-15, so that its events have all elements.
    pub(crate) full_payload: bool,
}

/// An app's callback target, with the members in its last notification.
#[derive(Clone, Debug)]
pub(crate) struct AppTarget {
    pub(crate) target: Target,
    /// Userids of the members in the visible range who have joined the corp.
    pub(super) subscribed: CaselessSet,
}

/// One of a corp's targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    Contacts,
    App(u32),
}

impl Receiver {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Contacts => "contacts".into(),
            Self::App(agent_id) => format!("app {agent_id}"),
        }
    }

    pub(super) fn agent_id(self) -> Option<u32> {
        match self {
            Self::Contacts => None,
            Self::App(agent_id) => Some(agent_id),
        }
    }
}

impl Callbacks {
    pub(crate) fn targets(&self) -> impl Iterator<Item = (Receiver, &Target)> {
        let contacts = self.contacts.iter().map(|target| (Receiver::Contacts, target));
        contacts.chain(self.apps.iter().map(|(id, app)| (Receiver::App(*id), &app.target)))
    }

    pub(crate) fn target(&self, receiver: Receiver) -> Option<&Target> {
        match receiver {
            Receiver::Contacts => self.contacts.as_ref(),
            Receiver::App(agent_id) => self.apps.get(&agent_id).map(|app| &app.target),
        }
    }
}

impl Credential {
    /// Returns the target for the event of a finished job. An app that an upper corp shares has none here.
    pub(in crate::world) fn receiver(self) -> Option<Receiver> {
        match self {
            Self::Contacts => Some(Receiver::Contacts),
            Self::App(agent_id) => Some(Receiver::App(agent_id)),
            Self::SharedApp(_) => None,
        }
    }
}

/// One callback target; cheap to clone.
#[derive(Clone)]
pub(crate) struct Target(Arc<Inner>);

struct Inner {
    url: Url,
    token: CallbackToken,
    key: EncodingAesKey,
}

/// The limit exists because each delivery keeps its URL.
const LONGEST_URL: usize = 2048;

/// The reason why a callback target is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Not a URL, another scheme than HTTP(S), or longer than 2,048 bytes.
    #[error("the callback url must be an absolute http or https URL of at most {LONGEST_URL} bytes")]
    Url,
    /// Empty, too long, or with invalid characters.
    #[error("the callback token must be 1-32 letters and digits")]
    Token,
    /// Not 43 letters and digits.
    #[error("the EncodingAESKey must be 43 letters and digits")]
    Key,
}

impl Target {
    /// Creates a target by the rules of doc 90930.
    pub(crate) fn new(url: &str, token: &str, aes_key: &str) -> Result<Self, TargetError> {
        let url = Url::parse(url).map_err(|_| TargetError::Url)?;
        let is_http = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        if !is_http || url.as_str().len() > LONGEST_URL {
            return Err(TargetError::Url);
        }
        if !(1..=32).contains(&token.len()) || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TargetError::Token);
        }
        let key = EncodingAesKey::new(aes_key).map_err(|_| TargetError::Key)?;
        let token = CallbackToken::new(token);
        Ok(Self(Arc::new(Inner { url, token, key })))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(crate) fn token(&self) -> &str {
        self.0.token.expose()
    }

    pub(crate) fn encoding_aes_key(&self) -> &str {
        self.0.key.expose()
    }

    /// Returns the cipher for a receiver that expects this receiveid, which is the corp's id.
    pub(crate) fn crypto(&self, corp_id: &str) -> Crypto {
        Crypto::new(self.0.token.clone(), self.0.key.clone(), corp_id)
    }

    /// Same as [`crypto`](Self::crypto), but with a wrong token.
    pub(super) fn mistaken_crypto(&self, corp_id: &str) -> Crypto {
        // The text is longer than a token can be, so no target has it.
        let token = CallbackToken::new("anotherTokenThanTheOneOfThisTarget");
        Crypto::new(token, self.0.key.clone(), corp_id)
    }

    /// Signs a text that is not ciphertext.
    pub(super) fn sign(&self, timestamp: &str, nonce: &str, text: &str) -> Signature {
        sign(&self.0.token, timestamp, nonce, text)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.0.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    #[test]
    fn a_target_is_refused_with_the_part_that_is_wrong() {
        let long = "t".repeat(33);
        let endless = format!("http://example.com/{}", "a".repeat(2048));
        for (url, token, key, error) in [
            ("example.com/hook", "t0ken", KEY, TargetError::Url),
            ("ftp://example.com/hook", "t0ken", KEY, TargetError::Url),
            (&endless, "t0ken", KEY, TargetError::Url),
            ("http://example.com/hook", "", KEY, TargetError::Token),
            ("http://example.com/hook", &long, KEY, TargetError::Token),
            ("http://example.com/hook", "t-ken", KEY, TargetError::Token),
            ("http://example.com/hook", "t0ken", "short", TargetError::Key),
        ] {
            assert_eq!(Target::new(url, token, key).unwrap_err(), error);
        }
    }

    #[test]
    fn debug_shows_neither_token_nor_key() {
        let target = Target::new("https://example.com/hook", "t0ken", KEY).unwrap();
        assert_eq!(format!("{target:?}"), "Target(https://example.com/hook)");
    }
}
