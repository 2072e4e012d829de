//! The control surface under `/_sim/`. All bodies are JSON and are read strictly: an unknown field or a wrong type is
//! refused, because a test with a misspelled set-up proves nothing.

mod faults;
mod input;
mod inspector;
mod settings;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Request, State as SharedState},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    console, dump,
    rates::Rates,
    seed::Seed,
    shared::Shared,
    state::State,
    world::{
        Choices,
        callback::{DeliveryQueue, ResendError},
    },
    write_log::WriteLog,
};
use input::{Input, Refused, StrictQuery, merged};

type Fields = serde_json::Map<String, Value>;
type Answer = Result<Json<Value>, Refused>;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let below = Router::new()
        // The paths in the page are relative to the page.
        .route("/", get(|| async { Redirect::permanent("/_sim/") }))
        .route("/state", get(state))
        .route("/corp", get(corp))
        .route("/reset", post(reset))
        .route("/seed", post(seed))
        .route("/clock/advance", post(advance))
        .route("/console/{action}", post(act))
        .route("/requests", get(requests))
        .route("/writes", get(writes))
        .route("/deliveries", get(deliveries))
        .route("/deliveries/{id}/redeliver", post(redeliver))
        .route("/deliveries/{id}/replay", post(replay))
        .route("/settled", post(settled))
        .route("/choices", get(choices).put(choose))
        .route("/rates", get(rates).put(set_rates))
        .route("/settings", get(settings::settings).put(settings::set_settings))
        .route(
            "/faults",
            get(faults::faults).put(faults::set_faults).post(faults::add_faults).delete(faults::clear_faults),
        )
        .route("/oauth/code", post(oauth_code))
        .route("/tfa/code", post(tfa_code))
        .route("/open_userid", post(open_userid))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method);
    Router::new()
        .route("/_sim/", get(inspector::page))
        .nest("/_sim", below)
        .layer(middleware::from_fn_with_state(Arc::clone(shared), admitted))
}

async fn admitted(SharedState(shared): SharedState<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.control_access.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused::new(StatusCode::FORBIDDEN, error).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateQuery {
    digest: Option<bool>,
}

async fn state(
    SharedState(shared): SharedState<Arc<Shared>>,
    StrictQuery(asked): StrictQuery<StateQuery>,
) -> Result<Json<State>, Refused> {
    Ok(Json(in_background(&shared, move |shared| State::of(shared, asked.digest)).await?))
}

/// Returns all contacts of the corp at one moment, one JSON object a line.
async fn corp(SharedState(shared): SharedState<Arc<Shared>>) -> Result<Response, Refused> {
    let spool = |shared: &Shared| dump::write_dump(&shared.world, &shared.config.spool_directory());
    let file = in_background(&shared, spool)
        .await?
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))?;
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, file.body(0, file.size)).into_response())
}

/// Runs long work outside the threads of the server.
async fn in_background<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) -> T + Send + 'static,
) -> Result<T, Refused> {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || work(&shared))
        .await
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))
}

