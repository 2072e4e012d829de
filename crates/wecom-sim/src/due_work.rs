//! Executes the work that is due. Short work runs at once; long tasks (the files of exports, the rows of large
//! imports) run without blocking other calls.
//!
//! On a clock that does not run, the caller that moves the clock waits for the long tasks, so tests get the same
//! order every time. A running clock does not wait: a job lasts as long as its task.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
};

use parking_lot::{Condvar, Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};

use crate::{
    clock::Clock,
    world::{ExportTask, ExportWriter, Fail, Files, ImportTask, LongTask, Slice, World},
};

/// Executes the due work of a world.
#[derive(Debug)]
pub(crate) struct DueWork {
    world: Arc<RwLock<World>>,
    clock: Arc<Clock>,
    /// The directory for the files of large exports.
    directory: PathBuf,
    /// One thread at a time executes due work, in order.
    order: Mutex<()>,
    /// One export is written at a time, because several would take all cores from the calls.
    export: Mutex<()>,
    /// Number of long tasks in the background.
    background: Mutex<usize>,
    background_done: Condvar,
    /// Number of long tasks that were taken from the world and are not complete. It increases only under the lock of
    /// the world.
    open_tasks: AtomicUsize,
    stopped: AtomicBool,
}

/// The reason why an export has no files.
enum ExportError {
    /// The job was removed, or the simulator is stopping.
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
            open_tasks: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        })
    }

    /// Cancels long tasks.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// Executes all due work before it returns. This can take as long as an export, so async tasks must not call it.
    pub(crate) fn do_all(&self) {
        let now = self.clock.now();
        {
            // The lock is needed even without due work, because another thread may still be executing earlier work.
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

    /// Executes due work without blocking the thread.
    pub(crate) async fn do_some(self: &Arc<Self>) {
        let now = self.clock.now();
        // A task that another thread has started is no longer due, and it is done only when that thread releases the
        // lock.
        if !is_due(&self.world.read(), now) && !self.order.is_locked() {
            return;
        }
        if !self.clock.is_running() {
            let work = Arc::clone(self);
            if let Err(error) = tokio::task::spawn_blocking(move || work.do_all()).await {
                tracing::error!(%error, "due work failed");
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
        let mut world = RwLockUpgradableReadGuard::upgrade(world);
        let task = world.do_due(now);
        if task.is_some() {
            self.open_tasks.fetch_add(1, SeqCst);
        }
        task
    }

    /// Executes due work, then calls `work` with the locked world at a moment without an incomplete long task.
    pub(crate) fn between_tasks<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.do_all();
        // No other thread starts due work while it holds this lock, except in the background of a running clock.
        let _in_order = self.order.lock();
        loop {
            let mut background = self.background.lock();
            while *background > 0 {
                self.background_done.wait(&mut background);
            }
            drop(background);
            let mut world = self.world.write();
            if self.open_tasks.load(SeqCst) == 0 {
                return work(&mut world);
            }
            drop(world);
            // The task was taken a moment ago and enters the background next.
            std::thread::yield_now();
        }
    }

    fn complete_in_background(self: &Arc<Self>, task: LongTask) {
        /// Decrements the counter, also when the task panics.
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
        /// Decrements the counter, also when the task panics.
        struct Open<'a>(&'a AtomicUsize);
        impl Drop for Open<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, SeqCst);
            }
        }
        let _open = Open(&self.open_tasks);
        match task {
            LongTask::Export(task) => self.write_export(task),
            LongTask::Import(task) => self.take_rows(task),
        }
    }

    fn take_rows(&self, task: &ImportTask) {
        loop {
            let mut world = self.world.write();
            let more = world.continue_import(task);
            // The next waiting thread gets the lock before this loop takes it again.
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
                tracing::error!(%error, %directory, "an export failed: its files cannot be written");
                Err(Fail::of(-1))
            }
        };
        // On a running clock, time has passed during the writing.
        let at = if self.clock.is_running() { self.clock.now().max(task.at) } else { task.at };
        self.world.write().finish_export(&ExportTask { at, ..task.clone() }, outcome);
    }

    /// Writes the files from the contacts that the submitter sees now.
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
        let work = DueWork::new(world, Arc::new(Clock::new(None, None)), env::temp_dir());
        assert!(work.do_some().now_or_never().is_some(), "nothing is due");
        let mut call = pin!(work.do_some());
        {
            let _begun = work.order.lock();
            assert!(call.as_mut().now_or_never().is_none(), "a task is under way");
        }
        call.await;
    }
}
