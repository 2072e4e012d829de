//! One exchange over HTTP: a request out, its answer read within limits and told apart.
//!
//! Knows nothing of where tokens come from, nor of repeating: that is [`Client`](crate::Client)'s.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tracing::{debug, trace, warn};
use url::Url;

use crate::{
    Bilingual, Call, CorpId, Endpoint, Error, ErrorKind, Result,
    endpoint::Method,
    envelope::{self, Failure},
    proxy, redact,
    tokens::Token,
};

/// Reads an answer's body: the errmsg of a success, or why it is none.
pub(crate) type Decode<'d> = dyn FnMut(&[u8]) -> std::result::Result<String, Failure> + Send + 'd;

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

/// How long a query may be. The HTTP client writes no URL of more than 65,534 bytes, and the base, the path and the token take a part.
const LONGEST_QUERY: usize = 60_000;

impl Prepared {
    /// Makes sure that the call can be sent at all.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unwritable`] if its query is longer than a URL can be.
    pub(crate) fn check(&self) -> Result<()> {
        if self.query.len() > LONGEST_QUERY {
            let length = self.query.len();
            let why = Bilingual::new(
                format!(
                    "its values take {length} bytes in the URL, which has room for {LONGEST_QUERY}; nothing was sent"
                ),
                format!("参数在 URL 中占 {length} 字节，超过上限 {LONGEST_QUERY} 字节；请求未发送"),
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

    /// The bytes of the body, or of the query if there is none.
    pub(crate) fn size(&self) -> usize {
        match &self.body {
            Body::None => self.query.len(),
            Body::Json(bytes) | Body::Form { bytes, .. } => bytes.len(),
        }
    }
}

/// The transport: where calls go and how long they may take. Knows tokens only as text for the URL.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) corp_id: CorpId,
    pub(crate) http: reqwest::Client,
    /// Whether the environment names the proxy.
    pub(crate) obeys_environment: bool,
    /// Ends in `/cgi-bin/`, whatever prefix comes before.
    pub(crate) cgi_bin: Arc<str>,
    pub(crate) timeout: Duration,
    pub(crate) transfer_timeout: Duration,
    pub(crate) max_reply_size: usize,
    pub(crate) log_bodies: bool,
}

impl Wire {
    pub(crate) fn corp_id(&self) -> &CorpId {
        &self.corp_id
    }

    /// The same transport for another corp.
    pub(crate) fn of_corp(&self, corp_id: CorpId) -> Self {
        Self { corp_id, ..self.clone() }
    }

    pub(crate) async fn exchange(
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
        let url = Url::parse(&address).map_err(|error| {
            Error::new(call.path, ErrorKind::Unwritable(Bilingual::untranslated(error.to_string())))
        })?;
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
        // The sum is checked, as an answer without a length is believed no more than its bytes.
        let mut received = 0;
        let mut next = async || {
            let chunk = answer.chunk().await.map_err(|error| Error::transport(call, error))?;
            received += chunk.as_ref().map_or(0, Bytes::len);
            if received > limit { Err(too_large()) } else { Ok(chunk) }
        };
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
            whole.extend_from_slice(&bytes);
            chunk = next().await?;
        }
        Ok(whole.freeze())
    }

    pub(crate) async fn open_download(
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

    /// Whether calls go out under https.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.cgi_bin.starts_with("https:")
    }

    /// Makes sure that no proxy is bypassed on the way to this URL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the environment names one that cannot be used.
    pub(crate) fn check_proxy(&self, url: &Url) -> Result<()> {
        if self.obeys_environment
            && let Some(why) = proxy::unusable(url, |name| std::env::var(name).ok())
        {
            return Err(Error::local(ErrorKind::Configuration(why)));
        }
        Ok(())
    }

    /// A GET of a link that WeCom handed out, which needs no token.
    pub(crate) fn get_link(&self, url: Url) -> Result<reqwest::RequestBuilder> {
        self.check_proxy(&url)?;
        Ok(self.http.get(url).timeout(self.transfer_timeout))
    }
}

fn content_type(answer: &reqwest::Response) -> Option<String> {
    let value = answer.headers().get(http::header::CONTENT_TYPE)?;
    Some(redact::shortened(value.to_str().ok()?.to_owned()))
}
