//! The client: one credential of one corp, and the way of every call.
//!
//! A call takes the token from the one place that holds it, waits for its turn in the [budget](crate::Budget), sends, reads the
//! answer within its limits, and decodes it in one pass. What failed is sent again where that is safe and may help:
//!
//! - A refused token (40014, 42001) is replaced, once.
//! - What surely did not execute is repeated whatever it is: no connection came about, or WeCom says −1, 6000, 45033, 45035.
//! - A time-out, a broken connection and a gateway's error page leave open whether the call executed. A call that only reads is
//!   repeated; one that writes is not, and its error says [`may_have_applied`](crate::Error::may_have_applied).
//! - 45009 closes the endpoint for a minute or an hour: calls fail at once, unsent, unless the policy's time allows to wait.
//!
//! How often and how long is the [`RetryPolicy`]'s: four attempts within half a minute unless told. The error tells
//! [how often](crate::Error::attempts) the call was sent, [how long](crate::Error::elapsed) that took, and why it
//! [stopped](crate::Error::stopped).
//!
//! A call's future may be dropped at any time: the request is cancelled, and its place in the budget goes to the next.
//! What can be seen of calls in logs and figures is told by [`observe`](crate::observe).

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tracing::{Instrument, debug};

use crate::{
    AgentId, Budget, ClientBuilder, CorpId, Endpoint, Result, RetryPolicy, Secret, Sending, Stopped,
    budget::Ledger,
    envelope,
    exchange::{Decode, Prepared, Wire},
    observe::Observed,
    retry::Course,
    tokens::{Token, TokenKey, TokenSource, Tokens},
};

/// One credential of one corp: cheap to clone, `Send + Sync`, shared by all who call.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    retry: RetryPolicy,
}

struct Inner {
    wire: Wire,
    secret: Secret,
    tokens: Tokens,
    budget: Budget,
    /// The budget's page on this corp.
    ledger: Arc<Ledger>,
}

/// What is made of the answer.
enum Want<'w> {
    /// It is read whole and decoded.
    Reply(&'w mut Decode<'w>),
    /// It is a file, whose head is enough.
    File { range: Option<&'w str>, opened: &'w mut Option<reqwest::Response> },
}

impl Client {
    /// Starts a client for this corp and secret. Nothing is sent before the first call.
    pub fn builder(corp_id: impl Into<CorpId>, secret: Secret) -> ClientBuilder {
        ClientBuilder::new(corp_id.into(), secret)
    }

    pub(crate) fn assemble(
        wire: Wire,
        secret: Secret,
        tokens: Tokens,
        budget: Budget,
        retry: RetryPolicy,
    ) -> Self {
        let ledger = budget.ledger(&wire.cgi_bin, wire.corp_id());
        Self { inner: Arc::new(Inner { wire, secret, tokens, budget, ledger }), retry }
    }

    /// The same client, with another retry policy: token, connections and budget are shared.
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { inner: Arc::clone(&self.inner), retry }
    }

    /// The corp this client calls for.
    pub fn corp_id(&self) -> &CorpId {
        self.inner.wire.corp_id()
    }

    /// The app this client calls as; `None` for contacts-sync (通讯录同步).
    pub fn agent_id(&self) -> Option<AgentId> {
        self.inner.secret.agent_id()
    }

    /// The name of this client's credential in a [`TokenStore`](crate::tokens::TokenStore).
    pub fn token_key(&self) -> &TokenKey {
        self.inner.tokens.key()
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
            let mut decode = |body: &[u8]| {
                let opened = envelope::open(body)?;
                slot = Some(opened.reply);
                Ok(opened.errmsg)
            };
            client.exchange(&prepared?, Want::Reply(&mut decode)).await?;
            Ok(slot.expect("an exchange that succeeds has decoded its reply"))
        })
    }

    /// Sends a call whose answer is a file, and returns the answer's head with its body unread. A JSON refusal is an error.
    pub(crate) async fn open_download(
        &self,
        prepared: &Prepared,
        range: Option<&str>,
    ) -> Result<reqwest::Response> {
        let mut opened = None;
        self.exchange(prepared, Want::File { range, opened: &mut opened }).await?;
        Ok(opened.expect("an exchange that succeeds has opened its file"))
    }

    /// The one way of every call, not generic over what is sent: span, token, budget, request, answer, and again where
    /// that is safe and may help.
    async fn exchange(&self, prepared: &Prepared, mut want: Want<'_>) -> Result<()> {
        prepared.check()?;
        let mut observed = Observed::begin(prepared.call.path, self.corp_id());
        let span = observed.span();
        async {
            let outcome = self.repeat(prepared, &mut want, &mut observed).await;
            observed.end(&outcome);
            outcome
        }
        .instrument(span)
        .await
    }

    async fn repeat(&self, prepared: &Prepared, want: &mut Want<'_>, observed: &mut Observed) -> Result<()> {
        let Inner { tokens, ledger, .. } = &*self.inner;
        let gate = ledger.gate(prepared.call.path);
        let mut course = Course::begin(self.retry, prepared.call);
        loop {
            // The token first: who has leave to send must not keep it waiting.
            let mut token = tokens.get().await?;
            let pass = match gate.pass(course.patience()).await {
                Ok(pass) => pass,
                Err(error) => {
                    let retry_after = error.retry_after();
                    return Err(course.give_up(error, Stopped::EndpointClosed, retry_after));
                }
            };
            if pass.waited {
                token = tokens.get().await?;
            }
            course.sending(pass.sent());
            observed.attempts += 1;
            let outcome = self.attempt(prepared, &token, want, observed).await;
            let closed_for = pass.answered(outcome.as_ref().err());
            match outcome {
                Ok(()) => return Ok(()),
                Err(error) if course.renews_token(&error) => {
                    debug!(code = %error.code().map_or(0, |code| code.0), "the token is refused: fetching another");
                    tokens.invalidate(&token);
                }
                Err(error) => course.recover(error, closed_for).await?,
            }
        }
    }

    async fn attempt(
        &self,
        prepared: &Prepared,
        token: &Token,
        want: &mut Want<'_>,
        observed: &mut Observed,
    ) -> Result<()> {
        let wire = &self.inner.wire;
        observed.request_bytes += prepared.size();
        match want {
            Want::Reply(decode) => {
                let mut decode = |body: &[u8]| {
                    observed.response_bytes += body.len();
                    decode(body)
                };
                wire.exchange(prepared, Some(token), &mut decode).await
            }
            Want::File { range, opened } => {
                **opened = Some(wire.open_download(prepared, token, *range).await?);
                Ok(())
            }
        }
    }

    /// How long the access token still lives, which is fetched if there is none.
    pub(crate) async fn token_lifetime(&self) -> Result<Duration> {
        Ok(self.inner.tokens.get().await?.lifetime())
    }

    /// How often what this client sends is repeated.
    pub(crate) fn retry(&self) -> RetryPolicy {
        self.retry
    }

    /// The transport, for links that carry their own authority (export files).
    pub(crate) fn wire(&self) -> &Wire {
        &self.inner.wire
    }

    /// Returns a client of another corp whose tokens come from `source`, over the same transport and in the same store.
    pub(crate) fn of_lower_corp(
        &self,
        corp_id: CorpId,
        secret: Secret,
        key: TokenKey,
        source: Arc<dyn TokenSource>,
    ) -> Self {
        let wire = self.inner.wire.of_corp(corp_id);
        Self::assemble(
            wire,
            secret,
            self.inner.tokens.beside(key, source),
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
