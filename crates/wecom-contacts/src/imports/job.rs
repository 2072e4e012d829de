//! A submitted import.

use std::{fmt, sync::Arc};

use super::{
    GetImportResult, ImportFile, ImportOutcome, ImportState, ImportStatus, outcome::Tally, row_keys::Lines,
};
use crate::{CallFuture, Client, Error, ErrorKind, JobId, Polling, Result, polling::Wakeups};

/// A submitted import.
#[derive(Clone)]
pub struct ImportJob {
    client: Client,
    id: JobId,
    lines: Option<Arc<Lines>>,
}

impl ImportJob {
    pub(super) fn new(client: Client, id: JobId, lines: Option<Arc<Lines>>) -> Self {
        Self { client, id, lines }
    }

    /// Returns the job's id, with which [`Imports::job`](super::Imports::job) resumes the job.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Adds the line numbers of this file to the outcome, for a job that is resumed by its id. The file must be the one
    /// that was submitted.
    pub fn of(mut self, file: &ImportFile) -> Self {
        self.lines = file.lines();
        self
    }

    /// Returns the state of the job.
    ///
    /// # Errors
    ///
    /// 40088 if the job is unknown, 40089 if its result was deleted. WeCom keeps the results of the five latest jobs.
    pub fn status(&self) -> CallFuture<ImportStatus> {
        self.client.send(&GetImportResult { jobid: self.id.clone() })
    }

    /// Waits for the job to finish.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StillRunning`] if the job takes longer than `polling` allows; an errcode such as 302003 if the whole
    /// file is invalid. Refused rows are listed in [`ImportOutcome::failures`].
    pub fn wait(&self, polling: Polling) -> CallFuture<ImportOutcome> {
        self.wait_until_done(polling, Wakeups::none())
    }

    /// Waits like [`wait`](Self::wait), and also checks the job immediately when `wakeup` completes, for example after
    /// the job's event (`batch_job_result`). Polling continues, because an event can get lost.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`wait`](Self::wait).
    pub fn wait_with_wakeup(
        &self,
        polling: Polling,
        wakeup: impl Future<Output = ()> + Send + 'static,
    ) -> CallFuture<ImportOutcome> {
        self.wait_until_done(polling, Wakeups::once(wakeup))
    }

    fn wait_until_done(&self, polling: Polling, mut wakeups: Wakeups) -> CallFuture<ImportOutcome> {
        let job = self.clone();
        CallFuture::new(async move {
            let mut tally = Tally::new(job.lines.clone());
            job.add_result(polling, &mut wakeups, &mut tally).await?;
            tally.finish().ok_or_else(|| Error::local(ErrorKind::JobFailed { job: job.id }))
        })
    }

    /// Waits for the job and adds the results of its rows to the tally.
    pub(super) async fn add_result(
        &self,
        polling: Polling,
        wakeups: &mut Wakeups,
        tally: &mut Tally,
    ) -> Result<()> {
        let finished = |status: ImportStatus| Ok((status.status == ImportState::Finished).then_some(status));
        let question = GetImportResult::new(&self.id);
        let status = polling.until_done(&self.client, &self.id, &question, finished, wakeups).await?;
        tally.add(self.id.clone(), status);
        Ok(())
    }
}

impl fmt::Debug for ImportJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportJob").field("id", &self.id).finish_non_exhaustive()
    }
}
