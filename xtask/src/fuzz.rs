//! `cargo xtask fuzz`: runs every target of `fuzz/` in turn, from the seeds and the stored corpus.

use std::{
    fs,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{cargo, root, run};

/// Default duration of a target in seconds.
const DEFAULT_SECONDS: u32 = 620;
const MEMORY_LIMIT: &str = "-rss_limit_mb=2048";
/// Maximum seconds for one input; the slowest inputs take milliseconds.
const TIME_LIMIT: &str = "-timeout=10";

const INSTALL: &str = "fuzzing needs a nightly compiler and cargo-fuzz; install them with\n  \
     rustup toolchain install nightly --profile minimal\n  \
     cargo install cargo-fuzz --locked";

/// Runs each target for this number of seconds. The first failure ends the run.
pub(crate) fn run_all(seconds: Option<String>) -> Result<()> {
    let seconds = match seconds {
        None => DEFAULT_SECONDS,
        Some(text) => text.parse().with_context(|| format!("invalid number of seconds: {text}"))?,
    };
    let answers = |arguments: &[&str]| {
        let asked =
            Command::new("cargo").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    if !answers(&["+nightly", "fuzz", "--version"]) {
        bail!(INSTALL);
    }
    let targets = targets()?;
    for target in &targets {
        let work = format!("fuzz/work/{target}");
        let mut seeds = cargo();
        run(seeds
            .args(["run", "--quiet", "-p", "wecom-fuzz-targets", "--", target, &work])
            .current_dir(root()))?;
        eprintln!("\n== {target}, {seconds} s");
        // New inputs go to the first folder. Sanitizers are off, because the code is safe Rust and runs three times
        // as fast without them.
        run(Command::new("cargo")
            .args(["+nightly", "fuzz", "run", "--sanitizer", "none", target])
            .args([&work, &format!("fuzz/corpus/{target}"), "--"])
            .args([&format!("-max_total_time={seconds}"), MEMORY_LIMIT, TIME_LIMIT, "-print_final_stats=1"])
            .args([&format!("-dict=fuzz/dictionaries/{target}.dict"), "-max_len=8192", "-verbosity=0"])
            .current_dir(root()))?;
    }
    eprintln!("\n{} targets, {seconds} s each, no failure", targets.len());
    Ok(())
}

/// Returns the names of the targets, which are the names of their files.
fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for file in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let name = file?.file_name().to_string_lossy().into_owned();
        targets.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    targets.sort();
    Ok(targets)
}
