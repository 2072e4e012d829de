//! Reads and writes of every kind while all faults apply. The results that the callers got must match the effects on
//! the server.

mod caller;
mod faults;
mod ledger;
mod truth;

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::{task::JoinSet, time};
use wecom_contacts::{Budget, RetryPolicy};
use wecom_sim::Sim;

use self::{caller::Caller, ledger::Ledger};
use crate::{
    Report, Stage,
    setting::{app, contacts},
};

/// Longer than every normal reply takes, and shorter than a delayed one.
const TIMEOUT: Duration = Duration::from_millis(400);
/// The log is read between waves, before it drops entries.
const WAVES: usize = 20;

/// Sends 10,000 calls through all faults, each of which applies to one request in twenty. Compares the callers'
/// results with the simulator's log and its state.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let (callers, calls) = stage.pick((50, 10_000), (20, 400));
    let sim = Sim::builder().legacy(true).start().await?;
    let hasty = RetryPolicy::default()
        .first_pause(Duration::from_millis(5))
        .longest_pause(Duration::from_millis(50))
        .total_time(Duration::from_secs(10));
    let budget = Budget::unlimited();
    let app = app(&sim).timeout(TIMEOUT).retry(hasty).budget(budget.clone()).build()?;
    let contacts = contacts(&sim).timeout(TIMEOUT).retry(hasty).budget(budget).build()?;
    let mut crew: Vec<Caller> =
        (0..callers).map(|number| Caller::new(number, stage.seed, app.clone(), contacts.clone())).collect();

    sim.faults().set(faults::every_kind())?;
    let mut ledger = Ledger::default();
    let mut struck = 0;
    for wave in 0..WAVES {
        if wave == WAVES - 1 {
            // Clients do not call a closed endpoint (45009) for a minute, so closures come last.
            struck += sim.faults().hits();
            settled(&sim).await?;
            ledger.read(&sim);
            sim.faults().set(faults::closures())?;
        }
        let mut wave = JoinSet::new();
        for mut caller in crew.drain(..) {
            wave.spawn(async move {
                caller.calls(calls / callers / WAVES).await;
                caller
            });
        }
        crew = wave.join_all().await;
        ledger.read(&sim);
    }
    struck += sim.faults().hits();
    sim.faults().clear();

    let mut report = Report::new(format!("{calls} calls of {callers} callers, every fault at 5 %"));
    truth::compare(&mut report, &sim, &crew, &ledger).await?;
    report.figure("requests received by the server", ledger.requests);
    report.figure("of them with a fault", struck);
    Ok(report)
}

/// Waits until every received request is in the log. A call may still be running after its caller hung up.
async fn settled(sim: &Sim) -> Result<()> {
    // The first rule counts a request when it arrives; the log has it when it is done.
    let logged = || sim.requests().last().map_or(0, |request| request.number);
    let all_logged = async {
        while sim.faults().state().calls.first().is_some_and(|rule| rule.seen > logged()) {
            time::sleep(Duration::from_millis(20)).await;
        }
    };
    time::timeout(Duration::from_secs(20), all_logged).await.context("a request did not end")
}
