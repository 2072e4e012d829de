//! The switches of unverified behaviour, and the rate limits.

use axum::Json;

use super::{
    input::{Changes, Input, Refused, merged},
    operation::{Call, Operation},
};
use crate::{rates::Rates, world::Choices};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/choices", "choices", "Returns the switches of unverified behaviour.", choices),
        Operation::put("/_sim/choices", "set_choices", "Changes the given switches.", set_choices),
        Operation::get("/_sim/rates", "rates", "Returns the rate limits.", rates),
        Operation::put(
            "/_sim/rates",
            "set_rates",
            "Changes the given rate limits. All counters restart at 0.",
            set_rates,
        ),
    ]
}

async fn choices(call: Call) -> Result<Json<Choices>, Refused> {
    Ok(Json(call.shared.world.read().choices.clone()))
}

async fn set_choices(call: Call<(), (), Input<Changes<Choices>>>) -> Result<Json<Choices>, Refused> {
    let mut world = call.shared.world.write();
    world.choices = merged(&world.choices, call.body.0.fields)?;
    Ok(Json(world.choices.clone()))
}

async fn rates(call: Call) -> Result<Json<Rates>, Refused> {
    Ok(Json(call.shared.rate_limiter.rates()))
}

async fn set_rates(call: Call<(), (), Input<Changes<Rates>>>) -> Result<Json<Rates>, Refused> {
    let limiter = &call.shared.rate_limiter;
    limiter.set(merged(&limiter.rates(), call.body.0.fields)?);
    Ok(Json(limiter.rates()))
}
