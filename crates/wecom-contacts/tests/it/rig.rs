//! A simulator and the two clients of a program that uses contacts: one that writes, one that reads.

use wecom_contacts::{Client, Secret};
use wecom_sim::{Request, Sim, SimBuilder};

pub(crate) struct Rig {
    pub(crate) sim: Sim,
    /// With the contacts-sync secret (通讯录同步): writes, and reads ids.
    pub(crate) contacts: Client,
    /// With the app's secret: reads details.
    pub(crate) app: Client,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(Sim::builder()).await
    }

    /// A corp whose secrets have the rights of before 2022.
    pub(crate) async fn legacy() -> Self {
        Self::with(Sim::builder().legacy(true)).await
    }

    pub(crate) async fn with(sim: SimBuilder) -> Self {
        let sim = sim.start().await.expect("a free port on the loopback interface");
        let client = |secret| {
            Client::builder(sim.corp_id(), secret)
                .base_url(sim.url())
                .build()
                .expect("the simulator's address is a URL")
        };
        let contacts = client(Secret::contacts_sync(sim.contacts_secret()));
        let app = client(Secret::app(sim.agent_id(), sim.app_secret()));
        Self { sim, contacts, app }
    }

    /// Has the simulator do what no API call does: a member opens a page, an administrator turns a switch.
    pub(crate) async fn control(&self, path: &str, body: serde_json::Value) -> serde_json::Value {
        let answer = reqwest::Client::new()
            .post(format!("{}/_sim/{path}", self.sim.url()))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .expect("the simulator answers");
        let text = answer.text().await.expect("the answer is whole");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    /// The last request that the server received.
    pub(crate) fn last_request(&self) -> Request {
        self.sim.requests().pop().expect("a request was sent")
    }

    /// The JSON body of the last request.
    pub(crate) fn last_body(&self) -> serde_json::Value {
        let request = self.last_request();
        serde_json::from_str(&request.body.expect("the request had a body")).expect("the body is JSON")
    }
}

/// A test that fails shows what the server saw.
impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for request in self.sim.requests() {
                eprintln!("{request:?}");
            }
        }
    }
}
