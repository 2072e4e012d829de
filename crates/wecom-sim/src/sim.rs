//! A running simulator.

use std::{
    net::SocketAddr,
    sync::{Arc, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time};

use crate::{
    api,
    clock::{TimeError, checked_time, millis},
    config::SimBuilder,
    console::Console,
    corp_tasks::CorpTasks,
    corps::Corps,
    digest::digest,
    dump::{CorpDump, dump},
    fault_control::Faults,
    media_downloads::start_downloads,
    rates::Rates,
    request_log::Request,
    saved_state::SavedState,
    seed::{CorpFile, CorpFileError, Seed, SeedError, SeedShape},
    server::{self, Replies},
    shared::{CallHook, Shared},
    snapshots::{SnapshotError, SnapshotName},
    state::State,
    world::callback::{DeliveryRecord, ResendError},
    write_log::WriteLog,
};

/// Maximum time that [`Sim::stop`] waits for running calls, and then for callbacks.
const STOPPING: Duration = Duration::from_secs(5);

/// A running simulator. Dropping it stops the server and the callbacks.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    address: SocketAddr,
    url: String,
    tasks: CorpTasks,
    /// The corps of the server, which the server itself keeps.
    corps: Weak<Corps>,
    /// Of the simulator that started the server.
    server: Option<Server>,
}

/// A running server. Dropping it stops the server.
#[derive(Debug)]
struct Server {
    stop: watch::Sender<bool>,
    replies: Replies,
    task: JoinHandle<()>,
}

impl SimBuilder {
    /// Starts the server.
    ///
    /// # Errors
    ///
    /// Returns an error if the address cannot be bound, or if a setting is out of its limits (`InvalidInput`): the
    /// seed, the callback, the faults, the clock's speed, an allowed host or the lifetime of tokens.
    pub async fn start(self) -> std::io::Result<Sim> {
        Sim::serve(self).await
    }
}

impl Sim {
    /// Starts a simulator with the defaults on a free loopback port. Its clock moves only by
    /// [`advance`](Self::advance).
    ///
    /// # Panics
    ///
    /// Panics if no loopback port is available. [`SimBuilder::start`] returns the error instead.
    pub async fn start() -> Self {
        Self::builder().start().await.expect("a free port on the loopback interface")
    }

