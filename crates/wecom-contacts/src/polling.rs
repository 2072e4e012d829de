//! Polling of a job (异步任务): how often its status is requested, and for how long.

use std::{pin::Pin, time::Duration};

use futures_core::Stream;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep, timeout};

use crate::{Bilingual, CallFuture, Client, Endpoint, Error, ErrorKind, JobId, Result, RetryPolicy, redact};

/// How often the status of a job is requested, and for how long.
///
/// The pause grows by a quarter after each request, up to four times the first pause. A short job is thus noticed
/// early, and a long one costs few calls. If a request finds the server busy or gets no reply, it is sent again after
/// the next pause; three consecutive failures are an error. The client's [`RetryPolicy`](crate::RetryPolicy) is not
/// used here. Otherwise a request would be retried on two levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Polling {
    every: Duration,
    at_most: Duration,
}

/// Maximum of the growing pause, in multiples of the first pause.
const SLOWEST: u32 = 4;
/// Number of consecutive requests without a usable reply that end the wait.
const UNANSWERED: u32 = 3;

impl Polling {
    /// Sends the first request immediately, and then one after each pause. The first pause has this length.
    pub const fn every(pause: Duration) -> Self {
        Self { every: pause, at_most: Duration::from_secs(30 * 60) }
    }

    /// Sets the maximum time of the wait. Defaults to 30 minutes. The job continues after it and can be resumed by its
    /// id.
    pub const fn at_most(self, limit: Duration) -> Self {
        Self { at_most: limit, ..self }
    }

    /// Starts a wait.
    pub(crate) fn pauses(self) -> Pauses {
        Pauses { polling: self, started: Instant::now(), pause: self.every }
    }

    /// Sends this call after each pause and at each wakeup, until `done` returns a value. Each request is one attempt,
    /// because the polling repeats it.
    ///
    /// # Errors
    ///
    /// As [`until`](Self::until).
    pub(crate) async fn until_done<E, T>(
        self,
        client: &Client,
        job: &JobId,
        question: &E,
        done: impl FnMut(E::Reply) -> Result<Option<T>>,
        wakeups: &mut Wakeups,
    ) -> Result<T>
    where
        E: Endpoint,
        E::Reply: HasStage,
    {
        let client = client.with_retry(RetryPolicy::none());
        self.until(job, || client.send(question), done, wakeups).await
    }

    /// Requests the status after each pause and at each wakeup, until `done` returns a value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`] if the progress of the job decreases. Its replies are then unreliable.
    pub(crate) async fn until<S: HasStage, T>(
        self,
        job: &JobId,
        mut ask: impl FnMut() -> CallFuture<S>,
        mut done: impl FnMut(S) -> Result<Option<T>>,
        wakeups: &mut Wakeups,
    ) -> Result<T> {
        let mut pauses = self.pauses();
        let mut unanswered = 0;
        let mut reopens_in = None;
        let mut reached = None;
        loop {
            match ask().await {
                Ok(status) => {
                    unanswered = 0;
                    if let Some(stage) = status.stage() {
                        advance(job, &mut reached, stage)?;
                    }
                    if let Some(answer) = done(status)? {
                        return Ok(answer);
                    }
                }
                Err(error) => {
                    unanswered += 1;
                    if !error.may_pass() || unanswered == UNANSWERED {
                        return Err(error);
                    }
                    reopens_in = error.retry_after();
                }
            }
            if let Err(waited) = pauses.next(reopens_in.take(), wakeups).await {
                return Err(Error::local(ErrorKind::StillRunning { job: job.clone(), waited }));
            }
        }
    }
}

/// A status reply, which contains the stage of the job.
pub(crate) trait HasStage {
    /// Returns the stage, or `None` for an unknown state.
    fn stage(&self) -> Option<Stage>;
}

/// The progress of a job. A later stage compares greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stage {
    /// Number of the state. It increases from the first state to the last.
    pub(crate) state: i64,
    /// Percentage of the state that is done, if the reply contains it.
    pub(crate) percentage: u32,
}

