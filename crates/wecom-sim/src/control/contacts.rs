//! The contacts as a whole: their state, their dump, a seed and the reset.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Nothing, in_background,
    input::{Input, Refused, StrictQuery},
    operation::{Call, Operation, Reply},
    schemas::Schemas,
};
use crate::{console::Done, dump, large_files::FilePart, seed::Seed, shared::Shared, state};

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
        Operation::post("/_sim/seed", "seed", "Replaces all contacts with generated ones.", seed),
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SeedRequest {
    /// At most 2,000,000.
    members: u32,
    /// Number of departments, including the root; at most 30,000.
    departments: u32,
    /// The same arguments generate the same contacts.
    #[serde(default)]
    seed: u64,
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

async fn seed(call: Call<(), (), Input<SeedRequest>>) -> Result<Json<Seeded>, Refused> {
    let asked = call.body.0;
    let seed = Seed { members: asked.members, departments: asked.departments, seed: asked.seed };
    in_background(&call.shared, move |shared| shared.seed_contacts(seed, asked.clear_first))
        .await?
        .map_err(|error| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    let world = call.shared.world.read();
    let corp = world.corp(0);
    Ok(Json(Seeded {
        members: corp.members.len(),
        departments: corp.departments.len(),
        tags: corp.tags.len(),
    }))
}
