//! Serves the routes on a loopback address, by default with a simulator inside. See the README beside it.

use std::{io, time::Duration};

use anyhow::Context;
use http_demo::{Settings, app, serve};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use wecom_sim::Sim;

#[expect(clippy::disallowed_methods, reason = "the log of this program goes to stderr")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();

    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!("cannot listen on {}; HTTP_DEMO_LISTEN names another address", settings.listen)
    })?;
    let address = listener.local_addr()?;
    let (state, sim) = settings.start(&format!("http://{address}/callback")).await?;
    tracing::info!(
        simulator = sim.as_ref().map(Sim::url),
        "http://{address}/ lists the routes; Ctrl-C ends the server"
    );
    serve(listener, app(state.clone()), async {
        // Without the signal handler the server runs on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await?;
    let drained = state.drain(Duration::from_secs(5)).await;
    if !drained.is_complete() {
        tracing::warn!(left = drained.left.len(), running = drained.running, "events were not handled");
    }
    if let Some(sim) = sim {
        sim.stop().await;
    }
    Ok(())
}
