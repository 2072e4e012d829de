//! Waiting for a job (异步任务): how often its state is read, and for how long.

use std::{pin::Pin, time::Duration};

use futures_core::Stream;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    CallFuture, Error, ErrorKind, JobId, Result,
    imports::{ImportState, ImportStatus},
    redact,
};

/// How often the state of a job is read, and for how long.
///
/// The pause grows by a quarter from one reading to the next, up to four times the first pause: the end of a short job is
/// noticed soon, and a long job costs few calls. A reading that fails for a reason that may pass is repeated after the next pause;
/// three failures in a row are an error. The client's [`RetryPolicy`](crate::RetryPolicy) does not apply, as failures would be
/// repeated twice over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Polling {
    every: Duration,
    at_most: Duration,
}

/// Maximum pause, in multiples of the first one.
const MAX_GROWTH: u32 = 4;
/// Number of failed readings in a row that end the wait.
const MAX_FAILURES: u32 = 3;

impl Polling {
    /// Reads the state at once, then after this pause.
    pub const fn every(pause: Duration) -> Self {
        Self { every: pause, at_most: Duration::from_secs(30 * 60) }
    }

    /// Ends the wait after this time. Defaults to half an hour. The job runs on and can be found by its id.
    pub const fn at_most(self, limit: Duration) -> Self {
        Self { at_most: limit, ..self }
    }

    /// Starts the pauses of a wait.
    pub(crate) fn pauses(self) -> Pauses {
        Pauses { polling: self, started: Instant::now(), pause: self.every }
    }

    /// Reads the state until `done` returns a result: after each pause, and whenever `wakeup` ends one early.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`] if the job goes backwards: then no answer can be trusted to be its end.
    pub(crate) async fn until<S: HasStage, T>(
        self,
        job: &JobId,
        mut read: impl FnMut() -> CallFuture<S>,
        mut done: impl FnMut(S) -> Result<Option<T>>,
        wakeup: &mut Wakeup,
    ) -> Result<T> {
        let mut pauses = self.pauses();
        let mut failures = 0;
        let mut reopens_in = None;
        let mut reached = None;
        loop {
            match read().await {
                Ok(status) => {
                    failures = 0;
                    if let Some(stage) = status.stage() {
                        advance(job, &mut reached, stage)?;
                    }
                    if let Some(answer) = done(status)? {
                        return Ok(answer);
                    }
                }
                Err(error) => {
                    failures += 1;
                    if !error.may_pass() || failures == MAX_FAILURES {
                        return Err(error);
                    }
                    reopens_in = error.retry_after();
                }
            }
            if let Err(waited) = pauses.next(reopens_in.take(), wakeup).await {
                return Err(Error::local(ErrorKind::StillRunning { job: job.clone(), waited }));
            }
        }
    }
}

/// An answer about a job, which says how far the job is.
pub(crate) trait HasStage {
    /// How far the job is; `None` for a state that has no name here.
    fn stage(&self) -> Option<Stage>;
}

/// How far a job is. A later stage is a greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stage {
    /// The number of the state, which grows from the first to the last.
    pub(crate) state: i64,
    /// How much of the state is done, where the answer says.
    pub(crate) percentage: u32,
}

impl Stage {
    /// The stage of an import. At its end the percentage says nothing more.
    pub(crate) fn of_import(state: ImportState, percentage: u32) -> Option<Self> {
        match state {
            ImportState::Started | ImportState::Running => Some(Self { state: state.into(), percentage }),
            ImportState::Finished => Some(Self { state: state.into(), percentage: 100 }),
            ImportState::Other(_) => None,
        }
    }
}

impl HasStage for ImportStatus {
    fn stage(&self) -> Option<Stage> {
        Stage::of_import(self.status, self.percentage)
    }
}

