//! The task that sends callbacks. On a running clock it also executes due work.

use std::sync::Arc;

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{sync::watch, time};

use crate::shared::Shared;

/// Sends deliveries until stopped. On a running clock it also executes the work that is due.
pub(crate) async fn send_callbacks(shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let wake = shared.world.read().deliveries.wake();
    let mut requests = FuturesUnordered::new();
    loop {
        shared.due_work.do_some().await;
        if shared.world.read().has_callbacks_to_send() {
            let now = shared.clock.now();
            for mut request in shared.world.write().take_callback_requests() {
                let shared = Arc::clone(&shared);
                requests.push(async move {
                    let outcome = shared.callback_client.deliver(&mut request, now).await;
                    (request, outcome)
                });
            }
        }
        shared.worker_idle.send_replace(());
        tokio::select! {
            Some((request, outcome)) = requests.next() => {
                tracing::debug!(id = request.id, status = outcome.status, error = outcome.error, "callback attempted");
                shared.world.write().callback_done(request, outcome, shared.clock.now());
            }
            () = wake.notified() => {}
            () = until_due(&shared) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Waits until work is due. On a clock that does not run it waits forever.
async fn until_due(shared: &Shared) {
    let due = shared.world.read().next_due();
    match due.and_then(|at| shared.clock.until(at)) {
        Some(left) => time::sleep(left).await,
        None => std::future::pending().await,
    }
}
