//! The schedule of future work on the virtual clock.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::clock::Millis;

/// Work that runs at its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// An import or export job (异步任务) enters its next phase.
    Job { corp: usize, id: String },
    /// A first or later attempt of a callback delivery.
    Delivery { id: u64 },
    /// The last bytes of a callback delivery are sent again.
    Replay { id: u64 },
    /// An import into a chain (上下游) ends.
    ChainImport { corp: usize, id: String },
}

/// The work in order of time, then of entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(Millis, u64, Due)>>,
    entered: u64,
}

impl Schedule {
    pub(super) fn enter(&mut self, at: Millis, due: Due) {
        self.entered += 1;
        self.heap.push(Reverse((at, self.entered, due)));
    }

    /// Returns the time of the next item.
    pub(super) fn next(&self) -> Option<Millis> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Removes and returns the next item that is due at this time, with its own time.
    pub(super) fn take_due(&mut self, now: Millis) -> Option<(Millis, Due)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }
}
