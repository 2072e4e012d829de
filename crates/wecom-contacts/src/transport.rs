//! HTTP: sends one request, reads the response within limits, and classifies it.
//!
//! Tokens and retries are handled by [`Client`](crate::Client).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tracing::{debug, trace, warn};
use url::Url;

use crate::{
    Bilingual, Call, CorpId, Endpoint, Error, ErrorKind, Result,
    endpoint::Method,
    envelope::{self, Failure},
    proxy, redact,
    tokens::CachedToken,
};

/// Decodes the body of a response. Returns the errmsg of a success, or the failure.
pub(crate) type Decode<'d> = dyn FnMut(&[u8]) -> std::result::Result<String, Failure> + Send + 'd;

/// A call that can be sent any number of times.
pub(crate) struct PreparedCall {
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

/// Maximum length of a query in bytes. The HTTP client supports URLs of up to 65,534 bytes; the base URL, the path and
/// the token need a part of it.
const MAX_QUERY: usize = 60_000;

impl PreparedCall {
    /// Checks whether the call can be sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unwritable`] if its query is too long for a URL.
    pub(crate) fn check(&self) -> Result<()> {
        if self.query.len() > MAX_QUERY {
            let length = self.query.len();
            let why = Bilingual::new(
                format!(
                    "its parameters take {length} bytes of the URL, more than the limit of {MAX_QUERY}; nothing was sent"
                ),
                format!("参数在 URL 中占 {length} 字节，超过上限 {MAX_QUERY} 字节；请求未发送"),
            );
            return Err(Error::new(self.call.path, ErrorKind::Unwritable(why)));
        }
        Ok(())
    }

    pub(crate) fn of<E: Endpoint>(endpoint: &E) -> Result<Self> {
        let unwritable =
            |why: String| Error::new(E::CALL.path, ErrorKind::Unwritable(Bilingual::untranslated(why)));
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

    /// Returns the size of the body in bytes, or that of the query if there is no body.
    pub(crate) fn size(&self) -> usize {
        match &self.body {
            Body::None => self.query.len(),
            Body::Json(bytes) | Body::Form { bytes, .. } => bytes.len(),
        }
    }
}

/// The HTTP transport of a client: its server, its limits of time and size, and its connections.
#[derive(Clone)]
pub(crate) struct HttpTransport {
    pub(crate) corp_id: CorpId,
    pub(crate) http: reqwest::Client,
    /// Whether the proxy comes from the environment.
    pub(crate) proxy_from_environment: bool,
    /// The base URL of calls. Its path ends in `/cgi-bin/`, after the optional prefix. It is parsed once, and each call
    /// only adds its path and query, because parsing a whole URL takes a tenth of the time of a call.
    pub(crate) cgi_bin: Url,
    /// The default timeout of `http`.
    pub(crate) timeout: Duration,
    pub(crate) transfer_timeout: Duration,
    pub(crate) max_reply_size: usize,
    pub(crate) log_bodies: bool,
}

impl HttpTransport {
    pub(crate) fn corp_id(&self) -> &CorpId {
        &self.corp_id
    }

    /// Returns the same transport for another corp.
    pub(crate) fn of_corp(&self, corp_id: CorpId) -> Self {
        Self { corp_id, ..self.clone() }
    }

