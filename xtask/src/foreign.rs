//! Runs SDKs of other projects against `txl sim`. Their requests are independent of our code.
//!
//! Each client is a folder of `tests/foreign/` with a program. The program gets the simulator's ready line in the
//! environment variable `TXL_SIM_READY`, prints one line for each call, and exits with 0 only if all results are as
//! expected. A client whose language or package is missing is reported as not run. The programs of the page "The first call",
//! and the test for `JUnit` of the page "Testing with the simulator", run in the same way.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    cargo, first_call,
    java::Java,
    report::{Outcome, Report},
    root, run as must, target,
};

/// Runs every foreign client.
pub(crate) fn run() -> Result<Report> {
    must(cargo().args(["build", "--package", "txl"]))?;
    let mut report = Report::of("foreign client");
    report.add("wechatpy (Python)", wechatpy()?);
    report.add("silenceper/wechat (Go)", silenceper()?);
    // The clients above have made the Python environment and filled the module cache.
    let python = target().join("foreign/wechatpy/bin/python");
    let java = Java::find()?;
    let sim = Sim::start(&[])?;
    for runner in first_call::runners(&python.to_string_lossy(), java.as_ref().ok()) {
        report.add(format!("first call ({})", runner.name), runner.run(&sim.ready)?);
    }
    match java {
        Ok(java) => report.add("JUnit", java.junit()?),
        Err(reason) => {
            report.add("first call (Java)", Outcome::NotRun(reason.clone()));
            report.add("JUnit", Outcome::NotRun(reason));
        }
    }
    Ok(report)
}

fn wechatpy() -> Result<Outcome> {
    let folder = root().join("tests/foreign/wechatpy");
    let venv = target().join("foreign/wechatpy");
    let python = venv.join("bin/python");
    if !python.exists() {
        if !quietly(Command::new("python3").arg("--version")) {
            return Ok(Outcome::NotRun("python3 is not installed".into()));
        }
        if !quietly(Command::new("python3").args(["-m", "venv"]).arg(&venv)) {
            fs::remove_dir_all(&venv).ok();
            return Ok(Outcome::NotRun(
                "python3 has no venv module (Debian: apt-get install python3-venv)".into(),
            ));
        }
    }
    let requirements = folder.join("requirements.txt");
    if !quietly(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements),
    ) {
        return Ok(Outcome::NotRun("pip cannot install its requirements.txt (no package index?)".into()));
    }
    // This client uses one secret for all calls, so it needs the permissions from before 2022.
    let sim = Sim::start(&["--legacy"])?;
    client(Command::new(&python).arg(folder.join("run.py")), &sim)
}

fn silenceper() -> Result<Outcome> {
    let folder = root().join("tests/foreign/silenceper");
    if !quietly(Command::new("go").arg("version")) {
        return Ok(Outcome::NotRun("go is not installed".into()));
    }
    let program = target().join("foreign/silenceper");
    if !quietly(Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(&folder)) {
        return Ok(Outcome::NotRun("go cannot build it (no module proxy, or Go too old?)".into()));
    }
    let sim = Sim::start(&[])?;
    client(&mut Command::new(&program), &sim)
}

/// Runs the program of a client and counts its output lines.
fn client(command: &mut Command, sim: &Sim) -> Result<Outcome> {
    let output = command
        .env("TXL_SIM_READY", &sim.ready)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    eprint!("{printed}");
    if output.status.success() {
        let calls = printed.lines().filter(|line| line.starts_with("ok ")).count();
        Ok(Outcome::Passed(format!("{calls} calls, all as expected")))
    } else {
        Ok(Outcome::Failed(format!("its program ended with {}", output.status)))
    }
}

/// A separate `txl sim` for one client.
struct Sim {
    process: Child,
    ready: String,
}

impl Sim {
    fn start(flags: &[&str]) -> Result<Self> {
        let mut process = Command::new(target().join("debug/txl"))
            .args(["sim", "--listen", "127.0.0.1:0"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start txl sim")?;
        let mut ready = String::new();
        let stdout = process.stdout.take().context("txl sim has no stdout")?;
        BufReader::new(stdout).read_line(&mut ready)?;
        if ready.trim().is_empty() {
            process.kill().ok();
            bail!("txl sim printed no ready line");
        }
        Ok(Self { process, ready: ready.trim().to_owned() })
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // The process may already have ended, so an error has no consequence.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn quietly(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
