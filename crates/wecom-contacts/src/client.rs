//! The client: one credential of one corp, and the way of every call.
//!
//! A call takes the token from the one place that holds it, sends, reads the answer within its limits, and decodes it in one
//! pass. A refused token (40014, 42001) is dropped and the call repeated once. Nothing else is repeated here.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, future::BoxFuture};
use serde::{Deserialize, de::DeserializeOwned};
use tracing::{Instrument, debug, trace, warn};
use url::Url;

use crate::{
    AgentId, Call, CorpId, Endpoint, Error, ErrorKind, Result, Secret, Sending,
    endpoint::Method,
    envelope::{self, Failure},
    redact,
    tokens::{Fetched, Token, TokenSource, Tokens},
};

/// One credential of one corp: cheap to clone, `Send + Sync`, shared by all who call.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    wire: Wire,
    secret: Secret,
    tokens: Tokens,
}

impl Client {
    /// Starts a client for this corp and secret. Nothing is sent before the first call.
    pub fn builder(corp_id: impl Into<CorpId>, secret: Secret) -> ClientBuilder {
        ClientBuilder {
            corp_id: corp_id.into(),
            secret,
            base_url: "https://qyapi.weixin.qq.com".to_owned(),
            proxy: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            transfer_timeout: Duration::from_secs(600),
            max_reply_size: 256 << 20,
            user_agent: concat!("wecom-contacts/", env!("CARGO_PKG_VERSION")).to_owned(),
            root_certificates: Vec::new(),
            log_bodies: false,
        }
    }

    /// The corp this client calls for.
    pub fn corp_id(&self) -> &CorpId {
        &self.0.wire.corp_id
    }

    /// The app this client calls as; `None` for contacts-sync (通讯录同步).
    pub fn agent_id(&self) -> Option<AgentId> {
        self.0.secret.agent_id()
    }

    /// Sends one call and decodes its reply. The chapters' handles are thin faces of this.
    pub fn send<E: Endpoint>(&self, endpoint: &E) -> Sending<E::Reply> {
        self.send_prepared(Prepared::of(endpoint))
    }

    /// Sends one call, and gives `None` where the call itself finds nothing; a token that cannot be had is still an error.
    pub(crate) fn find<E: Endpoint>(&self, endpoint: &E) -> Sending<Option<E::Reply>> {
        let sending = self.send(endpoint);
        Sending::new(async move {
            match sending.await {
                Err(error) if error.is_not_found() && error.call() == Some(E::CALL.path) => Ok(None),
                outcome => outcome.map(Some),
            }
        })
    }

    /// Sends a call whose body is not the endpoint's JSON, such as an upload.
    pub(crate) fn send_prepared<T: DeserializeOwned + Send + 'static>(
        &self,
        prepared: Result<Prepared>,
    ) -> Sending<T> {
        let client = self.clone();
        Sending::new(async move {
            let mut slot = None;
            client
                .exchange(prepared?, &mut |body| {
                    let opened = envelope::open(body)?;
                    slot = Some(opened.reply);
                    Ok(opened.errmsg)
                })
                .await?;
            Ok(slot.expect("an exchange that succeeds has decoded its reply"))
        })
    }

    /// The one way of every call, not generic over what is sent: token, request, answer, one repetition on a refused token.
    async fn exchange(&self, prepared: Prepared, decode: &mut Decode<'_>) -> Result<()> {
        let call = prepared.call.path;
        let span = tracing::debug_span!("wecom.call", endpoint = call, corp.id = %self.corp_id());
        async {
            let token = self.0.tokens.get().await?;
            match self.0.wire.exchange(&prepared, Some(&token), decode).await {
                Err(error) => {
                    let token = self.token_after(error, &token).await?;
                    self.0.wire.exchange(&prepared, Some(&token), decode).await
                }
                done => done,
            }
        }
        .instrument(span)
        .await
    }

    /// Sends a call whose answer is a file, and returns the answer's head with its body unread. A JSON refusal is an error.
    pub(crate) async fn open_download(
        &self,
        prepared: &Prepared,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let token = self.0.tokens.get().await?;
        match self.0.wire.open_download(prepared, &token, range).await {
            Err(error) => {
                let token = self.token_after(error, &token).await?;
                self.0.wire.open_download(prepared, &token, range).await
            }
            done => done,
        }
    }

    /// The one place that decides whether a call is repeated: with another token, where this one was refused. Any other
    /// error is given back.
    async fn token_after(&self, error: Error, token: &Arc<Token>) -> Result<Arc<Token>> {
        if !error.wants_new_token() {
            return Err(error);
        }
        debug!(code = %error.code().map_or(0, |code| code.0), "the token is refused: fetching another");
        self.0.tokens.invalidate(token);
        self.0.tokens.get().await
    }

    /// How long the access token still lives, which is fetched if there is none.
    pub(crate) async fn token_lifetime(&self) -> Result<Duration> {
        Ok(self.0.tokens.get().await?.lifetime())
    }

    /// The transport, for links that carry their own authority (export files).
    pub(crate) fn wire(&self) -> &Wire {
        &self.0.wire
    }

    /// Returns a client of another corp whose tokens come from `source`, over the same transport.
    pub(crate) fn with_token_source(
        &self,
        corp_id: CorpId,
        secret: Secret,
        source: Arc<dyn TokenSource>,
    ) -> Self {
        let wire = Wire { corp_id, ..self.0.wire.clone() };
        Self(Arc::new(Inner { wire, secret, tokens: Tokens::new(source) }))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("corp_id", self.corp_id())
            .field("agent_id", &self.agent_id())
            .finish_non_exhaustive()
    }
}

