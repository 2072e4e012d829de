//! A server behind a callback URL (回调URL). It answers WeCom's verification and passes the events to the caller.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

use axum::middleware;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use wecom_contacts::callback::{
    Callbacks, Intake, Notification, NotificationKey, Outcome, Receiver, Refusal,
};

use crate::{
    callback::{Forwarder, Forwarding},
    failure::Failure,
    messages::{self, Message},
};

/// A received request.
#[derive(Debug)]
pub(crate) enum Received {
    /// WeCom verified the URL (验证URL有效性).
    Verification,
    /// An event was delivered for the first time.
    Event(Box<Notification>),
    /// A request was refused: it was not from WeCom, or not for this corp.
    Refused(Refusal),
    /// A delivery was forwarded to another server, and WeCom got its answer.
    Forwarded { key: NotificationKey, status: u16, took: Duration },
    /// A delivery could not be forwarded, and WeCom delivers again.
    NotForwarded { key: NotificationKey, reason: Message },
}

/// A running listener. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    callbacks: Callbacks,
    received: mpsc::Receiver<Received>,
    server: JoinHandle<()>,
    stop: watch::Sender<bool>,
    /// Maximum time that a shutdown waits for the answers of running requests.
    answers: Duration,
}

/// Capacity of the channel to the printer. Further events wait in the queue of the intake, and then at WeCom.
const CHANNEL: usize = 16;
/// Maximum time that a shutdown waits for acknowledged events, and for answers that are being written.
const SHUTDOWN: Duration = Duration::from_secs(1);
/// Maximum time that a shutdown waits for forwarded deliveries: WeCom waits no longer.
const FORWARDS: Duration = Duration::from_secs(5);

impl Listener {
    /// Listens on this address, at any path. If the replay window is `None`, requests of any age are accepted. Deliveries that are accepted are
    /// forwarded if another server is named.
    pub(crate) async fn start(
        address: SocketAddr,
        receiver: Receiver,
        replay_window: Option<Duration>,
        forwarding: Option<Forwarding>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, received) = mpsc::channel(CHANNEL);
        let aside = sender.clone();
        let answers = if forwarding.is_some() { FORWARDS } else { SHUTDOWN };
        let forwarder = forwarding.map(|to| Forwarder::new(to, receiver.clone(), sender.clone()));
        let intake = Intake::builder(receiver)
            .replay_window(replay_window)
            .observe(move |outcome| {
                // If the channel is full, the report of a refused request is dropped. Events have priority.
                let _ = match outcome {
                    Outcome::Verified => aside.try_send(Received::Verification),
                    Outcome::Refused(refusal) => aside.try_send(Received::Refused(refusal.clone())),
                    _ => return,
                };
            })
            .handler(move |notification| {
                let sender = sender.clone();
                async move {
                    // The receiver is dropped when the command ends.
                    let _ = sender.send(Received::Event(Box::new(notification))).await;
                }
            });
        let callbacks = Callbacks::new().mount("/", intake.clone()).mount("/{*path}", intake);
        let mut app = callbacks.router();
        if let Some(forwarder) = forwarder {
            app = app.layer(middleware::from_fn_with_state(forwarder, Forwarder::forward));
        }
        let (stop, mut stopped) = watch::channel(false);
        let server = tokio::spawn(async move {
            let stop = async move {
                // An error means that the listener was dropped, which ends the server too.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            // Before it is stopped, the server ends only if the listening socket fails.
            let _ = axum::serve(listener, app).with_graceful_shutdown(stop).await;
        });
        Ok(Self { address, callbacks, received, server, stop, answers })
    }

    /// Returns the next request, or `None` if the server has stopped.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        tokio::select! {
            received = self.received.recv() => received,
            _ = &mut self.server => None,
        }
    }

    /// Refuses further events, and finishes running requests. Returns the acknowledged events that `next` has not returned.
    pub(crate) async fn shutdown(&mut self) -> Vec<Received> {
        let drained = self.callbacks.shutdown(SHUTDOWN);
        tokio::pin!(drained);
        let mut rest = Vec::new();
        let left = loop {
            tokio::select! {
                biased;
                Some(received) = self.received.recv() => rest.push(received),
                drained = &mut drained => break drained.left,
            }
        };
        self.stop.send_replace(true);
        if !self.server.is_finished() {
            // A client that does not finish its request in time gets no answer.
            let _ = timeout(self.answers, &mut self.server).await;
        }
        rest.extend(std::iter::from_fn(|| self.received.try_recv().ok()));
        rest.extend(left.into_iter().map(|notification| Received::Event(Box::new(notification))));
        rest
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Parses an address with its port, such as `127.0.0.1:8080` or `localhost:0`.
pub(crate) fn address(text: &str) -> std::result::Result<SocketAddr, Message> {
    let found = text.to_socket_addrs().map_err(|error| messages::listener::not_an_address(&error))?;
    found.into_iter().next().ok_or_else(messages::listener::no_such_address)
}

/// Returns the failure to listen on an address.
pub(crate) fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::new(messages::listener::cannot_listen(address)).because(error);
    match error.kind() {
        io::ErrorKind::AddrInUse => failure.remedy(messages::listener::take_a_free_port()),
        io::ErrorKind::PermissionDenied => failure.remedy(messages::listener::take_a_higher_port()),
        _ => failure.remedy(messages::listener::use_an_address_of_this_machine()),
    }
}
