//! Several corps in one simulator.

use std::{io, net::SocketAddr};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{api, config::SimBuilder, server, sim::Sim};

/// Several corps behind one address, for programs that serve many. Dropping it stops the server and all corps.
///
/// Each corp is a [`Sim`] of its own, with its own contacts, secrets, clock, faults and logs. A call goes to the corp
/// of its `access_token`, and `gettoken` to the corp of its `corpid`. `/_sim/corps/CORPID/` is the control surface of a
/// corp, with the paths below `/_sim/`; `/_sim/` itself is that of the first corp. A request that names no corp goes to
/// the first one as well.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// use wecom_sim::{Hub, Sim};
///
/// let hub = Hub::start([Sim::builder().corp_id("wwone"), Sim::builder().corp_id("wwtwo").seed(100, 5, 1)]).await?;
/// assert_eq!(hub.corps().len(), 2);
/// let second = hub.corp("wwtwo").expect("it was started");
/// assert_eq!((second.url(), second.state().members), (hub.url(), 100));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Hub {
    corps: Vec<Sim>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Hub {
    /// Starts the corps at the address of the first builder.
    ///
    /// # Errors
    ///
    /// As [`SimBuilder::start`]. Also returns an error (`InvalidInput`) if there is no corp, or if two have the same id.
    pub async fn start(corps: impl IntoIterator<Item = SimBuilder>) -> io::Result<Self> {
        let builders: Vec<SimBuilder> = corps.into_iter().collect();
        let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let first = builders.first().ok_or_else(|| invalid("a hub needs a corp"))?;
        let mut ids: Vec<&str> = builders.iter().map(|builder| builder.world.corp_id.as_str()).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(invalid("two corps have the same id"));
        }
        let listen = first.listen;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let mut corps = Vec::with_capacity(builders.len());
        for builder in builders {
            let builder = builder.listen(listen);
            builder.check(api::PATHS)?;
            corps.push(Sim::without_server(builder, address)?);
        }
        let (stop, stopped) = watch::channel(false);
        let shared = corps.iter().map(Sim::shared).collect();
        let server = tokio::spawn(server::serve(listener, shared, stopped));
        Ok(Self { corps, stop, server: Some(server) })
    }

    /// Returns the base URL for clients, which is the same for all corps.
    pub fn url(&self) -> &str {
        self.corps[0].url()
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.corps[0].address()
    }

    /// Returns the corps in the order of their builders.
    pub fn corps(&self) -> &[Sim] {
        &self.corps
    }

    /// Returns the corp with this id.
    pub fn corp(&self, corp_id: &str) -> Option<&Sim> {
        self.corps.iter().find(|corp| corp.corp_id() == corp_id)
    }

    /// Stops listening and waits at most five seconds for running calls to finish.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            Sim::end(server).await;
        }
        for corp in std::mem::take(&mut self.corps) {
            corp.stop().await;
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
