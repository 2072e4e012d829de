//! The process that holds the lease is killed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use private_servers::redis::PrivateRedis;
use tokio::time;
use wecom_sim::{CallRule, Fault, FaultRules, Sim, When};

use crate::{
    Report, Stage,
    setting::{fetches, start},
    worker::Orders,
    workers::{begin, end, fleet},
};

/// The client's timeout; the lease is valid two seconds longer.
const TIMEOUT: Duration = Duration::from_secs(2);
const LEASE: Duration = Duration::from_secs(4);
const OTHERS: usize = 3;
const CALLERS: usize = 16;

/// Kills (SIGKILL) the process whose `gettoken` is running while three others wait for its token.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let redis = PrivateRedis::start()?;
    let sim = start(Sim::builder()).await?;
    let orders = Orders { timeout: TIMEOUT.as_millis() as u64, ..Orders::new(&sim, redis.url(), CALLERS) };
    let mut fleet = fleet(&stage, &orders, OTHERS + 1).await?;
    let mut winner = fleet.pop().context("a fleet has processes")?;

    // The first gettoken does not return in time; the rule keeps counting.
    let slow = CallRule::new("gettoken", Fault::late(Duration::from_secs(30))).when(When::Next(1));
    sim.faults().set(FaultRules::new().call(slow))?;
    winner.begin(1).await?;
    let asked = async {
        while sim.faults().hits() == 0 {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(Duration::from_secs(10), asked).await.context("no process requested a token")?;
    begin(&mut fleet, 1).await?;
    let killed = Instant::now();
    winner.kill().await?;
    let failed = end(&mut fleet).await?;
    let recovered = killed.elapsed();

    // Between the end of the lease and the last caller's reply are one read of the store and two calls.
    let margin = stage.pick(Duration::from_secs(1), Duration::from_secs(10));
    let mut report = Report::new(format!(
        "the holder of the lease killed, {OTHERS} processes of {CALLERS} callers waiting"
    ));
    report.exactly("failed calls", 0, failed);
    report.exactly("gettoken after that of the killed process", 1, fetches(&sim) - 1);
    report.at_most(
        &format!("recovery in seconds (a lease is valid for {} s)", LEASE.as_secs()),
        (LEASE + margin).as_secs_f64(),
        (recovered.as_secs_f64() * 100.0).round() / 100.0,
    );
    Ok(report)
}
