//! What falls due when, on the virtual clock.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::clock::Millis;

/// Something that happens by itself once its time has come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// An import or export job (异步任务) enters its next phase.
    Job { corp: usize, id: String },
    /// A callback delivery is tried, again or for the first time.
    Delivery { id: u64 },
    /// What a callback delivery sent is sent again.
    Replay { id: u64 },
    /// An import into a chain (上下游) is done.
    ChainImport { corp: usize, id: String },
}

/// Due things in order of time, then of entry.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(Millis, u64, Due)>>,
    entered: u64,
}

impl Schedule {
    pub(super) fn enter(&mut self, at: Millis, due: Due) {
        self.entered += 1;
        self.heap.push(Reverse((at, self.entered, due)));
    }

    /// When the next thing falls due.
    pub(super) fn next(&self) -> Option<Millis> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes out the next thing that is due at that time, with its own time.
    pub(super) fn take_due(&mut self, now: Millis) -> Option<(Millis, Due)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }
}
