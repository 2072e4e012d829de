//! Reads and changes the settings of the corp.

use axum::Json;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    input::{Changes, Input, Refused, merged},
    operation::{Call, Operation},
};
use crate::{
    corp_settings::{AppSettings, ContactsSettings, Secrets, Settings},
    world::ConsoleSettings,
};

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
        Operation::get(
            "/_sim/secrets",
            "secrets",
            "Returns what a client needs to connect: the corp's id, the secrets, and the keys of the callback targets.",
            secrets,
        ),
    ]
}

async fn settings(call: Call) -> Result<Json<Settings>, Refused> {
    Ok(Json(Settings::of(call.shared.world.read().corp(0))))
}

async fn secrets(call: Call) -> Result<Json<Secrets>, Refused> {
    Ok(Json(Secrets::of(call.shared.world.read().corp(0))))
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