async fn reset(SharedState(shared): SharedState<Arc<Shared>>, Input(Nothing {}): Input<Nothing>) -> Answer {
    in_background(&shared, Shared::reset)
        .await?
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))?;
    Ok(Json(json!({"ok": true})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedRequest {
    members: u32,
    departments: u32,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    clear_first: bool,
}

async fn seed(SharedState(shared): SharedState<Arc<Shared>>, Input(asked): Input<SeedRequest>) -> Answer {
    let seed = Seed { members: asked.members, departments: asked.departments, seed: asked.seed };
    in_background(&shared, move |shared| shared.seed_contacts(seed, asked.clear_first))
        .await?
        .map_err(|error| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    let world = shared.world.read();
    let corp = world.corp(0);
    Ok(Json(json!({
        "members": corp.members.len(),
        "departments": corp.departments.len(),
        "tags": corp.tags.len(),
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

/// One century, enough for every test and far from the overflow of the clock.
const FARTHEST: f64 = 3_155_760_000.0;

async fn advance(
    SharedState(shared): SharedState<Arc<Shared>>,
    Input(Advance { seconds }): Input<Advance>,
) -> Answer {
    if !(0.0..=FARTHEST).contains(&seconds) {
        return Err(Refused::bad("seconds must be between 0 and one century; the clock only moves forward"));
    }
    // The call waits for exports that become due.
    in_background(&shared, move |shared| shared.advance((seconds * 1000.0) as i64)).await?;
    Ok(Json(json!({"now": shared.clock.now()})))
}

async fn act(
    SharedState(shared): SharedState<Arc<Shared>>,
    Path(action): Path<String>,
    Input(body): Input<Fields>,
) -> Answer {
    let done = console::perform(&shared, &action, Value::Object(body)).await?;
    Ok(Json(done))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestsQuery {
    limit: Option<usize>,
    path: Option<String>,
}

async fn requests(
    SharedState(shared): SharedState<Arc<Shared>>,
    StrictQuery(asked): StrictQuery<RequestsQuery>,
) -> Json<Value> {
    let all = shared.requests.lock().shown();
    let wanted: Vec<_> =
        all.iter().filter(|one| asked.path.as_ref().is_none_or(|path| *path == one.path)).collect();
    Json(json!({"requests": last(&wanted, asked.limit)}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WritesQuery {
    limit: Option<usize>,
    endpoint: Option<String>,
}

async fn writes(
    SharedState(shared): SharedState<Arc<Shared>>,
    StrictQuery(asked): StrictQuery<WritesQuery>,
) -> Json<WriteLog> {
    let mut log = shared.writes.lock().shown();
    log.writes.retain(|one| asked.endpoint.as_ref().is_none_or(|endpoint| endpoint == one.endpoint));
    let excess = log.writes.len() - last(&log.writes, asked.limit).len();
    log.writes.drain(..excess);
    Json(log)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveriesQuery {
    limit: Option<usize>,
    event: Option<String>,
}

async fn deliveries(
    SharedState(shared): SharedState<Arc<Shared>>,
    StrictQuery(asked): StrictQuery<DeliveriesQuery>,
) -> Json<Value> {
    let world = shared.world.read();
    let wanted: Vec<_> = world
        .deliveries
        .deliveries()
        .filter(|one| asked.event.as_ref().is_none_or(|event| *event == one.event))
        .collect();
    Json(json!({"deliveries": last(&wanted, asked.limit)}))
}

fn last<T>(all: &[T], limit: Option<usize>) -> &[T] {
    &all[all.len() - limit.unwrap_or(all.len()).min(all.len())..]
}

async fn redeliver(
    shared: SharedState<Arc<Shared>>,
    id: Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Answer {
    resend(shared, id, DeliveryQueue::redeliver)
}

async fn replay(
    shared: SharedState<Arc<Shared>>,
    id: Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Answer {
    resend(shared, id, DeliveryQueue::replay)
}

fn resend(
    SharedState(shared): SharedState<Arc<Shared>>,
    Path(id): Path<String>,
    how: fn(&mut DeliveryQueue, u64) -> Result<(), ResendError>,
) -> Answer {
    let id = id.parse().map_err(|_| Refused::bad("a delivery id must be a number"))?;
    how(&mut shared.world.write().deliveries, id).map_err(|error| {
        let status = match error {
            ResendError::Unknown => StatusCode::NOT_FOUND,
            ResendError::UnderWay | ResendError::NeverSent => StatusCode::CONFLICT,
        };
        Refused::new(status, error)
    })?;
    Ok(Json(json!({"id": id})))
}

/// Waits until no callback is queued or being sent, as `Sim::settled` does.
async fn settled(
    SharedState(shared): SharedState<Arc<Shared>>,
    Input(Nothing {}): Input<Nothing>,
) -> Json<Value> {
    Json(json!({"settled": shared.settled().await}))
}

async fn choices(SharedState(shared): SharedState<Arc<Shared>>) -> Json<Choices> {
    Json(shared.world.read().choices.clone())
}

async fn choose(
    SharedState(shared): SharedState<Arc<Shared>>,
    Input(changes): Input<Fields>,
) -> Result<Json<Choices>, Refused> {
    let mut world = shared.world.write();
    world.choices = merged(&world.choices, changes)?;
    Ok(Json(world.choices.clone()))
}

async fn rates(SharedState(shared): SharedState<Arc<Shared>>) -> Json<Rates> {
    Json(shared.rate_limiter.rates())
}

/// Changes the given limits. All counters restart at 0.
async fn set_rates(
    SharedState(shared): SharedState<Arc<Shared>>,
    Input(changes): Input<Fields>,
) -> Result<Json<Rates>, Refused> {
    shared.rate_limiter.set(merged(&shared.rate_limiter.rates(), changes)?);
    Ok(Json(shared.rate_limiter.rates()))
}

/// A shorter path for the console action.
async fn oauth_code(shared: SharedState<Arc<Shared>>, body: Input<Fields>) -> Answer {
    act(shared, Path("oauth_code".into()), body).await
}

async fn tfa_code(shared: SharedState<Arc<Shared>>, body: Input<Fields>) -> Answer {
    act(shared, Path("tfa_code".into()), body).await
}

async fn open_userid(shared: SharedState<Arc<Shared>>, body: Input<Fields>) -> Answer {
    act(shared, Path("open_userid".into()), body).await
}

async fn unknown() -> Response {
    Refused::new(StatusCode::NOT_FOUND, "unknown path under /_sim/; see docs/simulator.md").into_response()
}

async fn wrong_method() -> Response {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "wrong method for this path under /_sim/").into_response()
}
