//! `cargo xtask chaos`: tests against faults. The scenarios of the SDK run with the profile of the benchmarks. Those of the directory
//! are tests of the suite in their full form.

use anyhow::{Context as _, Result, bail};

use crate::{cargo, root, run, servers::Server};

/// A scenario of the directory: its name for `--only`, the package, and the filter of its tests.
const DIRECTORY: &[(&str, &str, &str)] = &[
    ("kills", "txl", "apply_kills::"),
    ("faults", "wecom-directory", "faults::"),
    ("busy", "wecom-directory", "busy::"),
];

/// Runs the scenarios with the arguments of the command (`--only NAME`, `--small`, `--seed N`, `--json`).
pub(crate) fn run_all(arguments: impl Iterator<Item = String>) -> Result<()> {
    let arguments = Arguments::of(arguments)?;
    if arguments.only.is_empty() || !arguments.of_sdk.is_empty() {
        // The scenarios start their own servers. This call only checks that the program is installed, and installs it otherwise.
        drop(Server::redis()?);
        run(cargo()
            .args(["run", "--profile", "bench", "--quiet", "-p", "wecom-chaos", "--"])
            .args(&arguments.rest)
            .args(arguments.of_sdk.iter().flat_map(|name| ["--only", name]))
            .current_dir(root()))?;
    }
    let is_wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    let mut missed = Vec::new();
    for (name, package, filter) in DIRECTORY.iter().filter(|(name, ..)| is_wanted(name)) {
        let mut command = cargo();
        command
            .args(["test", "--quiet", "-p", package, "--all-features", "--test", "it", filter, "--"])
            .args(["--nocapture", "--test-threads", "1"])
            .env("TXL_TEST_CHAOS", if arguments.is_small { "0" } else { "1" })
            .current_dir(root());
        if let Some(seed) = &arguments.seed {
            command.env("TXL_TEST_SEED", seed);
        }
        if run(&mut command).is_err() {
            missed.push(*name);
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    bail!("missed expectations: {}", missed.join(", "));
}

#[derive(Default)]
struct Arguments {
    /// The scenarios that are named. Empty: all.
    only: Vec<String>,
    /// Those of them that are none of the directory.
    of_sdk: Vec<String>,
    is_small: bool,
    seed: Option<String>,
    /// The arguments without `--only`.
    rest: Vec<String>,
}

impl Arguments {
    fn of(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut read = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--only" => {
                    let name = value()?;
                    if !DIRECTORY.iter().any(|(known, ..)| *known == name) {
                        read.of_sdk.push(name.clone());
                    }
                    read.only.push(name);
                }
                "--seed" => {
                    let seed = value()?;
                    read.rest.extend(["--seed".to_owned(), seed.clone()]);
                    read.seed = Some(seed);
                }
                _ => {
                    read.is_small |= argument == "--small";
                    read.rest.push(argument);
                }
            }
        }
        Ok(read)
    }
}
