//! Named copies of the whole state, which a test takes once and restores many times.

use std::{collections::BTreeMap, sync::Arc};

use crate::{clock::Millis, faults::ActiveRules, rates::Counts, world::World};

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
    pub(crate) world: World,
    pub(crate) now: Millis,
    pub(crate) counts: Counts,
    pub(crate) rules: ActiveRules,
    pub(crate) bytes: usize,
}

impl Snapshot {
    pub(crate) fn members(&self) -> usize {
        self.world.corp(0).members.len()
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
    pub(crate) fn check_room(&self, name: &SnapshotName, bytes: usize) -> Result<(), SnapshotError> {
        let others = || self.0.iter().filter(|(other, _)| *other != name);
        if others().count() >= SNAPSHOTS_KEPT {
            return Err(SnapshotError::Number);
        }
        let held = others().map(|(_, snapshot)| snapshot.bytes).sum::<usize>();
        if held.saturating_add(bytes) > BYTES_KEPT { Err(SnapshotError::Size) } else { Ok(()) }
    }

    pub(crate) fn get(&self, name: &SnapshotName) -> Result<Arc<Snapshot>, SnapshotError> {
        self.0.get(name).cloned().ok_or(SnapshotError::Unknown)
    }

    /// Adds a snapshot, or replaces that of the same name.
    pub(crate) fn insert(&mut self, name: SnapshotName, snapshot: Arc<Snapshot>) {
        self.0.insert(name, snapshot);
    }

    pub(crate) fn remove(&mut self, name: &SnapshotName) -> Result<Arc<Snapshot>, SnapshotError> {
        self.0.remove(name).ok_or(SnapshotError::Unknown)
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