    /// Returns a builder with the defaults.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    pub(crate) async fn serve(config: SimBuilder) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        config.check(api::PATHS)?;
        let url = format!("http://{address}");
        let control_url = format!("{url}/_sim/");
        let shared = Shared::new(config, url, control_url)?;
        let corps = Corps::new(Arc::clone(&shared), address, server::surface);
        let (stop, stopped) = watch::channel(false);
        let mut sim = Self::of_corp(shared, &corps);
        let replies = Replies::default();
        let task = tokio::spawn(server::serve(listener, corps, replies.clone(), stopped));
        sim.server = Some(Server { stop, replies, task });
        Ok(sim)
    }

    fn of_corp(shared: Arc<Shared>, corps: &Arc<Corps>) -> Self {
        let address = corps.address();
        Self {
            tasks: CorpTasks::start(&shared),
            shared,
            address,
            url: format!("http://{address}"),
            corps: Arc::downgrade(corps),
            server: None,
        }
    }

    /// Adds a corp to the server of this simulator. All corps of a server answer under the same [`url`](Self::url): a
    /// call belongs to the corp of its token, and `gettoken` to that of its `corpid`. Each corp has its own contacts,
    /// clock, faults, logs, callbacks and [`control_url`](Self::control_url). The listening address, the accepted host
    /// names and the allowed outgoing hosts of `corp` are ignored; the server's apply. Dropping the returned simulator
    /// removes the corp. Without the first simulator the server does not answer.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is out of its limits (`InvalidInput`; the id is 1 to 64 letters, digits, `-` and
    /// `_`), if the server has a corp with this id (`AlreadyExists`), for the 65th corp (`QuotaExceeded`), and if the
    /// server has stopped (`NotConnected`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
    /// use wecom_sim::Sim;
    ///
    /// let sim = Sim::start().await;
    /// let second = sim.add_corp(Sim::builder().corp_id("ww-second").seed(100, 10, 1)).await?;
    /// assert_eq!(second.url(), sim.url());
    /// assert_eq!((sim.state().members, second.state().members), (7, 100));
    /// # Ok(()) }
    /// ```
    pub async fn add_corp(&self, corp: SimBuilder) -> std::io::Result<Self> {
        let stopped = || std::io::Error::new(std::io::ErrorKind::NotConnected, "the server has stopped");
        let corps = self.corps.upgrade().ok_or_else(stopped)?;
        let preparing = Arc::clone(&corps);
        let shared = tokio::task::spawn_blocking(move || preparing.prepare(corp)).await??;
        corps.add(&shared, None)?;
        Ok(Self::of_corp(shared, &corps))
    }

    /// Returns the base URL for clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of this corp's control surface, ending in a slash.
    pub fn control_url(&self) -> &str {
        &self.shared.control_url
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the corp's id.
    pub fn corp_id(&self) -> &str {
        &self.shared.config.world.corp_id
    }

    /// Returns the contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(&self) -> &str {
        &self.shared.config.world.contacts_secret
    }

    /// Returns the app's id.
    pub fn agent_id(&self) -> u32 {
        self.shared.config.world.agent_id
    }

    /// Returns the app's secret.
    pub fn app_secret(&self) -> &str {
        &self.shared.config.world.app_secret
    }

    /// Returns the time of the simulator's clock. Callbacks carry this time, so a receiver that checks their age must
    /// use the same clock. A clock that does not run starts at a fixed moment, months away from the machine's time.
    pub fn now(&self) -> SystemTime {
        self.shared.clock.system_time()
    }

    /// Returns the simulator's clock, for a receiver of its callbacks that checks their age. The clock works after
    /// the simulator has stopped.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let sim = wecom_sim::Sim::start().await;
    /// let clock = sim.clock();
    /// let before = clock();
    /// sim.advance(Duration::from_secs(60));
    /// assert_eq!(clock(), before + Duration::from_secs(60));
    /// # }
    /// ```
    pub fn clock(&self) -> impl Fn() -> SystemTime + Clone + Send + Sync + 'static {
        let clock = Arc::clone(&self.shared.clock);
        move || clock.system_time()
    }

    /// Moves the clock forward and executes all work that becomes due, including the files of exports. The call
    /// returns when these files are written. Due callbacks are being sent when the call returns;
    /// [`settled`](Self::settled) waits for them. The clock ends with the year 9999.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(millis(by));
    }

    /// Stops the clock. From then on it moves only by [`advance`](Self::advance). `at` is the time, from the year 2000
    /// to the year 9999; without one the clock stops at its present time.
    ///
    /// # Errors
    ///
    /// Returns a [`TimeError`] for a time out of these limits.
    pub fn freeze(&self, at: Option<SystemTime>) -> Result<(), TimeError> {
        let at = at.map(|at| checked_time(at.duration_since(UNIX_EPOCH).map_or(-1, millis))).transpose()?;
        self.shared.freeze(at);
        Ok(())
    }

    /// Returns the API requests received so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().shown()
    }

    /// Returns the writes so far: each call that changes the corp or submits a job, executed or not. This log is apart
    /// from that of the requests and keeps more, so that a test can prove that no write was executed twice.
    pub fn writes(&self) -> WriteLog {
        self.shared.writes.lock().shown()
    }

    /// Returns the callbacks so far, oldest first, with all their attempts.
    pub fn deliveries(&self) -> Vec<DeliveryRecord> {
        self.shared.world.read().deliveries.deliveries().cloned().collect()
    }

    /// Sends a callback again: newly encrypted, with all its retries, and without faults.
    ///
    /// # Errors
    ///
    /// Returns a [`ResendError`] if the number is unknown, or if the callback is being sent.
    pub fn redeliver(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().deliveries.redeliver(id)
    }

    /// Posts the same bytes, query and body, that a callback sent last. A failure is not retried.
    ///
    /// # Errors
    ///
    /// Returns a [`ResendError`] if the number is unknown, or if the callback has not been sent yet.
    pub fn replay(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().deliveries.replay(id)
    }

    /// Waits until no callback is queued or being sent. Callbacks that wait for the virtual clock or are held back do
    /// not count. Returns `false` if this state is not reached within 30 seconds.
    pub async fn settled(&self) -> bool {
        self.shared.settled().await
    }

    /// Returns the administrator's console (管理后台), which also performs the actions of members in the WeCom app.
    pub fn console(&self) -> Console {
        Console::new(Arc::clone(&self.shared))
    }

    /// Returns the fault injection, which is off until a rule is set.
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.shared))
    }

    /// Awaits this before each API call, with the path below `/cgi-bin/` and the console. A test can so change the
    /// corp between two calls of a client, at the same call in every run. A later hook replaces this one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let sim = wecom_sim::Sim::start().await;
    /// sim.before_each_call(|path, console| async move {
    ///     if path == "user/list_id" {
    ///         let _ = console.delete_member("wujiu").await;
    ///     }
    /// });
    /// # }
    /// ```
    pub fn before_each_call<F, R>(&self, hook: F)
    where
        F: Fn(String, Console) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let hook: CallHook =
            Arc::new(move |shared, path| Box::pin(hook(path.to_owned(), Console::new(Arc::clone(shared)))));
        *self.shared.call_hook.write() = Some(hook);
    }

    /// Returns the rate limits.
    pub fn rates(&self) -> Rates {
        self.shared.rate_limiter.rates()
    }

    /// Sets the rate limits. All counters restart at 0, and closed endpoints reopen.
    pub fn set_rates(&self, rates: Rates) {
        self.shared.rate_limiter.set(rates);
    }

    /// Returns the state: counts, credentials without their secrets, callback targets.
    pub fn state(&self) -> State {
        State::of(&self.shared, None)
    }

    /// Returns a digest of the members, departments and tags. Two corps with the same contacts have the same digest,
    /// regardless of their history. Only values that the API can show are part of it; of a picture only its presence
    /// is. A digest of a million members takes about a second, and calls continue during this time.
    pub fn digest(&self) -> String {
        digest(&self.shared.world)
    }

    /// Returns all members, departments and tags with all values at one moment, including what no credential can see.
    /// A large corp needs more than 1 KB of memory for each member; `GET /_sim/corp` streams the same contacts.
    pub fn dump(&self) -> CorpDump {
        dump(&self.shared.world)
    }

    /// Replaces the members, departments and tags of the corp with generated ones. The same arguments give the same
    /// contacts. The corp's settings, tokens and callback targets stay, and no callback is sent. Calls see the old
    /// contacts until all new ones are ready.
    ///
    /// # Errors
    ///
    /// Returns a [`SeedError`] if the numbers exceed WeCom's limits.
    pub fn seed(&self, members: u32, departments: u32, seed: u64) -> Result<(), SeedError> {
        self.shared.seed_contacts(Seed { members, departments, seed, shape: SeedShape::default() }, false)
    }

    /// Replaces the members, departments and tags of the corp with those of a file, as [`seed`](Self::seed) does.
    ///
    /// # Errors
    ///
    /// Returns a [`CorpFileError`] and changes nothing if a contact breaks a rule of the API.
    pub fn seed_file(&self, file: &CorpFile) -> Result<(), CorpFileError> {
        self.shared.seed_file(file)
    }

    /// Returns the members, departments and tags of the corp as a file. Another simulator with this file has the same
    /// [`digest`](Self::digest). Times of creation, invitations and owners of tags are not part of the file.
    pub fn corp_file(&self) -> CorpFile {
        CorpFile::of(self.shared.world.read().corp(0))
    }

    /// Returns the state for a later simulator, see [`SimBuilder::saved_state`].
    pub fn saved_state(&self) -> SavedState {
        let world = self.shared.world.read();
        let (rates, faults) = (self.shared.rate_limiter.rates(), self.shared.faults.rules());
        SavedState::new(self.shared.clock.now(), world.corp(0), world.choices.clone(), rates, faults)
    }

    /// Takes a snapshot with this name, which is 1 to 64 of `a`–`z`, `0`–`9` and `-`. A snapshot of the same name is
    /// replaced. The call waits for jobs that are being executed.
    ///
    /// # Errors
    ///
    /// Returns a [`SnapshotError`] for an invalid name, for the 17th snapshot, and if all snapshots would need more
    /// than 2 GiB of memory.
    pub fn take_snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        self.shared.take_snapshot(SnapshotName::parse(name)?).map(drop)
    }

    /// Restores the corp, the clock, the tokens, the cursors, the jobs, the deliveries, the fault rules and the rate
    /// limits of a snapshot. The logs of requests and writes continue, and so do the numbers of deliveries. Open
    /// connections stay open, and a callback that is being sent arrives.
    ///
    /// # Errors
    ///
    /// Returns a [`SnapshotError`] if no snapshot has this name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sim = wecom_sim::Sim::start().await;
    /// sim.take_snapshot("start")?;
    /// sim.console().delete_member("wujiu").await?;
    /// sim.restore_snapshot("start")?;
    /// assert_eq!(sim.state().members, 7);
    /// # Ok(()) }
    /// ```
    pub fn restore_snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        self.shared.restore_snapshot(&SnapshotName::parse(name)?)?;
        start_downloads(&self.shared);
        Ok(())
    }

    /// Takes an added corp away from its server.
    fn leave(&self) {
        if let Some(corps) = self.corps.upgrade() {
            corps.remove(&self.shared);
        }
    }

    /// Stops listening and waits at most `patience` for running calls to finish. Later calls get no reply, so every
    /// write with a reply is in a [`saved_state`](Self::saved_state) or a [`corp_file`](Self::corp_file) of a later
    /// moment. Does nothing for an added corp, which does not have the server.
    pub async fn stop_serving(&mut self, patience: Duration) {
        let Some(mut server) = self.server.take() else { return };
        server.stop.send_replace(true);
        if time::timeout(patience, &mut server.task).await.is_err() {
            // The connections are tasks of their own, which do not end with the server.
            server.replies.forbid();
            server.task.abort();
        }
    }

    /// Stops listening and waits at most five seconds for running calls to finish.
    pub async fn stop(mut self) {
        self.leave();
        self.stop_serving(STOPPING).await;
        self.tasks.stop(STOPPING).await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.leave();
    }
}
