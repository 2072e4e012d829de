//! How a simulator is set up.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::{
    callback::client::ANSWER_TIMEOUT,
    clock::{Clock, Millis, millis},
    faults::FaultRules,
    large_files,
    outgoing::Allowed,
    rates::Rates,
    seed::Seed,
    world::{
        Choices, World, WorldSettings,
        callback::{Receiver, Target},
        default_world,
    },
};

const SHORTEST_TOKEN: Millis = 1_000;
/// A century.
const LONGEST_TOKEN: Millis = 3_155_760_000_000;
/// A token of two hours lives for less than a tenth of a second then.
const FASTEST: f64 = 100_000.0;

/// Builds a [`Sim`](crate::Sim). The defaults are today's WeCom: a contacts-sync secret (通讯录同步) that may edit and calls from a new
/// IP, so that detail reads are refused (48009), and an app (自建应用) created after 2022-06-20 that sees the whole corp.
#[derive(Clone)]
#[must_use]
pub struct SimBuilder {
    pub(crate) listen: SocketAddr,
    pub(crate) world: WorldSettings,
    /// Virtual seconds per real one; `None` for a clock that stands still.
    pub(crate) clock_speed: Option<f64>,
    pub(crate) seed: Option<Seed>,
    /// URL, token, `EncodingAESKey` of the contacts assistant.
    pub(crate) callback: Option<(String, String, String)>,
    pub(crate) callback_timeout: Duration,
    pub(crate) faults: FaultRules,
    pub(crate) rates: Rates,
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) allow_outgoing: Vec<String>,
    /// How long a client may take for a head.
    pub(crate) client_timeout: Duration,
    /// `None`: where the platform has its temporary files.
    spool_dir: Option<PathBuf>,
}

/// Without the secrets.
impl fmt::Debug for SimBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimBuilder")
            .field("listen", &self.listen)
            .field("corp_id", &self.world.corp_id)
            .field("agent_id", &self.world.agent_id)
            .field("clock_speed", &self.clock_speed)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Default for SimBuilder {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            world: WorldSettings::default(),
            clock_speed: None,
            seed: None,
            callback: None,
            callback_timeout: ANSWER_TIMEOUT,
            faults: FaultRules::new(),
            rates: Rates::default(),
            allow_hosts: Vec::new(),
            allow_outgoing: Vec::new(),
            client_timeout: Duration::from_secs(30),
            spool_dir: None,
        }
    }
}

impl SimBuilder {
    /// Where to listen. Defaults to a free port of the loopback interface.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The corp's id.
    pub fn corp_id(mut self, id: impl Into<String>) -> Self {
        self.world.corp_id = id.into();
        self
    }

