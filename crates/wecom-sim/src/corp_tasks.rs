//! The tasks of one corp: its callbacks.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time};

use crate::{callback::worker, shared::Shared, world::callback::Receiver};

/// The running tasks of one corp. Dropping them stops them.
#[derive(Debug)]
pub(crate) struct CorpTasks {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl CorpTasks {
    pub(crate) fn start(shared: &Arc<Shared>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(worker::send_callbacks(Arc::clone(shared), stopped)),
            tokio::spawn(verify_callback(Arc::clone(shared))),
        ];
        Self { shared: Arc::clone(shared), stop, tasks }
    }

    /// Stops the tasks. Each gets this time to end what it does.
    pub(crate) async fn stop(&mut self, time: Duration) {
        self.stop.send_replace(true);
        self.shared.due_work.stop();
        for mut task in std::mem::take(&mut self.tasks) {
            if time::timeout(time, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for CorpTasks {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.shared.due_work.stop();
    }
}

/// Verifies the callback URL of the start. A failure only logs a warning, because the receiver may start later; the
/// console refuses such a URL.
async fn verify_callback(shared: Arc<Shared>) {
    let (target, corp_id) = {
        let world = shared.world.read();
        let corp = world.corp(0);
        (corp.callbacks.target(Receiver::Contacts).cloned(), corp.id.clone())
    };
    let Some(target) = target else { return };
    if let Err(error) = shared.callback_client.verify(&target, &corp_id, shared.clock.now()).await {
        tracing::warn!(url = %target.url(), %error, "the callback url failed its verification; it is used anyway");
    }
}
