//! A running simulator.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use parking_lot::{Mutex, RwLock};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    SimBuilder,
    clock::Clock,
    requests::{Request, RequestLog},
    server,
    world::World,
};

/// A running simulator; dropping it stops the server.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

/// What the server's tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: SimBuilder,
    pub(crate) clock: Clock,
    pub(crate) world: RwLock<World>,
    pub(crate) requests: Mutex<RequestLog>,
}

impl Sim {
    /// Starts a simulator with the defaults on a free loopback port; its clock moves only by [`advance`](Self::advance).
    ///
    /// # Panics
    ///
    /// If no loopback port can be had. [`SimBuilder::start`] returns the error instead.
    pub async fn start() -> Self {
        Self::builder()
            .start()
            .await
            .expect("a free port on the loopback interface")
    }

    /// Sets a simulator up.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    pub(crate) async fn serve(config: SimBuilder) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let clock = config.clock();
        let mut world = config.world(clock.now());
        world.set_origin(format!("http://{address}"));
        let shared = Arc::new(Shared {
            clock,
            world: RwLock::new(world),
            requests: Mutex::default(),
            config,
        });
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped));
        Ok(Self {
            shared,
            address,
            stop: Some(stop),
        })
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

    /// Moves the clock and does what falls due.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(by.as_millis() as i64);
    }

    /// The API requests received so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().shown()
    }
}

impl Shared {
    pub(crate) fn advance(&self, by: i64) {
        self.clock.advance(by);
        self.settle();
    }

    /// Does what has fallen due, if anything has.
    pub(crate) fn settle(&self) {
        let now = self.clock.now();
        if self.world.read().next_due().is_some_and(|at| at <= now) {
            self.world.write().settle(now);
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have stopped by itself; then nobody listens.
            let _ = stop.send(());
        }
    }
}
