//! The clock over HTTP.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    input::{Input, Nothing, Refused},
    operation::{Call, Operation, in_background},
};
use crate::{
    clock::{Millis, checked_time, parse_time},
    config::checked_speed,
    shared::Shared,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/clock", "clock", "Returns the time and the speed of the clock.", clock),
        Operation::post(
            "/_sim/clock/freeze",
            "freeze",
            "Stops the clock, at the given time or at the present one. From then on it moves only on request.",
            freeze,
        ),
        Operation::post("/_sim/clock/run", "run_clock", "Lets the clock run, from its present time.", run),
        Operation::post(
            "/_sim/clock/set",
            "set_clock",
            "Moves the clock to a time, forward or back, and executes all work that becomes due.",
            set,
        ),
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

/// The clock.
#[derive(Serialize, JsonSchema)]
struct ClockState {
    /// Virtual time in Unix milliseconds.
    now: i64,
    /// Whether the clock runs.
    runs: bool,
    /// Virtual seconds per real second; 0 for a clock that does not run.
    speed: f64,
}

impl ClockState {
    fn of(shared: &Shared) -> Json<Self> {
        let clock = &shared.clock;
        Json(Self { now: clock.now(), runs: clock.is_running(), speed: clock.speed() })
    }
}

async fn clock(call: Call) -> Result<Json<ClockState>, Refused> {
    Ok(ClockState::of(&call.shared))
}

/// A time from the year 2000 to the year 9999: Unix milliseconds as a number, or RFC 3339 with an offset as a text
/// (`2026-01-05T09:00:00+08:00`).
#[derive(Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a time must be Unix milliseconds as a number, or a text like 2026-01-05T09:00:00+08:00"
)]
enum Time {
    Milliseconds(i64),
    Text(String),
}

impl Time {
    fn parse(self) -> Result<Millis, Refused> {
        match self {
            Self::Milliseconds(at) => checked_time(at),
            Self::Text(text) => parse_time(&text),
        }
        .map_err(Refused::bad)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Freeze {
    /// The time; defaults to the present one.
    at: Option<Time>,
}

async fn freeze(call: Call<(), (), Input<Freeze>>) -> Result<Json<ClockState>, Refused> {
    let at = call.body.0.at.map(Time::parse).transpose()?;
    in_background(&call.shared, move |shared| shared.freeze(at)).await?;
    Ok(ClockState::of(&call.shared))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    /// Virtual seconds per real second, above 0 and at most 100,000.
    #[serde(default = "real_speed")]
    speed: f64,
}

fn real_speed() -> f64 {
    1.0
}

async fn run(call: Call<(), (), Input<Run>>) -> Result<Json<ClockState>, Refused> {
    let speed = checked_speed(call.body.0.speed).map_err(Refused::bad)?;
    call.shared.run_clock(speed);
    Ok(ClockState::of(&call.shared))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetClock {
    at: Time,
}

async fn set(call: Call<(), (), Input<SetClock>>) -> Result<Json<ClockState>, Refused> {
    let at = call.body.0.at.parse()?;
    in_background(&call.shared, move |shared| shared.set_clock(at)).await?;
    Ok(ClockState::of(&call.shared))
}

/// One century, enough for every test and far from the overflow of the clock.
const FARTHEST: f64 = 3_155_760_000.0;

async fn advance(call: Call<(), (), Input<Advance>>) -> Result<Json<ClockState>, Refused> {
    let Advance { seconds } = call.body.0;
    if !(0.0..=FARTHEST).contains(&seconds) {
        return Err(Refused::bad("seconds must be between 0 and one century; the clock only moves forward"));
    }
    // The call waits for exports that become due.
    in_background(&call.shared, move |shared| shared.advance((seconds * 1000.0) as i64)).await?;
    Ok(ClockState::of(&call.shared))
}

#[derive(Serialize, JsonSchema)]
struct Settled {
    /// Whether no callback is queued or being sent.
    settled: bool,
}

async fn settled(call: Call<(), (), Input<Nothing>>) -> Result<Json<Settled>, Refused> {
    Ok(Json(Settled { settled: call.shared.settled().await }))
}
