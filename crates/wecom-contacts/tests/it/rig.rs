//! A simulator and the two clients of a typical program: one writes, one reads.

use wecom_contacts::{Client, Secret};
use wecom_sim::{Request, Sim, SimBuilder};

pub(crate) struct Rig {
    pub(crate) sim: Sim,
    /// With the contacts-sync secret (通讯录同步): it writes, and reads ids.
    pub(crate) contacts: Client,
    /// With the secret of the app: it reads details.
    pub(crate) app: Client,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(Sim::builder()).await
    }

    /// Returns a corp whose secrets have the rights from before 2022.
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

    /// Performs an action of the simulator that no API call can do: a member opens a page, or an administrator changes
    /// a setting.
    pub(crate) async fn control(&self, path: &str, body: serde_json::Value) -> serde_json::Value {
        let answer = http()
            .post(format!("{}/_sim/{path}", self.sim.url()))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .expect("the simulator answers");
        let text = answer.text().await.expect("the answer is whole");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    /// Returns the last request that the server received.
    pub(crate) fn last_request(&self) -> Request {
        self.sim.requests().pop().expect("a request was sent")
    }

    /// Returns the JSON body of the last request.
    pub(crate) fn last_body(&self) -> serde_json::Value {
        let request = self.last_request();
        serde_json::from_str(&request.body.expect("the request had a body")).expect("the body is JSON")
    }
}

/// Returns a bare HTTP client, for what is not a call of the SDK: the simulator's control surface, and deliveries.
pub(crate) fn http() -> reqwest::Client {
    // `reqwest` requires a TLS provider even for plain HTTP. Another test may have installed one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// If a test fails, the requests of the server are printed.
impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for request in self.sim.requests() {
                eprintln!("{request:?}");
            }
        }
    }
}
