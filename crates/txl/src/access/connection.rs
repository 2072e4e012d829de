//! The connection to the server, for requests that are no calls of the API.

use std::{env, time::Duration};

use super::{Access, given, trust};
use crate::{
    failure::{Failure, Result},
    file::contents,
    messages::credentials as messages,
};

/// The server of WeCom.
const WECOM: &str = "https://qyapi.weixin.qq.com";
/// Variables that name a proxy, in the order of their use.
const PROXY_VARIABLES: [&str; 6] =
    ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"];

/// Where the requests of a command go.
pub(crate) struct Connection {
    /// The address of the server, without a slash at its end.
    pub(crate) base_url: String,
    /// The proxy. It may contain a password.
    pub(crate) proxy: Option<String>,
    /// A client that uses the proxy and trusts what the SDK trusts.
    pub(crate) http: reqwest::Client,
}

impl Access {
    /// Returns the connection of the credentials.
    ///
    /// # Errors
    ///
    /// Fails if the proxy or a certificate cannot be used.
    pub(crate) fn connection(&self) -> Result<Connection> {
        let credentials = self.credentials.group()?;
        // The plain HTTP client needs a crypto provider of the process. The SDK's client has its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let refused = |error: reqwest::Error| {
            Failure::usage(messages::connection_cannot_be_made()).because(&error.without_url())
        };
        let mut builder = reqwest::Client::builder()
            .timeout(Duration::from_secs(self.timeout))
            .redirect(reqwest::redirect::Policy::none());
        let named = given(&credentials.proxy).map(str::to_owned);
        if let Some(proxy) = &named {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(refused)?);
        }
        if let Some(path) = credentials.ca_cert.as_deref().filter(|path| !path.as_os_str().is_empty()) {
            trust::certificates(path)?;
            for certificate in reqwest::Certificate::from_pem_bundle(&contents(path)?).map_err(refused)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let base_url = given(&credentials.base_url).unwrap_or(WECOM).trim_end_matches('/').to_owned();
        let is_plain = base_url.starts_with("http:");
        let of_machine = || {
            let names = PROXY_VARIABLES.into_iter().filter(|name| {
                // A variable of the other scheme has no effect.
                let of_plain = name.to_ascii_lowercase().starts_with("http_");
                name.to_ascii_lowercase().starts_with("all") || of_plain == is_plain
            });
            names.filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty())
        };
        // An image without ca-certificates has no roots, and plain HTTP needs none.
        let http = match builder.build() {
            Ok(http) => http,
            Err(_) if is_plain => reqwest::Client::builder().tls_certs_only([]).build().map_err(refused)?,
            Err(error) => return Err(refused(error)),
        };
        Ok(Connection { proxy: named.or_else(of_machine), base_url, http })
    }
}
