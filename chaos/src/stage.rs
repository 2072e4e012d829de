//! How large a run is, and what it is made with.

use std::path::PathBuf;

/// How large a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As the figures of `docs/reliability.md`: minutes, with the profile of the benchmarks.
    Full,
    /// For the suite: seconds, without optimisation.
    Small,
}

/// What every scenario is given.
#[derive(Clone, Debug)]
pub struct Stage {
    /// How large the run is.
    pub size: Size,
    /// The program of this crate, which is started again for the processes of a fleet.
    pub program: PathBuf,
    /// Where choices are drawn from.
    pub seed: u64,
}

impl Stage {
    /// One figure for the full run, another for the small one.
    pub fn pick<T>(&self, full: T, small: T) -> T {
        match self.size {
            Size::Full => full,
            Size::Small => small,
        }
    }
}
