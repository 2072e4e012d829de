//! A server behind a callback URL (回调URL): answers WeCom's verification, and passes on what is delivered.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
use wecom_contacts::callback::{Callbacks, Intake, Notification, Outcome, Receiver, Refusal};

use crate::failure::Failure;

/// What came in.
#[derive(Debug)]
pub(crate) enum Heard {
    /// WeCom verified the URL (验证URL有效性).
    Verified,
    /// An event was delivered, for the first time.
    Delivered(Box<Notification>),
    /// A request was not WeCom's, or not for this corp.
    Refused(Refusal),
}

/// A running listener; dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    callbacks: Callbacks,
    heard: mpsc::Receiver<Heard>,
    server: JoinHandle<()>,
}

/// How many requests wait to be looked at. Further events wait in the intake's own queue, and then at WeCom.
const WAITING: usize = 16;
/// How long the events that were acknowledged may take to arrive once no more are taken.
const PARTING: Duration = Duration::from_secs(1);

impl Listener {
    /// Listens at any path of this address. Without a replay window (`None`) requests may be of any time.
    pub(crate) async fn start(
        address: SocketAddr,
        receiver: Receiver,
        replay_window: Option<Duration>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, heard) = mpsc::channel(WAITING);
        let aside = sender.clone();
        let intake = Intake::builder(receiver)
            .replay_window(replay_window)
            .observe(move |outcome| {
                // Strangers may send anything; a full channel has more important things in it.
                let _ = match outcome {
                    Outcome::Verified => aside.try_send(Heard::Verified),
                    Outcome::Refused(refusal) => aside.try_send(Heard::Refused(refusal.clone())),
                    _ => return,
                };
            })
            .handler(move |notification| {
                let sender = sender.clone();
                async move {
                    // The other side is gone once the command ends.
                    let _ = sender.send(Heard::Delivered(Box::new(notification))).await;
                }
            });
        let callbacks = Callbacks::new().mount("/", intake.clone()).mount("/{*path}", intake);
        let app = callbacks.router();
        let server = tokio::spawn(async move {
            // It ends by an error of the listening socket only.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { address, callbacks, heard, server })
    }

    /// The next request; `None` if the server has stopped.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        tokio::select! {
            heard = self.heard.recv() => heard,
            _ = &mut self.server => None,
        }
    }

    /// Takes no further event, and gives those that are acknowledged and not yet heard.
    pub(crate) async fn rest(&mut self) -> Vec<Heard> {
        let drained = self.callbacks.shutdown(PARTING);
        tokio::pin!(drained);
        let mut rest = Vec::new();
        let left = loop {
            tokio::select! {
                biased;
                Some(heard) = self.heard.recv() => rest.push(heard),
                drained = &mut drained => break drained.left,
            }
        };
        rest.extend(std::iter::from_fn(|| self.heard.try_recv().ok()));
        rest.extend(left.into_iter().map(|notification| Heard::Delivered(Box::new(notification))));
        rest
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Parses an address with its port, such as `127.0.0.1:8080` or `localhost:0`.
pub(crate) fn address(text: &str) -> std::result::Result<SocketAddr, String> {
    let found =
        text.to_socket_addrs().map_err(|error| format!("{error}; an address looks like 127.0.0.1:8080"))?;
    found.into_iter().next().ok_or_else(|| "no such address".to_owned())
}

/// The failure to listen on an address.
pub(crate) fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("cannot listen on {address}")).because(error);
    match error.kind() {
        io::ErrorKind::AddrInUse => failure
            .remedy("another program has this port: stop it, or take a free port by --listen 127.0.0.1:0"),
        io::ErrorKind::PermissionDenied => failure.remedy("take a port above 1023"),
        _ => failure.remedy("use an address of this machine, such as 127.0.0.1:0"),
    }
}
