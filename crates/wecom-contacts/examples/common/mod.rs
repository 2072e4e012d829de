//! The corp that the examples call: a simulator in this process, or a real corp.
//!
//! With `WECOM_CORP_ID` set, the examples that only read call the real corp of `WECOM_CONTACTS_SECRET`, `WECOM_AGENT_ID` and
//! `WECOM_APP_SECRET`. Examples that write refuse a real corp.

#![allow(dead_code, reason = "each example uses a part of this module")]

use std::{env, time::Duration};

use wecom_contacts::{Client, Result, Secret};
use wecom_sim::Sim;

/// The two clients of a program that reads details and writes.
pub struct Corp {
    /// Holds the contacts-sync secret (通讯录同步): writes, and reads ids.
    pub contacts: Client,
    /// Holds an app's secret (自建应用): reads details.
    pub app: Client,
    /// Stops when it is dropped.
    pub sim: Option<Sim>,
}

impl Corp {
    /// Connects to the real corp if one is named, else starts a simulator.
    pub async fn start() -> Result<Self> {
        match env::var("WECOM_CORP_ID") {
            Ok(corp_id) => {
                let variable = |name| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
                let agent_id: u32 = variable("WECOM_AGENT_ID").parse().expect("WECOM_AGENT_ID is a number");
                Ok(Self {
                    contacts: Client::builder(
                        &corp_id,
                        Secret::contacts_sync(variable("WECOM_CONTACTS_SECRET")),
                    )
                    .build()?,
                    app: Client::builder(&corp_id, Secret::app(agent_id, variable("WECOM_APP_SECRET")))
                        .build()?,
                    sim: None,
                })
            }
            Err(_) => Self::simulated().await,
        }
    }

    /// Starts a simulator. An example that writes calls nothing else.
    pub async fn simulated() -> Result<Self> {
        assert!(
            env::var("WECOM_CORP_ID").is_err(),
            "this example writes: unset WECOM_CORP_ID to run it against a simulator"
        );
        // The clock runs, so that jobs end by themselves.
        let sim = Sim::builder().seed(30, 6, 1).running_clock(true).job_time(Duration::from_millis(50));
        let sim = sim.start().await.expect("the loopback interface has a free port");
        let client = |secret| Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
        let contacts = client(Secret::contacts_sync(sim.contacts_secret()))?;
        let app = client(Secret::app(sim.agent_id(), sim.app_secret()))?;
        Ok(Self { contacts, app, sim: Some(sim) })
    }
}
