//! The control surface under `/_sim/`: what only a tester may do. All bodies are JSON.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{settings, sim::Shared};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/state", get(state))
        .route("/reset", post(reset))
        .route("/clock/advance", post(advance))
        .route("/requests", get(requests))
        .merge(settings::routes())
}

async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world.read();
    let corp = world.corp(0);
    Json(json!({
        "now": shared.clock.now(),
        "corp_id": corp.id,
        "members": corp.members.len(),
        "departments": corp.departments.len(),
    }))
}

async fn reset(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"ok": shared.reset().is_ok()}))
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(shared): State<Arc<Shared>>, Json(Advance { seconds }): Json<Advance>) -> Json<Value> {
    shared.advance((seconds * 1000.0) as i64);
    Json(json!({"now": shared.clock.now()}))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"requests": shared.requests.lock().shown()}))
}