/// Records the stage that a job has reached.
fn advance(job: &JobId, reached: &mut Option<Stage>, stage: Stage) -> Result<()> {
    if let Some(before) = *reached
        && (stage.state < before.state || stage.percentage < before.percentage)
    {
        let job = redact::shortened(job.to_string());
        let Stage { state, percentage } = stage;
        let (was, had) = (before.state, before.percentage);
        let why = Bilingual::new(
            format!("job {job} goes backwards, from state {was} ({had} %) to state {state} ({percentage} %)"),
            format!("任务 {job} 的进度倒退：从状态 {was}（{had}%）变为状态 {state}（{percentage}%）"),
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
    /// Waits before the next request. A wakeup ends the wait early. If the endpoint is closed, the wait lasts until it
    /// reopens.
    ///
    /// # Errors
    ///
    /// Returns the time waited so far, if the pause would end after the limit.
    pub(crate) async fn next(
        &mut self,
        reopens_in: Option<Duration>,
        wakeups: &mut Wakeups,
    ) -> std::result::Result<(), Duration> {
        let pause = reopens_in.map_or(self.pause, |closed| closed.max(self.pause));
        let waited = self.started.elapsed();
        if waited.saturating_add(pause) > self.polling.at_most {
            return Err(waited);
        }
        if reopens_in.is_some() {
            // Requests to a closed endpoint fail, so wakeups are ignored.
            sleep(pause).await;
        } else if wakeups.next_within(pause).await {
            self.pause = self.polling.every;
            return Ok(());
        }
        let slowest = self.polling.every.saturating_mul(SLOWEST);
        self.pause = self.pause.saturating_add(self.pause / 4).min(slowest);
        Ok(())
    }
}

/// Events that end a pause early, such as a callback about the end of a job.
pub(crate) struct Wakeups(Pin<Box<dyn Stream<Item = ()> + Send>>);

impl Wakeups {
    pub(crate) fn none() -> Self {
        Self(Box::pin(stream::pending()))
    }

    pub(crate) fn once(wakeup: impl Future<Output = ()> + Send + 'static) -> Self {
        Self::each(stream::once(wakeup))
    }

    pub(crate) fn each(wakeups: impl Stream<Item = ()> + Send + 'static) -> Self {
        Self(Box::pin(wakeups.chain(stream::pending())))
    }

    /// Waits for the next wakeup, at most for this time. Returns whether it came.
    async fn next_within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.0.next()).await.is_ok()
    }
}

impl Default for Polling {
    /// Returns a polling that starts at two seconds and lasts at most 30 minutes.
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

    /// Processes these states and percentages. Returns the number of processed ones and the result.
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
                &mut Wakeups::none(),
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

    /// Polls against a list of scripted replies. Returns the outcome and the time of each request in whole seconds.
    async fn run(polling: Polling, answers: Vec<Result<bool>>) -> (Result<()>, Vec<u64>) {
        run_with(polling, answers, Wakeups::none()).await
    }

    async fn run_with(
        polling: Polling,
        answers: Vec<Result<bool>>,
        mut wakeups: Wakeups,
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
                &mut wakeups,
            )
            .await;
        (outcome, asked)
    }

    fn busy() -> Result<bool> {
        Err(Error::refused("batch/getresult", -1, "system busy"))
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
    async fn a_wakeup_asks_at_once_and_restarts_the_pauses() {
        let wakeups = stream::unfold((), |()| async {
            sleep(20 * SECOND).await;
            Some(((), ()))
        });
        let wakeups = Wakeups::each(wakeups.take(2));
        let (outcome, asked) =
            run_with(Polling::every(4 * SECOND).at_most(60 * SECOND), Vec::new(), wakeups).await;
        assert_eq!(asked, [0, 4, 9, 15, 20, 24, 29, 35, 40, 44, 49, 55]);
        assert!(outcome.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_ends_the_wait_at_once() {
        let unknown = Err(Error::refused("batch/getresult", 40088, "invalid jobid"));
        let (outcome, asked) = run(Polling::every(SECOND), vec![unknown]).await;
        assert!(outcome.is_err());
        assert_eq!(asked, [0]);
    }
}
