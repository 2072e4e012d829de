//! Fault injection over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State};

use super::input::{Input, Refused};
use crate::{
    api,
    faults::{FaultRules, FaultState},
    shared::Shared,
};

pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<FaultState> {
    Json(shared.faults.state())
}

/// Replaces all rules; an empty body removes them.
pub(super) async fn set_faults(
    State(shared): State<Arc<Shared>>,
    Input(rules): Input<FaultRules>,
) -> Result<Json<FaultState>, Refused> {
    rules.check(api::PATHS).map_err(Refused::bad)?;
    shared.set_faults(rules);
    Ok(Json(shared.faults.state()))
}

/// Adds rules after the existing ones, whose counters continue.
pub(super) async fn add_faults(
    State(shared): State<Arc<Shared>>,
    Input(rules): Input<FaultRules>,
) -> Result<Json<FaultState>, Refused> {
    rules.check(api::PATHS).map_err(Refused::bad)?;
    rules.calls.into_iter().for_each(|rule| shared.faults.add_call_rule(rule));
    rules.deliveries.into_iter().for_each(|rule| shared.faults.add_delivery_rule(rule));
    Ok(Json(shared.faults.state()))
}

pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<FaultState> {
    shared.set_faults(FaultRules::new());
    Json(shared.faults.state())
}
