//! How an intake is set up.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Handler, Intake, Memory, Outcome, Receiver,
    desk::{Desk, work},
    intake::Settings,
};

/// Sets an [`Intake`] up; [`handler`](Self::handler) opens it.
#[must_use = "an intake is opened by `handler`"]
pub struct IntakeBuilder {
    receiver: Receiver,
    settings: Settings,
    memory: Memory,
    queue: usize,
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
            memory: Memory::default(),
            queue: 1024,
            workers: 1,
        }
    }

    /// Refuses larger bodies; 128 KiB unless told. The largest event known takes 88 KB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// Refuses requests whose timestamp is further from this machine's clock, to either side; five minutes unless told.
    ///
    /// `None` looks at no timestamp: then a request that somebody overheard can be replayed once the [`Memory`] has forgotten it.
    pub fn replay_window(mut self, window: impl Into<Option<Duration>>) -> Self {
        self.settings.replay_window = window.into();
        self
    }

    /// Queues so many events while the workers are busy, 1,024 unless told and at least 1. WeCom keeps what finds no room.
    pub fn queue(mut self, events: usize) -> Self {
        self.queue = events;
        self
    }

    /// Handles so many events at a time, 1 unless told and at least 1. More than one, and they are no longer handled in the order in
    /// which they came.
    pub fn workers(mut self, number: usize) -> Self {
        self.workers = number.max(1);
        self
    }

    /// Uses this memory of acknowledged events: another's, to take over from it, or one of another size.
    pub fn memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// Reads the time from this clock instead of the system's, for tests.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// Tells what becomes of each request, for counters. It is called before the answer is sent, so it must not block.
    pub fn observe(mut self, observer: impl Fn(&Outcome) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Opens the intake, and starts its workers.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime: the workers are tasks.
    pub fn handler(self, handler: impl Handler) -> Intake {
        if let Some(window) = self.settings.replay_window {
            self.memory.prolong(window.saturating_mul(2));
        }
        let desk = Arc::new(Desk::new(self.memory, self.queue));
        let handler = Arc::new(handler);
        for _ in 0..self.workers {
            tokio::spawn(work(Arc::clone(&desk), Arc::clone(&handler)));
        }
        Intake::open(self.receiver, self.settings, desk)
    }
}

impl fmt::Debug for IntakeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntakeBuilder")
            .field("receiver", &self.receiver)
            .field("body_limit", &self.settings.body_limit)
            .field("replay_window", &self.settings.replay_window)
            .field("queue", &self.queue)
            .field("workers", &self.workers)
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}
