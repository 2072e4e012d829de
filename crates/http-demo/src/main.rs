//! Serves the routes on a loopback address, by default with a simulator inside. See the README beside it.

use std::{io, time::Duration};

use http_demo::{Settings, app, serve};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();

    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (state, sim) = settings.start(&format!("http://{address}/callback")).await?;
    tracing::info!(simulator = sim.is_some(), "http://{address}/ lists the routes; Ctrl-C ends the server");
    serve(listener, app(state.clone()), async {
        // Without the signal handler the server runs on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await?;
    state.drain(Duration::from_secs(5)).await;
    if let Some(sim) = sim {
        sim.stop().await;
    }
    Ok(())
}
