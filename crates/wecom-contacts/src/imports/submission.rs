//! Submitting an import, waiting for other imports, and waiting for its end.

use std::{fmt, future::IntoFuture, sync::Arc};

use futures_core::Stream;

use super::{
    ImportCall, ImportFile, ImportJob, ImportOutcome, JobCallback, ReplaceMembers, SyncMembers, file::Source,
    outcome::Tally,
};
use crate::{
    CallFuture, Client, Error, ErrorCode, ErrorKind, JobId, Polling, Result, Stopped, media::MediaKind,
    polling::Wakeups,
};

/// An import that is ready for submission. Awaiting it returns the [`ImportJob`]; [`outcome`](Self::outcome) also waits
/// for the result.
#[derive(Clone, Debug)]
#[must_use = "an import does nothing until it is awaited"]
pub struct ImportSubmission<E> {
    client: Client,
    file: ImportFile,
    call: E,
    listener: Listener,
}

/// A function that receives the id of each submitted job.
#[derive(Clone)]
struct Listener(Arc<dyn Fn(&JobId) + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener(..)")
    }
}

impl<E: ImportCall> ImportSubmission<E> {
    pub(super) fn new(client: Client, file: ImportFile) -> Self {
        Self { client, file, call: E::default(), listener: Listener(Arc::new(|_| ())) }
    }

    /// Sets a function that receives the id of each job directly after its submission, before the wait for its end. If
    /// this process is interrupted, [another process](super::Imports::job) can resume the job with the id.
    pub fn on_job(mut self, listener: impl Fn(&JobId) + Send + Sync + 'static) -> Self {
        self.listener = Listener(Arc::new(listener));
        self
    }

    /// Sets the callback URL to which WeCom reports the end of the job (`batch_job_result`). Without it, WeCom sends no
    /// report.
    pub fn callback(mut self, callback: JobCallback) -> Self {
        *self.call.arguments().1 = Some(callback);
        self
    }

    /// Uploads the file, submits the job and waits for its end. While another import runs (302008), it waits before the
    /// submission.
    ///
    /// `polling` limits both waits separately: the wait before the submission and the wait for the end. The parts of a
    /// file are imported one after another, each with its own waits. If a part fails, the earlier parts stay imported.
    ///
    /// # Errors
    ///
    /// 302008, [out of time](Stopped::OutOfTime), if another import runs for longer than `polling` allows;
    /// [`ErrorKind::StillRunning`] if the job itself takes longer; the errors of
    /// [`Imports::sync_members`](super::Imports::sync_members) and [`ImportJob::wait`]. A replacement with a file of
    /// several parts fails before any request is sent. Refused rows are listed in [`ImportOutcome::failures`].
    pub fn outcome(self, polling: Polling) -> CallFuture<ImportOutcome> {
        self.run_to_end(polling, Wakeups::none())
    }

    /// Works like [`outcome`](Self::outcome), and also checks the job immediately whenever `wakeups` yields an item, for
    /// example after an event `batch_job_result` of this or the previous job. Polling continues, because an event can get
    /// lost.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`outcome`](Self::outcome).
    pub fn outcome_with_wakeups(
        self,
        polling: Polling,
        wakeups: impl Stream<Item = ()> + Send + 'static,
    ) -> CallFuture<ImportOutcome> {
        self.run_to_end(polling, Wakeups::each(wakeups))
    }

    fn run_to_end(self, polling: Polling, mut wakeups: Wakeups) -> CallFuture<ImportOutcome> {
        let Self { client, file, call, listener } = self;
        CallFuture::new(async move {
            let lines = file.lines();
            let mut tally = Tally::new(lines.clone());
            let sources = if E::SEVERAL { file.sources() } else { vec![file.only_source(E::CALL.path())?] };
            for source in sources {
                let call = uploaded(&client, call.clone(), source).await?;
                let id = submit_in_turn(&client, &call, polling, &mut wakeups).await?;
                (listener.0)(&id);
                let job = ImportJob::new(client.clone(), id, lines.clone());
                job.add_result(polling, &mut wakeups, &mut tally).await?;
            }
            let none = || {
                Error::new(
                    E::CALL.path(),
                    ErrorKind::Unwritable(("the file has no parts", "文件没有任何分片").into()),
                )
            };
            tally.finish().ok_or_else(none)
        })
    }
}

impl ImportSubmission<SyncMembers> {
    /// Sets whether new members are invited by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl ImportSubmission<ReplaceMembers> {
    /// Sets whether new members are invited by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl<E: ImportCall> IntoFuture for ImportSubmission<E> {
    type Output = Result<ImportJob>;
    type IntoFuture = CallFuture<ImportJob>;

    /// Uploads the file if necessary, and submits the job. A file of several parts needs several jobs, so it is refused
    /// before any request is sent.
    fn into_future(self) -> CallFuture<ImportJob> {
        let Self { client, file, call, listener } = self;
        CallFuture::new(async move {
            let lines = file.lines();
            let source = file.only_source(E::CALL.path())?;
            let call = uploaded(&client, call, source).await?;
            let id = client.send(&call).await?.jobid;
            (listener.0)(&id);
            Ok(ImportJob::new(client, id, lines))
        })
    }
}

/// Returns the call with its media id. Uploads the file if necessary.
async fn uploaded<E: ImportCall>(client: &Client, mut call: E, source: Source) -> Result<E> {
    *call.arguments().0 = match source {
        Source::Medium(id) => id,
        Source::Csv(csv) => client.media().upload(MediaKind::File, E::FILE_NAME, csv).await?.media_id,
    };
    Ok(call)
}

/// Submits the job once no other import is running.
async fn submit_in_turn<E: ImportCall>(
    client: &Client,
    call: &E,
    polling: Polling,
    wakeups: &mut Wakeups,
) -> Result<JobId> {
    let mut pauses = polling.pauses();
    let mut attempts = 0;
    loop {
        let error = match client.send(call).await {
            Ok(started) => return Ok(started.jobid),
            Err(error) => error,
        };
        attempts += error.attempts();
        if error.code() != Some(ErrorCode::IMPORT_RUNNING) {
            return Err(error);
        }
        if let Err(waited) = pauses.next(None, wakeups).await {
            return Err(error.at_the_end_of(attempts, waited, Stopped::OutOfTime, false, None));
        }
    }
}
