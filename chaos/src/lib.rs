//! Tests of the SDK against faults of the simulator: `cargo xtask chaos`, and small ones in the suite.
//!
//! Each scenario injects faults, lists its expectations, and measures them. A missed expectation fails the run. Rules
//! and seeds are fixed, so a run can be repeated; only the interleaving of tasks and processes differs.

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

/// A scenario with its name for `--only`.
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
