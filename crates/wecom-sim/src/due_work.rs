//! Doing what has fallen due: at once, but for long tasks (the files of exports, the rows of large imports), which hold up
//! nothing else.
//!
//! On a clock that stands still, the caller that moves it waits for them, so that what was due is done, in order, and a test finds
//! the same each time. A clock that runs does not wait: a job is under way for as long as it takes.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use parking_lot::{Condvar, Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};

use crate::{
    clock::Clock,
    world::{ExportTask, ExportWriter, Fail, Files, ImportTask, LongTask, Slice, World},
};

/// Does what has fallen due in a world.
#[derive(Debug)]
pub(crate) struct DueWork {
    world: Arc<RwLock<World>>,
    clock: Arc<Clock>,
    /// Where the files of large exports are kept.
    directory: PathBuf,
    /// What is due is done in order, by one thread at a time.
    order: Mutex<()>,
    /// One file is written at a time: many at once would take all cores from the calls.
    export: Mutex<()>,
    /// How many long tasks run in the background.
    background: Mutex<usize>,
    background_done: Condvar,
    stopped: AtomicBool,
}

/// Why an export has no files.
enum ExportError {
    /// The job is gone, or the simulator stops.
    Forgotten,
    Refused(Fail),
    Disk(io::Error),
}

impl DueWork {
    pub(crate) fn new(world: Arc<RwLock<World>>, clock: Arc<Clock>, directory: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            world,
            clock,
            directory,
            order: Mutex::default(),
            export: Mutex::default(),
            background: Mutex::default(),
            background_done: Condvar::new(),
            stopped: AtomicBool::new(false),
        })
    }

    /// Gives long tasks up.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// Does what has fallen due, all of it before it returns, which may take as long as an export: never call it in an async task.
    pub(crate) fn do_all(&self) {
        let now = self.clock.now();
        {
            // Taken even if nothing is due: another thread may be at work on what was.
            let _in_order = self.order.lock();
            while let Some(task) = self.next_task(now) {
                self.complete(&task);
            }
        }
        let mut background = self.background.lock();
        while *background > 0 {
            self.background_done.wait(&mut background);
        }
    }

    /// Does what has fallen due, without holding up the thread.
    pub(crate) async fn do_some(self: &Arc<Self>) {
        let now = self.clock.now();
        // A task that another thread has begun is no longer due, and not done before that thread releases the lock.
        if !is_due(&self.world.read(), now) && !self.order.is_locked() {
            return;
        }
        if !self.clock.is_running() {
            let work = Arc::clone(self);
            if let Err(error) = tokio::task::spawn_blocking(move || work.do_all()).await {
                tracing::error!(%error, "what fell due was not done");
            }
            return;
        }
        while let Some(task) = self.next_task(now) {
            self.complete_in_background(task);
        }
    }

    /// Does what is due, up to the next long task, and returns that task. Calls go on beside it if nothing is due.
    fn next_task(&self, now: i64) -> Option<LongTask> {
        let world = self.world.upgradable_read();
        if !is_due(&world, now) {
            return None;
        }
        RwLockUpgradableReadGuard::upgrade(world).do_due(now)
    }

    fn complete_in_background(self: &Arc<Self>, task: LongTask) {
        /// Counts down, also when the task panics.
        struct Running(Arc<DueWork>);
        impl Drop for Running {
            fn drop(&mut self) {
                *self.0.background.lock() -= 1;
                self.0.background_done.notify_all();
            }
        }
        *self.background.lock() += 1;
        let running = Running(Arc::clone(self));
        tokio::task::spawn_blocking(move || running.0.complete(&task));
    }

    fn complete(&self, task: &LongTask) {
        match task {
            LongTask::Export(task) => self.write_export(task),
            LongTask::Import(task) => self.take_rows(task),
        }
    }

    fn take_rows(&self, task: &ImportTask) {
        loop {
            let mut world = self.world.write();
            let more = world.continue_import(task);
            // A waiting thread gets the lock next, not this loop again.
            RwLockWriteGuard::unlock_fair(world);
            if !more || self.stopped.load(Relaxed) {
                return;
            }
        }
    }

    fn write_export(&self, task: &ExportTask) {
        let outcome = {
            let _one_at_a_time = self.export.lock();
            self.export_files(task)
        };
        let outcome = match outcome {
            Ok(files) => Ok(files),
            Err(ExportError::Forgotten) => return,
            Err(ExportError::Refused(fail)) => Err(fail),
            Err(ExportError::Disk(error)) => {
                let directory = self.directory.display();
                tracing::error!(%error, %directory, "an export fails: its files cannot be written");
                Err(Fail::of(-1))
            }
        };
        // On a clock that runs, writing took its time.
        let at = if self.clock.is_running() { self.clock.now().max(task.at) } else { task.at };
        self.world.write().finish_export(&ExportTask { at, ..task.clone() }, outcome);
    }

    /// The files, from what the submitter sees now.
    fn export_files(&self, task: &ExportTask) -> Result<Files, ExportError> {
        'restart: loop {
            let begun = ExportWriter::begin(&self.world.read(), task, &self.directory);
            let mut writer = begun.ok_or(ExportError::Forgotten)?.map_err(ExportError::Refused)?;
            loop {
                let slice = writer.take(&self.world.read());
                match slice {
                    Slice::Overtaken => continue 'restart,
                    Slice::Forgotten => return Err(ExportError::Forgotten),
                    Slice::Some | Slice::Last => {}
                }
                if self.stopped.load(Relaxed) {
                    return Err(ExportError::Forgotten);
                }
                if slice == Slice::Last {
                    return writer.finish().map_err(ExportError::Disk);
                }
                writer.write_out().map_err(ExportError::Disk)?;
            }
        }
    }
}

fn is_due(world: &World, now: i64) -> bool {
    world.next_due().is_some_and(|at| at <= now)
}

#[cfg(test)]
mod tests {
    use std::{env, pin::pin};

    use futures_util::FutureExt as _;

    use super::*;
    use crate::world::{WorldSettings, default_world};

    #[tokio::test]
    async fn what_another_thread_has_begun_is_waited_for_while_the_clock_stands_still() {
        let world = Arc::new(RwLock::new(default_world(&WorldSettings::default(), 0)));
        let work = DueWork::new(world, Arc::new(Clock::new(None)), env::temp_dir());
        assert!(work.do_some().now_or_never().is_some(), "nothing is due");
        let mut call = pin!(work.do_some());
        {
            let _begun = work.order.lock();
            assert!(call.as_mut().now_or_never().is_none(), "a task is under way");
        }
        call.await;
    }
}
