//! The part of the control surface that sets the corp up: choices, console settings, secrets, and visits to pages.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    sim::Shared,
    world::{App, Choices, Console, ContactsSync, Corp, Range, Visitor},
};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/choices", get(choices).put(set_choices))
        .route("/settings", get(settings).put(set_settings))
        .route("/oauth/code", post(oauth_code))
        .route("/tfa/code", post(tfa_code))
        .route("/open_userid", post(open_userid))
}

/// What a tester asked and cannot have.
struct Refused(String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": self.0 }))).into_response()
    }
}

type Answer = Result<Json<Value>, Refused>;

/// The corp's settings; in a `PUT` each part and each of its keys may be left out and then stays as it is.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    /// 管理后台.
    console: Console,
    /// 通讯录同步.
    contacts: ContactsSettings,
    /// 自建应用; one with a new `agent_id` is created.
    apps: Vec<AppSettings>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ContactsSettings {
    enabled: bool,
    may_edit: bool,
    legacy_ip: bool,
    trusted_ips: Vec<IpAddr>,
}

#[derive(Debug, Serialize, Deserialize)]
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

/// Puts the given keys over the present value; a key that does not exist is refused, lest a typing error pass unseen.
fn merged<T: Serialize + DeserializeOwned>(present: &T, given: Map<String, Value>) -> Result<T, Refused> {
    let refused = |error: serde_json::Error| Refused(error.to_string());
    let mut whole = serde_json::to_value(present).map_err(refused)?;
    for (key, value) in given {
        match whole.get_mut(&key) {
            Some(present) => *present = value,
            None => return Err(Refused(format!("there is no setting `{key}`"))),
        }
    }
    serde_json::from_value(whole).map_err(refused)
}

async fn choices(State(shared): State<Arc<Shared>>) -> Json<Choices> {
    Json(shared.world.read().choices.clone())
}

async fn set_choices(
    State(shared): State<Arc<Shared>>,
    Json(given): Json<Map<String, Value>>,
) -> Result<Json<Choices>, Refused> {
    let mut world = shared.world.write();
    world.choices = merged(&world.choices, given)?;
    Ok(Json(world.choices.clone()))
}

async fn settings(State(shared): State<Arc<Shared>>) -> Json<Settings> {
    Json(Settings::of(shared.world.read().corp(0)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenSettings {
    #[serde(default)]
    console: Map<String, Value>,
    #[serde(default)]
    contacts: Map<String, Value>,
    #[serde(default)]
    apps: Vec<Map<String, Value>>,
}

async fn set_settings(
    State(shared): State<Arc<Shared>>,
    Json(given): Json<GivenSettings>,
) -> Result<Json<Settings>, Refused> {
    let mut world = shared.world.write();
    let corp = world.corp_mut(0);
    let mut settings = Settings::of(corp);
    settings.console = merged(&settings.console, given.console)?;
    settings.contacts = merged(&settings.contacts, given.contacts)?;
    for mut app in given.apps {
        let agent_id = app.get("agent_id").and_then(Value::as_u64);
        let present = settings
            .apps
            .iter_mut()
            .find(|present| Some(u64::from(present.agent_id)) == agent_id);
        match present {
            Some(present) => *present = merged(present, std::mem::take(&mut app))?,
            None => settings.apps.push(
                serde_json::from_value(Value::Object(app)).map_err(|error| Refused(error.to_string()))?,
            ),
        }
    }
    settings.apply(corp);
    Ok(Json(Settings::of(corp)))
}

impl Settings {
    fn of(corp: &Corp) -> Self {
        let ContactsSync {
            enabled,
            may_edit,
            legacy_ip,
            ref trusted_ips,
            ..
        } = corp.contacts;
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
            contacts: ContactsSettings {
                enabled,
                may_edit,
                legacy_ip,
                trusted_ips: trusted_ips.clone(),
            },
            apps: apps.collect(),
        }
    }

    fn apply(self, corp: &mut Corp) {
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

/// Somebody opens an app's page: a member (`userid`), or a stranger (`openid`).
#[derive(Deserialize)]
struct Visit {
    #[serde(default)]
    agent_id: Option<u32>,
    #[serde(default)]
    userid: Option<String>,
    #[serde(default)]
    openid: Option<String>,
    #[serde(default)]
    external_userid: Option<String>,
    /// Consent to `snsapi_privateinfo`.
    #[serde(default)]
    private: bool,
}

fn member_number(corp: &Corp, userid: Option<&str>) -> Result<u32, Refused> {
    let userid = userid.ok_or_else(|| Refused("`userid` is missing".into()))?;
    let no = corp.members.number_of(userid);
    no.ok_or_else(|| Refused(format!("there is no member `{userid}`")))
}

async fn oauth_code(State(shared): State<Arc<Shared>>, Json(visit): Json<Visit>) -> Answer {
    let mut world = shared.world.write();
    let visitor = match visit.openid {
        Some(openid) => Visitor::Stranger {
            openid,
            external_userid: visit.external_userid,
        },
        None => Visitor::Member(member_number(world.corp(0), visit.userid.as_deref())?),
    };
    let agent_id = visit.agent_id.unwrap_or(shared.config.agent_id);
    let code = world.mint_oauth_code(0, agent_id, visitor, visit.private, shared.clock.now());
    Ok(Json(json!({ "code": code })))
}

async fn tfa_code(State(shared): State<Arc<Shared>>, Json(visit): Json<Visit>) -> Answer {
    let mut world = shared.world.write();
    let no = member_number(world.corp(0), visit.userid.as_deref())?;
    let code = world.mint_tfa_code(0, no, shared.clock.now());
    Ok(Json(json!({ "code": code })))
}

/// The `open_userid` under which a provider's app knows a member.
async fn open_userid(State(shared): State<Arc<Shared>>, Json(visit): Json<Visit>) -> Answer {
    let world = shared.world.read();
    let corp = world.corp(0);
    let no = member_number(corp, visit.userid.as_deref())?;
    let agent_id = visit.agent_id.unwrap_or(shared.config.agent_id);
    Ok(Json(json!({"open_userid": corp.open_userid(agent_id, no)})))
}
