//! The corp that the examples call: a simulator in this process, or a real corp.
//!
//! Examples that only read call a real corp if `WECOM_CORP_ID` is set. They then need `WECOM_CONTACTS_SECRET`,
//! `WECOM_AGENT_ID` and `WECOM_APP_SECRET` as well. All other examples use the simulator and refuse to run with a real
//! corp.

#![allow(dead_code, reason = "each example uses a part of this module")]

use std::{
    env::{self, VarError},
    error::Error,
    fmt,
    time::Duration,
};

use wecom_contacts::{Client, Secret};
use wecom_sim::Sim;

/// The two clients of a program that reads details and writes.
pub(crate) struct Corp {
    /// Has the contacts-sync secret (通讯录同步): writes, and reads ids.
    pub(crate) contacts: Client,
    /// Has an app's secret (自建应用): reads details.
    pub(crate) app: Client,
    /// The simulator stops when it is dropped.
    sim: Option<Sim>,
}

impl Corp {
    /// Returns the real corp of the environment, or a simulated one if `WECOM_CORP_ID` is not set.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let Some(corp_id) = variable("WECOM_CORP_ID")? else { return Self::simulated().await };
        let contacts_secret = required("WECOM_CONTACTS_SECRET")?;
        let agent_id: u32 = required("WECOM_AGENT_ID")?
            .parse()
            .map_err(|_| Failure::new("WECOM_AGENT_ID must be a number, such as 1000002"))?;
        let app_secret = required("WECOM_APP_SECRET")?;
        Ok(Self {
            contacts: Client::builder(&corp_id, Secret::contacts_sync(contacts_secret)).build()?,
            app: Client::builder(&corp_id, Secret::app(agent_id, app_secret)).build()?,
            sim: None,
        })
    }

    /// Starts a simulated corp.
    pub(crate) async fn simulated() -> Result<Self, Failure> {
        let sim = simulator().await?;
        let client = |secret| Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
        let contacts = client(Secret::contacts_sync(sim.contacts_secret()))?;
        let app = client(Secret::app(sim.agent_id(), sim.app_secret()))?;
        Ok(Self { contacts, app, sim: Some(sim) })
    }
}

/// Starts a simulator for an example that never calls a real corp.
pub(crate) async fn simulator() -> Result<Sim, Failure> {
    if variable("WECOM_CORP_ID")?.is_some() {
        return Err(Failure::new(
            "this example uses the simulator only and refuses a real corp; unset WECOM_CORP_ID to run it",
        ));
    }
    // The clock runs, so that jobs finish without help.
    let sim = Sim::builder().seed(30, 6, 1).running_clock(true).job_time(Duration::from_millis(50));
    Ok(sim.start().await?)
}

/// Returns a variable of the environment. An empty one counts as not set.
fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::new(format!("{name} is not valid UTF-8"))),
    }
}

fn required(name: &str) -> Result<String, Failure> {
    variable(name)?.ok_or_else(|| {
        Failure::new(format!("{name} is not set; it is required because WECOM_CORP_ID names a real corp"))
    })
}

/// The error of an example. `main` prints the `Debug` of its error; this one is the text with its causes.
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self(text)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
