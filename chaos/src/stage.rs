//! The size of a run and its environment.

use std::path::PathBuf;

/// The size of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The size for the figures of `docs/reliability.md`: minutes, with the profile of the benchmarks.
    Full,
    /// The size for the suite: seconds, in a debug build.
    Small,
}

/// The arguments of every scenario.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The size of the run.
    pub size: Size,
    /// The program of this crate, which is also started for the processes of a fleet.
    pub program: PathBuf,
    /// Seed of the random choices.
    pub seed: u64,
}

impl Stage {
    /// Returns one value for the full run and another for the small one.
    pub fn pick<T>(&self, full: T, small: T) -> T {
        match self.size {
            Size::Full => full,
            Size::Small => small,
        }
    }
}
