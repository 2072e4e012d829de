//! The key of a credential in a token store.

use std::{fmt, sync::Arc};

use sha2::{Digest, Sha256};
use wecom_cipher::hex;

use crate::{AgentId, CorpId, Secret};

/// The key of a credential in a store: 64 hexadecimal digits.
///
/// It is a digest of server, corp, app and secret. Each secret of a corp therefore has its own token, and the store
/// does not reveal the secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey(Arc<str>);

impl TokenKey {
    /// Returns the key of the tokens that the server issues for a secret.
    pub(crate) fn of_secret(server: &str, corp_id: &CorpId, secret: &Secret) -> Self {
        let app = secret.agent_id().map(|id| id.to_string()).unwrap_or_default();
        Self::digest("gettoken", &[server, corp_id.as_str(), &app, secret.expose()])
    }

    /// Returns the key of the tokens from a user's own source.
    pub(crate) fn of_source(server: &str, corp_id: &CorpId, secret: &Secret) -> Self {
        let app = secret.agent_id().map(|id| id.to_string()).unwrap_or_default();
        Self::digest("source", &[server, corp_id.as_str(), &app, secret.expose()])
    }

    /// Returns the key of a lower corp's tokens. They are obtained with the tokens of the upper corp.
    pub(crate) fn of_lower_corp(&self, corp_id: &CorpId, agent_id: AgentId, business: &str) -> Self {
        Self::digest("lower corp", &[&self.0, corp_id.as_str(), &agent_id.to_string(), business])
    }

    fn digest(kind: &str, fields: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for field in ["wecom-contacts token 1", kind].iter().chain(fields) {
            // Each field is preceded by its length, so that different fields never give the same input.
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        Self(hex(hash.finalize()).into())
    }

    /// Returns the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({self})")
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const SERVER: &str = "https://qyapi.weixin.qq.com/cgi-bin/";

    fn of(server: &str, corp: &str, secret: &Secret) -> TokenKey {
        TokenKey::of_secret(server, &corp.into(), secret)
    }

    #[test]
    fn trap_24_the_key_tells_secrets_apps_corps_and_servers_apart() {
        let sync = Secret::contacts_sync("s");
        let upper = of(SERVER, "ww1", &sync);
        let keys = [
            upper.clone(),
            of(SERVER, "ww1", &Secret::contacts_sync("t")),
            of(SERVER, "ww1", &Secret::app(7, "s")),
            of(SERVER, "ww1", &Secret::app(8, "s")),
            of(SERVER, "ww2", &sync),
            of(SERVER, "ww", &Secret::contacts_sync("1s")),
            of("http://127.0.0.1/cgi-bin/", "ww1", &sync),
            TokenKey::of_source(SERVER, &"ww1".into(), &sync),
            upper.of_lower_corp(&"ww9".into(), 7.into(), "1"),
            upper.of_lower_corp(&"ww9".into(), 8.into(), "1"),
        ];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        assert_eq!(upper, of(SERVER, "ww1", &sync.clone()));
    }

    #[test]
    fn trap_24_the_key_does_not_hold_the_secret() {
        let key = of(SERVER, "ww1", &Secret::contacts_sync("s3cret"));
        assert_eq!(key.as_str().len(), 64);
        assert!(key.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!format!("{key:?} {key}").contains("s3cret"));
    }
}
