//! The clock over HTTP.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Nothing, in_background,
    input::{Input, Refused},
    operation::{Call, Operation},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post(
            "/_sim/clock/advance",
            "advance",
            "Moves the clock forward and executes all work that becomes due.",
            advance,
        ),
        Operation::post(
            "/_sim/settled",
            "settled",
            "Waits, at most 30 seconds, until no callback is queued or being sent.",
            settled,
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// From 0 to one century.
    seconds: f64,
}

/// The time after a call.
#[derive(Serialize, JsonSchema)]
struct Now {
    /// Virtual time in Unix milliseconds.
    now: i64,
}

/// One century, enough for every test and far from the overflow of the clock.
const FARTHEST: f64 = 3_155_760_000.0;

async fn advance(call: Call<(), (), Input<Advance>>) -> Result<Json<Now>, Refused> {
    let Advance { seconds } = call.body.0;
    if !(0.0..=FARTHEST).contains(&seconds) {
        return Err(Refused::bad("seconds must be between 0 and one century; the clock only moves forward"));
    }
    // The call waits for exports that become due.
    in_background(&call.shared, move |shared| shared.advance((seconds * 1000.0) as i64)).await?;
    Ok(Json(Now { now: call.shared.clock.now() }))
}

#[derive(Serialize, JsonSchema)]
struct Settled {
    /// Whether no callback is queued or being sent.
    settled: bool,
}

async fn settled(call: Call<(), (), Input<Nothing>>) -> Result<Json<Settled>, Refused> {
    Ok(Json(Settled { settled: call.shared.settled().await }))
}
