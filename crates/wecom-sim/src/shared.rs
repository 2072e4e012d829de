//! The state that the server's tasks share.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use parking_lot::{Mutex, RwLock};
use tokio::{
    sync::{Semaphore, watch},
    time,
};

use crate::{
    callback::client::CallbackClient,
    clock::{Clock, Millis},
    config::{SimBuilder, invalid},
    control_access::ControlAccess,
    due_work::DueWork,
    faults::{FaultInjector, FaultRules},
    rates::RateLimiter,
    request_log::RequestLog,
    seed::{Contacts, CorpFile, CorpFileError, Seed, SeedError},
    snapshots::Snapshots,
    world::{World, callback::DeliveryQueue},
    write_log::Writes,
};

/// Maximum time that [`Sim::settled`] waits, enough for a few attempts that all time out.
const SETTLING: Duration = Duration::from_secs(30);
/// Maximum number of concurrent downloads for uploads by URL. Each can hold a large file in memory.
const DOWNLOADS: usize = 4;
/// Gets the path of a call.
pub(crate) type CallHook = Arc<dyn Fn(&Arc<Shared>, &str) -> BoxFuture<'static, ()> + Send + Sync>;

/// The state that the server's tasks share.
pub(crate) struct Shared {
    pub(crate) config: SimBuilder,
    /// The URL of the control surface, ending in a slash.
    pub(crate) control_url: String,
    pub(crate) clock: Arc<Clock>,
    pub(crate) world: Arc<RwLock<World>>,
    pub(crate) requests: Mutex<RequestLog>,
    pub(crate) writes: Mutex<Writes>,
    pub(crate) faults: Arc<FaultInjector>,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) callback_client: CallbackClient,
    /// The access rules of the control surface.
    pub(crate) control_access: ControlAccess,
    /// One permit for each concurrent download.
    pub(crate) downloads: Semaphore,
    /// Notified after each pass of the callback worker over its queue.
    pub(crate) worker_idle: watch::Sender<()>,
    pub(crate) due_work: Arc<DueWork>,
    /// Awaited before each call.
    pub(crate) call_hook: RwLock<Option<CallHook>>,
    pub(crate) snapshots: Mutex<Snapshots>,
    /// Serializes large seeds.
    seeding: Mutex<()>,
}

/// Omits the world, which holds secrets and tokens.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Shared {
    /// Creates the initial state. `origin` is the base URL of the links that the simulator returns.
    pub(crate) fn new(config: SimBuilder, origin: String, control_url: String) -> std::io::Result<Arc<Self>> {
        let clock = Arc::new(config.clock());
        let faults = Arc::new(FaultInjector::with(config.faults.clone()));
        let mut world = config.world(clock.now())?;
        world.deliveries = DeliveryQueue::under(Arc::clone(&faults));
        world.set_origin(origin);
        let world = Arc::new(RwLock::new(world));
        Ok(Arc::new(Self {
            due_work: DueWork::new(Arc::clone(&world), Arc::clone(&clock), config.spool_directory()),
            clock,
            world,
            requests: Mutex::new(RequestLog::of_at_most(config.logged_requests, config.logged_bytes)),
            writes: Mutex::new(Writes::of_at_most(config.logged_writes)),
            faults,
            rate_limiter: RateLimiter::with(config.rates.clone()),
            callback_client: CallbackClient::new(config.callback_timeout, config.allowed()?),
            control_access: ControlAccess::new(config.listen.ip(), &config.allow_hosts).map_err(invalid)?,
            downloads: Semaphore::new(DOWNLOADS),
            worker_idle: watch::Sender::new(()),
            call_hook: RwLock::default(),
            snapshots: Mutex::default(),
            seeding: Mutex::default(),
            control_url,
            config,
        }))
    }

    pub(crate) fn advance(&self, by: i64) {
        self.clock.advance(by);
        self.due_work.do_all();
        // On a running clock, the callback worker sleeps until work is due, which is earlier now.
        self.world.read().deliveries.wake().notify_one();
    }

    /// Stops the clock, at the given time or at the present one.
    pub(crate) fn freeze(&self, at: Option<Millis>) {
        self.clock.freeze(at);
        self.due_work.do_all();
        self.world.read().deliveries.wake().notify_one();
    }

    /// Moves the clock to a time, forward or back.
    pub(crate) fn set_clock(&self, at: Millis) {
        self.clock.set(at);
        self.due_work.do_all();
        self.world.read().deliveries.wake().notify_one();
    }

    /// Lets the clock run at this multiple of real time.
    pub(crate) fn run_clock(&self, speed: f64) {
        self.clock.run(speed);
        // The callback worker sleeps while the clock does not run.
        self.world.read().deliveries.wake().notify_one();
    }

    pub(crate) async fn settled(&self) -> bool {
        let mut looked = self.worker_idle.subscribe();
        let idle = async {
            while !self.world.read().is_idle() {
                // The sender is a field of `self`.
                let _ = looked.changed().await;
            }
        };
        time::timeout(SETTLING, idle).await.is_ok()
    }

    /// Replaces the fault rules. Callbacks that the old rules held back are sent.
    pub(crate) fn set_faults(&self, rules: FaultRules) {
        self.faults.set(rules);
        self.world.write().deliveries.release();
    }

    /// Replaces the contacts with those of a seed in one step. Until then calls see the old contacts. With
    /// `clear_first` they see no members, because two large corps need twice the memory.
    pub(crate) fn seed_contacts(&self, seed: Seed, clear_first: bool) -> Result<(), SeedError> {
        let _turn = self.seeding.lock();
        seed.check()?;
        // The old contacts are dropped outside the lock, because dropping a million members takes time.
        let replace = |contacts| {
            let old = self.world.write().replace_contacts(0, contacts);
            drop(old);
        };
        if clear_first {
            replace(Contacts::default());
        }
        replace(seed.generate(self.clock.now())?);
        Ok(())
    }

    /// Replaces the contacts with those of a file. If a contact breaks a rule of the API, nothing changes.
    pub(crate) fn seed_file(&self, file: &CorpFile) -> Result<(), CorpFileError> {
        let _turn = self.seeding.lock();
        let console = self.world.read().corp(0).console.clone();
        let contacts = file.contacts(&self.config.world, &console, self.clock.now())?;
        let old = self.world.write().replace_contacts(0, contacts);
        drop(old);
        Ok(())
    }

    /// Restores the initial world. The clock continues, except if the settings have a time for the start. A clock that
    /// was frozen or released behaves as at the start. The numbers of deliveries continue.
    pub(crate) fn reset(&self) -> std::io::Result<()> {
        match self.config.clock_speed {
            Some(speed) if self.clock.speed() != speed => self.clock.run(speed),
            None if self.clock.is_running() => self.clock.freeze(None),
            _ => {}
        }
        if let Some(now) = self.config.now {
            self.clock.set(now);
        }
        let mut fresh = self.config.world(self.clock.now())?;
        self.requests.lock().clear();
        self.writes.lock().clear();
        self.faults.set(self.config.faults.clone());
        self.rate_limiter.set(self.config.rates.clone());
        let mut world = self.world.write();
        fresh.set_origin(world.origin().to_owned());
        fresh.deliveries = world.deliveries.renewed();
        fresh.supersede(world.revision());
        let old = std::mem::replace(&mut *world, fresh);
        // A large corp is dropped outside the lock.
        drop(world);
        drop(old);
        Ok(())
    }
}
