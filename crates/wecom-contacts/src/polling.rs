//! Waiting for a job (异步任务): how often to ask, and for how long.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{Error, ErrorKind, JobId, Result, Sending};

/// How often to ask after a job, and for how long.
///
/// The pause grows gently, by a quarter from one question to the next, up to four times the first: a short job is
/// noticed soon, a long one costs few calls. A question that the server is too busy to answer, or that gets lost on the
/// way, is asked again at the next turn; three such in a row are an error. The client's [`RetryPolicy`](crate::RetryPolicy) has no
/// part in it, so that nothing is repeated twice over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Polling {
    every: Duration,
    at_most: Duration,
}

/// The growth ends at this many times the first pause.
const SLOWEST: u32 = 4;
/// So many questions in a row may go unanswered.
const UNANSWERED: u32 = 3;

impl Polling {
    /// Asks first at once, then after this pause.
    pub const fn every(pause: Duration) -> Self {
        Self { every: pause, at_most: Duration::from_secs(30 * 60) }
    }

    /// Gives up after this time, half an hour unless told. The job runs on: its id finds it again.
    pub const fn at_most(self, limit: Duration) -> Self {
        Self { at_most: limit, ..self }
    }

    /// Asks until `done` has an answer.
    pub(crate) async fn until<S, T>(
        self,
        job: &JobId,
        mut ask: impl FnMut() -> Sending<S>,
        mut done: impl FnMut(S) -> Result<Option<T>>,
    ) -> Result<T> {
        let started = Instant::now();
        let mut pause = self.every;
        let mut unanswered = 0;
        let mut reopens_in = None;
        loop {
            match ask().await {
                Ok(status) => {
                    unanswered = 0;
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
            // No use in knocking at a closed door.
            let rest = reopens_in.take().map_or(pause, |closed| closed.max(pause));
            if started.elapsed() + rest > self.at_most {
                return Err(Error::local(ErrorKind::StillRunning {
                    job: job.clone(),
                    waited: started.elapsed(),
                }));
            }
            sleep(rest).await;
            pause = (pause + pause / 4).min(self.every * SLOWEST);
        }
    }
}

impl Default for Polling {
    /// Every two seconds at first, for half an hour.
    fn default() -> Self {
        Self::every(Duration::from_secs(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Asks against a script of answers, and tells the outcome and the whole seconds at which it was asked.
    async fn run(polling: Polling, answers: Vec<Result<bool>>) -> (Result<()>, Vec<u64>) {
        let started = Instant::now();
        let mut asked = Vec::new();
        let mut answers = answers.into_iter();
        let outcome = polling
            .until(
                &JobId::new("job-1"),
                || {
                    asked.push(started.elapsed().as_secs());
                    let answer = answers.next().unwrap_or(Ok(false));
                    Sending::new(async move { answer })
                },
                |finished| Ok(finished.then_some(())),
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
    async fn a_refusal_ends_the_wait_at_once() {
        let unknown = Err(Error::refused("batch/getresult", 40088, "invalid jobid".into()));
        let (outcome, asked) = run(Polling::every(SECOND), vec![unknown]).await;
        assert!(outcome.is_err());
        assert_eq!(asked, [0]);
    }
}
