//! The settings of the corp as JSON: console settings, secrets and their permissions, apps.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::world::{App, ConsoleSettings, ContactsSync, Corp, Range};

/// The corp's settings. In a `PUT` every part and every key is optional; absent ones stay unchanged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The settings in 管理后台.
    pub(crate) console: ConsoleSettings,
    /// The contacts-sync secret (通讯录同步).
    pub(crate) contacts: ContactsSettings,
    /// The apps (自建应用). A new `agent_id` creates an app.
    pub(crate) apps: Vec<AppSettings>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactsSettings {
    enabled: bool,
    may_edit: bool,
    legacy_ip: bool,
    trusted_ips: Vec<IpAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppSettings {
    pub(crate) agent_id: u32,
    #[serde(default)]
    name: String,
    secret: String,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    before_2022: bool,
    #[serde(default)]
    trusted_ips: Vec<IpAddr>,
    #[serde(default)]
    range: Range,
}

fn yes() -> bool {
    true
}

impl Settings {
    pub(crate) fn of(corp: &Corp) -> Self {
        let ContactsSync { enabled, may_edit, legacy_ip, ref trusted_ips, .. } = corp.contacts;
        let apps = corp.apps.iter().map(|app| AppSettings {
            agent_id: app.agent_id,
            name: app.name.clone(),
            secret: app.secret.clone(),
            enabled: app.enabled,
            before_2022: app.before_2022,
            trusted_ips: app.trusted_ips.clone(),
            range: app.range.clone(),
        });
        Self {
            console: corp.console.clone(),
            contacts: ContactsSettings { enabled, may_edit, legacy_ip, trusted_ips: trusted_ips.clone() },
            apps: apps.collect(),
        }
    }

    pub(crate) fn apply(self, corp: &mut Corp) {
        corp.console = self.console;
        corp.contacts.enabled = self.contacts.enabled;
        corp.contacts.may_edit = self.contacts.may_edit;
        corp.contacts.legacy_ip = self.contacts.legacy_ip;
        corp.contacts.trusted_ips = self.contacts.trusted_ips;
        let apps = self.apps.into_iter().map(|app| App {
            agent_id: app.agent_id,
            name: app.name,
            secret: app.secret,
            enabled: app.enabled,
            before_2022: app.before_2022,
            trusted_ips: app.trusted_ips,
            range: app.range,
        });
        corp.apps = apps.collect();
    }
}

/// What a client needs to connect to the corp. It has no `Debug`, because it has secrets.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Secrets {
    corp_id: String,
    /// The secret of the contacts-sync assistant (通讯录同步).
    contacts_secret: String,
    apps: Vec<AppSecret>,
    callbacks: Vec<CallbackKeys>,
}

/// The secret of an app (自建应用).
#[derive(Serialize, JsonSchema)]
struct AppSecret {
    agent_id: u32,
    name: String,
    secret: String,
}

/// A callback target (接收事件服务器) with the keys that its receiver needs.
#[derive(Serialize, JsonSchema)]
struct CallbackKeys {
    /// `contacts` or `app 1000002`.
    to: String,
    url: String,
    token: String,
    encodingaeskey: String,
}

impl Secrets {
    pub(crate) fn of(corp: &Corp) -> Self {
        let app = |app: &App| AppSecret {
            agent_id: app.agent_id,
            name: app.name.clone(),
            secret: app.secret.clone(),
        };
        let callbacks = corp.callbacks.targets().map(|(receiver, target)| CallbackKeys {
            to: receiver.name(),
            url: target.url().to_string(),
            token: target.token().to_owned(),
            encodingaeskey: target.encoding_aes_key().to_owned(),
        });
        Self {
            corp_id: corp.id.clone(),
            contacts_secret: corp.contacts.secret.clone(),
            apps: corp.apps.iter().map(app).collect(),
            callbacks: callbacks.collect(),
        }
    }
}
