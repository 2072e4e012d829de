//! Fault injection over HTTP.

use axum::Json;

use super::{
    input::{Input, Refused},
    operation::{Call, Operation},
};
use crate::{
    api,
    faults::{FaultRules, FaultState},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/faults", "faults", "Returns the fault rules with their counters.", faults),
        Operation::put(
            "/_sim/faults",
            "set_faults",
            "Replaces all fault rules; an empty body removes them.",
            set_faults,
        ),
        Operation::post(
            "/_sim/faults",
            "add_faults",
            "Adds fault rules after the existing ones, whose counters continue.",
            add_faults,
        ),
        Operation::delete(
            "/_sim/faults",
            "clear_faults",
            "Removes all fault rules and sends the deliveries that they held back.",
            clear_faults,
        ),
    ]
}

async fn faults(call: Call) -> Result<Json<FaultState>, Refused> {
    Ok(Json(call.shared.faults.state()))
}

async fn set_faults(call: Call<(), (), Input<FaultRules>>) -> Result<Json<FaultState>, Refused> {
    let rules = call.body.0;
    rules.check(api::PATHS).map_err(Refused::bad)?;
    call.shared.set_faults(rules);
    Ok(Json(call.shared.faults.state()))
}

async fn add_faults(call: Call<(), (), Input<FaultRules>>) -> Result<Json<FaultState>, Refused> {
    let rules = call.body.0;
    rules.check(api::PATHS).map_err(Refused::bad)?;
    call.shared.faults.add(rules).map_err(Refused::bad)?;
    Ok(Json(call.shared.faults.state()))
}

async fn clear_faults(call: Call) -> Result<Json<FaultState>, Refused> {
    call.shared.set_faults(FaultRules::new());
    Ok(Json(call.shared.faults.state()))
}
