//! The HTTP client for what the simulator itself sends: callbacks, and downloads for uploads by URL.

use std::sync::OnceLock;

/// A client that is made when first needed: reading the platform's certificates takes milliseconds, and most simulators
/// live and die without sending anything.
#[derive(Debug, Default)]
pub(crate) struct Outgoing(OnceLock<reqwest::Client>);

impl Outgoing {
    pub(crate) fn client(&self) -> reqwest::Result<&reqwest::Client> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = build()?;
        Ok(self.0.get_or_init(|| client))
    }
}

fn build() -> reqwest::Result<reqwest::Client> {
    // Whoever comes first in the process installs a provider; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        reqwest::Client::builder()
            // What a simulator talks to stands next to it, not behind a proxy.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
    };
    // An image without ca-certificates has no roots at all; plain HTTP needs none.
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}
