//! Serving the router.

use std::{io, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot};

/// How long requests in progress may take after `shutdown`.
const GRACE: Duration = Duration::from_secs(10);

/// Serves the router until `shutdown` completes. Requests in progress then have ten seconds to finish.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stop, stopped) = oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        let _ = stop.send(());
    };
    let grace_is_over = async {
        // The sender goes without a message if the server ends first.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = async { axum::serve(listener, app).with_graceful_shutdown(shutdown).await } => served,
        () = grace_is_over => Ok(()),
    }
}
