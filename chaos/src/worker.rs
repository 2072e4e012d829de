//! One process of a fleet. Its parent controls it over stdin and stdout, one line each way.

use std::{
    collections::BTreeMap,
    io::{BufRead, Write, stdin, stdout},
    time::Duration,
};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wecom_contacts::{Budget, Client, Limits, Redis, RetryPolicy, Secret, tokens::RedisStore};
use wecom_sim::Sim;

use crate::setting::crowd;

/// The arguments of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Orders {
    /// Base URL of the simulator.
    pub url: String,
    /// The corp.
    pub corp_id: String,
    /// The app.
    pub agent_id: u32,
    /// The app's secret.
    pub secret: String,
    /// URL of the Redis that the fleet shares.
    pub redis: String,
    /// Number of callers.
    pub callers: usize,
    /// The client's timeout in milliseconds. A lease is valid two seconds longer.
    pub timeout: u64,
    /// Maximum calls of an endpoint by the fleet in a minute. Defaults to the published limits.
    pub per_minute: Option<u32>,
}

impl Orders {
    /// Creates the orders to read members of this simulator's corp with the app's secret.
    pub(crate) fn new(sim: &Sim, redis: String, callers: usize) -> Self {
        Self {
            url: sim.url().to_owned(),
            corp_id: sim.corp_id().to_owned(),
            agent_id: sim.agent_id(),
            secret: sim.app_secret().to_owned(),
            redis,
            callers,
            timeout: 10_000,
            per_minute: None,
        }
    }
}

/// The arguments of one round.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Round {
    /// Calls of each caller.
    pub calls: usize,
}

/// The result of a round.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Number of failures by error.
    pub errors: BTreeMap<String, usize>,
}

/// Reports that the process is ready, then runs a round for each line of stdin.
///
/// # Errors
///
/// Returns an error if the parent has ended, or if a line is invalid.
pub async fn run(orders: &str) -> Result<()> {
    let orders: Orders = serde_json::from_str(orders)?;
    let redis = Redis::open(&orders.redis)?;
    let mut client = Client::builder(orders.corp_id, Secret::app(orders.agent_id, orders.secret))
        .base_url(orders.url)
        .timeout(Duration::from_millis(orders.timeout))
        .token_store(RedisStore::new(redis.clone()));
    if let Some(calls) = orders.per_minute {
        let limits = Limits::unlimited().per_minute(calls);
        client =
            client.budget(Budget::builder().each(limits).shared(redis).build()?).retry(RetryPolicy::none());
    }
    let client = client.build()?;
    writeln!(stdout(), "ready")?;
    for line in stdin().lock().lines() {
        let round: Round = serde_json::from_str(&line?)?;
        let errors = crowd(&client, orders.callers, round.calls).await;
        writeln!(stdout(), "{}", serde_json::to_string(&Outcome { errors })?)?;
    }
    Ok(())
}
