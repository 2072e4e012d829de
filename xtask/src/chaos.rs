//! `cargo xtask chaos`: what the SDK withstands, measured with the profile of the benchmarks.

use anyhow::Result;

use crate::{cargo, redis::Redis, root, run};

/// Runs the scenarios with the command's own arguments (`--only NAME`, `--small`, `--json`).
pub(crate) fn run_all(arguments: impl Iterator<Item = String>) -> Result<()> {
    // The scenarios start servers of their own, to kill; this one sees to it that the program is there.
    drop(Redis::ready()?);
    run(cargo()
        .args(["run", "--profile", "bench", "--quiet", "-p", "wecom-chaos", "--"])
        .args(arguments)
        .current_dir(root()))
}