type Decode<'d> = dyn FnMut(&[u8]) -> std::result::Result<String, Failure> + Send + 'd;

/// A call ready to be sent, any number of times.
pub(crate) struct Prepared {
    pub(crate) call: Call,
    /// `key=value&…`, percent-encoded, without the token.
    pub(crate) query: String,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    None,
    Json(Bytes),
    Form { content_type: String, bytes: Bytes },
}

impl Prepared {
    pub(crate) fn of<E: Endpoint>(endpoint: &E) -> Result<Self> {
        let unwritable = |why: String| Error::new(E::CALL.path, ErrorKind::Unwritable(why));
        let (query, body) = match E::CALL.method {
            Method::Get => {
                let query =
                    serde_urlencoded::to_string(endpoint).map_err(|error| unwritable(error.to_string()))?;
                (query, Body::None)
            }
            Method::Post => {
                let body = serde_json::to_vec(endpoint).map_err(|error| unwritable(error.to_string()))?;
                (String::new(), Body::Json(body.into()))
            }
        };
        Ok(Self { call: E::CALL, query, body })
    }
}

/// The transport: where calls go and how long they may take. Knows tokens only as text for the URL.
#[derive(Clone)]
pub(crate) struct Wire {
    corp_id: CorpId,
    http: reqwest::Client,
    /// Ends in `/cgi-bin/`, whatever prefix comes before.
    cgi_bin: Arc<str>,
    timeout: Duration,
    transfer_timeout: Duration,
    max_reply_size: usize,
    log_bodies: bool,
}

impl Wire {
    async fn exchange(
        &self,
        prepared: &Prepared,
        token: Option<&Token>,
        decode: &mut Decode<'_>,
    ) -> Result<()> {
        let call = prepared.call.path;
        let timeout =
            if matches!(prepared.body, Body::Form { .. }) { self.transfer_timeout } else { self.timeout };
        let request = self.request(prepared, token)?.timeout(timeout);
        // Masking a body reads it whole: not for nobody.
        let log_bodies = self.log_bodies && tracing::enabled!(tracing::Level::TRACE);
        if log_bodies {
            let body = match &prepared.body {
                Body::None => prepared
                    .query
                    .split('&')
                    .filter_map(|pair| pair.split('=').next())
                    .collect::<Vec<_>>()
                    .join(" "),
                Body::Json(bytes) => redact::body(bytes),
                Body::Form { bytes, .. } => format!("({} bytes)", bytes.len()),
            };
            trace!(endpoint = call, body, "request");
        }
        let answer = request.send().await.map_err(|error| Error::transport(call, error))?;
        let (status, content_type) = (answer.status(), content_type(&answer));
        let body = self.read_whole(call, answer).await?;
        if log_bodies {
            trace!(endpoint = call, status = status.as_u16(), body = redact::body(&body), "answer");
        }
        match decode(&body) {
            Ok(remark) if status.is_success() => {
                if remark.contains("Warning:") {
                    warn!(endpoint = call, "the server read only part of the request: {remark}");
                }
                Ok(())
            }
            Err(Failure::Refused { errcode, errmsg }) => {
                debug!(endpoint = call, errcode, "refused");
                Err(Error::refused(call, errcode, errmsg))
            }
            Err(Failure::Malformed(error))
                if status.is_success() && body.first() == Some(&b'{') && !error.is_eof() =>
            {
                Err(Error::new(call, ErrorKind::Malformed(error)))
            }
            _ => Err(Error::new(call, ErrorKind::NotWeCom { status: status.as_u16(), content_type })),
        }
    }

