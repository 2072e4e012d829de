//! The settings of the corp: console settings, secrets and their permissions, apps.

use std::net::IpAddr;

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    input::{Changes, Input, Refused, merged},
    operation::{Call, Operation},
};
use crate::world::{App, ConsoleSettings, ContactsSync, Corp, Range};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_sim/settings",
            "settings",
            "Returns the console settings, the permissions of the secrets, and the apps.",
            settings,
        ),
        Operation::put(
            "/_sim/settings",
            "set_settings",
            "Changes the given settings. An app with a new id is created.",
            set_settings,
        ),
    ]
}

/// The corp's settings. In a `PUT` every part and every key is optional; absent ones stay unchanged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Settings {
    /// The settings in 管理后台.
    console: ConsoleSettings,
    /// The contacts-sync secret (通讯录同步).
    contacts: ContactsSettings,
    /// The apps (自建应用). A new `agent_id` creates an app.
    apps: Vec<AppSettings>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContactsSettings {
    enabled: bool,
    may_edit: bool,
    legacy_ip: bool,
    trusted_ips: Vec<IpAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AppSettings {
    agent_id: u32,
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

async fn settings(call: Call) -> Result<Json<Settings>, Refused> {
    Ok(Json(Settings::of(call.shared.world.read().corp(0))))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SettingsChanges")]
struct GivenSettings {
    #[serde(default)]
    console: Changes<ConsoleSettings>,
    #[serde(default)]
    contacts: Changes<ContactsSettings>,
    /// A known `agent_id` changes the given fields of this app. A new one creates an app, which needs a `secret`.
    #[serde(default)]
    apps: Vec<Changes<AppSettings>>,
}

async fn set_settings(call: Call<(), (), Input<GivenSettings>>) -> Result<Json<Settings>, Refused> {
    let given = call.body.0;
    let mut world = call.shared.world.write();
    let corp = world.corp_mut(0);
    let mut settings = Settings::of(corp);
    settings.console = merged(&settings.console, given.console.fields)?;
    settings.contacts = merged(&settings.contacts, given.contacts.fields)?;
    for Changes { fields: mut app, .. } in given.apps {
        let agent_id = app.get("agent_id").and_then(Value::as_u64);
        let present = settings.apps.iter_mut().find(|present| Some(u64::from(present.agent_id)) == agent_id);
        match present {
            Some(present) => *present = merged(present, std::mem::take(&mut app))?,
            None => settings.apps.push(serde_json::from_value(Value::Object(app)).map_err(Refused::bad)?),
        }
    }
    settings.apply(corp);
    world.ranges_changed(0);
    Ok(Json(Settings::of(world.corp(0))))
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
