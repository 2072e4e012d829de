//! The workers of an inbox. Each takes one event after the other and awaits the handler.

use std::{
    error::Error,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{Acceptance, Handler, Inbox, Incoming, Notification, NotificationKey, Outcome};

/// First and longest pause of a worker after an error of the inbox. Each further error doubles the pause.
const RETRY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// An inbox with its workers.
pub(super) struct Workers<I> {
    inbox: I,
    state: Mutex<State>,
    /// Wakes one parked worker when there may be an event, and all workers when the intake closes.
    work_available: Notify,
    /// Notified when no event waits or is being handled.
    idle: Notify,
}

struct State {
    /// New events are refused. Waiting events are still handled.
    closing: bool,
    /// Waiting events are no longer handled.
    stopped: bool,
    /// Number of deliveries that the inbox is storing at the moment.
    accepting: usize,
    /// Number of workers that look for an event or handle one.
    active: usize,
    /// Number of workers that wait for a notification.
    parked: usize,
    /// Number of events that are being handled.
    handling: usize,
    /// Number of times that an event may have been added to the inbox.
    additions: u64,
    /// Value of `additions` at the beginning of the last call of `next` that found the inbox empty.
    empty_at: u64,
}

impl State {
    fn is_idle(&self) -> bool {
        self.accepting == 0 && self.active == 0 && (self.stopped || self.empty_at == self.additions)
    }

    /// Returns whether a worker that finds the inbox empty can end.
    fn is_over(&self) -> bool {
        self.stopped || (self.closing && self.accepting == 0)
    }
}

/// The events that remain after a shutdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "WeCom does not deliver the remaining events again"]
pub struct Drained {
    /// Acknowledged events, oldest first, that no handler has started and that are lost with the process. The list is
    /// empty for an inbox that keeps its events for the next process.
    pub left: Vec<Notification>,
    /// Number of handlers that are still running. They continue until the runtime ends.
    pub running: usize,
    /// Whether the time limit ended before every event was handled. A durable inbox then keeps the rest.
    pub timed_out: bool,
}

impl Drained {
    /// Returns whether every acknowledged event has been handled.
    pub fn is_complete(&self) -> bool {
        !self.timed_out && self.left.is_empty() && self.running == 0
    }
}

impl<I: Inbox> Workers<I> {
    /// Starts this number of workers.
    pub(super) fn start(inbox: I, number: usize, handler: impl Handler) -> Arc<Self> {
        let state = State {
            closing: false,
            stopped: false,
            accepting: 0,
            // Each worker first looks for events: a durable inbox may contain events of an earlier process.
            active: number,
            parked: 0,
            handling: 0,
            additions: 0,
            empty_at: 0,
        };
        let (work_available, idle) = (Notify::new(), Notify::new());
        let workers = Arc::new(Self { inbox, state: Mutex::new(state), work_available, idle });
        let handler = Arc::new(handler);
        for _ in 0..number {
            tokio::spawn(work(Arc::clone(&workers), Arc::clone(&handler)));
        }
        workers
    }

    pub(super) fn inbox(&self) -> &I {
        &self.inbox
    }

    /// Stores an event, except while the intake is closing. A refused event is not remembered, so its next delivery
    /// can be accepted.
    pub(super) async fn store(&self, incoming: Incoming) -> Outcome {
        let Some(mut storing) = Storing::begin(self) else {
            let is_known = self.inbox.has_event(&incoming.key, incoming.received_at);
            return if is_known { Outcome::Duplicate } else { Outcome::Closing };
        };
        let key = incoming.key;
        match self.inbox.accept(incoming).await {
            Ok(Acceptance::Accepted) => Outcome::Queued,
            Ok(Acceptance::Duplicate) => {
                storing.adds = false;
                Outcome::Duplicate
            }
            Ok(Acceptance::Busy) => {
                storing.adds = false;
                Outcome::Busy
            }
            Err(error) => {
                let error = chain(&error);
                tracing::error!(event.key = %key, "event {key} could not be stored, so the answer is 503: {error}");
                Outcome::NotStored
            }
        }
    }

    /// Wakes a worker because the inbox may contain a new event.
    pub(super) fn wake(&self) {
        let mut state = self.state();
        // The workers of a closed intake may have ended. The inbox keeps the event for the next process.
        if !state.closing {
            self.note_addition(&mut state);
        }
    }

    /// Returns the number of events that are being handled.
    pub(super) fn handling(&self) -> usize {
        self.state().handling
    }

    /// Waits until no event waits or is being handled.
    pub(super) async fn idle(&self) {
        loop {
            let notified = self.idle.notified();
            if self.state().is_idle() {
                return;
            }
            notified.await;
        }
    }

    /// Refuses new events. Waiting events are still handled.
    pub(super) fn close(&self) {
        self.state().closing = true;
        self.work_available.notify_waiters();
    }

    pub(super) async fn drain(&self, max_wait: Duration) -> Drained {
        self.close();
        if timeout(max_wait, self.idle()).await.is_ok() {
            return Drained::default();
        }
        self.state().stopped = true;
        self.work_available.notify_waiters();
        let left = self.inbox.abandon().await;
        Drained { left, running: self.handling(), timed_out: true }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock is safe to use: no code under the lock can panic between two related changes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_addition(&self, state: &mut State) {
        state.additions += 1;
        if state.parked > 0 {
            self.work_available.notify_one();
        }
    }

    /// Notifies the waiters of `idle` if no event waits or is being handled.
    fn notify_if_idle(&self, state: &State) {
        if state.is_idle() {
            self.idle.notify_waiters();
        }
    }

    /// Waits for a notification. Returns `false` if the worker must end. `empty_at` is the value of `additions` before
    /// the call of `next` that found the inbox empty.
    async fn park(&self, empty_at: u64) -> bool {
        // Created before the state is read, so that a notification in between is not lost.
        let notified = self.work_available.notified();
        {
            let mut state = self.state();
            if state.additions != empty_at && !state.stopped {
                return true;
            }
            state.empty_at = empty_at;
            state.active -= 1;
            self.notify_if_idle(&state);
            if state.is_over() {
                return false;
            }
            state.parked += 1;
        }
        notified.await;
        let mut state = self.state();
        state.parked -= 1;
        state.active += 1;
        true
    }

    /// Takes the next event. Returns `None` when the intake is closed and the inbox is empty.
    async fn next(&self) -> Option<(NotificationKey, Notification)> {
        let mut pause = RETRY.0;
        loop {
            let (additions, stopped) = {
                let state = self.state();
                (state.additions, state.stopped)
            };
            let next = if stopped { Ok(None) } else { caught(async { self.inbox.next().await }).await };
            match next {
                Ok(Some(next)) => {
                    let mut state = self.state();
                    state.handling += 1;
                    // Each notification wakes one worker, so a worker that finds an event wakes the next one.
                    if state.parked > 0 {
                        self.work_available.notify_one();
                    }
                    return Some(next);
                }
                Ok(None) => {
                    if !self.park(additions).await {
                        return None;
                    }
                    pause = RETRY.0;
                }
                Err(error) => {
                    tracing::error!(
                        "the inbox of callbacks cannot be read; next attempt in {pause:?}: {error}"
                    );
                    sleep(pause).await;
                    pause = (2 * pause).min(RETRY.1);
                }
            }
        }
    }
}

/// Handles one event after the other until the intake is closed and the inbox is empty.
async fn work<I: Inbox, H: Handler>(workers: Arc<Workers<I>>, handler: Arc<H>) {
    while let Some((key, notification)) = workers.next().await {
        let create_time = notification.create_time;
        let handling = AssertUnwindSafe(async { handler.handle(notification).await });
        let marked = if handling.catch_unwind().await.is_ok() {
            caught(async { workers.inbox.done(key).await }).await
        } else {
            tracing::error!(event.key = %key, ?create_time, "the callback handler panicked on event {key}");
            caught(async { workers.inbox.failed(key).await }).await
        };
        if let Err(error) = marked {
            tracing::error!(event.key = %key, ?create_time, "event {key} was handled but could not be marked as such: {error}");
        }
        workers.state().handling -= 1;
    }
}

/// Awaits a call of the inbox. An error or a panic becomes a text for the log.
async fn caught<T, E: Error>(call: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(result) => result.map_err(|error| chain(&error)),
        Err(_) => Err("the inbox panicked".to_owned()),
    }
}

/// Returns the text of an error and its sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Counts a delivery while the inbox is storing it. The count is corrected on drop, so also after an error or a
/// cancellation.
struct Storing<'a, I: Inbox> {
    workers: &'a Workers<I>,
    /// Whether the inbox may have one more event. This is unknown, and therefore true, if the call failed or was
    /// cancelled.
    adds: bool,
}

impl<'a, I: Inbox> Storing<'a, I> {
    /// Returns `None` if the intake is closing.
    fn begin(workers: &'a Workers<I>) -> Option<Self> {
        let mut state = workers.state();
        if state.closing {
            return None;
        }
        state.accepting += 1;
        Some(Self { workers, adds: true })
    }
}

impl<I: Inbox> Drop for Storing<'_, I> {
    fn drop(&mut self) {
        let mut state = self.workers.state();
        state.accepting -= 1;
        if self.adds {
            self.workers.note_addition(&mut state);
        }
        if state.accepting == 0 && state.closing {
            // Parked workers wait for the end of this delivery, so that they can handle its event or end.
            self.workers.work_available.notify_waiters();
        }
        self.workers.notify_if_idle(&state);
    }
}
