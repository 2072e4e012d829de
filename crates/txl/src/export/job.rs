//! The job of an export: submits or resumes it, and waits for its end.

use std::{path::PathBuf, pin::pin, time::Duration};

use clap::Args;
use wecom_contacts::{
    Client, Error, ErrorKind, JobId, Polling,
    exports::{ExportCall, ExportJob, ExportKey, ExportSubmission},
};

use super::{
    destination::{DestinationArgs, Read},
    keys::{Kept, Keys},
    kind::ExportKind,
    progress::Gauge,
    row::Row,
};
use crate::{
    access::{Access, FileKey, GivenSecret},
    failure::{Failure, Result},
    messages, numbers,
    output::{Output, say, stderr},
    signals::{self, Signal},
};

/// The errcode for an unknown job.
const UNKNOWN_JOB: i32 = 40088;

#[derive(Args)]
pub(super) struct Job {
    /// Id of a submitted job to continue. It needs the credential that submitted the job
    #[arg(long, value_name = "JOBID", conflicts_with_all = ["block_size", "no_wait"])]
    resume: Option<String>,
    #[command(flatten)]
    key: GivenSecret<FileKey>,
    /// Directory of new keys. Defaults to txl/exports in the user's state directory
    #[arg(long, env = "TXL_STATE_DIR", value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Maximum number of rows per file, 10,000 to 1,000,000
    #[arg(long, value_name = "ROWS", value_parser = numbers::whole::<u32>(1..=1_000_000))]
    block_size: Option<u32>,
    /// Print the job's id for --resume, without waiting for the job
    #[arg(long, conflicts_with_all = ["out", "format"])]
    no_wait: bool,
    /// Maximum time to wait for the job, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    at_most: u64,
    #[command(flatten)]
    to: DestinationArgs,
}

impl Job {
    /// Takes the secrets that are missing on the command line from the source of the credentials.
    pub(super) fn adopt(&mut self, access: &Access) -> Result {
        access.adopt(&mut self.key)
    }

    /// Completes a job, from its submission or its id to its last row.
    pub(super) async fn run<E: ExportCall, T: Row>(
        self,
        client: &Client,
        kind: ExportKind,
        submission: Option<ExportSubmission<E>>,
        read: Read<E::Row, T>,
        output: Output,
    ) -> Result {
        let mut destination = self.to.destination(kind, output)?;
        destination.prepare::<T>(client).await?;
        // From here on, interruptions are handled at safe points, so that no submitted job is lost.
        let mut stop = pin!(signals::take_over());
        let (job, keys) = match (&self.resume, submission) {
            (Some(id), _) => self.taken_up(client, kind, id)?,
            (None, Some(submission)) => self.submitted(client, kind, submission).await?,
            (None, None) => return Err(Failure::usage(messages::export::nothing_to_export())),
        };
        if self.no_wait {
            return output.ids(&[job.id()]);
        }
        say(messages::export::job(job.id()));
        let gauge = Gauge::new(destination.may_draw());
        gauge.wait(job.id());
        let polling = Polling::every(Duration::from_secs(1)).at_most(Duration::from_secs(self.at_most));
        let waited = tokio::select! {
            waited = job.wait(polling) => waited,
            signal = &mut stop => return Err(self.resumable(kind, job.id(), interrupted(signal))),
        };
        let export = match waited {
            Ok(export) => export,
            Err(error) if is_dead(&error) => {
                keys.forget(client, job.id());
                return Err(error.into());
            }
            Err(error) => return Err(self.resumable(kind, job.id(), error.into())),
        };
        let damaged = export.damaged_rows();
        let saved = tokio::select! {
            saved = destination.save(export, read, &gauge, output) => saved,
            signal = &mut stop => Err(interrupted(signal)),
        };
        match saved {
            Ok(rows) => {
                keys.forget(client, job.id());
                drop(gauge);
                destination.report(rows);
                if let damaged @ 1.. = damaged.count() {
                    stderr::warn(messages::export::damaged_rows(damaged, rows));
                }
                Ok(())
            }
            Err(failure) if failure.is_hang_up() => Err(failure),
            Err(failure) => Err(self.resumable(kind, job.id(), failure)),
        }
    }

    async fn submitted<E: ExportCall>(
        &self,
        client: &Client,
        kind: ExportKind,
        mut submission: ExportSubmission<E>,
    ) -> Result<(ExportJob<E::Row>, Keys)> {
        let keys = Keys::at(self.state_dir.as_deref())?;
        // A custom key is not stored, because the user already has it.
        let is_given = self.key()?.is_some();
        if let Some(key) = self.key()? {
            submission = submission.key(key);
        } else if let Err(failure) = keys.make_ready() {
            self.without_key(failure)?;
        }
        if let Some(rows) = self.block_size {
            submission = submission.block_size(rows);
        }
        let job = submission.await?;
        if !is_given && let Err(failure) = keys.keep(client, job.id(), &Kept::new(kind, job.key())) {
            self.without_key(failure)?;
        }
        Ok((job, keys))
    }

    /// A key that is not stored is lost at the end of this process.
    fn without_key(&self, failure: Failure) -> Result {
        if self.no_wait {
            return Err(failure.remedy(messages::export::give_a_key_of_your_own()));
        }
        say(messages::export::cannot_be_taken_up_again(&failure));
        Ok(())
    }

    fn taken_up<R: wecom_contacts::exports::ExportRow>(
        &self,
        client: &Client,
        kind: ExportKind,
        id: &str,
    ) -> Result<(ExportJob<R>, Keys)> {
        let keys = Keys::at(self.state_dir.as_deref())?;
        let id = JobId::new(id);
        let kept = keys.find(client, &id)?;
        if let Some(kept) = &kept
            && kept.kind != kind
        {
            let failure = Failure::usage(messages::export::job_is_of_another_kind(&id, kept.kind, kind));
            return Err(failure.remedy(messages::export::take_it_up_by(kept.kind, &id)));
        }
        let key = match (self.key()?, kept) {
            (Some(key), _) => key,
            (None, Some(kept)) => parsed(&kept.key)?,
            (None, None) => {
                return Err(Failure::usage(messages::export::no_key_is_kept(&id))
                    .remedy(messages::export::pass_the_key())
                    .remedy(messages::export::or_export_again()));
            }
        };
        Ok((client.exports().job(id, key), keys))
    }

    fn key(&self) -> Result<Option<ExportKey>> {
        self.key.get()?.map(parsed).transpose()
    }

    /// Returns a failure after which the job can be resumed.
    fn resumable(&self, kind: ExportKind, id: &JobId, failure: Failure) -> Failure {
        failure.remedy(messages::export::take_the_job_up_again(kind, id, self.key.is_given()))
    }
}

fn interrupted(signal: Signal) -> Failure {
    signal.failure(messages::export::interrupted)
}

/// Returns whether a repeated request would fail in the same way.
fn is_dead(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::JobFailed { .. })
        || error.code().is_some_and(|code| code.0 == UNKNOWN_JOB)
}

fn parsed(key: &str) -> Result<ExportKey> {
    key.parse().map_err(|error| {
        Failure::usage(messages::export::key_is_not_one())
            .because(&error)
            .remedy(messages::export::what_a_key_looks_like())
    })
}
