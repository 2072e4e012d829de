//! One process of a fleet: told by its parent what to call and when, over stdin and stdout, a line each way.

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

/// What a process is started with.
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
    /// Where the fleet shares its tokens.
    pub redis: String,
    /// How many callers there are.
    pub callers: usize,
    /// The client's time-out in milliseconds; a lease lives two seconds longer.
    pub timeout: u64,
    /// How many calls of an endpoint the fleet may make in a minute; the published limits unless told.
    pub per_minute: Option<u32>,
}

impl Orders {
    /// Reads members of this simulator's corp with the app's secret.
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

/// What a process is told for each round: how often each of its callers calls.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Round {
    /// Calls of each caller.
    pub calls: usize,
}

/// What came of a round.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// How often which error came.
    pub errors: BTreeMap<String, usize>,
}

/// Says that it is ready, then does a round for each line until there are no more.
///
/// # Errors
///
/// The parent is gone, or speaks another language.
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
