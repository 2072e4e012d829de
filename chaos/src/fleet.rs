//! Several processes that share their token through Redis, without a token and with an expired one.

use anyhow::Result;
use private_servers::redis::PrivateRedis;
use wecom_sim::Sim;

use crate::{
    Report, Stage,
    setting::{fetches, kill_token, start},
    worker::Orders,
    workers::{fleet, round},
};

const PROCESSES: usize = 4;
const CALLERS: usize = 64;

/// Starts 4 processes with 64 callers each at once, first without a token, then with an expired one.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let redis = PrivateRedis::start()?;
    let sim = start(Sim::builder()).await?;
    let mut fleet = fleet(&stage, &Orders::new(&sim, redis.url(), CALLERS), PROCESSES).await?;
    let mut report =
        Report::new(format!("{PROCESSES} processes of {CALLERS} callers, sharing through Redis"));
    let failed = round(&mut fleet, 1).await?;
    report.exactly("failed calls, without a token", 0, failed);
    report.exactly("gettoken, without a token", 1, fetches(&sim));
    kill_token(&sim)?;
    let failed = round(&mut fleet, 1).await?;
    report.exactly("failed calls with an expired token", 0, failed);
    report.exactly("gettoken for the expired token", 1, fetches(&sim) - 1);
    Ok(report)
}
