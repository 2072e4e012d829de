//! The tasks of this workspace that need more than one cargo command: `cargo xtask test`.

mod browser;
mod chaos;
mod clients;
mod dist;
mod file_server;
mod first_call;
mod foreign;
mod fuzz;
mod install;
mod java;
mod package;
mod prose;
mod public_api;
mod recordings;
mod report;
mod servers;
mod site;
mod suite;
#[cfg(test)]
mod workspace;

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
Run a task of the wecom-contacts workspace.

  cargo xtask test      Run the whole suite: all crates, the examples of the documentation, and the SDKs of other
                        projects against the simulator. The summary lists the parts that could not run. Uses the
                        Redis of REDIS_URL and the PostgreSQL of TXL_TEST_DATABASE_URL; otherwise starts private
                        ones, and installs them if they are missing. Pages are opened in a headless Chromium, which
                        is installed in the same way
  cargo xtask foreign   Run only the SDKs of other projects against the simulator
  cargo xtask public-api
                        Compare the public items of the crates with docs/public-api; `--write` updates the listings
  cargo xtask package   Package and build the published crates like `cargo publish`, and check the contents
  cargo xtask dist      Build the distributed binary (static on Linux) and its packages into target/dist, with
                        SHA256SUMS; takes minutes. `--quick` builds without optimisation into target/dist-quick
  cargo xtask test-clients
                        Install every package and use it, and run the suites of clients/*; `test-clients NAME` runs
                        one. Builds the binary as `dist --quick` does, or takes the one of TXL_BINARY
  cargo xtask release-check
                        List what prevents a release: placeholders of packaging/publisher.toml, and `release-check
                        TAG` also a tag that is not the version
  cargo xtask site      Check the links of all Markdown files, and build the documentation as a website in target/site
  cargo xtask recordings
                        Compare docs/pictures and the pages of error codes with what `txl` prints; `--write` updates them.
                        Builds `txl`, or takes the one of TXL_BINARY
  cargo xtask pictures  Take the pictures of the simulator's page for docs/pictures, in a headless Chromium
  cargo xtask prose     List idioms that are hard to read in documents, help texts and rustdoc; never fails
  cargo xtask fuzz      Run every fuzz target from the stored corpus, 620 s each; `fuzz 60` sets the seconds.
                        Needs a nightly compiler and cargo-fuzz
  cargo xtask chaos     Run the fault scenarios (some minutes) and print expected and measured values;
                        options: `--only NAME`, `--small`, `--json`
";

fn main() -> ExitCode {
    if let Some(outcome) = public_api::run_as_rustdoc() {
        return if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let task = env::args().nth(1);
    let outcome = match task.as_deref() {
        Some("test") => suite::run(),
        Some("foreign") => foreign::run().and_then(|report| report.finish()),
        Some("chaos") => chaos::run_all(env::args().skip(2)),
        Some("public-api") => public_api::check(env::args().nth(2).as_deref() == Some("--write")),
        Some("pictures") => browser::take_pictures(),
        Some("prose") => {
            prose::warn();
            Ok(())
        }
        Some("package") => package::check(),
        Some("dist") => {
            let quick = env::args().nth(2).as_deref() == Some("--quick");
            dist::build(if quick { dist::Build::Quick } else { dist::Build::Published }).map(drop)
        }
        Some("release-check") => dist::release_check(env::args().nth(2).as_deref()),
        Some("test-clients") => clients::test(env::args().nth(2).as_deref()),
        Some("recordings") => recordings::check(env::args().nth(2).as_deref() == Some("--write")),
        Some("site") => site::build(),
        Some("fuzz") => fuzz::run_all(env::args().nth(2)),
        Some("help" | "--help" | "-h") => {
            eprint!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the cargo that runs this task.
fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace's root").to_owned()
}

/// Returns cargo's folder for build output.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
