//! The settings of a simulator.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    callback::client::ANSWER_TIMEOUT,
    clock::{Clock, Millis, TimeError, checked_time, millis, parse_time},
    faults::FaultRules,
    large_files,
    outgoing::Allowed,
    rates::Rates,
    request_log::{BYTES_KEPT, REQUESTS_KEPT},
    saved_state::{SavedStart, SavedState},
    seed::{CorpFile, Seed, SeedShape},
    world::{
        Choices, World, WorldSettings,
        callback::{Receiver, Target},
        default_world,
    },
    write_log::WRITES_KEPT,
};

const SHORTEST_TOKEN: Millis = 1_000;
/// One century.
const LONGEST_TOKEN: Millis = 3_155_760_000_000;
/// At this speed a token of two hours expires in less than a tenth of a second.
const FASTEST: f64 = 100_000.0;

/// Builds a [`Sim`](crate::Sim). The defaults are those of WeCom today. The contacts-sync secret (通讯录同步) can edit,
/// but it calls from a new IP, so it cannot read details (48009). The app (自建应用) was created after 2022-06-20 and
/// sees the whole corp.
#[derive(Clone)]
#[must_use]
pub struct SimBuilder {
    pub(crate) listen: SocketAddr,
    pub(crate) world: WorldSettings,
    /// Virtual seconds per real second; `None` if the clock does not run.
    pub(crate) clock_speed: Option<f64>,
    /// The time of the start; `None` if the clock has its default time.
    pub(crate) now: Option<Millis>,
    pub(crate) seed: Option<Seed>,
    pub(crate) corp_file: Option<Arc<CorpFile>>,
    pub(crate) saved: Option<SavedStart>,
    /// URL, token and `EncodingAESKey` of the contacts assistant.
    pub(crate) callback: Option<(String, String, String)>,
    pub(crate) callback_timeout: Duration,
    pub(crate) faults: FaultRules,
    pub(crate) rates: Rates,
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) allow_outgoing: Vec<String>,
    /// Maximum time for the head of a request.
    pub(crate) client_timeout: Duration,
    /// Maximum number of requests in the log, and of their bytes.
    pub(crate) logged_requests: usize,
    pub(crate) logged_bytes: usize,
    pub(crate) logged_writes: usize,
    /// `None` selects the temporary directory of the platform.
    spool_dir: Option<PathBuf>,
}

/// Omits the secrets.
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
            now: None,
            seed: None,
            corp_file: None,
            saved: None,
            callback: None,
            callback_timeout: ANSWER_TIMEOUT,
            faults: FaultRules::new(),
            rates: Rates::default(),
            allow_hosts: Vec::new(),
            allow_outgoing: Vec::new(),
            client_timeout: Duration::from_secs(30),
            logged_requests: REQUESTS_KEPT,
            logged_bytes: BYTES_KEPT,
            logged_writes: WRITES_KEPT,
            spool_dir: None,
        }
    }
}

impl SimBuilder {
    /// Sets the address to listen on. Defaults to a free port of the loopback interface.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Sets the corp's id.
    pub fn corp_id(mut self, id: impl Into<String>) -> Self {
        self.world.corp_id = id.into();
        self
    }

