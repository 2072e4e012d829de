//! Submitting an import, and waiting for its turn and its end.

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

/// An import about to be submitted: await it for the [`ImportJob`], or take the [`outcome`](Self::outcome) at once.
#[derive(Clone, Debug)]
#[must_use = "an import does nothing until it is awaited"]
pub struct ImportSubmission<E> {
    client: Client,
    file: ImportFile,
    call: E,
    listener: Listener,
}

/// A function that gets the id of each submitted job.
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

    /// Calls this function with the id of each job as soon as it is submitted, before the wait for its end. With the id [another
    /// process](super::Imports::job) can resume the job if this one is interrupted.
    pub fn on_job(mut self, listener: impl Fn(&JobId) + Send + Sync + 'static) -> Self {
        self.listener = Listener(Arc::new(listener));
        self
    }

    /// Has WeCom report the end of the job (`batch_job_result`) to this callback URL. Without it nothing is reported.
    pub fn callback(mut self, callback: JobCallback) -> Self {
        *self.call.arguments().1 = Some(callback);
        self
    }

    /// Uploads the file, submits the job and waits for its end. While another import runs (302008) this one waits for its turn.
    ///
    /// `polling` holds for the wait for the turn, and again for the wait for the end. The parts of a file that has several are
    /// imported one after another, each with waits of its own; if one fails those before it stay imported.
    ///
    /// # Errors
    ///
    /// 302008, [out of time](Stopped::OutOfTime), if the turn does not come; [`ErrorKind::StillRunning`] if the end does not; what
    /// [`Imports::sync_members`](super::Imports::sync_members) and [`ImportJob::wait`] say. A replacement refuses a file of
    /// several parts before anything is sent. Rows that were not accepted are no error: see [`ImportOutcome::failures`].
    pub fn outcome(self, polling: Polling) -> CallFuture<ImportOutcome> {
        self.run_to_end(polling, Wakeups::none())
    }

    /// Like [`outcome`](Self::outcome), and asks at once whenever `wakeups` has an item, for example after an event
    /// `batch_job_result` of this job or of the one that runs before it. An event may get lost, so the polling continues.
    ///
    /// # Errors
    ///
    /// As [`outcome`](Self::outcome).
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
    /// Whether members who are new get an invitation, by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl ImportSubmission<ReplaceMembers> {
    /// Whether members who are new get an invitation, by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl<E: ImportCall> IntoFuture for ImportSubmission<E> {
    type Output = Result<ImportJob>;
    type IntoFuture = CallFuture<ImportJob>;

    /// Uploads the file if need be, and submits the job. A file of several parts is more than one job: it is refused before
    /// anything is sent.
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

/// The call with its medium, which is uploaded if need be.
async fn uploaded<E: ImportCall>(client: &Client, mut call: E, source: Source) -> Result<E> {
    *call.arguments().0 = match source {
        Source::Medium(id) => id,
        Source::Csv(csv) => client.media().upload(MediaKind::File, E::FILE_NAME, csv).await?.media_id,
    };
    Ok(call)
}

/// Submits the job as soon as no other import runs.
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