    fn request(&self, prepared: &Prepared, token: Option<&Token>) -> Result<reqwest::RequestBuilder> {
        let Prepared { call, query, body } = prepared;
        let mut address = format!("{}{}", self.cgi_bin, call.path);
        let mut separator = '?';
        if !query.is_empty() {
            address.push(separator);
            address.push_str(query);
            separator = '&';
        }
        if let Some(token) = token {
            address.push(separator);
            address.push_str("access_token=");
            address.push_str(token.encoded());
        }
        let url = Url::parse(&address)
            .map_err(|error| Error::new(call.path, ErrorKind::Unwritable(error.to_string())))?;
        let request = match call.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
        };
        Ok(match body {
            Body::None => request,
            Body::Json(bytes) => {
                request.header(http::header::CONTENT_TYPE, "application/json").body(bytes.clone())
            }
            Body::Form { content_type, bytes } => {
                request.header(http::header::CONTENT_TYPE, content_type.as_str()).body(bytes.clone())
            }
        })
    }

    /// Reads an answer to its end, without a copy where it comes in one piece.
    async fn read_whole(&self, call: &'static str, mut answer: reqwest::Response) -> Result<Bytes> {
        let limit = self.max_reply_size;
        let too_large = || Error::new(call, ErrorKind::TooLarge { limit });
        let expected = answer.content_length().unwrap_or(0);
        if expected > limit as u64 {
            return Err(too_large());
        }
        let mut next = async || answer.chunk().await.map_err(|error| Error::transport(call, error));
        let Some(first) = next().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = next().await? else {
            return Ok(first);
        };
        // A stranger's Content-Length is believed only as far as a modest first allocation.
        let mut whole =
            BytesMut::with_capacity((expected as usize).min(16 << 20).max(first.len() + second.len()));
        whole.extend_from_slice(&first);
        let mut chunk = Some(second);
        while let Some(bytes) = chunk {
            if whole.len() + bytes.len() > limit {
                return Err(too_large());
            }
            whole.extend_from_slice(&bytes);
            chunk = next().await?;
        }
        Ok(whole.freeze())
    }

    async fn open_download(
        &self,
        prepared: &Prepared,
        token: &Token,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let call = prepared.call.path;
        let mut request = self.request(prepared, Some(token))?.timeout(self.transfer_timeout);
        if let Some(range) = range {
            request = request.header(http::header::RANGE, range);
        }
        let answer = request.send().await.map_err(|error| Error::transport(call, error))?;
        let is_file = answer.headers().contains_key(http::header::CONTENT_DISPOSITION);
        if is_file && answer.status().is_success() {
            return Ok(answer);
        }
        let (status, content_type) = (answer.status().as_u16(), content_type(&answer));
        let body = self.read_whole(call, answer).await?;
        Err(match envelope::open::<serde::de::IgnoredAny>(&body) {
            Err(Failure::Refused { errcode, errmsg }) => Error::refused(call, errcode, errmsg),
            _ => Error::new(call, ErrorKind::NotWeCom { status, content_type }),
        })
    }

    /// A GET of a link that WeCom handed out, which needs no token.
    pub(crate) fn get_link(&self, url: Url) -> reqwest::RequestBuilder {
        self.http.get(url).timeout(self.transfer_timeout)
    }
}

fn content_type(answer: &reqwest::Response) -> Option<String> {
    let value = answer.headers().get(http::header::CONTENT_TYPE)?;
    Some(value.to_str().ok()?.to_owned())
}

/// Tokens by `gettoken` (`获取access_token`).
///
/// Official: [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)
struct GetToken {
    wire: Wire,
    secret: Secret,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    /// Signed, as a server that counts down may well pass zero.
    #[serde(default)]
    expires_in: i64,
}

impl TokenSource for GetToken {
    fn fetch(&self) -> BoxFuture<'static, Result<Fetched>> {
        const CALL: Call = Call::get("gettoken");
        let wire = self.wire.clone();
        let query = serde_urlencoded::to_string([
            ("corpid", wire.corp_id.as_str()),
            ("corpsecret", self.secret.expose()),
        ]);
        async move {
            let query =
                query.map_err(|error| Error::new(CALL.path, ErrorKind::Unwritable(error.to_string())))?;
            let prepared = Prepared { call: CALL, query, body: Body::None };
            let mut reply: Option<TokenReply> = None;
            wire.exchange(&prepared, None, &mut |body| {
                let opened = envelope::open(body)?;
                reply = Some(opened.reply);
                Ok(opened.errmsg)
            })
            .await?;
            let reply = reply.expect("an exchange that succeeds has decoded its reply");
            let expires_in = Duration::from_secs(reply.expires_in.max(0).unsigned_abs());
            Ok(Fetched { access_token: reply.access_token, expires_in })
        }
        .boxed()
    }
}

/// Builds a [`Client`].
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    corp_id: CorpId,
    secret: Secret,
    base_url: String,
    proxy: Option<String>,
    timeout: Duration,
    connect_timeout: Duration,
    transfer_timeout: Duration,
    max_reply_size: usize,
    user_agent: String,
    root_certificates: Vec<Vec<u8>>,
    log_bodies: bool,
}

