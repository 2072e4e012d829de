//! An export's job: submitted, or taken up again, and waited for.

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
    numbers,
    output::{Output, say},
    signals::{self, Signal},
};

/// What WeCom answers if it knows no such job.
const UNKNOWN_JOB: i32 = 40088;

#[derive(Args)]
pub(super) struct Job {
    /// Take up a job that was submitted before instead of submitting one, with the credential that submitted it
    #[arg(long, value_name = "JOBID", conflicts_with_all = ["block_size", "no_wait"])]
    resume: Option<String>,
    #[command(flatten)]
    key: GivenSecret<FileKey>,
    /// Where new keys are kept [default: txl/exports in the user's state directory]
    #[arg(long, env = "TXL_STATE_DIR", value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// How many rows a file may have, 10,000 to 1,000,000
    #[arg(long, value_name = "ROWS", value_parser = numbers::whole::<u32>(1..=1_000_000))]
    block_size: Option<u32>,
    /// Do not wait: show the job's id, for --resume
    #[arg(long, conflicts_with_all = ["out", "format"])]
    no_wait: bool,
    /// How many seconds to wait for the job at most
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    at_most: u64,
    #[command(flatten)]
    to: DestinationArgs,
}

impl Job {
    /// Takes the secrets that the command line does not have from the source of the credentials.
    pub(super) fn adopt(&mut self, access: &Access) -> Result {
        access.adopt(&mut self.key)
    }

    /// Sees a job through, from its submission or its id to its last row.
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
        // From here on an interruption waits for its moment, so that no job is submitted and forgotten.
        let mut stop = pin!(signals::take_over());
        let (job, keys) = match (&self.resume, submission) {
            (Some(id), _) => self.taken_up(client, kind, id)?,
            (None, Some(submission)) => self.submitted(client, kind, submission).await?,
            (None, None) => return Err(Failure::usage("neither what to export nor --resume is given")),
        };
        if self.no_wait {
            return output.ids(&[job.id()]);
        }
        if !self.to.is_quiet() {
            say(format_args!("job {}", job.id()));
        }
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
                if !self.to.is_quiet() {
                    destination.report(rows);
                }
                if let damaged @ 1.. = damaged.count() {
                    say(format_args!(
                        "rows whose id is damaged, so that it names no member: {damaged} of {rows}"
                    ));
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
        // A key that was given is its owner's to keep.
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

    /// A key that is not kept is lost with this process.
    fn without_key(&self, failure: Failure) -> Result {
        if self.no_wait {
            return Err(failure.remedy("or give a --key of your own"));
        }
        say(format_args!("the job cannot be taken up after an interruption: {failure}"));
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
            let failure = Failure::usage(format!("job {id} exports {}, not {kind}", kept.kind));
            return Err(failure.remedy(format!("take it up by `txl export {} --resume {id}`", kept.kind)));
        }
        let key = match (self.key()?, kept) {
            (Some(key), _) => key,
            (None, Some(kept)) => parsed(&kept.key)?,
            (None, None) => {
                return Err(Failure::usage(format!("no key of job {id} is kept here"))
                    .remedy("pass the --key (WECOM_EXPORT_KEY) that it was submitted with")
                    .remedy("without that key, export anew: nothing else opens the files"));
            }
        };
        Ok((client.exports().job(id, key), keys))
    }

    fn key(&self) -> Result<Option<ExportKey>> {
        self.key.get()?.map(parsed).transpose()
    }

    /// A failure after which the job is still there.
    fn resumable(&self, kind: ExportKind, id: &JobId, failure: Failure) -> Failure {
        let key = if self.key.is_given() { " with the same --key" } else { "" };
        failure.remedy(format!("take the job up again by `txl export {kind} --resume {id}`{key}"))
    }
}

fn interrupted(signal: Signal) -> Failure {
    signal.failure(" before all rows were there")
}

/// Whether asking again is of no use.
fn is_dead(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::JobFailed { .. })
        || error.code().is_some_and(|code| code.0 == UNKNOWN_JOB)
}

fn parsed(key: &str) -> Result<ExportKey> {
    key.parse().map_err(|error| {
        Failure::usage("the export's key is not one")
            .because(&error)
            .remedy("give 43 letters and digits, such as `txl callback new-key` makes")
    })
}
