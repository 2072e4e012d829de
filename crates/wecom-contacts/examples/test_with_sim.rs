//! Testing your own program with the simulator: its corp, a fault, and the requests that it received.
//!
//! `cargo run -p wecom-contacts --example test_with_sim`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;

use wecom_contacts::{Client, Result, Secret};
use wecom_sim::{Fault, Sim};

/// The program under test: it greets a member by name.
async fn greeting(client: &Client, userid: &str) -> Result<String> {
    let member = client.members().get(userid).await?;
    Ok(format!("您好，{}", member.name.unwrap_or("同事".to_owned())))
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    // Each test starts its own simulator, with its own corp, clock and port.
    let sim = Sim::start().await;
    let client = Client::builder(sim.corp_id(), Secret::app(sim.agent_id(), sim.app_secret()))
        .base_url(sim.url())
        .build()?;

    println!("{}", greeting(&client, "zhangsan").await?);

    // The server is busy once. The SDK retries the call, because it certainly did not run.
    sim.faults().next("user/get", Fault::errcode(-1))?;
    println!("{}", greeting(&client, "zhangsan").await?);

    let calls = sim.requests().iter().filter(|request| request.path.ends_with("user/get")).count();
    println!("user/get was called {calls} times");
    Ok(())
}
