//! Calls in tasks of their own, so that all threads of the runtime encode requests and decode replies.

use std::{future::pending, panic::resume_unwind};

use tokio::task::{JoinError, JoinSet};

use crate::Result;

/// Returns what a task returned. A panic of the task goes on here.
pub(super) async fn joined<T>(ended: std::result::Result<T, JoinError>) -> T {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime shuts down, and drops this future next.
        Err(Err(_)) => pending().await,
    }
}

/// Runs calls in tasks, at most `limit` at the same time, and hands over each result. After the first error, the other calls are aborted.
pub(super) async fn for_each<T: Send + 'static>(
    calls: impl IntoIterator<Item: Future<Output = Result<T>> + Send + 'static>,
    limit: usize,
    mut take: impl FnMut(T),
) -> Result<()> {
    let mut calls = calls.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < limit
            && let Some(call) = calls.next()
        {
            running.spawn(call);
        }
        match running.join_next().await {
            Some(ended) => take(joined(ended).await?),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::Error;

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
        let mut taken = Vec::new();
        for_each((0..50).map(call), 3, |number| taken.push(number)).await.unwrap();
        taken.sort_unstable();
        assert!(taken.into_iter().eq(0..50));
        assert!((1..=3).contains(&MOST.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn the_first_error_ends_all_calls() {
        let call = |number: u32| async move {
            if number == 1 {
                return Err(Error::UnknownRun(1));
            }
            pending::<()>().await;
            Ok(())
        };
        let ended = for_each((0..3).map(call), 3, |()| {}).await;
        assert!(matches!(ended, Err(Error::UnknownRun(1))), "{ended:?}");
    }
}
