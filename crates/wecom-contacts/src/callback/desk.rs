//! The queue between acknowledging an event and handling it, and the workers behind it.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::FutureExt as _;
use tokio::{sync::Notify, time::timeout};

use super::{Handler, Memory, Notification, Outcome};

/// A bounded queue with its memory of duplicates: an event enters both or neither.
pub(super) struct Desk {
    memory: Memory,
    capacity: usize,
    trays: Mutex<Trays>,
    /// Rung for one worker when there is something to do, for all when there will never be again.
    bell: Notify,
    /// Rung when nothing is queued or being handled.
    rest: Notify,
}

#[derive(Default)]
struct Trays {
    waiting: VecDeque<Notification>,
    running: usize,
    closing: bool,
    /// Whether the last event was sent away, so that the log tells of a full queue once and not per event.
    overflowing: bool,
}

/// What a shutdown left undone.
#[derive(Debug, Default)]
#[non_exhaustive]
#[must_use = "what was left was acknowledged, so nobody will deliver it again"]
pub struct Drained {
    /// Events that no handler has begun with, oldest first. WeCom believes them received.
    pub left: Vec<Notification>,
    /// How many handlers are still at work. They go on as long as the runtime does.
    pub running: usize,
}

impl Drained {
    /// Says whether every acknowledged event has been handled.
    pub fn is_complete(&self) -> bool {
        self.left.is_empty() && self.running == 0
    }
}

impl Desk {
    pub(super) fn new(memory: Memory, capacity: usize) -> Self {
        let [bell, rest] = [Notify::new(), Notify::new()];
        Self { memory, capacity: capacity.max(1), trays: Mutex::default(), bell, rest }
    }

    fn trays(&self) -> MutexGuard<'_, Trays> {
        // Nothing between locking and unlocking leaves them half changed.
        self.trays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this very request has been acknowledged before.
    pub(super) fn has_request(&self, signature: &[u8; 40], now: SystemTime) -> bool {
        self.memory.lock().has_request(signature, now)
    }

    /// Queues an event, unless it has been. One that finds no room is not remembered, so that its next delivery is taken.
    pub(super) fn offer(&self, notification: Notification, signature: [u8; 40], now: SystemTime) -> Outcome {
        let key = notification.key();
        // Looked up, queued and remembered under one lock: of two deliveries at once, one is the duplicate.
        let mut seen = self.memory.lock();
        if seen.has_event(&key, now) {
            seen.insert_request(signature, now);
            return Outcome::Duplicate;
        }
        let mut trays = self.trays();
        if trays.closing {
            return Outcome::Closing;
        }
        if trays.waiting.len() >= self.capacity {
            if !std::mem::replace(&mut trays.overflowing, true) {
                tracing::warn!(
                    queued = trays.waiting.len(),
                    "the callback queue is full: WeCom is told to deliver again"
                );
            }
            return Outcome::Busy;
        }
        trays.overflowing = false;
        trays.waiting.push_back(notification);
        seen.insert(key, signature, now);
        self.bell.notify_one();
        Outcome::Queued
    }

    /// How many events are queued or being handled.
    pub(super) fn pending(&self) -> usize {
        let trays = self.trays();
        trays.waiting.len() + trays.running
    }

    /// Waits until nothing is queued or being handled.
    pub(super) async fn idle(&self) {
        loop {
            let rung = self.rest.notified();
            if self.pending() == 0 {
                return;
            }
            rung.await;
        }
    }

    /// Takes nothing more. What is queued is still handled.
    pub(super) fn close(&self) {
        self.trays().closing = true;
        self.bell.notify_waiters();
    }

    pub(super) async fn drain(&self, patience: Duration) -> Drained {
        self.close();
        if timeout(patience, self.idle()).await.is_ok() {
            return Drained::default();
        }
        let mut trays = self.trays();
        let left = std::mem::take(&mut trays.waiting).into();
        if trays.running == 0 {
            self.rest.notify_waiters();
        }
        Drained { left, running: trays.running }
    }

    /// The next event; `None` once closed and empty.
    async fn next(self: &Arc<Self>) -> Option<(Notification, Turn)> {
        loop {
            let rung = self.bell.notified();
            {
                let mut trays = self.trays();
                if let Some(notification) = trays.waiting.pop_front() {
                    trays.running += 1;
                    if !trays.waiting.is_empty() {
                        // The bell holds one ring, however often it was rung while all were busy.
                        self.bell.notify_one();
                    }
                    return Some((notification, Turn(Arc::clone(self))));
                }
                if trays.closing {
                    return None;
                }
            }
            rung.await;
        }
    }
}

/// Handles one event after the other until the desk is closed and empty.
pub(super) async fn work<H: Handler>(desk: Arc<Desk>, handler: Arc<H>) {
    while let Some((notification, _turn)) = desk.next().await {
        let (key, create_time) = (notification.key(), notification.create_time);
        let handling = AssertUnwindSafe(async { handler.handle(notification).await });
        if handling.catch_unwind().await.is_err() {
            tracing::error!(event.key = %key, ?create_time, "a callback handler panicked over event {key}, which is lost");
        }
    }
}

/// A worker at work; it is over however the work ends.
struct Turn(Arc<Desk>);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut trays = self.0.trays();
        trays.running -= 1;
        if trays.running == 0 && trays.waiting.is_empty() {
            self.0.rest.notify_waiters();
        }
    }
}
