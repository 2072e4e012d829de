//! Executes due work: phases of jobs, deliveries, ends of imports into chains.

use super::{exports::job::ExportTask, imports::job::ImportTask, schedule::Due, state::World};
use crate::clock::Millis;

/// Long work that is due. It runs without holding the lock of the world all the time.
#[derive(Clone, Debug)]
pub(crate) enum LongTask {
    Export(ExportTask),
    Import(ImportTask),
}

impl World {
    /// Executes due work in order, each item at its own time. It stops at a long task and returns it; the next call
    /// continues after it.
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
                // The delivery may have been removed since.
                self.deliveries.replay(id).ok();
            }
            Due::ChainImport { corp, id } => self.finish_chain_import(corp, &id),
        }
        None
    }

    /// Moves a job to its next phase and returns the remaining work, if any.
    fn advance_job(&mut self, at: Millis, corp: usize, id: &str) -> Option<LongTask> {
        if self.corp(corp).jobs.imports.contains_key(id) {
            self.advance_import(at, corp, id).map(LongTask::Import)
        } else {
            self.advance_export(at, corp, id).map(LongTask::Export)
        }
    }
}
