//! How a simulator is set up.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use crate::{
    Choices, FaultPlan, Sim,
    callback::{PATIENCE, Receiver, Target},
    clock::{Clock, Millis},
    seed::Seed,
    world::{JobSettings, World, default_world},
};

/// Builds a [`Sim`]. The defaults are today's WeCom: a contacts-sync secret (通讯录同步) that may edit and calls from a new
/// IP, so that detail reads are refused (48009), and an app (自建应用) created after 2022-06-20 that sees the whole corp.
#[derive(Clone, Debug)]
#[must_use]
pub struct SimBuilder {
    pub(crate) listen: SocketAddr,
    pub(crate) corp_id: String,
    pub(crate) contacts_secret: String,
    pub(crate) agent_id: u32,
    pub(crate) app_secret: String,
    pub(crate) legacy: bool,
    pub(crate) token_lifetime: i64,
    pub(crate) running_clock: bool,
    pub(crate) choices: Choices,
    pub(crate) seed: Option<Seed>,
    /// URL, token, `EncodingAESKey` of the contacts assistant.
    pub(crate) callback: Option<(String, String, String)>,
    pub(crate) callback_patience: Duration,
    pub(crate) jobs: JobSettings,
    pub(crate) faults: FaultPlan,
}

impl Default for SimBuilder {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            corp_id: "ww1234567890abcdef".into(),
            contacts_secret: "sim-contacts-secret".into(),
            agent_id: 1_000_002,
            app_secret: "sim-app-secret".into(),
            legacy: false,
            token_lifetime: 7200,
            running_clock: false,
            choices: Choices::default(),
            seed: None,
            callback: None,
            callback_patience: PATIENCE,
            jobs: JobSettings::default(),
            faults: FaultPlan::new(),
        }
    }
}

impl SimBuilder {
    /// Where to listen; a free port of the loopback interface unless told.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The corp's id.
    pub fn corp_id(mut self, id: impl Into<String>) -> Self {
        self.corp_id = id.into();
        self
    }

    /// The contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(mut self, secret: impl Into<String>) -> Self {
        self.contacts_secret = secret.into();
        self
    }

    /// The app and its secret.
    pub fn app(mut self, agent_id: u32, secret: impl Into<String>) -> Self {
        (self.agent_id, self.app_secret) = (agent_id, secret.into());
        self
    }

    /// Gives both secrets the rights of before 2022: the contacts-sync secret reads details, the app sees sensitive fields.
    pub fn legacy(mut self, on: bool) -> Self {
        self.legacy = on;
        self
    }

    /// How long tokens live, in seconds; 7200 unless told.
    pub fn token_lifetime(mut self, seconds: i64) -> Self {
        self.token_lifetime = seconds;
        self
    }

    /// Lets the clock move by itself, as in the command; otherwise it moves only by [`Sim::advance`].
    pub fn running_clock(mut self, on: bool) -> Self {
        self.running_clock = on;
        self
    }

    /// How long an asynchronous job (异步任务) takes on the simulator's clock, whatever its size; 200 ms unless told.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.jobs.time = Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX >> 8);
        self
    }

    /// The smallest `block_size` of an export, 10,000 unless told, so that a small corp can have files of several blocks.
    pub fn smallest_export_block(mut self, rows: u32) -> Self {
        self.jobs.smallest_block = rows.max(1).into();
        self
    }

    /// Says how to behave where the real server is not verified.
    pub fn choices(mut self, choices: Choices) -> Self {
        self.choices = choices;
        self
    }

    /// Fills the corp with invented people instead of the small default, equal for equal arguments; see [`Sim::seed`].
    pub fn seed(mut self, members: u32, departments: u32, seed: u64) -> Self {
        self.seed = Some(Seed { members, departments, seed });
        self
    }

    /// Where contacts events are delivered (通讯录同步 > 设置接收事件服务器). The URL is verified once the simulator runs; it is
    /// kept even if that fails, with a warning in the log.
    pub fn callback(
        mut self,
        url: impl Into<String>,
        token: impl Into<String>,
        encoding_aes_key: impl Into<String>,
    ) -> Self {
        self.callback = Some((url.into(), token.into(), encoding_aes_key.into()));
        self
    }

    /// How long a callback URL has to answer, in real time; five seconds unless told, as WeCom waits.
    pub fn callback_patience(mut self, patience: Duration) -> Self {
        self.callback_patience = patience;
        self
    }

    /// What goes wrong from the start, and again after a reset; nothing unless told. [`Sim::faults`] changes it at run time.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on; the seed, the callback or the faults cannot be taken (`InvalidInput`).
    pub async fn start(self) -> io::Result<Sim> {
        Sim::serve(self).await
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::new(self.running_clock)
    }

    /// The world as it begins, and begins again after a reset.
    pub(crate) fn world(&self, now: Millis) -> io::Result<World> {
        let invalid = |error: String| io::Error::new(io::ErrorKind::InvalidInput, error);
        let mut world = default_world(self, now);
        if let Some(seed) = self.seed {
            world.sow(0, seed, now).map_err(|error| invalid(error.to_string()))?;
        }
        if let Some((url, token, key)) = &self.callback {
            let target = Target::new(url, token, key).map_err(|error| invalid(error.to_string()))?;
            world.set_callback(0, Receiver::Contacts, Some(target));
        }
        Ok(world)
    }
}
