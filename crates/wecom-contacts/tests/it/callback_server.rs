//! A program behind callback URLs: the router on a free port of the loopback interface, stopped as programs are stopped.

use std::{net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use wecom_contacts::callback::{Callbacks, Drained};

use crate::platform::Request;

/// Longer than anything here takes.
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

    /// Lets the requests under way finish, then what they brought.
    pub(crate) async fn stop(self) -> Drained {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.serving).await.unwrap().unwrap().unwrap();
        self.callbacks.shutdown(PATIENCE).await
    }
}

/// A client for deliveries.
pub(crate) fn http() -> reqwest::Client {
    // `reqwest` wants one though no TLS is spoken here; another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Delivers as WeCom does; gives the status and the body, or `None` if there is no answer.
pub(crate) async fn post(http: &reqwest::Client, url: &str, request: &Request) -> Option<(u16, String)> {
    let url = format!("{url}?{}", request.query);
    let answer = http.post(url).body(request.body.clone()).send().await.ok()?;
    Some((answer.status().as_u16(), answer.text().await.ok()?))
}
