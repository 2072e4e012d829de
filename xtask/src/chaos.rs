//! `cargo xtask chaos`: tests the SDK against faults, with the profile of the benchmarks.

use anyhow::Result;

use crate::{cargo, root, run, servers::Server};

/// Runs the scenarios with the arguments of the command (`--only NAME`, `--small`, `--json`).
pub(crate) fn run_all(arguments: impl Iterator<Item = String>) -> Result<()> {
    // The scenarios start their own servers. This call only checks that the program is installed, and installs it otherwise.
    drop(Server::redis()?);
    run(cargo()
        .args(["run", "--profile", "bench", "--quiet", "-p", "wecom-chaos", "--"])
        .args(arguments)
        .current_dir(root()))
}
