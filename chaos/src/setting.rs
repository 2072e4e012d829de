//! The simulator and the clients of a scenario, and groups of callers.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::Barrier, task::JoinSet};
use wecom_contacts::{Client, ClientBuilder, Error, Secret};
use wecom_sim::{CallRule, Fault, Request, Sim, SimBuilder, TokenDeath};

/// Starts a simulator that counts its `gettoken` calls.
pub(crate) async fn start(sim: SimBuilder) -> anyhow::Result<Sim> {
    let sim = sim.start().await?;
    // A latency of zero changes nothing and is counted. The log is unsuitable, because it drops its oldest requests.
    sim.faults().add(CallRule::new("gettoken", Fault::late(std::time::Duration::ZERO)))?;
    Ok(sim)
}

/// Returns the number of `gettoken` calls.
pub(crate) fn fetches(sim: &Sim) -> u64 {
    sim.faults().state().calls.first().map_or(0, |rule| rule.seen)
}

/// Expires the token at the next call that reads a member.
pub(crate) fn kill_token(sim: &Sim) -> anyhow::Result<()> {
    Ok(sim.faults().next("user/get", Fault::kill_token(TokenDeath::Expired))?)
}

/// Returns a client with the app's secret, which reads details.
pub(crate) fn app(sim: &Sim) -> ClientBuilder {
    Client::builder(sim.corp_id(), Secret::app(sim.agent_id(), sim.app_secret())).base_url(sim.url())
}

/// Returns a client with the contacts-sync secret (通讯录同步), which writes.
pub(crate) fn contacts(sim: &Sim) -> ClientBuilder {
    Client::builder(sim.corp_id(), Secret::contacts_sync(sim.contacts_secret())).base_url(sim.url())
}

/// Starts `callers` callers at once, each reading a member `calls` times. Returns the number of failures by error.
pub(crate) async fn crowd(client: &Client, callers: usize, calls: usize) -> BTreeMap<String, usize> {
    let start = Arc::new(Barrier::new(callers));
    let mut crowd = JoinSet::new();
    for _ in 0..callers {
        let (client, start) = (client.clone(), Arc::clone(&start));
        crowd.spawn(async move {
            start.wait().await;
            let mut errors: Vec<Error> = Vec::new();
            for _ in 0..calls {
                errors.extend(client.members().get("zhangsan").await.err());
            }
            errors
        });
    }
    let mut errors = BTreeMap::new();
    for error in crowd.join_all().await.into_iter().flatten() {
        *errors.entry(error.to_string()).or_default() += 1;
    }
    errors
}

/// Reads the simulator's log often enough that no entry is lost.
#[derive(Default)]
pub(crate) struct Log {
    last: u64,
}

impl Log {
    /// Returns the requests since the last call.
    pub(crate) fn fresh(&mut self, sim: &Sim) -> Vec<Request> {
        let mut requests = sim.requests();
        requests.retain(|request| request.number > self.last);
        self.last = requests.last().map_or(self.last, |request| request.number);
        requests
    }
}
