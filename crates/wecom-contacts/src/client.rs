//! The client: one credential of one corp, and the way of every call.
//!
//! A call takes the token from the one place that holds it, sends, reads the answer within its limits, and decodes it in one
//! pass. A refused token (40014, 42001) is dropped and the call repeated once. Nothing else is repeated here.

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tracing::{Instrument, debug};

use crate::{
    AgentId, ClientBuilder, CorpId, Endpoint, Error, Result, Secret, Sending, envelope,
    exchange::{Decode, Prepared, Wire},
    tokens::{Token, TokenSource, Tokens},
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
        ClientBuilder::new(corp_id.into(), secret)
    }

    pub(crate) fn assemble(wire: Wire, secret: Secret, tokens: Tokens) -> Self {
        Self(Arc::new(Inner { wire, secret, tokens }))
    }

    /// The corp this client calls for.
    pub fn corp_id(&self) -> &CorpId {
        self.0.wire.corp_id()
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
        Self::assemble(self.0.wire.of_corp(corp_id), secret, Tokens::new(source))
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
