//! Redis is killed and restarted during traffic.

use anyhow::Result;
use private_servers::redis::PrivateRedis;
use wecom_sim::Sim;

use crate::{
    Report, Stage,
    setting::{fetches, kill_token, start},
    worker::Orders,
    workers::{begin, end, fleet, round},
};

const PROCESSES: usize = 4;
const CALLERS: usize = 16;

/// Kills Redis during traffic and expires the token, then restarts Redis without data and expires the next token.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let calls = stage.pick(60, 20);
    let mut redis = PrivateRedis::start()?;
    let sim = start(Sim::builder()).await?;
    let mut fleet = fleet(&stage, &Orders::new(&sim, redis.url(), CALLERS), PROCESSES).await?;
    let mut report = Report::new(format!(
        "Redis killed and restarted during traffic of {PROCESSES} processes of {CALLERS} callers"
    ));
    report.exactly("failed calls, before", 0, round(&mut fleet, calls).await?);
    let before = fetches(&sim);
    report.exactly("gettoken, before", 1, before);

    begin(&mut fleet, calls).await?;
    redis.kill();
    kill_token(&sim)?;
    report.exactly("failed calls while Redis is down", 0, end(&mut fleet).await?);
    let down = fetches(&sim);
    report.at_most("gettoken while Redis is down", PROCESSES as u64, down - before);

    begin(&mut fleet, calls).await?;
    redis.restart()?;
    kill_token(&sim)?;
    report.exactly("failed calls while Redis restarts", 0, end(&mut fleet).await?);
    report.at_most("gettoken while Redis restarts", PROCESSES as u64, fetches(&sim) - down);
    Ok(report)
}
