//! Runs the whole suite and prints a summary of what ran.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{browser, cargo, foreign, prose, recordings, servers::Server};

/// Runs all tests that are possible on this machine. The summary lists the rest.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    let servers = [Server::redis()?, Server::postgres()?];
    let browser = browser::provide()?;
    let counts = cargo_test(&servers)?;
    let foreign = foreign::run()?;
    eprintln!();
    prose::warn();
    eprintln!("\ncargo test: {} tests passed, {} ignored", counts.passed, counts.ignored);
    for server in &servers {
        eprintln!("{}: {}", server.product, server.which);
    }
    eprintln!("pages were opened in {browser}");
    foreign.finish()?;
    recordings::check(false)?;
    eprintln!("the whole suite took {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: usize,
    ignored: usize,
}

impl Counts {
    /// Adds the numbers of a line like `test result: ok. 6 passed; 0 failed; 1 ignored; 0 measured; …`; other lines
    /// are ignored.
    fn add(&mut self, line: &str) {
        let Some((_, figures)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for figure in figures.split("; ") {
            match figure.split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "ignored")) => self.ignored += count.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

fn cargo_test(servers: &[Server]) -> Result<Counts> {
    let mut process = cargo()
        .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        .envs(servers.iter().map(|server| (server.variable, &server.url)))
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let mut counts = Counts::default();
    for line in BufReader::new(process.stdout.take().context("cargo test has no stdout")?).split(b'\n') {
        // The output of a test may contain bytes that are not UTF-8.
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        counts.add(&line);
    }
    let status = process.wait()?;
    if !status.success() {
        bail!("cargo test ended with {status}");
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_programs_are_added() {
        let mut counts = Counts::default();
        for line in [
            "running 7 tests",
            "test result: ok. 6 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.14s",
            "",
            "test result: ok. 30 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            counts.add(line);
        }
        assert_eq!(counts, Counts { passed: 36, ignored: 1 });
    }
}
