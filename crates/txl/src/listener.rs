//! A server behind a callback URL (回调URL): answers WeCom's verification, and passes on what is delivered.

use std::{io, net::SocketAddr};

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    routing::get,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
use wecom_contacts::{
    Error,
    callback::{Notification, Receiver},
};

/// What came in.
#[derive(Debug)]
pub(crate) enum Heard {
    /// WeCom verified the URL (验证URL有效性).
    Verified,
    /// An event was delivered.
    Delivered(Box<Notification>),
    /// A request was not WeCom's, or not for this corp.
    Refused(Error),
}

/// A running listener; dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    heard: mpsc::Receiver<Heard>,
    server: JoinHandle<()>,
}

/// So many events may wait until they are looked at; then WeCom waits too, and delivers again.
const WAITING: usize = 1024;

#[derive(Clone)]
struct Ears {
    receiver: Receiver,
    heard: mpsc::Sender<Heard>,
}

impl Listener {
    /// Listens at any path of this address.
    pub(crate) async fn start(address: SocketAddr, receiver: Receiver) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, heard) = mpsc::channel(WAITING);
        let app =
            Router::new().fallback(get(verify).post(receive)).with_state(Ears { receiver, heard: sender });
        let server = tokio::spawn(async move {
            // It ends by an error of the listening socket only, which ends the channel too.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { address, heard, server })
    }

    /// The next request; `None` if the server has stopped.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn verify(State(ears): State<Ears>, RawQuery(query): RawQuery) -> (StatusCode, String) {
    match ears.receiver.verify_url(query.as_deref().unwrap_or_default()) {
        Ok(echo) => ears.pass_on(Heard::Verified, echo),
        Err(error) => ears.refuse(error),
    }
}

async fn receive(State(ears): State<Ears>, RawQuery(query): RawQuery, body: Bytes) -> (StatusCode, String) {
    match ears.receiver.receive(query.as_deref().unwrap_or_default(), &body) {
        Ok(notification) => ears.pass_on(Heard::Delivered(Box::new(notification)), String::new()),
        Err(error) => ears.refuse(error),
    }
}

impl Ears {
    /// Acknowledges what was passed on; what could not be is delivered again.
    fn pass_on(&self, heard: Heard, answer: String) -> (StatusCode, String) {
        match self.heard.try_send(heard) {
            Ok(()) => (StatusCode::OK, answer),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        }
    }

    fn refuse(&self, error: Error) -> (StatusCode, String) {
        // Strangers may send anything; a full channel has more important things in it.
        let _ = self.heard.try_send(Heard::Refused(error));
        (StatusCode::FORBIDDEN, String::new())
    }
}
