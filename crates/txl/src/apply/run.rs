//! Running a plan, with progress and an end that can be resumed.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use clap::Args;
use wecom_contacts::CorpId;
use wecom_directory::{apply::RunReport, plan::Plan, policy::Measure, store::Store};

use super::progress::Gauge;
use crate::{
    access::Access,
    failure::Result,
    messages::directory as mirror_messages,
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
    pub(super) access: &'a Access,
    pub(super) allow: &'a [(Measure, u64)],
    pub(super) output: Output,
}

type Heard = Arc<OnceLock<Signal>>;

impl Runner<'_> {
    /// Sends a plan. The signal is the one that stopped the run, if one did.
    pub(super) async fn run(
        &self,
        store: &dyn Store,
        corp: &CorpId,
        plan: &Plan,
    ) -> Result<(RunReport, Option<Signal>)> {
        let gauge = Gauge::new(self.output.is_table(), plan.steps.len() as u64);
        let (apply, heard) = self.prepared(corp, &gauge)?;
        let result = apply.run(store, plan).await;
        gauge.clear();
        Ok((result?, heard.get().copied()))
    }

    /// Continues a run.
    pub(super) async fn resume(
        &self,
        store: &dyn Store,
        corp: &CorpId,
        run: Option<i64>,
    ) -> Result<(RunReport, Option<Plan>, Option<Signal>)> {
        let gauge = Gauge::new(self.output.is_table(), 0);
        let (apply, heard) = self.prepared(corp, &gauge)?;
        let result = apply.resume(store, run).await;
        gauge.clear();
        let report = result?;
        // Values of people who were forgotten are erased in it, so that its fingerprint proves nothing here.
        let plan = store.run_plan(corp, report.run).await?.and_then(|plan| serde_json::from_str(&plan).ok());
        Ok((report, plan, heard.get().copied()))
    }

    fn prepared(&self, corp: &CorpId, gauge: &Arc<Gauge>) -> Result<(wecom_directory::apply::Apply, Heard)> {
        let heard = Heard::default();
        let (setter, shown) = (Arc::clone(&heard), Arc::clone(gauge));
        let mut apply = wecom_directory::apply::Apply::new(corp.clone(), self.access.contacts()?)
            .concurrency(self.args.concurrency.into())
            .holder(mirror_messages::holder())
            .on_event(move |event| shown.show(&event));
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
