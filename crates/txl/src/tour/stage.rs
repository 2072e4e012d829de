//! The environment of the tour: two clients of one corp, and the control surface of the simulator.

use std::time::Duration;

use serde_json::Value;
use wecom_contacts::{AgentId, Client, DepartmentId, Secret, UserId};
use wecom_sim::Sim;

use super::{engine::unmet, inbox::Inbox};
use crate::{
    access::Simulator,
    failure::{Exit, Failure, Result},
    messages,
};

/// Pause between two queries.
pub(super) const MOMENT: Duration = Duration::from_millis(20);
/// Maximum duration of a job.
pub(super) const JOB_LIMIT: Duration = Duration::from_secs(20);

/// The simulator of the tour. It belongs to the tour, or runs elsewhere.
pub(super) struct Stage {
    /// Client of contacts sync (通讯录同步). It writes, and sees only ids.
    pub(super) contacts: Client,
    /// Client of the app (自建应用). It sees details.
    pub(super) app: Client,
    pub(super) console: Console,
    /// Receives the callbacks.
    pub(super) inbox: Inbox,
    /// Distinguishes the members of this tour from existing members and from members of other tours.
    pub(super) mark: String,
    /// The department of the tour, after its creation.
    pub(super) department: Option<DepartmentId>,
    _sim: Option<Sim>,
}

impl Stage {
    pub(super) async fn new(address: &Simulator, sim: Option<Sim>) -> Result<Self> {
        let client = |secret| {
            Client::builder(address.corp_id.as_str(), secret)
                .base_url(&address.base_url)
                // A simulator is local, so no proxy is used.
                .no_proxy()
                .log_bodies(true)
                .build()
        };
        let contacts = client(Secret::contacts_sync(&address.contacts_secret))?;
        let app = client(Secret::app(address.agent_id, &address.app_secret))?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let mark = format!("{:06x}", now.map_or(0, |now| now.as_millis()) & 0x00ff_ffff);
        Ok(Self {
            contacts,
            app,
            console: Console::new(&address.base_url)?,
            inbox: Inbox::open(&address.corp_id).await?,
            mark,
            department: None,
            _sim: sim,
        })
    }

    /// Returns the userid of a member of this tour.
    pub(super) fn userid(&self, name: &str) -> UserId {
        UserId::new(format!("tour-{}-{name}", self.mark))
    }

    /// Returns a mobile number of this tour. `number` is a digit.
    pub(super) fn mobile(&self, number: u32) -> String {
        let digits = u32::from_str_radix(&self.mark, 16).unwrap_or_default() % 10_000_000;
        format!("199{digits:07}{number}")
    }

    /// Returns the id of the app.
    pub(super) fn agent_id(&self) -> AgentId {
        self.app.agent_id().expect("the app's client has an app's secret")
    }

    /// Waits for a job of the simulator and advances its clock.
    pub(super) async fn hastened<T>(&self, job: impl Future<Output = Result<T>>) -> Result<T> {
        let hurry = async {
            loop {
                self.console.advance(10).await?;
                tokio::time::sleep(MOMENT).await;
            }
        };
        tokio::select! {
            outcome = job => outcome,
            failure = hurry => failure,
        }
    }

    /// Returns the department of the tour, which contains all its people.
    pub(super) fn department(&self) -> Result<DepartmentId> {
        self.department
            .ok_or_else(|| unmet("the department of the tour is missing: the step that creates it failed"))
    }
}

/// The control surface `/_sim/`: the clock, and the actions of an administrator in the console.
pub(super) struct Console {
    http: reqwest::Client,
    base: String,
}

impl Console {
    fn new(base_url: &str) -> Result<Self> {
        // The plain HTTP client needs a crypto provider of the process. The SDK's client has its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || reqwest::Client::builder().no_proxy();
        // An image without ca-certificates has no roots, and plain HTTP to a simulator needs none.
        let http = builder()
            .build()
            .or_else(|_| builder().tls_certs_only([]).build())
            .map_err(|error| Failure::new(messages::tour::no_http_client()).because(&error))?;
        Ok(Self { http, base: format!("{}/_sim", base_url.trim_end_matches('/')) })
    }

    /// Checks that the server is a simulator.
    pub(super) async fn must_be_there(&self) -> Result {
        let request = self.http.get(format!("{}/state", self.base));
        let state = self.send("state", request).await?;
        if state["corp_id"].is_string() {
            return Ok(());
        }
        Err(Failure::new(messages::tour::no_simulator_there()).exit(Exit::NoAnswer))
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let request = self.http.post(format!("{}/{path}", self.base));
        let request = request.header("content-type", "application/json").body(body.to_string());
        self.send(path, request).await
    }

    /// Advances the clock of the simulator.
    pub(super) async fn advance(&self, seconds: u32) -> Result {
        self.post("clock/advance", serde_json::json!({"seconds": seconds})).await?;
        Ok(())
    }

    /// Sends a request to the listener of the tour, as a third party could.
    pub(super) async fn deliver(&self, url: &str, body: String) -> Result<u16> {
        let answer = self.http.post(url).body(body).send().await;
        let answer = answer.map_err(|error| {
            Failure::new(messages::tour::listener_gives_no_answer()).because(&error.without_url())
        })?;
        Ok(answer.status().as_u16())
    }

    async fn send(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value> {
        let lost = |error: reqwest::Error| {
            Failure::new(messages::tour::console_gives_no_answer(path))
                .because(&error.without_url())
                .exit(Exit::NoAnswer)
        };
        let answer = request.send().await.map_err(lost)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(lost)?;
        match serde_json::from_slice(&body) {
            Ok(value) if status.is_success() => Ok(value),
            Ok(value) => Err(Failure::new(messages::tour::console_refuses(path, &value))),
            Err(_) => {
                Err(Failure::new(messages::tour::console_is_no_simulators(path, status)).exit(Exit::NoAnswer))
            }
        }
    }
}

/// Returns a text in a reply of the console.
pub(super) fn text_of(answer: &Value, key: &str) -> Result<String> {
    let text = answer[key].as_str();
    text.map(str::to_owned).ok_or_else(|| Failure::new(messages::tour::console_lacks(key)))
}

/// Returns a number in a reply of the console.
pub(super) fn number_of(answer: &Value, key: &str) -> Result<u32> {
    let number = answer[key].as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| Failure::new(messages::tour::console_lacks(key)))
}
