//! One refresh: from the store if somebody else has been there, else from the source, under the store's lease.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use super::{
    AccessToken, FreshToken, Lease, SharedStore, StoredToken, Token, TokenSource, cool_off,
    shared_store::Down, source,
};
use crate::{Bilingual, Error, ErrorKind, Result, Transport};

/// What the store says, if it works.
type Told<T> = std::result::Result<T, Down>;

/// How often a source is asked within one refresh, if what was in the way may pass: WeCom asks to leave it at that.
const ATTEMPTS: u32 = 3;
/// How many lives of a lease are waited for others before the source is asked without one.
const LIVES: u32 = 3;

/// What a refresh is to bring.
pub(super) trait Wanted: Sync {
    /// The token that the server refused, if that is why another is needed.
    fn refused(&self) -> Option<AccessToken>;
    /// Whether the token that is held still serves, so that only a younger one will do.
    fn is_ahead(&self) -> bool;
}

pub(crate) struct Refresher {
    source: Arc<dyn TokenSource>,
    store: Option<SharedStore>,
    /// How long the source may take, and so how long a lease holds: others wait that long for a process that died with it.
    patience: Duration,
    attempts: u32,
}

impl Refresher {
    pub(crate) fn new(source: Arc<dyn TokenSource>, store: Option<SharedStore>, patience: Duration) -> Self {
        Self { source, store, patience, attempts: ATTEMPTS }
    }

    /// Asks the source at most so often within one refresh, and never more than three times.
    pub(crate) fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.clamp(1, ATTEMPTS), ..self }
    }

    pub(super) fn store(&self) -> Option<&SharedStore> {
        self.store.as_ref()
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Brings a token. What may pass is tried again a few times, unless it took as long as one try may take.
    pub(super) async fn run(&self, wanted: &impl Wanted) -> Result<Token> {
        let began = Instant::now();
        let pauses =
            ExponentialBuilder::default().with_min_delay(Duration::from_millis(100)).with_factor(3.0);
        let mut pauses = pauses.with_max_times(self.attempts as usize - 1).with_jitter().build();
        loop {
            let error = match self.once(wanted).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let may_pass =
                error.may_pass() && !cool_off::is_final(&error) && began.elapsed() < self.patience / 4 * 3;
            match pauses.next().filter(|_| may_pass) {
                Some(pause) => sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn once(&self, wanted: &impl Wanted) -> Result<Token> {
        if let Some(store) = &self.store
            && let Ok(outcome) = self.by_store(store, wanted).await
        {
            return outcome;
        }
        Ok(self.fetch(wanted).await?.0)
    }

    /// Brings what somebody else stored, or fetches as the holder of the lease.
    async fn by_store(&self, store: &SharedStore, wanted: &impl Wanted) -> Told<Result<Token>> {
        if let Some(refused) = wanted.refused() {
            store.invalidate(refused).await?;
        }
        let began = Instant::now();
        let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(20)).with_factor(1.5);
        let pauses = pauses.with_max_delay(Duration::from_millis(500)).without_max_times().with_jitter();
        for pause in pauses.build() {
            if let Some(token) = find(store, wanted).await? {
                return Ok(Ok(token));
            }
            if let Some(lease) = store.acquire(self.patience).await? {
                let outcome = self.as_holder(store, lease, wanted).await;
                // If the store is down now, the lease ends by itself.
                let _ = store.release(lease).await;
                return Ok(outcome);
            }
            if began.elapsed() > self.patience.saturating_mul(LIVES) {
                break;
            }
            sleep(pause).await;
        }
        warn!(
            "others keep the lease of the access token without storing one: asking the source all the same"
        );
        Ok(self.fetch(wanted).await.map(|(token, _)| token))
    }

    async fn as_holder(&self, store: &SharedStore, lease: Lease, wanted: &impl Wanted) -> Result<Token> {
        // The holder before may have stored one between our look and our lease.
        if let Ok(Some(token)) = find(store, wanted).await {
            return Ok(token);
        }
        let (token, stored) = self.fetch(wanted).await?;
        // A later holder may have been faster, if this one slept through the end of its lease.
        if let Ok(false) = store.store(lease, stored).await
            && let Ok(Some(theirs)) = find(store, wanted).await
        {
            return Ok(theirs);
        }
        Ok(token)
    }

    async fn fetch(&self, wanted: &impl Wanted) -> Result<(Token, StoredToken)> {
        // Counted from when the request leaves, so that a slow answer never makes the token look younger than it is.
        let asked_at = Instant::now();
        let answer = timeout(self.patience, self.source.fetch(wanted.refused())).await;
        let fresh = answer
            .map_err(|elapsed| {
                let failure = Transport::Timeout;
                Error::local(ErrorKind::Transport { failure, source: elapsed.into() })
            })?
            .map_err(source::failure)?;
        let FreshToken { access_token, expires_in } = fresh;
        if access_token.expose().trim().is_empty() {
            let why = Bilingual::new("it gave an empty access token", "返回的 access_token 为空");
            return Err(Error::local(ErrorKind::TokenSource(why.into())));
        }
        let left = expires_in.saturating_sub(asked_at.elapsed());
        let stored = StoredToken::new(access_token.clone(), left, expires_in);
        Ok((Token::new(access_token, asked_at, expires_in, expires_in), stored))
    }
}

/// Looks for a token in the store that serves what is wanted.
async fn find(store: &SharedStore, wanted: &impl Wanted) -> Told<Option<Token>> {
    let asked_at = Instant::now();
    let Some(stored) = store.load().await? else { return Ok(None) };
    if wanted.refused().is_some_and(|refused| refused == stored.access_token) {
        return Ok(None);
    }
    let token = Token::new(stored.access_token, asked_at, stored.expires_in, stored.lifetime);
    let now = Instant::now();
    Ok(Some(token).filter(|token| token.is_alive(now) && !(wanted.is_ahead() && token.is_due(now))))
}
