//! Secrets (凭证), their tokens and their permissions.

use std::{collections::HashMap, net::IpAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::changes::Actor;
use crate::{
    clock::Millis,
    faults::{CallOrigin, FaultCaller},
};

/// The contacts-sync assistant (通讯录同步助手).
#[derive(Clone, Debug)]
pub(crate) struct ContactsSync {
    pub(crate) secret: String,
    pub(crate) enabled: bool,
    pub(crate) may_edit: bool,
    /// Whether calls come from an IP known before 2022-08-15, which can read details.
    pub(crate) legacy_ip: bool,
    /// If empty, every IP is accepted, so that a test needs no set-up.
    pub(crate) trusted_ips: Vec<IpAddr>,
}

/// An app (自建应用).
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) agent_id: u32,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) enabled: bool,
    /// Whether the app was created before 2022-06-20, so that sensitive fields are returned.
    pub(crate) before_2022: bool,
    pub(crate) trusted_ips: Vec<IpAddr>,
    pub(crate) range: Range,
}

/// A visible range (可见范围). A department includes its subtree; a tag includes its departments and members.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Range {
    pub(crate) departments: Vec<u32>,
    pub(crate) members: Vec<String>,
    pub(crate) tags: Vec<u32>,
}

/// One of a corp's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Credential {
    Contacts,
    App(u32),
    /// An app of this corp, called by the upper corp that shares it (企业互联, 上下游).
    SharedApp(u32),
}

/// The caller of an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) corp: usize,
    pub(crate) credential: Credential,
}

impl Caller {
    /// Returns the actor of the caller's changes.
    pub(crate) fn actor(&self) -> Actor {
        match self.credential {
            Credential::Contacts => Actor::ContactsApi,
            Credential::App(agent_id) | Credential::SharedApp(agent_id) => Actor::App(agent_id),
        }
    }

    pub(crate) fn agent_id(&self) -> Option<u32> {
        match self.credential {
            Credential::Contacts => None,
            Credential::App(agent_id) | Credential::SharedApp(agent_id) => Some(agent_id),
        }
    }

    pub(crate) fn name(&self) -> String {
        FaultCaller::from(self.credential).to_string()
    }
}

impl From<Credential> for FaultCaller {
    fn from(credential: Credential) -> Self {
        match credential {
            Credential::Contacts => Self::Contacts,
            Credential::App(agent_id) => Self::App(agent_id),
            Credential::SharedApp(agent_id) => Self::SharedApp(agent_id),
        }
    }
}

/// The sender of a call, as identified by its token, or by its corpid and secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sender {
    /// The corp's index in the world.
    pub(crate) corp: Option<usize>,
    pub(crate) caller: Option<Caller>,
    /// Whether the call has a valid token.
    pub(crate) has_token: bool,
}

impl Sender {
    /// Returns the properties that the fault rules use.
    pub(crate) fn origin(&self) -> CallOrigin {
        let caller = self.caller.as_ref().map(|caller| caller.credential.into());
        CallOrigin { corp: self.corp, caller, has_token: self.has_token }
    }
}

/// Valid and recently expired tokens.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(super) lifetime: Millis,
    pub(super) by_text: HashMap<String, Issued>,
    pub(super) latest: HashMap<(usize, Credential), String>,
    pub(super) count: u64,
}

/// A token that was issued.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) caller: Caller,
    pub(super) expires_at: Millis,
}

impl Tokens {
    pub(crate) fn new(lifetime: Millis) -> Self {
        Self { lifetime, by_text: HashMap::new(), latest: HashMap::new(), count: 0 }
    }
}
