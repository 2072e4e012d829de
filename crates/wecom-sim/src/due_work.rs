//! What falls due is done: at once, but for chores (the files of exports, the rows of large imports), which hold up nobody else.
//!
//! On a clock that stands still, whoever moves it waits for them, so that what was due is done, in order, and a test finds
//! the same each time. A clock that runs does not wait: a job is under way for as long as it takes.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use parking_lot::{Condvar, Mutex, RwLockWriteGuard};

use crate::{
    sim::Shared,
    world::{Chore, ExportChore, ExportWriter, Fail, Files, ImportChore, Slice},
};

/// Who settles, and who writes.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    /// What is due is done in order, by one at a time.
    turn: Mutex<()>,
    /// One file is written at a time: many at once would take all cores from the calls.
    pen: Mutex<()>,
    /// Chores that are done aside.
    aside: Mutex<usize>,
    done: Condvar,
    stopped: AtomicBool,
}

/// Why an export has no files.
enum Unwritten {
    /// It is not there any more, or the simulator stops.
    Forgotten,
    Refused(Fail),
    Disk(io::Error),
}

impl Settling {
    /// Chores are given up.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }
}

impl Shared {
    /// Does what has fallen due, all of it before it returns, which may take as long as an export. Not for tasks.
    pub(crate) fn settle_wholly(&self) {
        let now = self.clock.now();
        if self.is_due(now) {
            let _turn = self.settling.turn.lock();
            loop {
                let chore = self.world.write().settle(now);
                let Some(chore) = chore else { break };
                self.attend(&chore);
            }
        }
        let mut aside = self.settling.aside.lock();
        while *aside > 0 {
            self.settling.done.wait(&mut aside);
        }
    }

    /// Does what has fallen due, without holding up the thread.
    pub(crate) async fn settle(self: &Arc<Self>) {
        let now = self.clock.now();
        if !self.is_due(now) {
            return;
        }
        let shared = Arc::clone(self);
        if !self.clock.is_running() {
            if let Err(error) = tokio::task::spawn_blocking(move || shared.settle_wholly()).await {
                tracing::error!(%error, "what fell due was not done");
            }
            return;
        }
        loop {
            let chore = self.world.write().settle(now);
            let Some(chore) = chore else { break };
            self.attend_aside(chore);
        }
    }

    fn is_due(&self, now: i64) -> bool {
        self.world.read().next_due().is_some_and(|at| at <= now)
    }

    fn attend_aside(self: &Arc<Self>, chore: Chore) {
        /// Counts down, whatever happens.
        struct Aside(Arc<Shared>);
        impl Drop for Aside {
            fn drop(&mut self) {
                *self.0.settling.aside.lock() -= 1;
                self.0.settling.done.notify_all();
            }
        }
        *self.settling.aside.lock() += 1;
        let aside = Aside(Arc::clone(self));
        tokio::task::spawn_blocking(move || aside.0.attend(&chore));
    }

    fn attend(&self, chore: &Chore) {
        match chore {
            Chore::Export(chore) => self.write_export(chore),
            Chore::Import(chore) => self.take_rows(chore),
        }
    }

    fn take_rows(&self, chore: &ImportChore) {
        loop {
            let mut world = self.world.write();
            let more = world.continue_import(chore);
            // Whoever waits has the next turn, not this loop again.
            RwLockWriteGuard::unlock_fair(world);
            if !more || self.settling.stopped.load(Relaxed) {
                return;
            }
        }
    }

    fn write_export(&self, chore: &ExportChore) {
        let outcome = {
            let _pen = self.settling.pen.lock();
            self.export_files(chore)
        };
        let outcome = match outcome {
            Ok(files) => Ok(files),
            Err(Unwritten::Forgotten) => return,
            Err(Unwritten::Refused(fail)) => Err(fail),
            Err(Unwritten::Disk(error)) => {
                let directory = self.config.spool_directory();
                tracing::error!(%error, directory = %directory.display(), "an export fails: its files cannot be written");
                Err(Fail::of(-1))
            }
        };
        // On a clock that runs, writing took its time.
        let at = if self.clock.is_running() { self.clock.now().max(chore.at) } else { chore.at };
        self.world.write().finish_export(&ExportChore { at, ..chore.clone() }, outcome);
    }

    /// The files, from what the submitter sees now.
    fn export_files(&self, chore: &ExportChore) -> Result<Files, Unwritten> {
        let directory = self.config.spool_directory();
        'anew: loop {
            let begun = ExportWriter::begin(&self.world.read(), chore, &directory);
            let mut writer = begun.ok_or(Unwritten::Forgotten)?.map_err(Unwritten::Refused)?;
            loop {
                let slice = writer.take(&self.world.read());
                match slice {
                    Slice::Overtaken => continue 'anew,
                    Slice::Forgotten => return Err(Unwritten::Forgotten),
                    Slice::Some | Slice::Last => {}
                }
                if self.settling.stopped.load(Relaxed) {
                    return Err(Unwritten::Forgotten);
                }
                if slice == Slice::Last {
                    return writer.finish().map_err(Unwritten::Disk);
                }
                writer.write_out().map_err(Unwritten::Disk)?;
            }
        }
    }
}
