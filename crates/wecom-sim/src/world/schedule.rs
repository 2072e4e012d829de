//! What falls due when, on the virtual clock.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{ExportChore, ImportChore, World};
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

/// What falls due and takes long: for whoever does not hold the world's lock all the time.
#[derive(Clone, Debug)]
pub(crate) enum Chore {
    Export(ExportChore),
    Import(ImportChore),
}

/// Due things in order of time, then of entry.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Millis, u64, Due)>>,
    entered: u64,
}

impl World {
    /// Enters something to be done at that time.
    pub(crate) fn schedule(&mut self, at: Millis, due: Due) {
        self.agenda.entered += 1;
        self.agenda.heap.push(Reverse((at, self.agenda.entered, due)));
        // The courier also wakes a running clock; it may be asleep until something later.
        self.post.bell().notify_one();
    }

    /// When the next thing falls due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.agenda.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Does what has fallen due, in order, each at its own time. It stops at what takes long, which is given back; what follows is
    /// for another call.
    pub(crate) fn settle(&mut self, now: Millis) -> Option<Chore> {
        while self.next_due().is_some_and(|at| at <= now) {
            if let Some(Reverse((at, _, due))) = self.agenda.heap.pop() {
                let chore = self.happen(at, due);
                if chore.is_some() {
                    return chore;
                }
            }
        }
        None
    }

    fn happen(&mut self, at: Millis, due: Due) -> Option<Chore> {
        self.moment = at;
        match due {
            Due::Job { corp, id } => return self.advance_job(at, corp, &id),
            Due::Delivery { id } => self.post.try_at(id, at),
            Due::Replay { id } => {
                // It may have been forgotten meanwhile.
                self.post.replay(id).ok();
            }
            Due::ChainImport { corp, id } => self.finish_chain_import(corp, &id),
        }
        None
    }
}