impl ClientBuilder {
    /// Where the calls go; `https://qyapi.weixin.qq.com` unless told. A path prefix is kept
    /// (`https://gateway.example.com/wecom`), and plain `http` is taken, for tests and gateways.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sends everything, tokens and files included, through this proxy: `http://`, `https://`, with user and password if
    /// need be. Without it the environment's `HTTPS_PROXY` and its kin decide. TLS is verified all the same.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// How long one exchange may take, connection included; 10 s unless told.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a connection may take to come about; 5 s unless told.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the upload or download of one file may take; 10 minutes unless told.
    pub fn transfer_timeout(mut self, timeout: Duration) -> Self {
        self.transfer_timeout = timeout;
        self
    }

    /// How large a JSON reply may be; 256 MiB unless told. Files are streamed and have no such limit.
    pub fn max_reply_size(mut self, bytes: usize) -> Self {
        self.max_reply_size = bytes;
        self
    }

    /// What the client calls itself; `wecom-contacts/VERSION` unless told.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Trusts the certificates in this PEM text beside the platform's, as a corp's own gateway may need.
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Logs each request and answer at `trace` level, with all values masked but ids, codes and states. Off unless told.
    pub fn log_bodies(mut self, on: bool) -> Self {
        self.log_bodies = on;
        self
    }

    /// Builds the client; sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for an unusable URL, proxy, user agent or certificate.
    pub fn build(self) -> Result<Client> {
        let cgi_bin = cgi_bin(&self.base_url)?;
        let http = self.http()?;
        let wire = Wire {
            corp_id: self.corp_id,
            http,
            cgi_bin,
            timeout: self.timeout,
            transfer_timeout: self.transfer_timeout,
            max_reply_size: self.max_reply_size,
            log_bodies: self.log_bodies,
        };
        let source = GetToken { wire: wire.clone(), secret: self.secret.clone() };
        Ok(Client(Arc::new(Inner { wire, secret: self.secret, tokens: Tokens::new(Arc::new(source)) })))
    }

    fn http(&self) -> Result<reqwest::Client> {
        // The process may have chosen its provider already; then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|_| configuration("a root certificate is not PEM"))?;
            if bundle.is_empty() {
                return Err(configuration("a root certificate is not PEM"));
            }
            certificates.extend(bundle);
        }
        let builder = || {
            let builder = reqwest::Client::builder()
                .user_agent(&self.user_agent)
                .connect_timeout(self.connect_timeout)
                // WeCom never redirects; a gateway that does would be handed the token.
                .redirect(reqwest::redirect::Policy::none())
                .referer(false);
            Ok::<_, Error>(match &self.proxy {
                Some(proxy) => builder.proxy(
                    reqwest::Proxy::all(proxy).map_err(|_| configuration("the proxy's URL is not one"))?,
                ),
                None => builder,
            })
        };
        match builder()?.tls_certs_merge(certificates.clone()).build() {
            Ok(http) => Ok(http),
            // An image without ca-certificates has no roots of its own: the bundled Mozilla set stands in.
            Err(_) => {
                let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
                let bundled =
                    bundled.filter_map(|certificate| reqwest::Certificate::from_der(certificate).ok());
                builder()?
                    .tls_certs_only(certificates.into_iter().chain(bundled))
                    .build()
                    .map_err(|error| configuration(format!("no HTTP client: {error}")))
            }
        }
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither URL is shown: both may carry a password.
        f.debug_struct("ClientBuilder").field("corp_id", &self.corp_id).finish_non_exhaustive()
    }
}

fn configuration(why: impl Into<String>) -> Error {
    Error::local(ErrorKind::Configuration(why.into()))
}

fn cgi_bin(base_url: &str) -> Result<Arc<str>> {
    let url =
        Url::parse(base_url).map_err(|error| configuration(format!("the base URL is not one: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(configuration("the base URL must begin with https:// or http:// and name a host"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(configuration("the base URL must have no query and no fragment"));
    }
    Ok(format!("{}/cgi-bin/", url.as_str().trim_end_matches('/')).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_10_a_base_url_keeps_its_path_prefix() {
        for (base, expected) in [
            ("https://qyapi.weixin.qq.com", "https://qyapi.weixin.qq.com/cgi-bin/"),
            ("https://gw.example.com/wecom", "https://gw.example.com/wecom/cgi-bin/"),
            ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b/cgi-bin/"),
        ] {
            assert_eq!(&*cgi_bin(base).unwrap(), expected);
        }
        for bad in ["", "qyapi.weixin.qq.com", "ftp://example.com", "https://example.com/?a=b", "https:///"] {
            assert!(cgi_bin(bad).is_err(), "{bad}");
        }
    }
}
