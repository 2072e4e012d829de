//! A program with callback URLs: the router on a free port of the loopback interface, with a graceful shutdown.

use std::{net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use wecom_contacts::callback::{Callbacks, Drained};

use crate::platform::Request;

/// A timeout that is longer than any operation of these tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    callbacks: Callbacks,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start(callbacks: Callbacks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = axum::serve(listener, callbacks.router::<()>())
            .with_graceful_shutdown(async { _ = stopped.await });
        let serving = tokio::spawn(async { serving.await });
        Self { address, callbacks, stop, serving }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Finishes the requests in progress, and then their events.
    pub(crate) async fn stop(self) -> Drained {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.serving).await.unwrap().unwrap().unwrap();
        self.callbacks.shutdown(PATIENCE).await
    }
}

/// Delivers a request as WeCom does. Returns the status and the body, or `None` without a response.
pub(crate) async fn post(http: &reqwest::Client, url: &str, request: &Request) -> Option<(u16, String)> {
    let url = format!("{url}?{}", request.query);
    let answer = http.post(url).body(request.body.clone()).send().await.ok()?;
    Some((answer.status().as_u16(), answer.text().await.ok()?))
}
