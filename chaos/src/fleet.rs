//! Processes that share their token through Redis, without one and with a dead one.

use anyhow::Result;
use private_redis::PrivateRedis;
use wecom_sim::Sim;

use crate::{
    Report, Stage,
    setting::{fetches, kill_token, start},
    worker::Orders,
    workers::{fleet, round},
};

const PROCESSES: usize = 4;
const CALLERS: usize = 64;

/// Lets 4 processes of 64 callers begin at once, cold, and then with a token that has died.
///
/// # Errors
///
/// The scenario could not be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let redis = PrivateRedis::start()?;
    let sim = start(Sim::builder()).await?;
    let mut fleet = fleet(&stage, &Orders::new(&sim, redis.url(), CALLERS), PROCESSES).await?;
    let mut report =
        Report::new(format!("{PROCESSES} processes of {CALLERS} callers, sharing through Redis"));
    let failed = round(&mut fleet, 1).await?;
    report.exactly("failed calls, cold", 0, failed);
    report.exactly("gettoken, cold", 1, fetches(&sim));
    kill_token(&sim)?;
    let failed = round(&mut fleet, 1).await?;
    report.exactly("failed calls with a dead token", 0, failed);
    report.exactly("gettoken for the dead token", 1, fetches(&sim) - 1);
    Ok(report)
}
