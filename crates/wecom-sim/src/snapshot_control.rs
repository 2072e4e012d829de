//! Takes and restores snapshots of a running simulator.

use std::sync::Arc;

use crate::{
    shared::Shared,
    snapshots::{Snapshot, SnapshotError, SnapshotName},
};

impl Shared {
    /// Takes a snapshot. It waits until no job is between two of its rows, so a copied job can continue later.
    pub(crate) fn take_snapshot(&self, name: SnapshotName) -> Result<Arc<Snapshot>, SnapshotError> {
        // The lock makes the check of the room and the insertion one action.
        let mut snapshots = self.snapshots.lock();
        let snapshot = self.due_work.between_tasks(|world| {
            let bytes = world.estimated_bytes();
            snapshots.check_room(&name, bytes)?;
            Ok(Arc::new(Snapshot {
                world: world.copied(),
                now: self.clock.now(),
                counts: self.rate_limiter.counts(),
                rules: self.faults.copied_rules(),
                bytes,
            }))
        })?;
        snapshots.insert(name, Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Restores the corp, the clock, the tokens, the jobs, the deliveries, the fault rules and the rate limits of a
    /// snapshot. The logs of requests and writes continue.
    pub(crate) fn restore_snapshot(&self, name: &SnapshotName) -> Result<(), SnapshotError> {
        let snapshot = self.snapshots.lock().get(name)?;
        let mut restored = snapshot.world.clone();
        let old = self.due_work.between_tasks(|world| {
            restored.succeed(world);
            self.clock.set(snapshot.now);
            self.faults.restore(snapshot.rules.clone());
            self.rate_limiter.restore(snapshot.counts.clone());
            std::mem::replace(world, restored)
        });
        self.world.read().deliveries.wake().notify_one();
        // A large corp is dropped outside the lock.
        drop(old);
        Ok(())
    }
}
