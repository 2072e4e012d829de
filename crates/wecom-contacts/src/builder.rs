//! The settings of a client.

use std::{sync::Arc, time::Duration};

use url::Url;

use crate::{
    Bilingual, Budget, Client, CorpId, Error, ErrorKind, Result, RetryPolicy, Secret,
    gettoken::GetToken,
    proxy, tls,
    tokens::{Refresher, SharedStore, TokenCache, TokenKey, TokenSource, TokenStore},
    transport::HttpTransport,
};

/// Builds a [`Client`].
///
/// The TLS settings belong to the client. A process-wide `rustls` provider is used if one is installed, otherwise
/// *ring*. The client never installs one.
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    corp_id: CorpId,
    secret: Secret,
    base_url: String,
    proxy: Proxy,
    timeout: Duration,
    connect_timeout: Duration,
    transfer_timeout: Duration,
    max_reply_size: usize,
    user_agent: String,
    root_certificates: Vec<Vec<u8>>,
    log_bodies: bool,
    retry: RetryPolicy,
    budget: Budget,
    token_store: Option<Arc<dyn TokenStore>>,
    token_source: Option<Arc<dyn TokenSource>>,
}

/// The proxy of a client.
#[derive(Clone)]
enum Proxy {
    /// The proxy of the environment, from `HTTPS_PROXY` and related variables.
    Environment,
    None,
    At(String),
}

impl ClientBuilder {
    pub(crate) fn new(corp_id: CorpId, secret: Secret) -> Self {
        Self {
            corp_id,
            secret,
            base_url: "https://qyapi.weixin.qq.com".to_owned(),
            proxy: Proxy::Environment,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            transfer_timeout: Duration::from_secs(600),
            max_reply_size: 256 << 20,
            user_agent: concat!("wecom-contacts/", env!("CARGO_PKG_VERSION")).to_owned(),
            root_certificates: Vec::new(),
            log_bodies: false,
            retry: RetryPolicy::default(),
            budget: Budget::default(),
            token_store: None,
            token_source: None,
        }
    }

    /// Sets the server. Defaults to `https://qyapi.weixin.qq.com`. A path prefix is kept
    /// (`https://gateway.example.com/wecom`). Plain `http` is allowed, for tests and gateways.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sends all requests through this proxy, including tokens and files. The URL begins with `http://` or `https://`
    /// and may contain user and password. Defaults to `HTTPS_PROXY` and related variables of the environment.
    ///
    /// The server's certificate is verified in the same way as without a proxy. An unusable proxy is never bypassed,
    /// whether it is set here or in the environment: [`build`](Self::build) returns an error.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Proxy::At(url.into());
        self
    }

    /// Connects directly and ignores the proxy of the environment. Use it for a server of your own, such as a simulator
    /// on this machine.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Proxy::None;
        self
    }

    /// Sets the maximum time of one attempt of a call, including the connection. Defaults to 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum time to connect. Defaults to 5 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the maximum time of the upload or download of one file. Defaults to 10 minutes.
    pub fn transfer_timeout(mut self, timeout: Duration) -> Self {
        self.transfer_timeout = timeout;
        self
    }

    /// Sets the maximum size of a JSON reply, in bytes. Defaults to 256 MiB. Files are streamed and have no such limit.
    pub fn max_reply_size(mut self, bytes: usize) -> Self {
        self.max_reply_size = bytes;
        self
    }

    /// Sets the `User-Agent`. Defaults to `wecom-contacts/VERSION`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Trusts the certificates in this PEM text in addition to those of the platform, for example for a corp's own
    /// gateway.
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Logs each request and reply at `trace` level. All values except ids, codes and states are masked. Defaults to
    /// `false`.
    pub fn log_bodies(mut self, on: bool) -> Self {
        self.log_bodies = on;
        self
    }

    /// Sets how often a failed call is retried if a retry is safe. Defaults to four attempts within 30 s. The number of
    /// attempts also applies to token requests, but with a maximum of three.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the limits on the rate of calls. Defaults to WeCom's published limits, counted for all clients of this corp
    /// and base URL in the process.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Shares the access token with all clients of the same store; see [`tokens`](crate::tokens). Without a store, each
    /// client has its own token.
    ///
    /// While the store is unavailable, the client works without it.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Some(Arc::new(store));
        self
    }

    /// Fetches access tokens from this source, such as a company's central token server (中控服务器). Defaults to
    /// `gettoken`.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.token_source = Some(Arc::new(source));
        self
    }

    /// Builds the client. It sends no request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if a URL, the proxy, the user agent or a certificate is unusable.
    pub fn build(self) -> Result<Client> {
        let cgi_bin = cgi_bin(&self.base_url)?;
        let http = self.http()?;
        let transport = HttpTransport {
            proxy_from_environment: matches!(self.proxy, Proxy::Environment),
            corp_id: self.corp_id.clone(),
            http,
            cgi_bin,
            timeout: self.timeout,
            transfer_timeout: self.transfer_timeout,
            max_reply_size: self.max_reply_size,
            log_bodies: self.log_bodies,
        };
        transport.check_proxy(&transport.cgi_bin)?;
        let tokens = self.tokens(&transport);
        Ok(Client::assemble(transport, self.secret, tokens, self.budget, self.retry))
    }

    fn tokens(&self, transport: &HttpTransport) -> TokenCache {
        let (server, corp_id) = (transport.cgi_bin.as_str(), &transport.corp_id);
        let (key, source) = match &self.token_source {
            Some(source) => (TokenKey::of_source(server, corp_id, &self.secret), Arc::clone(source)),
            None => {
                let source = GetToken { transport: transport.clone(), secret: self.secret.clone() };
                (TokenKey::of_secret(server, corp_id, &self.secret), Arc::new(source) as Arc<dyn TokenSource>)
            }
        };
        let store = self.token_store.clone().map(|store| SharedStore::new(store, key.clone()));
        // `gettoken` has its own timeout. This one applies to other sources.
        let source_timeout = self.timeout.saturating_add(Duration::from_secs(2));
        TokenCache::new(
            key,
            Refresher::new(source, store, source_timeout).attempts(self.retry.max_attempts()),
        )
    }

    fn http(&self) -> Result<reqwest::Client> {
        let builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            // WeCom never redirects. A redirecting gateway would pass the token on to another server.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .tls_backend_preconfigured(tls::config(&self.root_certificates).map_err(configuration)?);
        let builder = match &self.proxy {
            Proxy::At(proxy) => {
                let proxy = proxy::checked_url(proxy).map_err(configuration)?;
                builder.proxy(reqwest::Proxy::all(proxy).map_err(|_| configuration(proxy::NO_URL))?)
            }
            Proxy::None => builder.no_proxy(),
            Proxy::Environment => builder,
        };
        builder.build().map_err(|error| {
            configuration((format!("no HTTP client: {error}"), format!("无法创建 HTTP 客户端：{error}")))
        })
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Both URLs are omitted because they may contain a password.
        f.debug_struct("ClientBuilder").field("corp_id", &self.corp_id).finish_non_exhaustive()
    }
}

