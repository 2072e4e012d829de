//! The control surface under `/_sim/`. All bodies are JSON and are read strictly: an unknown field or a wrong type is
//! refused, because a test with a misspelled set-up proves nothing.
//!
//! [`operations`] lists every endpoint. The routes and the OpenAPI document are both made from this list.

mod behaviour;
mod clock;
mod contacts;
mod corps;
mod document;
mod faults;
mod input;
mod jobs;
mod logs;
mod operation;
pub(crate) mod page;
mod schemas;
mod settings;
mod snapshots;

use std::sync::{Arc, LazyLock, Weak};

use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    console::{self, ConsoleError},
    corps::Corps,
    shared::Shared,
};
pub(crate) use input::Input;
use input::Refused;
pub(crate) use operation::{Call, Operation};

/// Returns all endpoints.
fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("/_sim", "page_redirect", "Redirects to the page.", redirect),
        Operation::get("/_sim/healthz", "healthz", "Returns the version while the server runs.", healthz),
        Operation::get("/_sim/openapi.json", "openapi", "Returns this document.", openapi),
    ];
    all.extend(page::operations());
    all.extend(contacts::operations());
    all.extend(clock::operations());
    all.extend(behaviour::operations());
    all.extend(settings::operations());
    all.extend(faults::operations());
    all.extend(jobs::operations());
    all.extend(logs::operations());
    all.extend(snapshots::operations());
    all.extend(corps::operations());
    all.extend(console::operations());
    all
}

/// The OpenAPI document, which is the same for all simulators.
static DOCUMENT: LazyLock<Map<String, Value>> = LazyLock::new(|| match document::document(&operations()) {
    Value::Object(document) => document,
    _ => Map::new(),
});

pub(crate) fn routes(shared: &Arc<Shared>, corps: &Weak<Corps>) -> Router<Arc<Shared>> {
    let (mut all, mut below) = (Router::new(), Router::new());
    for operation in operations() {
        match operation.path.strip_prefix("/_sim") {
            // A nested router does not match its own path with a slash.
            Some("/") | None => all = all.route(&operation.path, operation.serve),
            Some("") => below = below.route("/", operation.serve),
            Some(path) => below = below.route(path, operation.serve),
        }
    }
    all.nest("/_sim", below.fallback(unknown).method_not_allowed_fallback(wrong_method))
        .layer(Extension(Weak::clone(corps)))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), admitted))
}

async fn admitted(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.control_access.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => Refused::new(StatusCode::FORBIDDEN, error).into_response(),
    }
}

/// The paths in the page are relative to the page.
async fn redirect(_call: Call) -> Result<Redirect, Refused> {
    Ok(Redirect::permanent(page::PATH))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// Always true.
    ok: bool,
    /// The version of the simulator.
    version: &'static str,
}

async fn healthz(_call: Call) -> Result<Json<Health>, Refused> {
    Ok(Json(Health { ok: true, version: env!("CARGO_PKG_VERSION") }))
}

async fn openapi(_call: Call) -> Result<Json<&'static Map<String, Value>>, Refused> {
    Ok(Json(&DOCUMENT))
}

/// Refuses a request for the control surface of a corp that the server does not have.
pub(crate) fn unknown_corp(first: &Shared, request: &Request) -> Response {
    match first.control_access.check(request.uri(), request.headers()) {
        Ok(()) => {
            Refused::new(StatusCode::NOT_FOUND, "the server has no such corp; GET /_sim/corps lists them")
        }
        Err(error) => Refused::new(StatusCode::FORBIDDEN, error),
    }
    .into_response()
}

async fn unknown(uri: Uri) -> Response {
    // A nested router sees the rest of the path.
    if let Some(action) = uri.path().strip_prefix("/console/") {
        let known = DOCUMENT.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let known: Vec<_> = known.filter_map(|path| path.strip_prefix("/_sim/console/")).collect();
        let error = ConsoleError::UnknownAction { action: action.into(), known: known.join(", ") };
        return Refused::from(error).into_response();
    }
    Refused::new(StatusCode::NOT_FOUND, "unknown path under /_sim/; see docs/simulator.md").into_response()
}

async fn wrong_method() -> Response {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "wrong method for this path under /_sim/").into_response()
}