    /// Sets the contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(mut self, secret: impl Into<String>) -> Self {
        self.world.contacts_secret = secret.into();
        self
    }

    /// Sets the app's id and secret.
    pub fn app(mut self, agent_id: u32, secret: impl Into<String>) -> Self {
        (self.world.agent_id, self.world.app_secret) = (agent_id, secret.into());
        self
    }

    /// Gives both secrets the permissions from before 2022: the contacts-sync secret reads details, and the app sees
    /// sensitive fields.
    pub fn legacy(mut self, on: bool) -> Self {
        self.world.legacy = on;
        self
    }

    /// Sets the lifetime of tokens on the simulator's clock, from one second to a century. Defaults to two hours.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.world.token_lifetime = millis(lifetime);
        self
    }

    /// Makes the clock run in real time, as in `txl sim`. By default it moves only by
    /// [`Sim::advance`](crate::Sim::advance).
    pub fn running_clock(mut self, on: bool) -> Self {
        self.clock_speed = on.then_some(1.0);
        self
    }

    /// Sets the time of the start and of every reset, from the year 2000 to the year 9999. By default a running clock
    /// starts with the time of the machine, another clock at a fixed moment, and the clock continues at a reset.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now.duration_since(UNIX_EPOCH).map_or(-1, millis));
        self
    }

    /// Sets the time of the start as [`now`](Self::now) does, from RFC 3339 with an offset
    /// (`2026-01-05T09:00:00+08:00`) or whole Unix seconds.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is no time, or is out of these limits.
    pub fn now_text(mut self, now: &str) -> Result<Self, TimeError> {
        self.now = Some(parse_time(now)?);
        Ok(self)
    }

    /// Makes the clock run at this number of virtual seconds per real second, at most 100,000. At 60, a token of two
    /// hours expires after two minutes.
    pub fn clock_speed(mut self, speed: f64) -> Self {
        self.clock_speed = Some(speed);
        self
    }

    /// Sets the only IPs that can call with either secret (企业可信IP); other IPs get 60020. By default all IPs are
    /// allowed. The console action `set_trusted_ips` sets them for each secret at run time.
    pub fn trusted_ips(mut self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        self.world.trusted_ips = ips.into_iter().collect();
        self
    }

    /// Sets the rate limits; calls above them get 45009. Defaults to no limits.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = rates;
        self
    }

    /// Sets the duration of an asynchronous job (异步任务) on the simulator's clock. It is the same for every size and
    /// defaults to 200 ms. On a running clock a job takes at least the time to write the files of an export or the
    /// rows of an import.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.world.jobs.time = millis(time);
        self
    }

    /// Sets the smallest `block_size` of an export, so that a small corp can have files of several blocks. Defaults
    /// to 10,000.
    pub fn smallest_export_block(mut self, rows: u32) -> Self {
        self.world.jobs.smallest_block = rows.max(1).into();
        self
    }

    /// Sets the maximum number of rows in a page of `user/list_id`, so that the list of a small corp can have several
    /// pages. Defaults to the requested number.
    pub fn largest_id_page(mut self, rows: u32) -> Self {
        self.world.largest_id_page = rows.max(1) as usize;
        self
    }

    /// Sets the directory for the files of large exports. The files have no name and are removed with the simulator.
    /// Defaults to the temporary directory (`TMPDIR`). An export that cannot be written there fails (status 3).
    pub fn spool_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.spool_dir = Some(directory.into());
        self
    }

    /// Sets the behaviour for points on which the real server is not verified.
    pub fn choices(mut self, choices: Choices) -> Self {
        self.world.choices = choices;
        self
    }

    /// Fills the corp with generated contacts instead of the small default ones. The same arguments give the same
    /// corp; see [`Sim::seed`](crate::Sim::seed).
    pub fn seed(mut self, members: u32, departments: u32, seed: u64) -> Self {
        self.seed = Some(Seed { members, departments, seed, shape: SeedShape::default() });
        self
    }

    /// Sets the depth of the department tree of [`seed`](Self::seed), which must be called before.
    pub fn seed_shape(mut self, shape: SeedShape) -> Self {
        self.seed = self.seed.map(|seed| Seed { shape, ..seed });
        self
    }

    /// Fills the corp with the contacts of a file instead of the small default ones. [`SimBuilder::start`] returns an
    /// error if a contact breaks a rule of the API, or if [`seed`](Self::seed) is set too.
    pub fn corp_file(mut self, file: CorpFile) -> Self {
        self.corp_file = Some(Arc::new(file));
        self
    }

    /// Continues with the state of an earlier simulator. It replaces the contacts, [`choices`](Self::choices),
    /// [`rates`](Self::rates) and [`faults`](Self::faults); the corp's id and secrets stay those of this builder. A
    /// reset restores this state.
    ///
    /// # Errors
    ///
    /// Returns an error if the time is invalid. [`start`](Self::start) checks the contacts and the fault rules.
    pub fn saved_state(mut self, state: SavedState) -> io::Result<Self> {
        let (saved, corp, choices, rates, faults) = state.into_parts().map_err(invalid)?;
        (self.saved, self.corp_file) = (Some(saved), Some(corp));
        (self.world.choices, self.rates, self.faults) = (choices, rates, faults);
        Ok(self)
    }

    /// Sets the URL for contacts events (通讯录同步 > 设置接收事件服务器). The URL is verified when the simulator has started; a
    /// failure only logs a warning.
    pub fn callback(
        mut self,
        url: impl Into<String>,
        token: impl Into<String>,
        encoding_aes_key: impl Into<String>,
    ) -> Self {
        self.callback = Some((url.into(), token.into(), encoding_aes_key.into()));
        self
    }

    /// Sets the maximum time for the answer of a callback URL, in real time. Defaults to five seconds, as on the real
    /// server.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.callback_timeout = timeout;
        self
    }

    /// Adds names for the control surface, for a server on a loopback address. The listening address, `127.0.0.1`,
    /// `[::1]` and `localhost` are always accepted. Every other `Host` is refused, because a web page can make its
    /// own name resolve to this machine.
    pub fn allow_hosts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.allow_hosts = names.into_iter().map(Into::into).collect();
        self
    }

    /// Adds hosts that the simulator may connect to, for callbacks and for uploads by URL. Loopback addresses and the
    /// URL of [`callback`](Self::callback) are always allowed. A host is `HOST` or `HOST:PORT`, by name or by
    /// address. A name is checked by its addresses when the connection is made.
    pub fn allow_outgoing<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.allow_outgoing = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the maximum time for the head of a request, in real time. Defaults to 30 seconds. The limit for a body,
    /// and for a connection without traffic, is four times as long. A connection that exceeds a limit is closed.
    pub fn client_timeout(mut self, timeout: Duration) -> Self {
        self.client_timeout = timeout;
        self
    }

    /// Sets the maximum number of requests in the log of [`Sim::requests`](crate::Sim::requests). Defaults to 10,000.
    /// The oldest ones are removed.
    pub fn logged_requests(mut self, requests: usize) -> Self {
        self.logged_requests = requests;
        self
    }

    /// Sets the maximum number of bytes of the requests in the log. Defaults to 32 MiB. One request has at most 4 KiB
    /// of path and query, and 64 KiB of body.
    pub fn logged_bytes(mut self, bytes: usize) -> Self {
        self.logged_bytes = bytes;
        self
    }

    /// Sets the maximum number of writes in the log of [`Sim::writes`](crate::Sim::writes). Defaults to 200,000. A
    /// write needs about 250 bytes. The log is also limited to an average of 512 bytes for each write.
    pub fn logged_writes(mut self, writes: usize) -> Self {
        self.logged_writes = writes;
        self
    }

    /// Sets the rules of fault injection for the start and for every reset. Defaults to no rules.
    /// [`Sim::faults`](crate::Sim::faults) changes them at run time.
    pub fn faults(mut self, rules: FaultRules) -> Self {
        self.faults = rules;
        self
    }

    /// Returns the settings that all corps of a server share, with the defaults for the rest.
    pub(crate) fn of_server(first: &Self) -> Self {
        Self {
            clock_speed: first.clock_speed,
            now: first.now,
            callback_timeout: first.callback_timeout,
            spool_dir: first.spool_dir.clone(),
            logged_requests: first.logged_requests,
            logged_bytes: first.logged_bytes,
            logged_writes: first.logged_writes,
            ..Self::default()
        }
        .on_server(first)
    }

    /// Returns the settings with the addresses and names of the server.
    pub(crate) fn on_server(mut self, server: &Self) -> Self {
        self.listen = server.listen;
        self.allow_hosts.clone_from(&server.allow_hosts);
        self.allow_outgoing.clone_from(&server.allow_outgoing);
        self.client_timeout = server.client_timeout;
        self
    }

    /// Checks the settings before the start. `endpoints` is the list of all endpoints.
    pub(crate) fn check(&self, endpoints: &[&str]) -> io::Result<()> {
        self.clock_speed.map(checked_speed).transpose().map_err(invalid)?;
        if let Some(now) = self.now {
            checked_time(now).map_err(invalid)?;
        }
        let lifetime = self.world.token_lifetime;
        if !(SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&lifetime) {
            let (longest, given) = (LONGEST_TOKEN / 1000, Duration::from_millis(lifetime.unsigned_abs()));
            return Err(invalid(format!(
                "the lifetime of tokens must be 1 to {longest} seconds, not {given:?}"
            )));
        }
        self.faults.check(endpoints).map_err(invalid)
    }

    /// Returns the hosts that the simulator may connect to.
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
        let clock = Clock::new(self.clock_speed, self.now);
        if let (None, Some(saved)) = (self.now, &self.saved) {
            // A running clock does not fall behind the machine's time.
            clock.set(if clock.is_running() { saved.now.max(clock.now()) } else { saved.now });
        }
        clock
    }

    /// Returns the initial world, which a reset restores.
    pub(crate) fn world(&self, now: Millis) -> io::Result<World> {
        let mut world = default_world(&self.world, now);
        world.allowed = self.allowed()?;
        if let Some(saved) = &self.saved {
            saved.apply(world.corp_mut(0), self.world.agent_id);
        }
        if let Some(file) = &self.corp_file {
            if self.seed.is_some() {
                return Err(invalid("a seed and a corp file cannot be used together"));
            }
            let contacts = file.contacts(&self.world, &world.corp(0).console, now).map_err(invalid)?;
            world.replace_contacts(0, contacts);
        }
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

/// Checks the speed of a clock.
pub(crate) fn checked_speed(speed: f64) -> Result<f64, String> {
    if speed > 0.0 && speed <= FASTEST {
        Ok(speed)
    } else {
        Err(format!("the clock speed must be above 0 and at most {FASTEST}, not {speed}"))
    }
}

pub(crate) fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
}
