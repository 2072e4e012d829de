//! The simulator's bad days, set from outside.

use std::sync::Arc;

use axum::{Json, extract::State};

use super::input::{Input, Refused};
use crate::{
    faults::{FaultPlan, FaultState},
    sim::Shared,
};

pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<FaultState> {
    Json(shared.faults.state())
}

/// Replaces all rules, also by none.
pub(super) async fn set_faults(
    State(shared): State<Arc<Shared>>,
    Input(plan): Input<FaultPlan>,
) -> Result<Json<FaultState>, Refused> {
    plan.check().map_err(Refused::bad)?;
    shared.set_faults(plan);
    Ok(Json(shared.faults.state()))
}

pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<FaultState> {
    shared.set_faults(FaultPlan::new());
    Json(shared.faults.state())
}
