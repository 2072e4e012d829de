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