/// Records the stage that a job has reached.
fn advance(job: &JobId, reached: &mut Option<Stage>, stage: Stage) -> Result<()> {
    if let Some(before) = *reached
        && (stage.state < before.state || stage.percentage < before.percentage)
    {
        let why = format!(
            "job {} goes backwards, from state {} ({} %) to state {} ({} %)",
            redact::shortened(job.to_string()),
            before.state,
            before.percentage,
            stage.state,
            stage.percentage
        );
        return Err(Error::local(ErrorKind::Incomplete(why)));
    }
    *reached = Some(stage);
    Ok(())
}

/// The pauses of one wait.
#[derive(Debug)]
pub(crate) struct Pauses {
    polling: Polling,
    started: Instant,
    pause: Duration,
}

impl Pauses {
    /// Pauses before the next reading: until the endpoint opens again if it is closed, else until the pause or a wake-up ends it.
    ///
    /// # Errors
    ///
    /// The time waited so far, if the pause would end too late.
    pub(crate) async fn next(
        &mut self,
        reopens_in: Option<Duration>,
        wakeup: &mut Wakeup,
    ) -> std::result::Result<(), Duration> {
        let pause = reopens_in.map_or(self.pause, |closed| closed.max(self.pause));
        let waited = self.started.elapsed();
        if waited.saturating_add(pause) > self.polling.at_most {
            return Err(waited);
        }
        if reopens_in.is_some() {
            // A reading before that would fail.
            sleep(pause).await;
        } else if wakeup.within(pause).await {
            self.pause = self.polling.every;
            return Ok(());
        }
        let longest = self.polling.every.saturating_mul(MAX_GROWTH);
        self.pause = self.pause.saturating_add(self.pause / 4).min(longest);
        Ok(())
    }
}

/// What ends a pause early, such as the callback about the end of a job.
pub(crate) struct Wakeup(Pin<Box<dyn Stream<Item = ()> + Send>>);

impl Wakeup {
    pub(crate) fn never() -> Self {
        Self(Box::pin(stream::pending()))
    }

    pub(crate) fn once(wakeup: impl Future<Output = ()> + Send + 'static) -> Self {
        Self::each(stream::once(wakeup))
    }

    pub(crate) fn each(wakeups: impl Stream<Item = ()> + Send + 'static) -> Self {
        Self(Box::pin(wakeups.chain(stream::pending())))
    }

    /// Waits for the next wake-up, at most this long. Returns whether it came.
    async fn within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.0.next()).await.is_ok()
    }
}

