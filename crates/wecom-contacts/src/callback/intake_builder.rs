//! How an intake is set up.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{Handler, Inbox, Intake, MemoryInbox, Outcome, Receiver, intake::Settings, workers::Workers};

/// Sets an [`Intake`] up; [`handler`](Self::handler) opens it.
#[must_use = "an intake is opened by `handler`"]
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
                // The largest event known, a tag with 1,000 new members whose userids are of 64 bytes, is one of 88 KB.
                body_limit: 128 << 10,
                replay_window: Some(Duration::from_secs(5 * 60)),
                clock: Box::new(SystemTime::now),
                observer: None,
            },
            inbox: MemoryInbox::new(),
            workers: 1,
        }
    }

    /// Sets the maximum number of events that wait in memory while the workers are busy: see [`MemoryInbox::queue`]. Defaults to 1,024.
    pub fn queue(mut self, events: usize) -> Self {
        self.inbox = self.inbox.queue(events);
        self
    }
}

impl<I: Inbox> IntakeBuilder<I> {
    /// Stores events in this inbox: one of your own that is durable, or a [`MemoryInbox`] taken over from another intake.
    pub fn inbox<J: Inbox>(self, inbox: J) -> IntakeBuilder<J> {
        IntakeBuilder { receiver: self.receiver, settings: self.settings, inbox, workers: self.workers }
    }

    /// Refuses larger bodies. Defaults to 128 KiB. The largest event known takes 88 KB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// Refuses requests whose timestamp is further from this machine's clock, to either side. Defaults to five minutes.
    ///
    /// `None` accepts any timestamp: then an overheard request can be replayed once the inbox has forgotten its event.
    pub fn replay_window(mut self, window: impl Into<Option<Duration>>) -> Self {
        self.settings.replay_window = window.into();
        self
    }

    /// Sets how many events are handled at a time. Defaults to 1; at least 1. With more than one, events are no longer handled in the
    /// order in which they came.
    pub fn workers(mut self, number: usize) -> Self {
        self.workers = number.max(1);
        self
    }

    /// Reads the time from this clock instead of the system's, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// Calls a function with the outcome of each request, for counters. It is called before the answer is sent, so it must not block.
    pub fn observe(mut self, observer: impl Fn(&Outcome) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Opens the intake, and starts its workers.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime: the workers are tasks.
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
