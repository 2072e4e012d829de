//! `txl sim --check`: the health check of a container, whose image has no other HTTP client.

use std::time::Duration;

use serde_json::Value;

use crate::{
    failure::{Exit, Failure, Result},
    messages,
};

/// Maximum time for the answer. It is below the limit of the container image's check.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Checks that a simulator answers at this address.
///
/// # Errors
///
/// Returns an error with [`Exit::NoAnswer`] if no simulator answers within two seconds.
pub(super) async fn check(base_url: &str) -> Result {
    // The plain HTTP client needs a crypto provider of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unhealthy = || {
        Failure::new(messages::sim::is_not_healthy(base_url))
            .remedy(messages::sim::start_one())
            .exit(Exit::NoAnswer)
    };
    let lost = |error: reqwest::Error| unhealthy().because(&error.without_url());
    // The address is on this machine, and plain HTTP needs no roots.
    let builder = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).tls_certs_only([]);
    let http = builder.build().map_err(lost)?;
    let url = format!("{}/_sim/healthz", base_url.trim_end_matches('/'));
    let answer = http.get(url).send().await.map_err(lost)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(lost)?;
    if status.is_success() && serde_json::from_slice::<Value>(&body).is_ok() {
        return Ok(());
    }
    Err(unhealthy().cause(messages::sim::answers_otherwise(status)))
}