    /// Sends a call once and decodes the response.
    pub(crate) async fn send_once(
        &self,
        prepared: &PreparedCall,
        token: Option<&CachedToken>,
        decode: &mut Decode<'_>,
    ) -> Result<()> {
        let call = prepared.call.path;
        let mut request = self.request(prepared, token);
        if matches!(prepared.body, Body::Form { .. }) {
            request = request.timeout(self.transfer_timeout);
        }
        // Masking reads the whole body, so it is skipped if the log does not show it.
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
        let mut answer = request.send().await.map_err(|error| Error::transport(call, error))?;
        let status = answer.status();
        let body = self.read_whole(call, &mut answer).await?;
        if log_bodies {
            trace!(endpoint = call, status = status.as_u16(), body = redact::body(&body), "answer");
        }
        match decode(&body) {
            Ok(remark) if status.is_success() => {
                if remark.contains("Warning:") {
                    let remark = redact::shortened(remark);
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
            _ => {
                let content_type = content_type(&answer);
                Err(Error::new(call, ErrorKind::NotWeCom { status: status.as_u16(), content_type }))
            }
        }
    }

    fn request(&self, prepared: &PreparedCall, token: Option<&CachedToken>) -> reqwest::RequestBuilder {
        let PreparedCall { call, query, body } = prepared;
        let mut url = self.cgi_bin.clone();
        url.set_path(&[self.cgi_bin.path(), call.path].concat());
        match (query.as_str(), token.map(CachedToken::query)) {
            ("", token) => url.set_query(token),
            (query, None) => url.set_query(Some(query)),
            (query, Some(token)) => url.set_query(Some(&[query, "&", token].concat())),
        }
        let request = match call.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
        };
        match body {
            Body::None => request,
            Body::Json(bytes) => {
                request.header(http::header::CONTENT_TYPE, "application/json").body(bytes.clone())
            }
            Body::Form { content_type, bytes } => {
                request.header(http::header::CONTENT_TYPE, content_type.as_str()).body(bytes.clone())
            }
        }
    }

    /// Reads a response to its end. A response that consists of one chunk is not copied.
    async fn read_whole(&self, call: &'static str, answer: &mut reqwest::Response) -> Result<Bytes> {
        let limit = self.max_reply_size;
        let too_large = || Error::new(call, ErrorKind::TooLarge { limit });
        let expected = answer.content_length().unwrap_or(0);
        if expected > limit as u64 {
            return Err(too_large());
        }
        let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = answer.chunk().await.map_err(|error| Error::transport(call, error))? {
            // The stated length may be missing or wrong, so the received bytes are counted.
            let received = first.len().max(whole.len()) + chunk.len();
            if received > limit {
                return Err(too_large());
            }
            if first.is_empty() {
                first = chunk;
                continue;
            }
            if whole.is_empty() {
                // The Content-Length is untrusted, so it only determines a moderate initial capacity.
                whole.reserve((expected as usize).min(16 << 20).max(received));
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(if whole.is_empty() { first } else { whole.freeze() })
    }

    /// Sends a call once whose response is a file. Returns the response without reading its body.
    pub(crate) async fn open_download(
        &self,
        prepared: &PreparedCall,
        token: &CachedToken,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let call = prepared.call.path;
        let mut request = self.request(prepared, Some(token)).timeout(self.transfer_timeout);
        if let Some(range) = range {
            request = request.header(http::header::RANGE, range);
        }
        let mut answer = request.send().await.map_err(|error| Error::transport(call, error))?;
        let is_file = answer.headers().contains_key(http::header::CONTENT_DISPOSITION);
        if is_file && answer.status().is_success() {
            return Ok(answer);
        }
        let (status, content_type) = (answer.status().as_u16(), content_type(&answer));
        let body = self.read_whole(call, &mut answer).await?;
        Err(match envelope::open::<serde::de::IgnoredAny>(&body) {
            Err(Failure::Refused { errcode, errmsg }) => Error::refused(call, errcode, errmsg),
            _ => Error::new(call, ErrorKind::NotWeCom { status, content_type }),
        })
    }

    /// Returns whether calls are sent over https.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.cgi_bin.scheme() == "https"
    }

    /// Checks that requests for this URL do not bypass a proxy.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the environment contains an unusable proxy.
    pub(crate) fn check_proxy(&self, url: &Url) -> Result<()> {
        if self.proxy_from_environment
            && let Some(why) = proxy::environment_error(url, |name| std::env::var(name).ok())
        {
            return Err(Error::local(ErrorKind::Configuration(why)));
        }
        Ok(())
    }

    /// Returns the GET request for a link that WeCom issued. It needs no token.
    pub(crate) fn get_link(&self, url: Url) -> Result<reqwest::RequestBuilder> {
        self.check_proxy(&url)?;
        Ok(self.http.get(url).timeout(self.transfer_timeout))
    }
}

fn content_type(answer: &reqwest::Response) -> Option<String> {
    let value = answer.headers().get(http::header::CONTENT_TYPE)?;
    Some(redact::shortened(value.to_str().ok()?.to_owned()))
}
