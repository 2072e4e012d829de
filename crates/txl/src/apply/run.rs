//! Running a plan, with progress and an end that can be resumed.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use clap::Args;
use tokio::sync::Notify;
use wecom_contacts::CorpId;
use wecom_directory::{
    Error,
    apply::{RunEvent, RunReport},
    plan::Plan,
    policy::Measure,
    run::{RunRecord, RunState},
    store::Store,
};

use super::progress::Gauge;
use crate::{
    access::Access,
    directory::{MirrorFlags, Watched},
    failure::{Failure, Result},
    messages::{apply as messages, directory as mirror_messages},
    numbers,
    output::Output,
    plan::{fingerprint, operator},
    roster::sheet::Sheet,
    signals::{self, Signal},
};

/// How a plan is sent, and what is written afterwards.
#[derive(Args)]
#[command(next_help_heading = "Run (执行)")]
pub(crate) struct RunArgs {
    /// Write the userids of new members to this file: .csv or .xlsx
    #[arg(long, value_name = "FILE")]
    pub(super) write_ids: Option<PathBuf>,
    /// Write the rows that were not applied to this file, with the reasons: .csv or .xlsx. Corrected, it can be planned again
    #[arg(long, value_name = "FILE")]
    pub(super) write_refused: Option<PathBuf>,
    /// Maximum number of calls at the same time, 1 to 64
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = numbers::whole::<u8>(1..=64))]
    concurrency: u8,
}

impl RunArgs {
    /// Checks the files that are written after the run. Its writes cannot be taken back when a file proves unusable.
    pub(super) fn check_files(&self) -> Result {
        [&self.write_ids, &self.write_refused].into_iter().flatten().try_for_each(|path| Sheet::check(path))
    }
}

/// Everything that a run needs beside its plan.
pub(super) struct Runner<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) mirror: &'a MirrorFlags,
    pub(super) access: &'a Access,
    pub(super) allow: &'a [(Measure, u64)],
    pub(super) output: Output,
}

type Heard = Arc<OnceLock<Signal>>;

/// The end of a run.
pub(super) struct Ended {
    pub(super) report: RunReport,
    /// The signal that stopped the run, if one did.
    pub(super) signal: Option<Signal>,
    /// Fails if the mirror with the record of the run is gone.
    pub(super) kept: Result,
}

impl Runner<'_> {
    /// Sends a plan.
    pub(super) async fn run(&self, store: &dyn Store, corp: &CorpId, plan: &Plan) -> Result<Ended> {
        let file = self.mirror.watched()?;
        let gauge = Gauge::new(self.output.is_table(), plan.steps.len() as u64);
        let begun = Arc::new(Notify::new());
        let (apply, heard) = self.prepared(corp, &gauge, &begun)?;
        // The run has a number once its first step is recorded.
        let remedied = async {
            begun.notified().await;
            if let Some(run) = unfinished(store, corp, plan).await {
                signals::set_remedy(messages::resume(run));
            }
            std::future::pending().await
        };
        let result = tokio::select! {
            result = apply.run(store, plan) => result,
            never = remedied => never,
        };
        gauge.clear();
        match result {
            Ok(report) => Ok(Ended { signal: heard.get().copied(), kept: kept(&file, report.run), report }),
            Err(error) => Err(broken_off(error, unfinished(store, corp, plan).await)),
        }
    }

    /// Continues a run.
    pub(super) async fn resume(
        &self,
        store: &dyn Store,
        corp: &CorpId,
        run: Option<i64>,
    ) -> Result<(Ended, Option<Plan>)> {
        let file = self.mirror.watched()?;
        let gauge = Gauge::new(self.output.is_table(), 0);
        let (apply, heard) = self.prepared(corp, &gauge, &Arc::default())?;
        let is_wanted = |record: &RunRecord| {
            record.state != RunState::Done && run.is_none_or(|number| record.id == number)
        };
        let number = store.runs(corp).await?.into_iter().rev().find(is_wanted).map(|record| record.id);
        if let Some(number) = number {
            signals::set_remedy(messages::resume(number));
        }
        let result = apply.resume(store, run).await;
        gauge.clear();
        let report = result.map_err(|error| broken_off(error, number))?;
        // Values of people who were forgotten are erased in it, so that its fingerprint proves nothing here.
        let plan = store.run_plan(corp, report.run).await?.and_then(|plan| serde_json::from_str(&plan).ok());
        Ok((Ended { signal: heard.get().copied(), kept: kept(&file, report.run), report }, plan))
    }

    /// Returns the run about to begin. `begun` is notified once its first step is recorded.
    fn prepared(
        &self,
        corp: &CorpId,
        gauge: &Arc<Gauge>,
        begun: &Arc<Notify>,
    ) -> Result<(wecom_directory::apply::Apply, Heard)> {
        let heard = Heard::default();
        let (setter, shown, begun) = (Arc::clone(&heard), Arc::clone(gauge), Arc::clone(begun));
        let mut apply = wecom_directory::apply::Apply::new(corp.clone(), self.access.contacts()?)
            .concurrency(self.args.concurrency.into())
            .holder(mirror_messages::holder())
            .on_event(move |event| {
                if let RunEvent::Sending { .. } = event {
                    begun.notify_one();
                }
                shown.show(&event);
            });
        if let Some(app) = self.access.app_if_given()? {
            apply = apply.app(self.access.agent_id()?, app);
        }
        if let Some(operator) = operator() {
            apply = apply.operator(operator);
        }
        if let Some(key) = fingerprint::made()? {
            apply = apply.fingerprint_key(key);
        }
        for (measure, count) in self.allow {
            apply = apply.allow(*measure, *count);
        }
        let stop = signals::take_over();
        let apply = apply.cancel_on(async move {
            let signal = stop.await;
            // The first signal is the one that is reported.
            let _ = setter.set(signal);
        });
        Ok((apply, heard))
    }
}

/// The number of the run of this plan, if it has begun and not ended.
async fn unfinished(store: &dyn Store, corp: &CorpId, plan: &Plan) -> Option<i64> {
    let runs = store.runs(corp).await.ok()?;
    let run = runs.into_iter().rev().find(|run| run.fingerprint == plan.fingerprint)?;
    (run.state != RunState::Done).then_some(run.id)
}

/// Returns the failure of a run that an error broke off. It can be resumed if it has begun.
fn broken_off(error: Error, run: Option<i64>) -> Failure {
    // These errors come before the run begins; the run of the same plan is another process's or an earlier one.
    let is_before = matches!(error, Error::PlanRefused(_) | Error::Locked { .. } | Error::UnknownRun(_));
    let Some(run) = run.filter(|_| !is_before) else { return error.into() };
    let failure = match &error {
        // The usual remedy repeats the command, which would apply the same plan again.
        Error::Full => Failure::new(mirror_messages::error(&error)).remedy(mirror_messages::free_space()),
        _ => error.into(),
    };
    failure.within(messages::not_ended(run)).remedy(messages::resume(run))
}

/// Fails if the mirror with the record of the run is gone.
fn kept(file: &Watched, run: i64) -> Result {
    if file.is_in_place() {
        return Ok(());
    }
    Err(Failure::new(messages::mirror_is_gone(file, run)).remedy(messages::put_the_mirror_back()))
}
