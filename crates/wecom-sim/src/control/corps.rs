//! The corps of the server: adds, lists and removes them.

use std::{
    io,
    sync::{Arc, Weak},
};

use axum::Json;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    input::{Input, Refused},
    operation::{Call, Operation, PathInput, in_background},
    schemas::Schemas,
};
use crate::{console::Done, corp_tasks::CorpTasks, corps::Corps, seed::SeedShape, shared::Shared};

/// The id of the app of an added corp, unless the request names another.
const AGENT_ID: u32 = 1_000_002;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_sim/corps",
            "corps",
            "Returns the corps of the server, the first one first.",
            corps,
        ),
        Operation::post(
            "/_sim/corps",
            "add_corp",
            "Adds a corp with a control surface of its own. All corps answer under the same base URL.",
            add_corp,
        ),
        Operation::delete(
            "/_sim/corps/{corp_id}",
            "remove_corp",
            "Removes an added corp with its state and its tokens.",
            remove_corp,
        ),
    ]
}

/// One corp of the server.
#[derive(Debug, Serialize, JsonSchema)]
struct ServedCorp {
    corp_id: String,
    /// The control surface of this corp, ending in a slash.
    control_url: String,
    members: usize,
    departments: usize,
}

impl ServedCorp {
    fn of(shared: &Shared) -> Self {
        let world = shared.world.read();
        let corp = world.corp(0);
        Self {
            corp_id: corp.id.clone(),
            control_url: shared.control_url.clone(),
            members: corp.members.len(),
            departments: corp.departments.len(),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct ServedCorps {
    corps: Vec<ServedCorp>,
}

async fn corps(call: Call) -> Result<Json<ServedCorps>, Refused> {
    let corps = running(&call.corps)?;
    Ok(Json(ServedCorps { corps: corps.all().iter().map(|shared| ServedCorp::of(shared)).collect() }))
}

/// A corp to add.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCorp {
    /// 1 to 64 letters, digits, `-` and `_`.
    corp_id: String,
    /// The contacts-sync secret. Defaults to `CORP_ID-contacts-secret`.
    contacts_secret: Option<String>,
    /// The id of the app. Defaults to 1000002.
    agent_id: Option<u32>,
    /// The secret of the app. Defaults to `CORP_ID-app-secret`.
    app_secret: Option<String>,
    /// Whether both secrets have the permissions from before 2022.
    #[serde(default)]
    legacy: bool,
    /// The number of generated members. Without it the corp has the small default contacts.
    members: Option<u32>,
    /// The number of generated departments. Defaults to one for 20 members.
    departments: Option<u32>,
    /// The same numbers and the same seed give the same contacts. Defaults to 1.
    #[serde(default = "first_seed")]
    seed: u64,
    /// The depth of the generated tree.
    #[serde(default)]
    shape: SeedShape,
}

fn first_seed() -> u64 {
    1
}

/// What a program needs to call an added corp.
#[derive(Debug, Serialize, JsonSchema)]
struct CorpAccess {
    /// The base URL of the API, the same for all corps of the server.
    url: String,
    /// The control surface of this corp, ending in a slash.
    control_url: String,
    corp_id: String,
    contacts_secret: String,
    agent_id: u32,
    app_secret: String,
}

async fn add_corp(call: Call<(), (), Input<NewCorp>>) -> Result<Json<CorpAccess>, Refused> {
    let new = call.body.0;
    let corps = running(&call.corps)?;
    let of_corp =
        |given: Option<String>, kind: &str| given.unwrap_or_else(|| format!("{}-{kind}", new.corp_id));
    let mut settings = corps
        .settings()
        .corp_id(&new.corp_id)
        .contacts_secret(of_corp(new.contacts_secret, "contacts-secret"))
        .app(new.agent_id.unwrap_or(AGENT_ID), of_corp(new.app_secret, "app-secret"))
        .legacy(new.legacy);
    if new.members.is_some() || new.departments.is_some() {
        let members = new.members.unwrap_or(0);
        let departments = new.departments.unwrap_or(members / 20 + 1);
        settings = settings.seed(members, departments, new.seed).seed_shape(new.shape);
    }
    let shared = in_background(&call.shared, {
        let corps = corps.clone();
        move |_| corps.prepare(settings)
    })
    .await??;
    let world = &shared.config.world;
    let access = CorpAccess {
        url: format!("http://{}", corps.address()),
        control_url: shared.control_url.clone(),
        corp_id: world.corp_id.clone(),
        contacts_secret: world.contacts_secret.clone(),
        agent_id: world.agent_id,
        app_secret: world.app_secret.clone(),
    };
    corps.add(&shared, Some(CorpTasks::start(&shared)))?;
    Ok(Json(access))
}

/// The id of a corp in a path.
struct GivenCorpId(String);

impl PathInput for GivenCorpId {
    fn parse(text: &str) -> Result<Self, Refused> {
        Ok(Self(text.to_owned()))
    }

    fn describe(_schemas: &mut Schemas) -> Option<Value> {
        let schema = json!({"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"});
        Some(json!({"name": "corp_id", "in": "path", "required": true, "schema": schema}))
    }
}

async fn remove_corp(call: Call<GivenCorpId>) -> Result<Json<Done>, Refused> {
    let corps = running(&call.corps)?;
    if corps.remove_by_id(&call.path.0) {
        return Ok(Json(Done { ok: true }));
    }
    Err(Refused::new(
        StatusCode::NOT_FOUND,
        "no corp was added with this id; the first corp cannot be removed",
    ))
}

fn running(corps: &Weak<Corps>) -> Result<Arc<Corps>, Refused> {
    corps.upgrade().ok_or_else(|| Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the server has stopped"))
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        let status = match error.kind() {
            io::ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
            io::ErrorKind::AlreadyExists | io::ErrorKind::QuotaExceeded => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error)
    }
}
