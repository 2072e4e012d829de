//! Named copies of the whole state, which a test takes once and restores many times.

use std::{collections::BTreeMap, sync::Arc};

use crate::{clock::Millis, faults::ActiveRules, rates::Counts, shared::Shared, world::World};

/// Maximum number of snapshots.
const SNAPSHOTS_KEPT: usize = 16;
/// Maximum size of all snapshots, by estimate.
const BYTES_KEPT: usize = 2 << 30;
/// Maximum length of a name.
const LONGEST_NAME: usize = 64;

/// The name of a snapshot: 1 to 64 of `a`–`z`, `0`–`9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SnapshotName(String);

impl SnapshotName {
    pub(crate) fn parse(name: &str) -> Result<Self, SnapshotError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(SnapshotError::Name)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reason why a snapshot cannot be taken or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The name is not valid.
    #[error("the name of a snapshot must be 1 to 64 of the characters a-z, 0-9 and `-`")]
    Name,
    /// No snapshot has this name.
    #[error("unknown snapshot")]
    Unknown,
    /// There are too many snapshots.
    #[error("the maximum number of snapshots is {SNAPSHOTS_KEPT}; delete one first")]
    Number,
    /// The snapshots need too much memory.
    #[error("the snapshots would need more than {} MiB; delete one first", BYTES_KEPT >> 20)]
    Size,
}

/// The state at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    world: World,
    now: Millis,
    counts: Counts,
    rules: ActiveRules,
    bytes: usize,
}

impl Snapshot {
    pub(crate) fn now(&self) -> Millis {
        self.now
    }

    pub(crate) fn members(&self) -> usize {
        self.world.corp(0).members.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The snapshots of a simulator.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(BTreeMap<SnapshotName, Arc<Snapshot>>);

impl Snapshots {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SnapshotName, &Snapshot)> {
        self.0.iter().map(|(name, snapshot)| (name, &**snapshot))
    }

    /// Checks the limits before the copy is made. A snapshot of the same name will be replaced.
    fn check_room(&self, name: &SnapshotName, bytes: usize) -> Result<(), SnapshotError> {
        let others = || self.0.iter().filter(|(other, _)| *other != name);
        if others().count() >= SNAPSHOTS_KEPT {
            return Err(SnapshotError::Number);
        }
        let held = others().map(|(_, snapshot)| snapshot.bytes).sum::<usize>();
        if held.saturating_add(bytes) > BYTES_KEPT { Err(SnapshotError::Size) } else { Ok(()) }
    }

    pub(crate) fn remove(&mut self, name: &SnapshotName) -> Result<Arc<Snapshot>, SnapshotError> {
        self.0.remove(name).ok_or(SnapshotError::Unknown)
    }
}

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
        snapshots.0.insert(name, Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Restores the corp, the clock, the tokens, the jobs, the deliveries, the fault rules and the rate limits of a
    /// snapshot. The logs of requests and writes continue.
    pub(crate) fn restore_snapshot(&self, name: &SnapshotName) -> Result<(), SnapshotError> {
        let snapshot = self.snapshots.lock().0.get(name).cloned().ok_or(SnapshotError::Unknown)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for name in ["a", "before-import-2", &"x".repeat(64)] {
            assert_eq!(SnapshotName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", ".", "..", "a/b", "../a", "A", "a b", "a.json", "部门", "a\0", &"x".repeat(65)] {
            assert_eq!(SnapshotName::parse(name), Err(SnapshotError::Name), "{name:?}");
        }
    }
}