    /// The contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(mut self, secret: impl Into<String>) -> Self {
        self.world.contacts_secret = secret.into();
        self
    }

    /// The app and its secret.
    pub fn app(mut self, agent_id: u32, secret: impl Into<String>) -> Self {
        (self.world.agent_id, self.world.app_secret) = (agent_id, secret.into());
        self
    }

    /// Gives both secrets the rights of before 2022: the contacts-sync secret reads details, the app sees sensitive fields.
    pub fn legacy(mut self, on: bool) -> Self {
        self.world.legacy = on;
        self
    }

    /// How long tokens live on the simulator's clock, from one second to a century. Defaults to two hours.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.world.token_lifetime = millis(lifetime);
        self
    }

    /// Lets the clock move by itself, as in the command; otherwise it moves only by [`Sim::advance`](crate::Sim::advance).
    pub fn running_clock(mut self, on: bool) -> Self {
        self.clock_speed = on.then_some(1.0);
        self
    }

    /// Lets the clock move by itself at this number of seconds per real second, at most 100,000: at 60 a token of two hours lives for
    /// two minutes.
    pub fn clock_speed(mut self, speed: f64) -> Self {
        self.clock_speed = Some(speed);
        self
    }

    /// The only IPs that may call with either secret (企业可信IP), 60020 for others. Defaults to all. The console sets
    /// them for each secret at run time: `set_trusted_ips`.
    pub fn trusted_ips(mut self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.world.trusted_ips = ips.into_iter().collect();
        self
    }

    /// How often may be called before 45009. Not limited by default.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = rates;
        self
    }

    /// How long an asynchronous job (异步任务) takes on the simulator's clock, whatever its size. Defaults to 200 ms.
    /// On a clock that runs by itself a job takes at least as long as it takes to write an export's files or an import's rows.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.world.jobs.time = millis(time);
        self
    }

    /// The smallest `block_size` of an export, so that a small corp can have files of several blocks. Defaults to 10,000.
    pub fn smallest_export_block(mut self, rows: u32) -> Self {
        self.world.jobs.smallest_block = rows.max(1).into();
        self
    }

    /// Where the files of large exports are kept, in files without a name that go with the simulator. Defaults to where temporary
    /// files go, which `TMPDIR` says. An export that cannot be written there fails (status 3).
    pub fn spool_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.spool_dir = Some(directory.into());
        self
    }

    /// Says how to behave where the real server is not verified.
    pub fn choices(mut self, choices: Choices) -> Self {
        self.world.choices = choices;
        self
    }

    /// Fills the corp with invented people instead of the small default, equal for equal arguments; see [`Sim::seed`](crate::Sim::seed).
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

    /// How long a callback URL has to answer, in real time. Defaults to five seconds, as WeCom waits.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.callback_timeout = timeout;
        self
    }

    /// Further names by which the control surface is reached while the server listens on a loopback address. The address itself,
    /// `127.0.0.1`, `[::1]` and `localhost` always are. Any other `Host` is refused, as a web page may have made its own name
    /// resolve to this machine.
    pub fn allow_hosts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.allow_hosts = names.into_iter().map(Into::into).collect();
        self
    }

    /// Where the simulator may send requests (callbacks, downloads for uploads by URL) beside loopback addresses and the
    /// [callback](Self::callback) given here: `HOST` or `HOST:PORT`, a name or an address. A name is judged by its addresses when
    /// the connection is made.
    pub fn allow_outgoing<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.allow_outgoing = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// How long a client may take for the head of a request, in real time; 30 seconds by default. A body has four times as long, and
    /// so has a connection between two requests; then it is closed.
    pub fn client_timeout(mut self, timeout: Duration) -> Self {
        self.client_timeout = timeout;
        self
    }

    /// What goes wrong from the start, and again after a reset. Nothing by default. [`Sim::faults`](crate::Sim::faults) changes it at run time.
    pub fn faults(mut self, rules: FaultRules) -> Self {
        self.faults = rules;
        self
    }

    /// Refuses what cannot be, before anything is started; `endpoints` are all that there are.
    pub(crate) fn check(&self, endpoints: &[&str]) -> io::Result<()> {
        if let Some(speed) = self.clock_speed.filter(|speed| !(*speed > 0.0 && *speed <= FASTEST)) {
            return Err(invalid(format!("a clock's speed is above 0 and at most {FASTEST}, not {speed}")));
        }
        let lifetime = self.world.token_lifetime;
        if !(SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&lifetime) {
            let (longest, given) = (LONGEST_TOKEN / 1000, Duration::from_millis(lifetime.unsigned_abs()));
            return Err(invalid(format!("a token lives for 1 to {longest} seconds, not {given:?}")));
        }
        self.faults.check(endpoints).map_err(invalid)
    }

    /// Where requests may go.
    pub(crate) fn allowed(&self) -> io::Result<Allowed> {
        let mut allowed = Allowed::parse(self.allow_outgoing.iter().map(String::as_str)).map_err(invalid)?;
        if let Some(url) = self.callback.as_ref().and_then(|(url, ..)| url::Url::parse(url).ok()) {
            allowed.add(&url);
        }
        Ok(allowed)
    }

    pub(crate) fn spool_directory(&self) -> PathBuf {
        self.spool_dir.clone().unwrap_or_else(large_files::default_directory)
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::new(self.clock_speed)
    }

    /// The world as it begins, and begins again after a reset.
    pub(crate) fn world(&self, now: Millis) -> io::Result<World> {
        let mut world = default_world(&self.world, now);
        world.allowed = self.allowed()?;
        if let Some(seed) = self.seed {
            world.replace_contacts(0, seed.generate(now).map_err(invalid)?);
        }
        if let Some((url, token, key)) = &self.callback {
            let target = Target::new(url, token, key).map_err(invalid)?;
            world.set_callback(0, Receiver::Contacts, Some(target));
        }
        Ok(world)
    }
}

pub(crate) fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
}
