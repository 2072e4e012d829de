//! The two kinds of secret (凭证) of a corp.

use secrecy::{ExposeSecret, SecretString};

use crate::AgentId;

/// A credential of the corp: the contacts-sync secret (通讯录同步) or the secret of an app (自建应用).
///
/// The contacts-sync secret can write, but it can read little more than ids. The secret of an app can read details
/// within the app's visible range (可见范围). A program that needs both uses two [`Client`](crate::Client)s.
///
/// Official: [开发前必读](https://developer.work.weixin.qq.com/document/path/90193)
#[derive(Clone, Debug)]
pub struct Secret {
    agent_id: Option<AgentId>,
    value: SecretString,
}

impl Secret {
    /// Creates the secret of the contacts-sync assistant (通讯录同步助手).
    pub fn contacts_sync(value: impl Into<String>) -> Self {
        Self { agent_id: None, value: SecretString::from(value.into()) }
    }

    /// Creates the secret of a self-built app (自建应用).
    pub fn app(agent_id: impl Into<AgentId>, value: impl Into<String>) -> Self {
        Self { agent_id: Some(agent_id.into()), value: SecretString::from(value.into()) }
    }

    /// Returns the app that the secret belongs to, or `None` for contacts-sync.
    pub fn agent_id(&self) -> Option<AgentId> {
        self.agent_id
    }

    pub(crate) fn expose(&self) -> &str {
        self.value.expose_secret()
    }
}
