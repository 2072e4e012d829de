//! One process of a fleet: told by its parent what to call and when, over stdin and stdout, a line each way.

use std::{
    collections::BTreeMap,
    io::{BufRead, Write, stdin, stdout},
    time::Duration,
};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use wecom_contacts::{Client, Secret, tokens::RedisStore};

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
    let client = Client::builder(orders.corp_id, Secret::app(orders.agent_id, orders.secret))
        .base_url(orders.url)
        .timeout(Duration::from_millis(orders.timeout))
        .token_store(RedisStore::open(&orders.redis)?)
        .build()?;
    writeln!(stdout(), "ready")?;
    for line in stdin().lock().lines() {
        let round: Round = serde_json::from_str(&line?)?;
        let errors = crowd(&client, orders.callers, round.calls).await;
        writeln!(stdout(), "{}", serde_json::to_string(&Outcome { errors })?)?;
    }
    Ok(())
}