fn configuration(why: impl Into<Bilingual>) -> Error {
    Error::local(ErrorKind::Configuration(why.into()))
}

/// Returns the base URL of calls: the path `/cgi-bin/` below this URL.
fn cgi_bin(base_url: &str) -> Result<Url> {
    let no_url = |error: url::ParseError| {
        configuration((format!("invalid base URL: {error}"), format!("base URL 不合法：{error}")))
    };
    let url = Url::parse(base_url).map_err(no_url)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(configuration((
            "invalid base URL: it must begin with https:// or http:// and contain a host",
            "base URL 必须以 https:// 或 http:// 开头，并包含主机名",
        )));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(configuration((
            "invalid base URL: a query or a fragment is not allowed",
            "base URL 不能带有查询参数和片段（#）",
        )));
    }
    let cgi_bin = format!("{}/cgi-bin/", url.as_str().trim_end_matches('/'));
    Url::parse(&cgi_bin).map_err(no_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ClientBuilder {
        ClientBuilder::new("ww1".into(), Secret::contacts_sync("s3cret"))
    }

    #[test]
    fn trap_46_a_proxy_that_cannot_be_used_is_a_configuration_error() {
        for proxy in ["ftp://127.0.0.1:1", "socks5://127.0.0.1:1", "", "http://"] {
            let error = builder().proxy(proxy).build().unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{proxy}: {error:?}");
        }
        builder().proxy("127.0.0.1:3128").build().unwrap();
    }

    #[test]
    fn a_client_installs_no_tls_provider_for_the_process() {
        builder().build().unwrap();
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    }

    #[test]
    fn trap_10_a_base_url_keeps_its_path_prefix() {
        for (base, expected) in [
            ("https://qyapi.weixin.qq.com", "https://qyapi.weixin.qq.com/cgi-bin/"),
            ("https://gw.example.com/wecom", "https://gw.example.com/wecom/cgi-bin/"),
            ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b/cgi-bin/"),
        ] {
            assert_eq!(cgi_bin(base).unwrap().as_str(), expected);
        }
        for bad in ["", "qyapi.weixin.qq.com", "ftp://example.com", "https://example.com/?a=b", "https:///"] {
            assert!(cgi_bin(bad).is_err(), "{bad}");
        }
    }
}
