//! The client: one credential of one corp. It sends the calls.
//!
//! For each call, the client takes the access token, waits for a permit of the [budget](crate::Budget), sends the
//! request, reads the response within limits, and decodes it in one pass. A failed call is retried if a retry is safe
//! and useful:
//!
//! - A refused token (40014, 42001) is replaced once.
//! - A call that certainly did not execute is retried: no connection was made, or WeCom answered −1, 6000, 45033 or
//!   45035.
//! - After a timeout, a broken connection or a gateway's error page, it is unknown whether the call executed. A read is
//!   retried. A write is not retried, and its error reports [`may_have_applied`](crate::Error::may_have_applied).
//! - 45009 closes the endpoint for a minute or an hour. Its calls then fail immediately without being sent, except when
//!   the total time of the policy is long enough to wait.
//!
//! The [`RetryPolicy`] limits the number and the time of attempts. Defaults to four within 30 s. The error contains the
//! [number of attempts](crate::Error::attempts), the [time](crate::Error::elapsed) that they took, and the reason why
//! they [stopped](crate::Error::stopped).
//!
//! The future of a call may be dropped at any time. This cancels the request, and the next call takes its place in the
//! budget. The module [`observe`](crate::observe) lists the logs and metrics of calls.
//!
//! TLS uses the process's default `rustls` provider, or *ring* if the process has none. A client never installs a
//! default provider.

use std::{future::ready, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tracing::{Instrument, debug};

use crate::{
    AgentId, Budget, CallFuture, ClientBuilder, CorpId, Endpoint, Result, RetryPolicy, Secret, Stopped,
    budget::CorpLimiter,
    envelope,
    observe::CallObservation,
    retry::Attempts,
    tokens::{TokenCache, TokenKey, TokenSource},
    transport::{Decode, HttpTransport, PreparedCall},
};

/// A client for one credential of one corp. Clones are cheap and share token, connections and budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    retry: RetryPolicy,
}

struct Inner {
    transport: HttpTransport,
    secret: Secret,
    tokens: TokenCache,
    budget: Budget,
    /// The limits of the budget for this corp.
    limiter: Arc<CorpLimiter>,
}

/// The expected type of response.
enum Answer<'a> {
    /// A JSON reply, which is read completely and decoded.
    Reply(&'a mut Decode<'a>),
    /// A file, of which only the headers are read.
    File { range: Option<&'a str>, opened: &'a mut Option<reqwest::Response> },
}

