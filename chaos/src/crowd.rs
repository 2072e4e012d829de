//! Many callers in one process, without a token and with an expired one.

use anyhow::Result;
use wecom_sim::Sim;

use crate::{
    Report, Stage,
    setting::{app, crowd, fetches, kill_token, start},
};

const CALLERS: usize = 256;

/// Starts 256 callers at once, first without a token, then with an expired one.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(_: Stage) -> Result<Report> {
    let sim = start(Sim::builder()).await?;
    let client = app(&sim).build()?;
    let mut report = Report::new(format!("{CALLERS} callers of one process"));
    let errors = crowd(&client, CALLERS, 1).await;
    report.exactly("failed calls, without a token", 0, errors.values().sum());
    report.exactly("gettoken, without a token", 1, fetches(&sim));
    kill_token(&sim)?;
    let errors = crowd(&client, CALLERS, 1).await;
    report.exactly("failed calls with an expired token", 0, errors.values().sum());
    report.exactly("gettoken for the expired token", 1, fetches(&sim) - 1);
    Ok(report)
}
