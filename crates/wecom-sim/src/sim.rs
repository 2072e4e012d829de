//! A running simulator.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time};

use crate::{
    api,
    callback::worker,
    clock::millis,
    config::SimBuilder,
    console::Console,
    digest::digest,
    fault_control::Faults,
    rates::Rates,
    request_log::Request,
    seed::{Seed, SeedError},
    server,
    shared::Shared,
    state::State,
    world::callback::{DeliveryRecord, Receiver, ResendError},
};

/// How long [`Sim::stop`] waits for calls under way.
const STOPPING: Duration = Duration::from_secs(5);

/// A running simulator; dropping it stops the server and the callbacks.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    address: SocketAddr,
    url: String,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl SimBuilder {
    /// Starts the server.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on; the seed, the callback, the faults, the clock's speed, an allowed host or the lifetime of
    /// tokens is out of its limits (`InvalidInput`).
    pub async fn start(self) -> std::io::Result<Sim> {
        Sim::serve(self).await
    }
}

impl Sim {
    /// Starts a simulator with the defaults on a free loopback port; its clock moves only by [`advance`](Self::advance).
    ///
    /// # Panics
    ///
    /// If no loopback port can be had. [`SimBuilder::start`] returns the error instead.
    pub async fn start() -> Self {
        Self::builder().start().await.expect("a free port on the loopback interface")
    }

    /// Sets a simulator up.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    pub(crate) async fn serve(config: SimBuilder) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        config.check(api::PATHS)?;
        let url = format!("http://{address}");
        let shared = Shared::new(config, url.clone())?;
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped.clone())),
            tokio::spawn(worker::send_callbacks(Arc::clone(&shared), stopped)),
            tokio::spawn(verify_callback(Arc::clone(&shared))),
        ];
        Ok(Self { shared, address, url, stop, tasks })
    }

    /// The base URL to give a client.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The corp's id.
    pub fn corp_id(&self) -> &str {
        &self.shared.config.world.corp_id
    }

    /// The contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(&self) -> &str {
        &self.shared.config.world.contacts_secret
    }

    /// The app's id.
    pub fn agent_id(&self) -> u32 {
        self.shared.config.world.agent_id
    }

    /// The app's secret.
    pub fn app_secret(&self) -> &str {
        &self.shared.config.world.app_secret
    }

    /// The time on the simulator's clock. Callbacks carry it, so that a receiver which checks their age must share it: a still clock
    /// begins at a fixed moment, far from the machine's.
    pub fn now(&self) -> SystemTime {
        self.shared.clock.system_time()
    }

    /// The simulator's clock, to be shared with what receives its callbacks, such as a replay window. It works on after the
    /// simulator.
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

    /// Moves the clock and does what falls due, the files of exports included, however long they take to write. Callbacks that
    /// fall due are on their way when this returns; [`settled`](Self::settled) waits for them. The clock ends with the year 9999.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(millis(by));
    }

    /// The API requests received so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().shown()
    }

    /// The callbacks made so far, oldest first, with all their attempts.
    pub fn deliveries(&self) -> Vec<DeliveryRecord> {
        self.shared.world.read().deliveries.deliveries().cloned().collect()
    }

    /// Sends a callback once more, from the beginning and as it should be, whatever came of it before.
    ///
    /// # Errors
    ///
    /// [`ResendError`] if there is none with this number, or it is on its way.
    pub fn redeliver(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().deliveries.redeliver(id)
    }

    /// Posts once more the very bytes, query and body, that a callback sent last. Whatever the answer, it is not repeated.
    ///
    /// # Errors
    ///
    /// [`ResendError`] if there is none with this number, or it has not been sent yet.
    pub fn replay(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().deliveries.replay(id)
    }

    /// Waits until no callback is queued or on the wire; those that wait for the virtual clock, or are
    /// held back, do not count.
    /// Returns `false` if that is not so within 30 seconds.
    pub async fn settled(&self) -> bool {
        self.shared.settled().await
    }

    /// The administrator's console (管理后台), and what members do in the client.
    pub fn console(&self) -> Console {
        Console::new(Arc::clone(&self.shared))
    }

    /// What goes wrong on purpose: nothing, until a rule is set.
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.shared))
    }

    /// How often may be called.
    pub fn rates(&self) -> Rates {
        self.shared.rate_limiter.rates()
    }

    /// Sets how often may be called; all counters restart at 0, and closed endpoints open.
    pub fn set_rates(&self, rates: Rates) {
        self.shared.rate_limiter.set(rates);
    }

    /// What there is: counts, credentials without their secrets, callback targets.
    pub fn state(&self) -> State {
        State::of(&self.shared, None)
    }

    /// Sums up members, departments and tags: two corps with equal contents have equal digests, however they came about. What
    /// cannot be seen from outside is no part of it, nor what a picture shows, only whether there is one. A million members take
    /// about a second, in which calls go on.
    pub fn digest(&self) -> String {
        digest(&self.shared.world)
    }

    /// Replaces members, departments and tags of the corp by invented ones, equal for equal arguments. The corp's settings,
    /// tokens and callback targets stay; nothing is called back. Until the new ones are all there, calls see the old ones.
    ///
    /// # Errors
    ///
    /// [`SeedError`] if WeCom's limits leave no room for that number.
    pub fn seed(&self, members: u32, departments: u32, seed: u64) -> Result<(), SeedError> {
        self.shared.seed_contacts(Seed { members, departments, seed }, false)
    }

    /// Stops listening, lets the calls under way finish, and waits for that for at most five seconds.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.shared.due_work.stop();
        for mut task in std::mem::take(&mut self.tasks) {
            if time::timeout(STOPPING, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

/// The console would refuse a URL that fails; at the start it may just not be up yet, so it is kept.
async fn verify_callback(shared: Arc<Shared>) {
    let (target, corp_id) = {
        let world = shared.world.read();
        let corp = world.corp(0);
        (corp.callbacks.target(Receiver::Contacts).cloned(), corp.id.clone())
    };
    let Some(target) = target else { return };
    if let Err(error) = shared.callback_client.verify(&target, &corp_id, shared.clock.now()).await {
        tracing::warn!(url = %target.url(), %error, "the callback url did not pass its verification; it is used all the same");
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.shared.due_work.stop();
    }
}
