//! What the SDK withstands, measured against the simulator: `cargo xtask chaos`, and small in the suite.
//!
//! Each scenario lets something go wrong on purpose, says what must hold, and measures it. One that misses is an error of the
//! run. Rules and seeds are fixed, so that a run can be repeated; only how tasks and processes interleave differs.

pub mod budget;
pub mod crowd;
pub mod fleet;
pub mod intake;
pub mod mixed;
pub mod orphan;
pub mod outage;
mod report;
mod setting;
mod stage;
pub mod worker;
mod workers;

use anyhow::Result;
use futures_util::future::BoxFuture;

pub use self::{
    report::{Check, Report},
    stage::{Size, Stage},
};

/// A scenario, by the name that `--only` takes.
pub type Scenario = (&'static str, fn(Stage) -> BoxFuture<'static, Result<Report>>);

/// All scenarios, in the order of the report.
pub const SCENARIOS: &[Scenario] = &[
    ("crowd", |stage| Box::pin(crowd::run(stage))),
    ("fleet", |stage| Box::pin(fleet::run(stage))),
    ("outage", |stage| Box::pin(outage::run(stage))),
    ("orphan", |stage| Box::pin(orphan::run(stage))),
    ("mixed", |stage| Box::pin(mixed::run(stage))),
    ("intake", |stage| Box::pin(intake::run(stage))),
    ("budget", |stage| Box::pin(budget::run(stage))),
];
