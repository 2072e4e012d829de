//! The client: one credential of one corp, and how it makes a call.
//!
//! A call takes the access token, waits for a permit of the [budget](crate::Budget), is sent, and its answer is read within limits
//! and decoded in one pass. A call that failed is sent again where that is safe and may help:
//!
//! - A refused token (40014, 42001) is replaced, once.
//! - A call that surely did not execute is repeated: no connection was made, or WeCom answered −1, 6000, 45033 or 45035.
//! - A time-out, a broken connection and a gateway's error page leave open whether the call executed. A call that only reads is
//!   repeated; one that writes is not, and its error says [`may_have_applied`](crate::Error::may_have_applied).
//! - 45009 closes the endpoint for a minute or an hour. Its calls then fail at once and unsent, unless the policy's total time
//!   allows the wait.
//!
//! The [`RetryPolicy`] limits the number and the time of attempts: by default four within half a minute. The error has the
//! [number of attempts](crate::Error::attempts), the [time](crate::Error::elapsed) they took, and the reason why they
//! [stopped](crate::Error::stopped).
//!
//! A call's future may be dropped at any time: this cancels the request, and the next call gets its place in the budget.
//! [`observe`](crate::observe) lists what logs and metrics show of calls.
//!
//! TLS uses the process's default `rustls` provider, or *ring* if the process has none. A client never installs a default provider.

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tracing::{Instrument, debug};

use crate::{
    AgentId, Budget, CallFuture, ClientBuilder, CorpId, Endpoint, Result, RetryPolicy, Secret, Stopped,
    budget::CorpLimiter,
    envelope,
    observe::CallObservation,
    retry::Attempts,
    tokens::{CachedToken, TokenCache, TokenKey, TokenSource},
    transport::{Decode, HttpTransport, PreparedCall},
};

/// One credential of one corp. Cheap to clone, `Send + Sync`; clones share token, connections and budget.
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
    /// The limits that the budget sets for this corp.
    limiter: Arc<CorpLimiter>,
}

/// What the answer is.
enum Answer<'a> {
    /// A reply, to be read whole and decoded.
    Reply(&'a mut Decode<'a>),
    /// A file, of which only the head is read.
    File { range: Option<&'a str>, opened: &'a mut Option<reqwest::Response> },
}

impl Client {
    /// Starts a client for this corp and secret. Nothing is sent before the first call.
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

    /// Returns this client with another retry policy. Token, connections and budget are shared.
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { inner: Arc::clone(&self.inner), retry }
    }

    /// The corp this client calls for.
    pub fn corp_id(&self) -> &CorpId {
        self.inner.transport.corp_id()
    }

    /// The app this client calls as; `None` for contacts-sync (通讯录同步).
    pub fn agent_id(&self) -> Option<AgentId> {
        self.inner.secret.agent_id()
    }

    /// The name of this client's credential in a [`TokenStore`](crate::tokens::TokenStore).
    pub fn token_key(&self) -> &TokenKey {
        self.inner.tokens.key()
    }

    /// Sends one call and decodes its reply. The methods of the chapters' handles call this one.
    pub fn send<E: Endpoint>(&self, endpoint: &E) -> CallFuture<E::Reply> {
        self.send_prepared(PreparedCall::of(endpoint))
    }

    /// Sends one call. Returns `None` if the call itself finds nothing; a failure to get a token is still an error.
    pub(crate) fn find<E: Endpoint>(&self, endpoint: &E) -> CallFuture<Option<E::Reply>> {
        let call = self.send(endpoint);
        CallFuture::new(async move {
            match call.await {
                Err(error) if error.is_not_found() && error.call() == Some(E::CALL.path) => Ok(None),
                outcome => outcome.map(Some),
            }
        })
    }

    /// Sends a call whose body is not the endpoint's JSON, such as an upload.
    pub(crate) fn send_prepared<T: DeserializeOwned + Send + 'static>(
        &self,
        prepared: Result<PreparedCall>,
    ) -> CallFuture<T> {
        let client = self.clone();
        CallFuture::new(async move {
            let mut slot = None;
            let mut decode = |body: &[u8]| {
                let opened = envelope::open(body)?;
                slot = Some(opened.reply);
                Ok(opened.errmsg)
            };
            client.execute(&prepared?, Answer::Reply(&mut decode)).await?;
            Ok(slot.expect("a call that succeeds has decoded its reply"))
        })
    }

    /// Sends a call whose answer is a file, and returns the answer with its body unread. A JSON refusal is an error.
    pub(crate) async fn open_download(
        &self,
        prepared: &PreparedCall,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let mut opened = None;
        self.execute(prepared, Answer::File { range, opened: &mut opened }).await?;
        Ok(opened.expect("a call that succeeds has opened its file"))
    }

    /// Makes a call: span, token, permit, request, answer, and further attempts where they are safe and may help.
    ///
    /// Every call goes through this function. It is not generic, so that one more endpoint adds little code.
    async fn execute(&self, prepared: &PreparedCall, mut answer: Answer<'_>) -> Result<()> {
        prepared.check()?;
        let mut observed = CallObservation::begin(prepared.call.path, self.corp_id());
        let span = observed.span();
        async {
            let outcome = self.execute_with_retries(prepared, &mut answer, &mut observed).await;
            observed.end(&outcome);
            outcome
        }
        .instrument(span)
        .await
    }

    async fn execute_with_retries(
        &self,
        prepared: &PreparedCall,
        answer: &mut Answer<'_>,
        observed: &mut CallObservation,
    ) -> Result<()> {
        let Inner { tokens, limiter, .. } = &*self.inner;
        let limiter = limiter.endpoint(prepared.call.path);
        let mut attempts = Attempts::begin(self.retry, prepared.call);
        loop {
            // The token comes first: a permit is for a call that is sent at once.
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
            let outcome = self.attempt(prepared, &token, answer, observed).await;
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

    async fn attempt(
        &self,
        prepared: &PreparedCall,
        token: &CachedToken,
        answer: &mut Answer<'_>,
        observed: &mut CallObservation,
    ) -> Result<()> {
        let transport = &self.inner.transport;
        observed.request_bytes += prepared.size();
        match answer {
            Answer::Reply(decode) => {
                let mut decode = |body: &[u8]| {
                    observed.response_bytes += body.len();
                    decode(body)
                };
                transport.send_once(prepared, Some(token), &mut decode).await
            }
            Answer::File { range, opened } => {
                **opened = Some(transport.open_download(prepared, token, *range).await?);
                Ok(())
            }
        }
    }

    /// Returns how long the access token still lives. A token is fetched if there is none.
    pub(crate) async fn token_lifetime(&self) -> Result<Duration> {
        Ok(self.inner.tokens.get().await?.lifetime())
    }

    /// The retry policy of this client.
    pub(crate) fn retry(&self) -> RetryPolicy {
        self.retry
    }

    /// The transport, for links that need no token (export files).
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
