//! The simulator's own clock: tokens, media, jobs, links and retries obey it.

use std::{
    sync::atomic::{AtomicI64, Ordering::SeqCst},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

/// Where a clock stands that moves only when told: 2026-01-05 09:00:00 in Beijing.
const STILL_START: Millis = 1_767_574_800_000;

#[derive(Debug)]
pub(crate) struct Clock {
    /// Set for a clock that moves by itself.
    running_since: Option<Instant>,
    base: AtomicI64,
}

impl Clock {
    pub(crate) fn new(running: bool) -> Self {
        let wall =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis);
        Self {
            running_since: running.then(Instant::now),
            base: AtomicI64::new(if running { wall } else { STILL_START }),
        }
    }

    pub(crate) fn now(&self) -> Millis {
        let moved = self.running_since.map_or(0, |since| since.elapsed().as_millis() as Millis);
        self.base.load(SeqCst) + moved
    }

    pub(crate) fn advance(&self, by: Millis) {
        self.base.fetch_add(by, SeqCst);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running_since.is_some()
    }
}
