//! The clients, from the settings.

use std::net::SocketAddr;

use anyhow::Context;
use wecom_contacts::{
    Client, Secret,
    callback::{CallbackToken, EncodingAesKey, Receiver},
};
use wecom_sim::Sim;

use crate::{AppState, Settings, Source, settings::CallbackSettings};

/// The token of the simulator's callback URL. The key is random.
const SIM_TOKEN: &str = "httpdemo";

impl Settings {
    /// Returns the state for these settings and, by default, the simulator that it calls. The simulator stops when it is dropped.
    ///
    /// The simulator listens on the port after [`listen`](Self::listen). `callback_url` is where the simulator sends its callbacks. The server at this URL has four seconds to start.
    ///
    /// # Errors
    ///
    /// If a value cannot be used, or the simulator cannot start.
    pub async fn start(self, callback_url: &str) -> anyhow::Result<(AppState, Option<Sim>)> {
        let (state, sim) = match self.source {
            Source::Sim => {
                let (state, sim) = simulated(beside(self.listen), callback_url).await?;
                (state, Some(sim))
            }
            Source::Real { corp_id, contacts_secret, agent_id, app_secret, base_url, callback } => {
                let secrets = [Secret::contacts_sync(contacts_secret.0), Secret::app(agent_id, app_secret.0)];
                let state = state(&corp_id, secrets, base_url.as_deref())?;
                (with_callback(state, &corp_id, callback)?, None)
            }
        };
        let state = match self.key {
            Some(key) => state.key(&key.0).context("HTTP_DEMO_KEY cannot be used")?,
            None => state,
        };
        Ok((state, sim))
    }
}

/// Where the simulator listens: the next port, or any free port if the server does so too.
fn beside(listen: SocketAddr) -> SocketAddr {
    let port = if listen.port() == 0 { 0 } else { listen.port().wrapping_add(1) };
    SocketAddr::new(listen.ip(), port)
}

async fn simulated(listen: SocketAddr, callback_url: &str) -> anyhow::Result<(AppState, Sim)> {
    let key = EncodingAesKey::generate()?;
    let sim = Sim::builder()
        .listen(listen)
        .running_clock(true)
        .callback(callback_url, SIM_TOKEN, key.expose())
        .start()
        .await
        .with_context(|| {
            format!("the simulator cannot listen on {listen}; HTTP_DEMO_LISTEN names another port, and the simulator takes the next")
        })?;
    let secrets =
        [Secret::contacts_sync(sim.contacts_secret()), Secret::app(sim.agent_id(), sim.app_secret())];
    let receiver = Receiver::new(sim.corp_id(), CallbackToken::new(SIM_TOKEN), key);
    let state = state(sim.corp_id(), secrets, Some(sim.url()))?.callback(receiver);
    Ok((state, sim))
}

fn state(corp_id: &str, secrets: [Secret; 2], base_url: Option<&str>) -> anyhow::Result<AppState> {
    let client = |secret| {
        let builder = Client::builder(corp_id, secret);
        let builder = match base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        };
        builder.build()
    };
    let [contacts, app] = secrets;
    Ok(AppState::new(client(contacts)?, client(app)?))
}

fn with_callback(
    state: AppState,
    corp_id: &str,
    callback: Option<CallbackSettings>,
) -> anyhow::Result<AppState> {
    let Some(CallbackSettings { token, aes_key }) = callback else { return Ok(state) };
    let key: EncodingAesKey = aes_key.0.parse().context("WECOM_CALLBACK_AES_KEY cannot be used")?;
    Ok(state.callback(Receiver::new(corp_id, CallbackToken::new(token.0), key)))
}
