//! One refresh of a token. The token comes from the store if another client has stored one; otherwise it comes from the
//! source, under the store's lease.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use super::{
    AccessToken, CachedToken, FreshToken, Lease, SharedStore, StoredToken, TokenSource, refusal_backoff,
    shared_store::StoreUnavailable, source,
};
use crate::{Bilingual, Error, ErrorKind, Result, TransportFailure};

/// Result of a store operation.
type StoreResult<T> = std::result::Result<T, StoreUnavailable>;

/// Maximum number of requests to the source within one refresh. WeCom allows at most three.
const MAX_ATTEMPTS: u32 = 3;
/// Maximum wait for the lease, in multiples of a lease's lifetime. After it, the source is used without the lease.
const LEASE_WAITS: u32 = 3;

/// The reason for a refresh.
pub(super) trait RefreshContext: Sync {
    /// Returns the token that the server refused, if that is the reason for the refresh.
    fn refused(&self) -> Option<AccessToken>;
    /// Returns whether the current token is still valid. The refresh then accepts only a newer one.
    fn is_ahead(&self) -> bool;
}

pub(crate) struct Refresher {
    source: Arc<dyn TokenSource>,
    store: Option<SharedStore>,
    /// Maximum time of one request to the source, and the lifetime of a lease. If the holder of a lease crashes, other
    /// clients wait this long.
    source_timeout: Duration,
    attempts: u32,
}

impl Refresher {
    pub(crate) fn new(
        source: Arc<dyn TokenSource>,
        store: Option<SharedStore>,
        source_timeout: Duration,
    ) -> Self {
        Self { source, store, source_timeout, attempts: MAX_ATTEMPTS }
    }

    /// Sets the maximum number of requests to the source within one refresh, from 1 to 3.
    pub(crate) fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.clamp(1, MAX_ATTEMPTS), ..self }
    }

    pub(super) fn store(&self) -> Option<&SharedStore> {
        self.store.as_ref()
    }

    pub(super) fn source_timeout(&self) -> Duration {
        self.source_timeout
    }

    /// Gets a token. Transient errors are retried until three quarters of the maximum time of a request have passed.
    pub(super) async fn run(&self, context: &impl RefreshContext) -> Result<CachedToken> {
        let began = Instant::now();
        let pauses =
            ExponentialBuilder::default().with_min_delay(Duration::from_millis(100)).with_factor(3.0);
        let mut pauses = pauses.with_max_times(self.attempts as usize - 1).with_jitter().build();
        loop {
            let error = match self.try_once(context).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let may_pass = error.may_pass()
                && !refusal_backoff::is_final(&error)
                && began.elapsed() < self.source_timeout / 4 * 3;
            match pauses.next().filter(|_| may_pass) {
                Some(pause) => sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn try_once(&self, context: &impl RefreshContext) -> Result<CachedToken> {
        if let Some(store) = &self.store
            && let Ok(outcome) = self.refresh_through_store(store, context).await
        {
            return outcome;
        }
        Ok(self.fetch(context).await?.0)
    }

    /// Returns the token that another client stored, or fetches one as the holder of the lease.
    async fn refresh_through_store(
        &self,
        store: &SharedStore,
        context: &impl RefreshContext,
    ) -> StoreResult<Result<CachedToken>> {
        if let Some(refused) = context.refused() {
            store.invalidate(refused).await?;
        }
        let began = Instant::now();
        let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(20)).with_factor(1.5);
        let pauses = pauses.with_max_delay(Duration::from_millis(500)).without_max_times().with_jitter();
        for pause in pauses.build() {
            if let Some(token) = find(store, context).await? {
                return Ok(Ok(token));
            }
            if let Some(lease) = store.acquire(self.source_timeout).await? {
                let outcome = self.refresh_with_lease(store, lease, context).await;
                // If the store is down at this point, the lease expires by itself.
                let _ = store.release(lease).await;
                return Ok(outcome);
            }
            if began.elapsed() > self.source_timeout.saturating_mul(LEASE_WAITS) {
                break;
            }
            sleep(pause).await;
        }
        warn!(
            "other clients hold the lease of the access token but store none; requesting a token without the lease"
        );
        Ok(self.fetch(context).await.map(|(token, _)| token))
    }

    async fn refresh_with_lease(
        &self,
        store: &SharedStore,
        lease: Lease,
        context: &impl RefreshContext,
    ) -> Result<CachedToken> {
        // The previous holder may have stored a token just before it released the lease.
        if let Ok(Some(token)) = find(store, context).await {
            return Ok(token);
        }
        let (token, stored) = self.fetch(context).await?;
        // If this lease has expired, a later holder may have stored a token already.
        if let Ok(false) = store.store(lease, stored).await
            && let Ok(Some(theirs)) = find(store, context).await
        {
            return Ok(theirs);
        }
        Ok(token)
    }

    async fn fetch(&self, context: &impl RefreshContext) -> Result<(CachedToken, StoredToken)> {
        // The lifetime counts from the request, so that a slow reply does not make the token look newer than it is.
        let asked_at = Instant::now();
        let answer = timeout(self.source_timeout, self.source.fetch(context.refused())).await;
        let fresh = answer
            .map_err(|elapsed| {
                let failure = TransportFailure::Timeout;
                Error::local(ErrorKind::Transport { failure, source: elapsed.into() })
            })?
            .map_err(source::failure)?;
        let FreshToken { access_token, expires_in } = fresh;
        if access_token.expose().trim().is_empty() {
            let why = Bilingual::new("it returned an empty access token", "返回的 access_token 为空");
            return Err(Error::local(ErrorKind::TokenSource(why.into())));
        }
        let left = expires_in.saturating_sub(asked_at.elapsed());
        let stored = StoredToken::new(access_token.clone(), left, expires_in);
        Ok((CachedToken::new(access_token, asked_at, expires_in, expires_in), stored))
    }
}

/// Returns the token in the store if the refresh can use it.
async fn find(store: &SharedStore, context: &impl RefreshContext) -> StoreResult<Option<CachedToken>> {
    let asked_at = Instant::now();
    let Some(stored) = store.load().await? else { return Ok(None) };
    if context.refused().is_some_and(|refused| refused == stored.access_token) {
        return Ok(None);
    }
    let token = CachedToken::new(stored.access_token, asked_at, stored.expires_in, stored.lifetime);
    let now = Instant::now();
    Ok(Some(token).filter(|token| token.is_alive(now) && !(context.is_ahead() && token.is_due(now))))
}
