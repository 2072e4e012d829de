//! A fleet: several clients share one access token and one budget through Redis.
//!
//! `cargo run -p wecom-contacts --features redis --example fleet_on_redis`
//!
//! It uses the Redis of `REDIS_URL`, or starts a private one. It never calls a real corp.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use wecom_contacts::{Budget, Client, Redis, Secret, tokens::RedisStore};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let sim = corp::simulator().await?;
    let url = private_servers::redis::shared_url()?;

    // In production, each client is in its own process.
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

    // The first client gets a token and stores it. The others read it from Redis.
    let tokens = sim.requests().iter().filter(|request| request.path.ends_with("gettoken")).count();
    println!("{} clients called; requests for a token: {tokens}", clients.len());
    Ok(())
}
