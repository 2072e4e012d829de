//! Doing what has fallen due: jobs enter their next phase, deliveries are tried, imports into chains end.

use super::{exports::job::ExportTask, imports::job::ImportTask, schedule::Due, state::World};
use crate::clock::Millis;

/// What falls due and takes long: it is done without holding the world's lock all the time.
#[derive(Clone, Debug)]
pub(crate) enum LongTask {
    Export(ExportTask),
    Import(ImportTask),
}

impl World {
    /// Does what has fallen due, in order, each at its own time. It stops at what takes long, which is given back; what follows is
    /// for another call.
    pub(crate) fn do_due(&mut self, now: Millis) -> Option<LongTask> {
        while let Some((at, due)) = self.schedule.take_due(now) {
            let task = self.happen(at, due);
            if task.is_some() {
                return task;
            }
        }
        None
    }

    fn happen(&mut self, at: Millis, due: Due) -> Option<LongTask> {
        self.acting_at = at;
        match due {
            Due::Job { corp, id } => return self.advance_job(at, corp, &id),
            Due::Delivery { id } => self.deliveries.try_at(id, at),
            Due::Replay { id } => {
                // It may have been forgotten meanwhile.
                self.deliveries.replay(id).ok();
            }
            Due::ChainImport { corp, id } => self.finish_chain_import(corp, &id),
        }
        None
    }

    /// A job enters its next phase; what is left to do of it is given back.
    fn advance_job(&mut self, at: Millis, corp: usize, id: &str) -> Option<LongTask> {
        if self.corp(corp).jobs.imports.contains_key(id) {
            self.advance_import(at, corp, id).map(LongTask::Import)
        } else {
            self.advance_export(at, corp, id).map(LongTask::Export)
        }
    }
}
