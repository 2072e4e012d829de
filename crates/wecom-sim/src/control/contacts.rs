//! The contacts as a whole: their state, their dump, a seed and the reset.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    input::{Input, Nothing, Refused, StrictQuery},
    operation::{Call, Operation, Reply, in_background},
    schemas::Schemas,
};
use crate::{
    console::Done,
    dump,
    large_files::FilePart,
    seed::{CorpFile, Seed, SeedShape},
    shared::Shared,
    state,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_sim/state",
            "state",
            "Returns counts, credentials without their secrets, and callback targets.",
            state,
        ),
        Operation::get(
            "/_sim/corp",
            "corp",
            "Returns all contacts of the corp at one moment, one JSON object a line.",
            corp,
        ),
        Operation::post(
            "/_sim/reset",
            "reset",
            "Restores the contacts, settings, faults and limits of the start. The clock continues.",
            reset,
        ),
        Operation::get(
            "/_sim/seed",
            "corp_file",
            "Returns all contacts in the form that a seed accepts, for a corp of at most 20,000 members.",
            corp_file,
        ),
        Operation::post(
            "/_sim/seed",
            "seed",
            "Replaces all contacts with generated ones, or with those of the body.",
            seed,
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StateQuery {
    /// Whether the reply has the digest. Defaults to true for a corp of at most 20,000 members.
    digest: Option<bool>,
}

async fn state(call: Call<(), StrictQuery<StateQuery>>) -> Result<Json<state::State>, Refused> {
    let asked = call.query.0;
    Ok(Json(in_background(&call.shared, move |shared| state::State::of(shared, asked.digest)).await?))
}

/// A dump of the corp.
struct Dump(FilePart);

impl Reply for Dump {
    fn content(schemas: &mut Schemas) -> Option<(&'static str, Value)> {
        Some(("application/x-ndjson", schemas.reply::<dump::Line>()))
    }

    fn respond(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
        let size = self.0.size;
        (headers, self.0.body(0, size)).into_response()
    }
}

async fn corp(call: Call) -> Result<Dump, Refused> {
    let spool = |shared: &Shared| dump::write_dump(&shared.world, &shared.config.spool_directory());
    let file = in_background(&call.shared, spool)
        .await?
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))?;
    Ok(Dump(file))
}

async fn reset(call: Call<(), (), Input<Nothing>>) -> Result<Json<Done>, Refused> {
    in_background(&call.shared, Shared::reset)
        .await?
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))?;
    Ok(Json(Done { ok: true }))
}

/// Either the numbers of generated contacts, or the contacts.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "Map<String, Value>")]
#[schemars(untagged, !try_from)]
enum SeedRequest {
    Generated(GeneratedSeed),
    Given(CorpFile),
}

impl TryFrom<Map<String, Value>> for SeedRequest {
    type Error = serde_json::Error;

    fn try_from(body: Map<String, Value>) -> Result<Self, Self::Error> {
        let has_lists = ["members", "departments", "tags"]
            .iter()
            .any(|part| body.get(*part).is_some_and(Value::is_array));
        let body = Value::Object(body);
        if has_lists {
            serde_json::from_value(body).map(Self::Given)
        } else {
            serde_json::from_value(body).map(Self::Generated)
        }
    }
}

/// Maximum size of the body of a seed.
const SEED_LIMIT: usize = 64 << 20;
/// Maximum number of members of a reply in one piece.
const MEMBERS_IN_REPLY: usize = 20_000;

async fn corp_file(call: Call) -> Result<Json<CorpFile>, Refused> {
    in_background(&call.shared, |shared| {
        let world = shared.world.read();
        if world.corp(0).members.len() > MEMBERS_IN_REPLY {
            return Err(Refused::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("the corp has more than {MEMBERS_IN_REPLY} members; use GET /_sim/corp"),
            ));
        }
        Ok(Json(CorpFile::of(world.corp(0))))
    })
    .await?
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GeneratedSeed {
    /// At most 2,000,000.
    members: u32,
    /// Number of departments, including the root; at most 30,000.
    departments: u32,
    /// The same arguments generate the same contacts.
    #[serde(default)]
    seed: u64,
    /// The depth of the department tree.
    #[serde(default)]
    shape: SeedShape,
    /// Whether the corp is emptied before the new contacts are generated, which saves memory.
    #[serde(default)]
    clear_first: bool,
}

/// The counts after a seed.
#[derive(Serialize, JsonSchema)]
struct Seeded {
    members: usize,
    departments: usize,
    tags: usize,
}

async fn seed(call: Call<(), (), Input<SeedRequest, SEED_LIMIT>>) -> Result<Json<Seeded>, Refused> {
    let refused = |error: &dyn ToString| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
    match call.body.0 {
        SeedRequest::Generated(asked) => {
            let seed = Seed {
                members: asked.members,
                departments: asked.departments,
                seed: asked.seed,
                shape: asked.shape,
            };
            in_background(&call.shared, move |shared| shared.seed_contacts(seed, asked.clear_first))
                .await?
                .map_err(|error| refused(&error))?;
        }
        SeedRequest::Given(file) => {
            in_background(&call.shared, move |shared| shared.seed_file(&file))
                .await?
                .map_err(|error| refused(&error))?;
        }
    }
    let world = call.shared.world.read();
    let corp = world.corp(0);
    Ok(Json(Seeded {
        members: corp.members.len(),
        departments: corp.departments.len(),
        tags: corp.tags.len(),
    }))
}
