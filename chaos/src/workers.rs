//! The parent's side of a fleet.

use std::process::Stdio;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{
    Stage,
    worker::{Orders, Outcome, Round},
};

/// One process, which is killed when dropped.
pub(crate) struct Worker {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    async fn start(stage: &Stage, orders: &Orders) -> Result<Self> {
        let mut process = Command::new(&stage.program)
            .args(["worker", &serde_json::to_string(orders)?])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", stage.program.display()))?;
        let input = process.stdin.take().context("a piped stdin")?;
        let output = process.stdout.take().context("a piped stdout")?;
        let mut worker = Self { process, input, output: BufReader::new(output).lines() };
        worker.line().await?;
        Ok(worker)
    }

    /// Starts a round.
    pub(crate) async fn begin(&mut self, calls: usize) -> Result<()> {
        let line = serde_json::to_string(&Round { calls })?;
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    /// Waits for the end of the round. Returns the number of failed calls.
    pub(crate) async fn end(&mut self) -> Result<usize> {
        let outcome: Outcome = serde_json::from_str(&self.line().await?)?;
        for (error, count) in &outcome.errors {
            eprintln!("{count} × {error}");
        }
        Ok(outcome.errors.values().sum())
    }

    /// Kills the process (SIGKILL).
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    async fn line(&mut self) -> Result<String> {
        self.output.next_line().await?.context("a process of the fleet ended early")
    }
}

/// Starts `processes` processes and waits until all are ready.
pub(crate) async fn fleet(stage: &Stage, orders: &Orders, processes: usize) -> Result<Vec<Worker>> {
    try_join_all((0..processes).map(|_| Worker::start(stage, orders))).await
}

/// Runs one round in all processes. Returns the number of failed calls.
pub(crate) async fn round(fleet: &mut [Worker], calls: usize) -> Result<usize> {
    begin(fleet, calls).await?;
    end(fleet).await
}

/// Starts a round in all processes.
pub(crate) async fn begin(fleet: &mut [Worker], calls: usize) -> Result<()> {
    try_join_all(fleet.iter_mut().map(|worker| worker.begin(calls))).await.map(drop)
}

/// Waits for the end of a round. Returns the number of failed calls.
pub(crate) async fn end(fleet: &mut [Worker]) -> Result<usize> {
    Ok(try_join_all(fleet.iter_mut().map(Worker::end)).await?.into_iter().sum())
}