impl Client {
    /// Returns a builder for a client of this corp and secret. No request is sent before the first call.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let (corp_id, agent_id, app_secret) = (sim.corp_id(), sim.agent_id(), sim.app_secret());
    /// use std::time::Duration;
    /// use wecom_contacts::{Client, Secret};
    ///
    /// let client = Client::builder(corp_id, Secret::app(agent_id, app_secret))
    ///     .timeout(Duration::from_secs(20))
    /// #     .base_url(sim.url())
    ///     .build()?;
    /// let departments = client.departments().list().await?;
    /// # assert_eq!(departments.len(), 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(corp_id: impl Into<CorpId>, secret: Secret) -> ClientBuilder {
        ClientBuilder::new(corp_id.into(), secret)
    }

    pub(crate) fn assemble(
        transport: HttpTransport,
        secret: Secret,
        tokens: TokenCache,
        budget: Budget,
        retry: RetryPolicy,
    ) -> Self {
        let limiter = budget.corp(transport.cgi_bin.as_str(), transport.corp_id());
        Self { inner: Arc::new(Inner { transport, secret, tokens, budget, limiter }), retry }
    }

    /// Returns this client with another retry policy. Both clients share token, connections and budget.
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { inner: Arc::clone(&self.inner), retry }
    }

    /// Returns the corp of this client.
    pub fn corp_id(&self) -> &CorpId {
        self.inner.transport.corp_id()
    }

    /// Returns the app of this client, or `None` for contacts-sync (通讯录同步).
    pub fn agent_id(&self) -> Option<AgentId> {
        self.inner.secret.agent_id()
    }

    /// Returns the key of this client's credential in a [`TokenStore`](crate::tokens::TokenStore).
    pub fn token_key(&self) -> &TokenKey {
        self.inner.tokens.key()
    }

    /// Sends one call and decodes its reply. The methods of all chapters use it.
    pub fn send<E: Endpoint>(&self, endpoint: &E) -> CallFuture<E::Reply> {
        self.send_prepared(PreparedCall::of(endpoint))
    }

    /// Sends one call. Returns `None` if the call reports that the object does not exist. A failure to get a token is
    /// an error.
    pub(crate) fn find<E: Endpoint>(&self, endpoint: &E) -> CallFuture<Option<E::Reply>> {
        let call = self.send(endpoint);
        CallFuture::new(async move {
            match call.await {
                Err(error) if error.is_not_found() && error.call() == Some(E::CALL.path) => Ok(None),
                outcome => outcome.map(Some),
            }
        })
    }

    /// Sends a prepared call, for bodies other than the endpoint's JSON, such as an upload.
    pub(crate) fn send_prepared<T: DeserializeOwned + Send + 'static>(
        &self,
        prepared: Result<PreparedCall>,
    ) -> CallFuture<T> {
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return CallFuture::new(ready(Err(error))),
        };
        let client = self.clone();
        CallFuture::new(async move {
            // Boxed, so that the future is small even if the reply is large: each call copies its future to the heap.
            let mut slot = None;
            let mut decode = |body: &[u8]| {
                let opened = envelope::open(body)?;
                slot = Some(Box::new(opened.reply));
                Ok(opened.errmsg)
            };
            client.execute(&prepared, Answer::Reply(&mut decode)).await?;
            Ok(*slot.expect("a call that succeeds has decoded its reply"))
        })
    }

    /// Sends a call whose response is a file. Returns the response without reading its body. A JSON refusal is an
    /// error.
    pub(crate) async fn open_download(
        &self,
        prepared: &PreparedCall,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let mut opened = None;
        self.execute(prepared, Answer::File { range, opened: &mut opened }).await?;
        Ok(opened.expect("a call that succeeds has opened its file"))
    }

    /// Runs every call: span, token, budget, request, decoding, retries. Not generic, so it compiles once.
    async fn execute(&self, prepared: &PreparedCall, mut answer: Answer<'_>) -> Result<()> {
        prepared.check()?;
        let mut observed = CallObservation::begin(prepared.call.path, self.corp_id());
        let span = observed.span();
        let outcome = self.execute_with_retries(prepared, &mut answer, &mut observed).instrument(span).await;
        observed.end(&outcome);
        outcome
    }

    async fn execute_with_retries(
        &self,
        prepared: &PreparedCall,
        answer: &mut Answer<'_>,
        observed: &mut CallObservation,
    ) -> Result<()> {
        let Inner { transport, tokens, limiter, .. } = &*self.inner;
        let limiter = limiter.endpoint(prepared.call.path);
        let mut attempts = Attempts::begin(self.retry, prepared.call);
        loop {
            // The token is fetched first, because a permit is valid for an immediate request.
            let mut token = tokens.get().await?;
            let permit = match limiter.acquire(attempts.remaining_time()).await {
                Ok(permit) => permit,
                Err(error) => {
                    let retry_after = error.retry_after();
                    return Err(attempts.final_error(error, Stopped::EndpointClosed, retry_after));
                }
            };
            if permit.waited {
                token = tokens.get().await?;
            }
            attempts.record_sent(permit.sent());
            observed.attempts += 1;
            observed.request_bytes += prepared.size();
            let outcome = match answer {
                Answer::Reply(decode) => {
                    let mut decode = |body: &[u8]| {
                        observed.response_bytes += body.len();
                        decode(body)
                    };
                    transport.send_once(prepared, Some(&token), &mut decode).await
                }
                Answer::File { range, opened } => {
                    let response = transport.open_download(prepared, &token, *range).await;
                    response.map(|response| **opened = Some(response))
                }
            };
            let closed_for = permit.record_outcome(outcome.as_ref().err());
            match outcome {
                Ok(()) => return Ok(()),
                Err(error) if attempts.renews_token(&error) => {
                    debug!(code = %error.code().map_or(0, |code| code.0), "the token is refused: fetching another");
                    tokens.invalidate(&token);
                }
                Err(error) => attempts.wait_for_retry(error, closed_for).await?,
            }
        }
    }

    /// Returns the remaining lifetime of the access token. Fetches a token if necessary.
    pub(crate) async fn token_lifetime(&self) -> Result<Duration> {
        Ok(self.inner.tokens.get().await?.lifetime())
    }

    /// Returns the retry policy of this client.
    pub(crate) fn retry(&self) -> RetryPolicy {
        self.retry
    }

    /// Returns the transport, for links that need no token (export files).
    pub(crate) fn transport(&self) -> &HttpTransport {
        &self.inner.transport
    }

    /// Returns a client of another corp whose tokens come from `source`, with the same transport and token store.
    pub(crate) fn of_lower_corp(
        &self,
        corp_id: CorpId,
        secret: Secret,
        key: TokenKey,
        source: Arc<dyn TokenSource>,
    ) -> Self {
        let transport = self.inner.transport.of_corp(corp_id);
        Self::assemble(
            transport,
            secret,
            self.inner.tokens.for_credential(key, source),
            self.inner.budget.clone(),
            self.retry,
        )
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
