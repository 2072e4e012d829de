//! Calls in tasks of their own, so that all threads of the runtime encode requests and decode replies.

use std::{collections::VecDeque, future::pending, panic::resume_unwind};

use futures_util::{Stream, stream};
use tokio::task::{JoinError, JoinSet};
use wecom_contacts::Stopped;

use crate::{Error, Result};

/// How often one thing is read at most. Each reading has the attempts of the client's retry policy.
const READINGS: u32 = 3;

/// Returns what a task returned. A panic of the task goes on here.
pub(crate) async fn joined<T>(ended: std::result::Result<T, JoinError>) -> T {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime shuts down, and drops this future next.
        Err(Err(_)) => pending().await,
    }
}

/// Reads each of many things with one call, at most `limit` at the same time, and returns the answers as they come.
///
/// A call that has failed in all its attempts is put behind the others and made again: among thousands of calls over a bad connection
/// some fail so, and what the others have read is not thrown away for them. After [`READINGS`] of one thing, and after `limit` failures
/// without an answer between them, the connection is lost, and the error is returned. So is an error that another attempt would not
/// change, at once. The stream then ends, and the other calls are aborted.
pub(crate) fn readings<I, T, F>(
    wanted: impl IntoIterator<Item = I>,
    limit: usize,
    read: impl Fn(I) -> F + Send,
) -> impl Stream<Item = Result<T>> + Send
where
    I: Clone + Send + 'static,
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let readings = Readings {
        waiting: wanted.into_iter().map(|thing| (thing, 1)).collect(),
        limit,
        read,
        running: JoinSet::new(),
        failures: 0,
    };
    stream::try_unfold(readings, async |mut readings| {
        Ok(readings.next().await?.map(|answer| (answer, readings)))
    })
}

struct Readings<I, T, R> {
    /// The things to read, with the number of the reading.
    waiting: VecDeque<(I, u32)>,
    limit: usize,
    read: R,
    running: JoinSet<(I, u32, Result<T>)>,
    /// How many readings have failed since the last answer.
    failures: usize,
}

impl<I, T, R, F> Readings<I, T, R>
where
    I: Clone + Send + 'static,
    T: Send + 'static,
    R: Fn(I) -> F,
    F: Future<Output = Result<T>> + Send + 'static,
{
    async fn next(&mut self) -> Result<Option<T>> {
        loop {
            while self.running.len() < self.limit
                && let Some((thing, number)) = self.waiting.pop_front()
            {
                let call = (self.read)(thing.clone());
                self.running.spawn(async move { (thing, number, call.await) });
            }
            let Some(ended) = self.running.join_next().await else { return Ok(None) };
            match joined(ended).await {
                (.., Ok(answer)) => {
                    self.failures = 0;
                    return Ok(Some(answer));
                }
                (thing, number, Err(error)) => {
                    self.failures += 1;
                    let is_lost = number >= READINGS || self.failures >= self.limit.max(READINGS as usize);
                    if is_lost || !may_pass(&error) {
                        return Err(error);
                    }
                    self.waiting.push_back((thing, number + 1));
                }
            }
        }
    }
}

/// Whether the same call can succeed later.
fn may_pass(error: &Error) -> bool {
    matches!(error, Error::WeCom(error) if error.stopped() == Stopped::OutOfAttempts)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::TryStreamExt as _;
    use wecom_contacts::ErrorKind;

    use super::*;

    fn busy() -> Error {
        let failed = ErrorKind::Incomplete(("a reply", "应答").into());
        wecom_contacts::Error::builder(failed).attempts(4).stopped(Stopped::OutOfAttempts).build().into()
    }

    /// Reads the numbers below a count. `fails` gets the number and how many calls came before.
    async fn read(
        count: usize,
        limit: usize,
        fails: impl Fn(usize, usize) -> Option<Error> + Send + Sync + 'static,
    ) -> (Result<Vec<usize>>, usize) {
        let calls = Arc::new(AtomicUsize::new(0));
        let fails = Arc::new(fails);
        let call = |number: usize| {
            let (calls, fails) = (Arc::clone(&calls), Arc::clone(&fails));
            async move {
                let before = calls.fetch_add(1, Ordering::SeqCst);
                fails(number, before).map_or(Ok(number), Err)
            }
        };
        let mut taken: Result<Vec<_>> = Box::pin(readings(0..count, limit, call)).try_collect().await;
        taken.iter_mut().for_each(|taken| taken.sort_unstable());
        (taken, calls.load(Ordering::SeqCst))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_calls_run_at_the_same_time_than_the_limit_allows() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let call = |number: u32| async move {
            MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            RUNNING.fetch_sub(1, Ordering::SeqCst);
            Ok(number)
        };
        let mut taken: Vec<_> = Box::pin(readings(0..50, 3, call)).try_collect().await.unwrap();
        taken.sort_unstable();
        assert!(taken.into_iter().eq(0..50));
        assert!((1..=3).contains(&MOST.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn an_error_that_another_attempt_would_not_change_ends_all_calls() {
        let call = |number: u32| async move {
            if number == 1 {
                return Err(Error::UnknownRun(1));
            }
            pending::<()>().await;
            Ok(())
        };
        let ended: Result<Vec<()>> = Box::pin(readings(0..3, 3, call)).try_collect().await;
        assert!(matches!(ended, Err(Error::UnknownRun(1))), "{ended:?}");
    }

    #[tokio::test]
    async fn what_has_failed_among_others_is_read_again() {
        let (taken, calls) =
            read(100, 8, |number, before| (before < 100 && number % 5 == 3).then(busy)).await;
        assert_eq!((taken.unwrap(), calls), ((0..100).collect(), 120));
    }

    #[tokio::test]
    async fn one_thing_is_not_read_for_ever() {
        let (taken, calls) = read(100, 8, |number, _| (number == 7).then(busy)).await;
        assert!(matches!(taken, Err(Error::WeCom(_))), "{taken:?}");
        assert_eq!(calls, 99 + 3);
    }

    #[tokio::test]
    async fn a_lost_connection_is_noticed_after_the_calls_that_are_on_their_way() {
        for (limit, calls) in [(1, 3), (8, 8)] {
            let (taken, sent) = read(1000, limit, |_, _| Some(busy())).await;
            assert!(matches!(taken, Err(Error::WeCom(_))), "{taken:?}");
            // A call that has failed leaves its place to the next one.
            assert!((calls..=calls + limit).contains(&sent), "{sent} calls");
        }
    }
}
