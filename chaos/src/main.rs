//! The scenarios as a command.

#![expect(clippy::print_stdout, reason = "the command prints a report")]

use std::{env, process::ExitCode, time::Instant};

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use serde_json::json;
use wecom_chaos::{SCENARIOS, Size, Stage, worker};

/// Injects faults and measures how the SDK handles them
#[derive(Parser)]
#[command(name = "wecom-chaos")]
struct Arguments {
    /// Run only this scenario; can be repeated
    #[arg(long, value_name = "NAME", value_parser = SCENARIOS.iter().map(|(name, _)| *name).collect::<Vec<_>>())]
    only: Vec<String>,
    /// Run small: seconds instead of minutes
    #[arg(long)]
    small: bool,
    /// Print JSON, one line for each scenario
    #[arg(long)]
    json: bool,
    /// Seed of the random choices
    #[arg(long, default_value_t = 7)]
    seed: u64,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// One process of a fleet, started by the scenarios.
    #[command(hide = true)]
    Worker { orders: String },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.role {
        Some(Role::Worker { orders }) => worker::run(orders).await,
        None => play(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn play(arguments: &Arguments) -> Result<()> {
    let size = if arguments.small { Size::Small } else { Size::Full };
    let stage = Stage { size, program: env::current_exe()?, seed: arguments.seed };
    let mut missed = Vec::new();
    for (name, scenario) in SCENARIOS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|only| only == name) {
            continue;
        }
        let began = Instant::now();
        let report = scenario(stage.clone()).await?;
        let seconds = began.elapsed().as_secs_f64();
        if arguments.json {
            println!(
                "{}",
                json!({"scenario": name, "seed": stage.seed, "seconds": seconds, "report": report})
            );
        } else {
            println!("{name}, {seconds:.1} s, seed {}: {report}", stage.seed);
        }
        if !report.held() {
            missed.push(*name);
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    bail!("missed expectations: {}", missed.join(", "));
}