impl Default for Polling {
    /// Returns a first pause of two seconds and a limit of half an hour.
    fn default() -> Self {
        Self::every(Duration::from_secs(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    impl HasStage for bool {
        fn stage(&self) -> Option<Stage> {
            Some(Stage { state: i64::from(*self), percentage: 0 })
        }
    }

    impl HasStage for Stage {
        fn stage(&self) -> Option<Stage> {
            Some(*self)
        }
    }

    /// Reads these states and percentages, and returns how many of them were accepted.
    async fn advances(stages: &[(i64, u32)]) -> (usize, Result<()>) {
        let mut taken = 0;
        let mut stages =
            stages.iter().map(|(state, percentage)| Stage { state: *state, percentage: *percentage });
        let outcome = Polling::every(SECOND)
            .until(
                &JobId::new("job-1"),
                || {
                    let stage = stages.next().expect("the wait ends with the stages");
                    CallFuture::new(async move { Ok(stage) })
                },
                |stage| {
                    taken += 1;
                    Ok((stage.state == 3).then_some(()))
                },
                &mut Wakeup::never(),
            )
            .await;
        (taken, outcome)
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_goes_backwards_is_an_error_and_one_that_stands_still_is_not() {
        let (taken, outcome) = advances(&[(1, 0), (1, 0), (2, 20), (2, 20), (2, 90), (3, 100)]).await;
        assert_eq!((taken, outcome.is_ok()), (6, true));
        for stages in
            [&[(2, 20), (1, 30)][..], &[(1, 0), (2, 60), (2, 20)], &[(2, 0), (1, 0)], &[(2, 50), (3, 40)]]
        {
            let (taken, outcome) = advances(stages).await;
            assert_eq!(taken, stages.len() - 1, "{stages:?}");
            let error = outcome.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Incomplete(_)), "{error:?}");
            assert!(error.to_string().contains("job job-1 goes backwards"), "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_of_any_length_is_waited_for_or_refused_and_never_overflows() {
        for every in [Duration::MAX, Duration::MAX / 2, Duration::from_secs(u64::MAX / 4)] {
            let (outcome, asked) = run(Polling::every(every), vec![Ok(false)]).await;
            assert!(matches!(outcome.unwrap_err().kind(), ErrorKind::StillRunning { .. }));
            assert_eq!(asked, [0]);
        }
        let (outcome, _) =
            run(Polling::every(SECOND).at_most(Duration::MAX), vec![Ok(false), Ok(true)]).await;
        outcome.unwrap();
    }

    /// Waits with these answers. Returns the outcome and the seconds at which the state was read.
    async fn run(polling: Polling, answers: Vec<Result<bool>>) -> (Result<()>, Vec<u64>) {
        run_with_wakeup(polling, answers, Wakeup::never()).await
    }

    async fn run_with_wakeup(
        polling: Polling,
        answers: Vec<Result<bool>>,
        mut wakeup: Wakeup,
    ) -> (Result<()>, Vec<u64>) {
        let started = Instant::now();
        let mut asked = Vec::new();
        let mut answers = answers.into_iter();
        let outcome = polling
            .until(
                &JobId::new("job-1"),
                || {
                    asked.push(started.elapsed().as_secs());
                    let answer = answers.next().unwrap_or(Ok(false));
                    CallFuture::new(async move { answer })
                },
                |finished| Ok(finished.then_some(())),
                &mut wakeup,
            )
            .await;
        (outcome, asked)
    }

    fn busy() -> Result<bool> {
        Err(Error::refused("batch/getresult", -1, "system busy".into()))
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_grows_gently_and_the_wait_ends() {
        let (outcome, asked) = run(Polling::every(4 * SECOND).at_most(60 * SECOND), Vec::new()).await;
        assert_eq!(asked, [0, 4, 9, 15, 23, 32, 45]);
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::StillRunning { job, .. } if *job == "job-1"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_is_done_is_asked_once() {
        let (outcome, asked) = run(Polling::default(), vec![Ok(true)]).await;
        outcome.unwrap();
        assert_eq!(asked, [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_server_is_asked_again_but_not_forever() {
        let (outcome, _) =
            run(Polling::every(SECOND), vec![busy(), busy(), Ok(false), busy(), Ok(true)]).await;
        outcome.unwrap();
        let (outcome, asked) = run(Polling::every(SECOND), vec![busy(), busy(), busy(), Ok(true)]).await;
        assert_eq!(outcome.unwrap_err().code().map(|code| code.0), Some(-1));
        assert_eq!(asked.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_endpoint_is_asked_again_when_it_opens() {
        let closed = Error::new("batch/getresult", ErrorKind::EndpointClosed { reopens_in: 50 * SECOND });
        let (outcome, asked) = run(Polling::every(4 * SECOND), vec![Ok(false), Err(closed), Ok(true)]).await;
        outcome.unwrap();
        assert_eq!(asked, [0, 4, 54]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wakeup_ends_the_pause_and_the_next_pause_is_the_first_again() {
        let wakeups = stream::unfold((), |()| async {
            sleep(20 * SECOND).await;
            Some(((), ()))
        });
        let wakeup = Wakeup::each(wakeups.take(2));
        let (outcome, asked) =
            run_with_wakeup(Polling::every(4 * SECOND).at_most(60 * SECOND), Vec::new(), wakeup).await;
        assert_eq!(asked, [0, 4, 9, 15, 20, 24, 29, 35, 40, 44, 49, 55]);
        assert!(outcome.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_ends_the_wait_at_once() {
        let unknown = Err(Error::refused("batch/getresult", 40088, "invalid jobid".into()));
        let (outcome, asked) = run(Polling::every(SECOND), vec![unknown]).await;
        assert!(outcome.is_err());
        assert_eq!(asked, [0]);
    }
}
