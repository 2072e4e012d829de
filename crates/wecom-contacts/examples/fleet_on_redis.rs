//! A fleet: several clients share one access token and one budget through Redis.
//!
//! `cargo run -p wecom-contacts --features redis --example fleet_on_redis`
//!
//! It uses the Redis of `REDIS_URL`, or starts a private one.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod common;

use std::error::Error;

use wecom_contacts::{Budget, Client, Redis, Secret, tokens::RedisStore};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let corp = common::Corp::simulated().await?;
    let sim = corp.sim.as_ref().expect("the corp is simulated");
    let url = private_redis::shared_url()?;

    // Each of these could be a process on a machine of its own.
    let redis = Redis::open(&url)?;
    let clients: Vec<Client> = (0..4)
        .map(|_| {
            Client::builder(sim.corp_id(), Secret::app(sim.agent_id(), sim.app_secret()))
                .base_url(sim.url())
                .token_store(RedisStore::new(redis.clone()))
                .budget(Budget::shared(redis.clone()))
                .build()
        })
        .collect::<Result<_, _>>()?;
    let calls = clients.iter().map(|client| async move { client.departments().list().await });
    futures_util::future::try_join_all(calls).await?;

    // The token of an earlier run may be in the Redis still.
    let tokens = sim.requests().iter().filter(|request| request.path.ends_with("gettoken")).count();
    println!("{} clients called, {tokens} gettoken", clients.len());
    assert!(tokens <= 1);
    Ok(())
}
