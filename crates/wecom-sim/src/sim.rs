//! A running simulator.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use parking_lot::{Mutex, RwLock};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time,
};

use crate::{
    Console, Delivery, FaultPlan, ResendError, SeedError, SimBuilder, State,
    callback::{self, Courier},
    clock::{Clock, millis},
    config::invalid,
    control_access::Callers,
    due_work::Settling,
    faults::{FaultBoard, Faults},
    rates::{Gate, Rates},
    request_log::{Request, RequestLog},
    seed::{Crop, Seed},
    server,
    world::{
        World,
        callback::{Post, Receiver},
    },
};

/// How long [`Sim::settled`] waits: the worst of a few attempts that all time out.
const SETTLING: Duration = Duration::from_secs(30);
/// Downloads for uploads by URL that run at a time; each may hold a large file in memory.
const DOWNLOADS: usize = 4;
/// How long [`Sim::stop`] waits for calls under way.
const STOPPING: Duration = Duration::from_secs(5);

/// A running simulator; dropping it stops the server and the callbacks.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the server's tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: SimBuilder,
    pub(crate) clock: Arc<Clock>,
    pub(crate) world: RwLock<World>,
    pub(crate) requests: Mutex<RequestLog>,
    pub(crate) faults: Arc<FaultBoard>,
    pub(crate) gate: Gate,
    pub(crate) courier: Courier,
    /// Who may use the control surface.
    pub(crate) callers: Callers,
    /// One permit for each download that runs.
    pub(crate) downloads: Semaphore,
    /// Rung by the courier whenever it has looked for work.
    pub(crate) rest: watch::Sender<()>,
    pub(crate) settling: Settling,
    /// Large seeds one after the other.
    sowing: Mutex<()>,
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
        let shared = Shared::new(config, format!("http://{address}"))?;
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped.clone())),
            tokio::spawn(callback::run(Arc::clone(&shared), stopped)),
            tokio::spawn(verify_callback(Arc::clone(&shared))),
        ];
        Ok(Self { shared, address, stop, tasks })
    }

    /// The base URL to give a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The corp's id.
    pub fn corp_id(&self) -> &str {
        &self.shared.config.corp_id
    }

    /// The contacts-sync secret (通讯录同步 secret).
    pub fn contacts_secret(&self) -> &str {
        &self.shared.config.contacts_secret
    }

    /// The app's id.
    pub fn agent_id(&self) -> u32 {
        self.shared.config.agent_id
    }

    /// The app's secret.
    pub fn app_secret(&self) -> &str {
        &self.shared.config.app_secret
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
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.world.read().post.deliveries().cloned().collect()
    }

    /// Sends a callback once more, from the beginning and as it should be, whatever came of it before.
    ///
    /// # Errors
    ///
    /// [`ResendError`] if there is none with this number, or it is on its way.
    pub fn redeliver(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().post.redeliver(id)
    }

    /// Posts once more the very bytes, query and body, that a callback sent last. Whatever the answer, it is not repeated.
    ///
    /// # Errors
    ///
    /// [`ResendError`] if there is none with this number, or it has not been sent yet.
    pub fn replay(&self, id: u64) -> Result<(), ResendError> {
        self.shared.world.write().post.replay(id)
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
        self.shared.gate.rates()
    }

    /// Sets how often may be called; everything is counted anew, and what was closed is open.
    pub fn set_rates(&self, rates: Rates) {
        self.shared.gate.set(rates);
    }

    /// What there is: counts, credentials without their secrets, callback targets.
    pub fn state(&self) -> State {
        State::of(&self.shared, None)
    }

    /// Sums up members, departments and tags: two corps with equal contents have equal digests, however they came about. What
    /// cannot be seen from outside is no part of it, nor what a picture shows, only whether there is one. A million members take
    /// about a second, in which calls go on.
    pub fn digest(&self) -> String {
        self.shared.digest()
    }

    /// Replaces members, departments and tags of the corp by invented ones, equal for equal arguments. The corp's settings,
    /// tokens and callback targets stay; nothing is called back. Until the new ones are all there, calls see the old ones.
    ///
    /// # Errors
    ///
    /// [`SeedError`] if WeCom's limits leave no room for so many.
    pub fn seed(&self, members: u32, departments: u32, seed: u64) -> Result<(), SeedError> {
        self.shared.sow(Seed { members, departments, seed }, false)
    }

    /// Stops listening, lets the calls under way finish, and waits for that for at most five seconds.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.shared.settling.stop();
        for mut task in std::mem::take(&mut self.tasks) {
            if time::timeout(STOPPING, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Shared {
    /// A world at its beginning; `origin` is the base URL of the links it gives out.
    pub(crate) fn new(config: SimBuilder, origin: String) -> std::io::Result<Arc<Self>> {
        config.check()?;
        let clock = Arc::new(config.clock());
        let faults = Arc::new(FaultBoard::with(config.faults.clone()));
        let mut world = config.world(clock.now())?;
        world.post = Post::under(Arc::clone(&faults));
        world.set_origin(origin);
        Ok(Arc::new(Self {
            clock,
            world: RwLock::new(world),
            requests: Mutex::default(),
            faults,
            gate: Gate::with(config.rates.clone()),
            courier: Courier::new(config.callback_patience, config.allowed()?),
            callers: Callers::new(config.listen.ip(), &config.allow_hosts).map_err(invalid)?,
            downloads: Semaphore::new(DOWNLOADS),
            rest: watch::Sender::new(()),
            settling: Settling::default(),
            sowing: Mutex::default(),
            config,
        }))
    }

    pub(crate) fn advance(&self, by: i64) {
        self.clock.advance(by);
        self.settle_wholly();
        // On a clock that runs, the courier sleeps until something is due: sooner now.
        self.world.read().post.bell().notify_one();
    }

    pub(crate) async fn settled(&self) -> bool {
        let mut looked = self.rest.subscribe();
        let at_rest = async {
            while !self.world.read().is_at_rest() {
                // The sender lives in `self`.
                let _ = looked.changed().await;
            }
        };
        time::timeout(SETTLING, at_rest).await.is_ok()
    }

    /// Replaces the rules of a bad day; callbacks that the old ones held back go out.
    pub(crate) fn set_faults(&self, plan: FaultPlan) {
        self.faults.set(plan);
        self.world.write().post.release();
    }

    /// Replaces the contacts by those of a seed, in one moment: calls see the old ones until then, or with `clear_first` nobody,
    /// as two large corps at once take twice the memory.
    pub(crate) fn sow(&self, seed: Seed, clear_first: bool) -> Result<(), SeedError> {
        let _turn = self.sowing.lock();
        seed.check()?;
        // What is replaced goes outside the lock: a million members take their time.
        let replace = |crop| {
            let old = self.world.write().plant(0, crop);
            drop(old);
        };
        if clear_first {
            replace(Crop::default());
        }
        replace(seed.grow(self.clock.now())?);
        Ok(())
    }

    /// Starts the world anew. The clock goes on, as it never runs backwards; so do the numbers of deliveries.
    pub(crate) fn reset(&self) -> std::io::Result<()> {
        let mut fresh = self.config.world(self.clock.now())?;
        self.requests.lock().clear();
        self.faults.set(self.config.faults.clone());
        self.gate.set(self.config.rates.clone());
        let mut world = self.world.write();
        fresh.set_origin(world.origin().to_owned());
        fresh.post = world.post.renewed();
        fresh.supersede(world.revision());
        let old = std::mem::replace(&mut *world, fresh);
        // A large corp goes outside the lock.
        drop(world);
        drop(old);
        Ok(())
    }
}

/// The console would refuse a URL that fails; at the start it may just not be up yet, so it is kept.
async fn verify_callback(shared: Arc<Shared>) {
    let (target, corp_id) = {
        let world = shared.world.read();
        let corp = world.corp(0);
        (corp.target(Receiver::Contacts).cloned(), corp.id.clone())
    };
    let Some(target) = target else { return };
    if let Err(error) = shared.courier.verify(&target, &corp_id, shared.clock.now()).await {
        tracing::warn!(url = %target.url(), %error, "the callback url did not pass its verification; it is used all the same");
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.shared.settling.stop();
    }
}
