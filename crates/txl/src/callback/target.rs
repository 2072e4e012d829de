//! The callback URL of a server, and requests to it.

use std::{
    fmt,
    net::IpAddr,
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder, Url, header::CONTENT_TYPE, redirect::Policy};

use crate::{
    failure::{Exit, Failure, Result},
    messages::{self, Message},
};

/// Maximum time for the answer to a delivery (doc 90930).
pub(crate) const DELIVERY_LIMIT: Duration = Duration::from_secs(5);
/// Maximum number of bytes that are read from an answer. A passive reply has a few kilobytes.
const BODY_LIMIT: usize = 64 << 10;

/// A callback URL, with a client for requests to it.
#[derive(Clone)]
pub(crate) struct CallbackUrl {
    pub(crate) url: Url,
    http: Client,
}

/// The answer of a server.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    /// The body, cut at the limit of its size.
    pub(crate) body: Vec<u8>,
    pub(crate) took: Duration,
}

impl CallbackUrl {
    /// Returns the URL with a client that follows no redirects, because WeCom's answer counts at the URL itself. Requests to this machine use
    /// no proxy.
    ///
    /// # Errors
    ///
    /// Fails if the machine has no root certificates and the URL needs them.
    pub(crate) fn new(url: Url) -> Result<Self> {
        // The plain HTTP client needs a crypto provider of the process. The SDK's client has its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder().redirect(Policy::none());
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
            // An image without ca-certificates has no roots, and plain HTTP needs none.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            Failure::usage(messages::credentials::connection_cannot_be_made()).because(&error.without_url())
        })?;
        Ok(Self { url, http })
    }

    /// Returns the URL with a client that is already set up.
    pub(crate) fn with_client(url: Url, http: Client) -> Self {
        Self { url, http }
    }

    /// Reads the document at the URL itself, of this size at most.
    pub(crate) async fn document(
        &self,
        limit: Duration,
        most: usize,
    ) -> std::result::Result<HttpAnswer, NoAnswer> {
        answer(self.http.get(self.url.clone()), limit, most).await
    }

    /// Sends a verification request. Returns the answer if it is complete within the limit.
    pub(crate) async fn get(
        &self,
        query: &str,
        limit: Duration,
    ) -> std::result::Result<HttpAnswer, NoAnswer> {
        answer(self.http.get(self.with_query(query)), limit, BODY_LIMIT).await
    }

    /// Sends a delivery. Returns the answer if it is complete within the limit.
    pub(crate) async fn post(
        &self,
        query: &str,
        body: impl Into<reqwest::Body>,
        limit: Duration,
    ) -> std::result::Result<HttpAnswer, NoAnswer> {
        let request = self.http.post(self.with_query(query));
        answer(request.header(CONTENT_TYPE, "text/xml; charset=utf-8").body(body), limit, BODY_LIMIT).await
    }

    /// Appends a query string to the query of the URL, byte for byte.
    fn with_query(&self, query: &str) -> Url {
        let mut url = self.url.clone();
        let joined = match self.url.query().filter(|own| !own.is_empty()) {
            Some(own) => format!("{own}&{query}"),
            None => query.to_owned(),
        };
        url.set_query(Some(&joined));
        url
    }
}

/// Omits the query, which can contain a password of the server.
impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackUrl").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// The reason why a server gave no answer.
#[derive(Debug)]
pub(crate) struct NoAnswer(pub(crate) Message);

impl NoAnswer {
    /// Takes the innermost cause, because "connection refused" is clearer than "error sending request".
    fn lost(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Self(messages::delivery::connection_failed(cause))
    }

    /// Returns the failure of a command that needs the answer.
    pub(crate) fn failure(self) -> Failure {
        Failure::new(messages::delivery::server_gives_no_answer())
            .cause(self.0)
            .remedy(messages::delivery::start_the_server())
            .exit(Exit::NoAnswer)
    }
}

async fn answer(
    request: RequestBuilder,
    limit: Duration,
    most: usize,
) -> std::result::Result<HttpAnswer, NoAnswer> {
    let started = Instant::now();
    let received = async {
        let mut response = request.send().await.map_err(NoAnswer::lost)?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(NoAnswer::lost)? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                body.truncate(most);
                break;
            }
        }
        Ok(HttpAnswer { status, content_type, body, took: started.elapsed() })
    };
    tokio::time::timeout(limit, received)
        .await
        .map_err(|_| NoAnswer(messages::delivery::no_answer_within(limit)))?
}

/// Returns whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Parses the URL of a server.
pub(crate) fn callback_url(text: &str) -> std::result::Result<Url, Message> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Ok(url),
        _ => Err(messages::delivery::not_a_callback_url()),
    }
}
