//! Settings of an intake.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{Handler, Inbox, Intake, MemoryInbox, Outcome, Receiver, intake::Settings, workers::Workers};

/// Builds an [`Intake`]. [`handler`](Self::handler) starts it.
#[must_use = "call `handler` to start the intake"]
pub struct IntakeBuilder<I: Inbox = MemoryInbox> {
    receiver: Receiver,
    settings: Settings,
    inbox: I,
    workers: usize,
}

impl IntakeBuilder {
    pub(super) fn new(receiver: Receiver) -> Self {
        Self {
            receiver,
            settings: Settings {
                // The largest known event takes 88 KB: a tag with 1,000 new members whose userids have 64 bytes each.
                body_limit: 128 << 10,
                replay_window: Some(Duration::from_secs(5 * 60)),
                clock: Box::new(SystemTime::now),
                observer: None,
            },
            inbox: MemoryInbox::new(),
            workers: 1,
        }
    }

    /// Sets the maximum number of events that wait in memory while the workers are busy. Defaults to 1,024. See
    /// [`MemoryInbox::queue`].
    pub fn queue(mut self, events: usize) -> Self {
        self.inbox = self.inbox.queue(events);
        self
    }
}

impl<I: Inbox> IntakeBuilder<I> {
    /// Stores events in this inbox. Use it for a durable inbox of your own, or for the [`MemoryInbox`] of a previous
    /// intake.
    pub fn inbox<J: Inbox>(self, inbox: J) -> IntakeBuilder<J> {
        IntakeBuilder { receiver: self.receiver, settings: self.settings, inbox, workers: self.workers }
    }

    /// Sets the maximum size of a body in bytes. Defaults to 128 KiB. The largest known event takes 88 KB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// Sets the maximum difference between a request's timestamp and this machine's clock, in both directions. Defaults
    /// to five minutes. Requests outside this window are refused.
    ///
    /// `None` accepts any timestamp. An intercepted request can then be replayed as soon as the inbox has forgotten its
    /// event.
    pub fn replay_window(mut self, window: impl Into<Option<Duration>>) -> Self {
        self.settings.replay_window = window.into();
        self
    }

    /// Sets the number of events that are handled at the same time. Defaults to 1; at least 1. With more
    /// than one worker, events may be handled out of order.
    pub fn workers(mut self, number: usize) -> Self {
        self.workers = number.max(1);
        self
    }

    /// Uses this clock instead of the system clock, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// Sets a function that is called with the outcome of each request, for example to count them. It runs before the
    /// answer is sent, so it must not block.
    pub fn observe(mut self, observer: impl Fn(&Outcome) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Creates the intake and starts its workers.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, because the workers are tasks.
    pub fn handler(self, handler: impl Handler) -> Intake<I> {
        let workers = Workers::start(self.inbox, self.workers, handler);
        Intake::open(self.receiver, self.settings, workers)
    }
}

impl<I: Inbox> fmt::Debug for IntakeBuilder<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntakeBuilder")
            .field("receiver", &self.receiver)
            .field("body_limit", &self.settings.body_limit)
            .field("replay_window", &self.settings.replay_window)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
