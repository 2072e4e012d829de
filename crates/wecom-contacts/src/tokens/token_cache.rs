//! The access token of a credential, cached for all calls of a client.
//!
//! Reading the token takes no lock. At most one refresh is in flight, and all callers wait for it. It runs in a task of
//! its own, so the cancellation of a caller does not stop it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tracing::warn;
use url::form_urlencoded::Serializer;

use super::{
    AccessToken, Refresher, TokenKey, TokenSource, refresh::RefreshContext, refusal_backoff::RefusalBackoff,
};
use crate::{Error, ErrorKind, Result};

/// The current token with its times.
pub(crate) struct CachedToken {
    access_token: AccessToken,
    /// `access_token=…`
    query: SecretString,
    refresh_from: Instant,
    dead_from: Instant,
    expires_at: Instant,
}

impl CachedToken {
    /// Creates a token that expires `left` after `since` and had a total lifetime of `lifetime`.
    pub(super) fn new(access_token: AccessToken, since: Instant, left: Duration, lifetime: Duration) -> Self {
        // The limit prevents an overflow of the addition.
        let left = left.min(MAX_LIFETIME);
        let tenth = lifetime.clamp(left, MAX_LIFETIME) / 10;
        let query =
            Serializer::new(String::new()).append_pair("access_token", access_token.expose()).finish();
        Self {
            access_token,
            query: query.into(),
            refresh_from: since + left.saturating_sub(tenth),
            dead_from: since + left.saturating_sub(tenth.min(SAFETY)),
            expires_at: since + left,
        }
    }

    /// Returns whether calls may still use the token.
    pub(super) fn is_alive(&self, now: Instant) -> bool {
        now < self.dead_from
    }

    /// Returns whether the next token should be fetched.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.refresh_from
    }

    /// Returns how long the server still accepts the token.
    pub(crate) fn lifetime(&self) -> Duration {
        self.expires_at.saturating_duration_since(Instant::now())
    }

    /// Returns the token as a parameter of a query: `access_token=…`. It is encoded once, because every call needs it.
    pub(crate) fn query(&self) -> &str {
        self.query.expose_secret()
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachedToken(***)")
    }
}

/// Maximum lifetime of a token. A longer lifetime is reduced to it.
const MAX_LIFETIME: Duration = Duration::from_secs(100 * 24 * 3600);
/// A token is unused in this last part of its lifetime, so that it does not expire while a request is in transit.
const SAFETY: Duration = Duration::from_secs(60);
/// Pause after a failed early refresh. Calls use the old token meanwhile.
const AHEAD_PAUSE: Duration = Duration::from_secs(30);

type InFlight = Shared<BoxFuture<'static, Result<Arc<CachedToken>>>>;

/// The access token of one credential.
pub(crate) struct TokenCache {
    key: TokenKey,
    shared: Arc<SharedState>,
    refresher: Arc<Refresher>,
}

#[derive(Default)]
struct SharedState {
    current: ArcSwapOption<CachedToken>,
    refresh: Mutex<Refresh>,
}

#[derive(Default)]
struct Refresh {
    in_flight: Option<InFlight>,
    not_ahead_before: Option<Instant>,
    backoff: RefusalBackoff,
    /// The token that the server refused. The next token clears it.
    refused: Option<AccessToken>,
}

impl SharedState {
    /// A poisoned lock is safe to use: no code under the lock can panic between two related changes.
    fn refresh(&self) -> MutexGuard<'_, Refresh> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenCache {
    pub(crate) fn new(key: TokenKey, refresher: Refresher) -> Self {
        Self { key, shared: Arc::default(), refresher: Arc::new(refresher) }
    }

    /// Returns a cache for another credential, with the same store.
    pub(crate) fn for_credential(&self, key: TokenKey, source: Arc<dyn TokenSource>) -> Self {
        let store = self.refresher.store().map(|store| store.with_key(key.clone()));
        // The source sends a call of its own, which may have to wait for a refresh of this cache.
        let refresher = Refresher::new(source, store, self.refresher.source_timeout().saturating_mul(3));
        // The call of the source has its own retries.
        Self::new(key, refresher.attempts(1))
    }

    /// Returns the key of the credential in a store.
    pub(crate) fn key(&self) -> &TokenKey {
        &self.key
    }

    /// Returns a valid token. Fetches one if necessary.
    pub(crate) async fn get(&self) -> Result<Arc<CachedToken>> {
        let now = Instant::now();
        if let Some(token) = self.shared.current.load_full().filter(|token| token.is_alive(now)) {
            if token.is_due(now) {
                self.refresh_ahead(now);
            }
            return Ok(token);
        }
        let in_flight = {
            let mut refresh = self.shared.refresh();
            // Another caller may have finished a refresh before this one took the lock.
            if let Some(token) = self.shared.current.load_full().filter(|token| token.is_alive(now)) {
                return Ok(token);
            }
            if let Some(cause) = refresh.backoff.cause(now) {
                return Err(cause);
            }
            self.join_refresh(&mut refresh)
        };
        in_flight.await
    }

    /// Removes this token if it is still the current one. The next refresh removes it from the store.
    pub(crate) fn invalidate(&self, failed: &Arc<CachedToken>) {
        let mut refresh = self.shared.refresh();
        let current = self.shared.current.compare_and_swap(failed, None);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, failed)) {
            refresh.refused = Some(failed.access_token.clone());
        }
    }

    fn refresh_ahead(&self, now: Instant) {
        let mut refresh = self.shared.refresh();
        let renewed = self.shared.current.load().as_ref().is_some_and(|token| !token.is_due(now));
        let paused = refresh.not_ahead_before.is_some_and(|until| now < until);
        if !renewed && !paused && refresh.backoff.cause(now).is_none() {
            drop(self.join_refresh(&mut refresh));
        }
    }

    fn join_refresh(&self, refresh: &mut Refresh) -> InFlight {
        // A finished refresh can remain here if its runtime ended before the task started.
        if let Some(in_flight) = refresh.in_flight.as_ref().filter(|in_flight| in_flight.peek().is_none()) {
            return in_flight.clone();
        }
        let (shared, refresher) = (Arc::clone(&self.shared), Arc::clone(&self.refresher));
        let task = tokio::spawn(async move {
            let guard = RefreshGuard(shared);
            let shared = &guard.0;
            let outcome = refresher.run(&**shared).await.map(Arc::new);
            let mut refresh = shared.refresh();
            let now = Instant::now();
            refresh.backoff.record(&outcome, now);
            match &outcome {
                Ok(token) => {
                    shared.current.store(Some(Arc::clone(token)));
                    refresh.not_ahead_before = None;
                    refresh.refused = None;
                }
                Err(error) => {
                    refresh.not_ahead_before = Some(now + AHEAD_PAUSE);
                    match &*shared.current.load() {
                        Some(token) if token.is_alive(now) => {
                            warn!(%error, "the early refresh of the access token failed; the old token stays in use");
                        }
                        _ => warn!(%error, "the access token could not be refreshed"),
                    }
                }
            }
            outcome
        });
        let in_flight = async move {
            task.await.unwrap_or_else(|_| {
                let why = (
                    "the token refresh was interrupted: its runtime ended, or its source or store panicked",
                    "刷新 access_token 时中途停止：运行时已结束，或 TokenSource、TokenStore 发生 panic",
                );
                Err(Error::local(ErrorKind::Configuration(why.into())))
            })
        }
        .boxed()
        .shared();
        refresh.in_flight = Some(in_flight.clone());
        in_flight
    }
}

impl RefreshContext for SharedState {
    fn refused(&self) -> Option<AccessToken> {
        self.refresh().refused.clone()
    }

    fn is_ahead(&self) -> bool {
        let now = Instant::now();
        self.current.load().as_ref().is_some_and(|token| token.is_alive(now))
    }
}

/// Removes the refresh in flight on drop. The next one can then start even after a panic in a user's store or source.
struct RefreshGuard(Arc<SharedState>);

impl Drop for RefreshGuard {
    fn drop(&mut self) {
        self.0.refresh().in_flight = None;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst},
    };

    use super::*;
    use crate::{
        Secret,
        tokens::{FreshToken, MemoryStore, SharedStore, SourceFuture, TokenStore},
    };

    /// A source that counts requests, takes one second, and returns tokens of a fixed lifetime.
    #[derive(Clone)]
    struct Counting {
        fetches: Arc<AtomicU32>,
        refused: Arc<Mutex<Vec<Option<String>>>>,
        expires_in: Duration,
        /// The errcode of its replies. 0 returns a token.
        errcode: Arc<AtomicI32>,
    }

    impl TokenSource for Counting {
        fn fetch(&self, refused: Option<AccessToken>) -> SourceFuture {
            let number = self.fetches.fetch_add(1, SeqCst) + 1;
            self.refused.lock().unwrap().push(refused.map(|token| token.expose().to_owned()));
            let (expires_in, errcode) = (self.expires_in, self.errcode.load(SeqCst));
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                match errcode {
                    0 => Ok(FreshToken::new(format!("token {number}"), expires_in)),
                    errcode => Err(Error::refused("gettoken", errcode, "refused").into()),
                }
            })
        }
    }

    impl Counting {
        fn fetches(&self) -> u32 {
            self.fetches.load(SeqCst)
        }

        fn answer(&self, errcode: i32) {
            self.errcode.store(errcode, SeqCst);
        }

        fn tokens(&self, store: Option<&MemoryStore>) -> Arc<TokenCache> {
            let key = TokenKey::of_secret("", &"ww1".into(), &Secret::contacts_sync("s"));
            let store = store.map(|store| SharedStore::new(Arc::new(store.clone()), key.clone()));
            let source = Arc::new(self.clone());
            Arc::new(TokenCache::new(key, Refresher::new(source, store, Duration::from_secs(12))))
        }
    }

    fn source(expires_in: u64) -> Counting {
        Counting {
            fetches: Arc::default(),
            refused: Arc::default(),
            expires_in: Duration::from_secs(expires_in),
            errcode: Arc::default(),
        }
    }

    struct Rig {
        tokens: Arc<TokenCache>,
        source: Counting,
    }

    fn rig(expires_in: u64) -> Rig {
        let source = source(expires_in);
        Rig { tokens: source.tokens(None), source }
    }

    async fn crowd(tokens: &Arc<TokenCache>, failed: Option<&Arc<CachedToken>>) -> HashSet<String> {
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let (tokens, failed) = (Arc::clone(tokens), failed.cloned());
                tokio::spawn(async move {
                    if let Some(failed) = failed {
                        tokens.invalidate(&failed);
                    }
                    tokens.get().await.unwrap().access_token.expose().to_owned()
                })
            })
            .collect();
        let mut seen = HashSet::new();
        for caller in callers {
            seen.insert(caller.await.unwrap());
        }
        seen
    }

    #[tokio::test(start_paused = true)]
    async fn trap_20_callers_share_one_refresh_cold_and_on_a_dead_token() {
        let rig = rig(7200);
        assert_eq!(crowd(&rig.tokens, None).await, HashSet::from(["token 1".to_owned()]));
        assert_eq!(rig.source.fetches(), 1);
        let dead = rig.tokens.get().await.unwrap();
        assert_eq!(crowd(&rig.tokens, Some(&dead)).await, HashSet::from(["token 2".to_owned()]));
        assert_eq!(rig.source.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_21_a_late_failure_of_the_old_token_keeps_the_new_one() {
        let rig = rig(7200);
        let old = rig.tokens.get().await.unwrap();
        rig.tokens.invalidate(&old);
        let new = rig.tokens.get().await.unwrap();
        rig.tokens.invalidate(&old);
        assert_eq!(rig.tokens.get().await.unwrap().access_token.expose(), new.access_token.expose());
        assert_eq!(rig.source.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_token_is_renewed_ahead_of_its_expiry_without_anyone_waiting() {
        let rig = rig(7200);
        rig.tokens.get().await.unwrap();
        tokio::time::advance(Duration::from_secs(6470)).await;
        rig.tokens.get().await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(rig.source.fetches(), 1);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(
            rig.tokens.get().await.unwrap().access_token.expose(),
            "token 1",
            "the old token is used meanwhile"
        );
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(rig.tokens.get().await.unwrap().access_token.expose(), "token 2");
        assert_eq!(rig.source.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_tiny_or_absent_lifetime_is_survived() {
        for expires_in in [0, 1, 5] {
            let rig = rig(expires_in);
            rig.tokens.get().await.unwrap();
            tokio::time::advance(Duration::from_secs(expires_in)).await;
            rig.tokens.get().await.unwrap();
            assert_eq!(rig.source.fetches(), 2, "{expires_in}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_refresh_ahead_keeps_the_old_token_and_does_not_hammer() {
        let rig = rig(7200);
        rig.tokens.get().await.unwrap();
        rig.source.answer(-1);
        tokio::time::advance(Duration::from_secs(6500)).await;
        for _ in 0..10 {
            assert_eq!(rig.tokens.get().await.unwrap().access_token.expose(), "token 1");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        assert!(rig.source.fetches() <= 4, "one refresh of at most three attempts: {}", rig.source.fetches());
        rig.source.answer(0);
        tokio::time::sleep(AHEAD_PAUSE).await;
        rig.tokens.get().await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_ne!(rig.tokens.get().await.unwrap().access_token.expose(), "token 1");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_within_one_refresh_and_then_given_up() {
        let rig = rig(7200);
        rig.source.answer(-1);
        let error = rig.tokens.get().await.unwrap_err();
        assert_eq!((error.code().map(|code| code.0), rig.source.fetches()), (Some(-1), 3));
        let busy = tokio::spawn({
            let tokens = Arc::clone(&rig.tokens);
            async move { tokens.get().await.unwrap().access_token.expose().to_owned() }
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        rig.source.answer(0);
        assert_eq!(busy.await.unwrap(), "token 5", "the second attempt of the second refresh");
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_is_asked_once_where_calls_are_sent_once() {
        let source = source(7200);
        source.answer(-1);
        let key = TokenKey::of_secret("", &"ww1".into(), &Secret::contacts_sync("s"));
        let refresher = Refresher::new(Arc::new(source.clone()), None, Duration::from_secs(12)).attempts(1);
        TokenCache::new(key, refresher).get().await.unwrap_err();
        assert_eq!(source.fetches(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wrong_secret_stops_at_once_and_is_asked_about_again_after_a_minute_only() {
        for code in [40001, 40013, 40091, 45009] {
            let rig = rig(7200);
            rig.source.answer(code);
            for _ in 0..100 {
                let error = rig.tokens.get().await.unwrap_err();
                assert_eq!(error.code().map(|code| code.0), Some(code));
            }
            assert_eq!(rig.source.fetches(), 1, "{code}");
            tokio::time::advance(Duration::from_secs(60)).await;
            rig.tokens.get().await.unwrap_err();
            assert_eq!(rig.source.fetches(), 2, "{code}");
            rig.source.answer(0);
            tokio::time::advance(Duration::from_secs(120)).await;
            rig.tokens.get().await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_source_is_told_which_token_was_refused() {
        let rig = rig(7200);
        let first = rig.tokens.get().await.unwrap();
        rig.tokens.invalidate(&first);
        rig.tokens.get().await.unwrap();
        tokio::time::advance(Duration::from_secs(7200)).await;
        rig.tokens.get().await.unwrap();
        let told = rig.source.refused.lock().unwrap().clone();
        assert_eq!(told, [None, Some("token 1".to_owned()), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_never_answers_is_given_up() {
        struct Silent;
        impl TokenSource for Silent {
            fn fetch(&self, _: Option<AccessToken>) -> SourceFuture {
                Box::pin(std::future::pending())
            }
        }
        let key = TokenKey::of_secret("", &"ww1".into(), &Secret::contacts_sync("s"));
        let tokens = TokenCache::new(key, Refresher::new(Arc::new(Silent), None, Duration::from_secs(12)));
        let began = Instant::now();
        assert!(tokens.get().await.unwrap_err().is_timeout());
        assert_eq!(began.elapsed().as_secs(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_panics_does_not_stop_the_next_refresh() {
        struct Once(AtomicU32);
        impl TokenSource for Once {
            fn fetch(&self, _: Option<AccessToken>) -> SourceFuture {
                assert!(self.0.fetch_add(1, SeqCst) > 0, "a panic in a user's source");
                Box::pin(async { Ok(FreshToken::new("t", Duration::from_secs(7200))) })
            }
        }
        let key = TokenKey::of_secret("", &"ww1".into(), &Secret::contacts_sync("s"));
        let source = Arc::new(Once(AtomicU32::new(0)));
        let tokens = TokenCache::new(key, Refresher::new(source, None, Duration::from_secs(12)));
        tokens.get().await.unwrap_err();
        tokens.get().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_lifetime_beyond_all_clocks_is_cut() {
        let rig = rig(u64::MAX);
        assert_eq!(rig.tokens.get().await.unwrap().lifetime().as_secs(), MAX_LIFETIME.as_secs() - 1);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_20_two_of_a_fleet_fetch_once_cold_and_once_on_a_dead_token() {
        let (source, store) = (source(7200), MemoryStore::new());
        let (one, other) = (source.tokens(Some(&store)), source.tokens(Some(&store)));
        let (first, second) = tokio::join!(crowd(&one, None), crowd(&other, None));
        assert_eq!((first, source.fetches()), (second, 1));
        let (dead, same) = (one.get().await.unwrap(), other.get().await.unwrap());
        let (first, second) = tokio::join!(crowd(&one, Some(&dead)), crowd(&other, Some(&same)));
        assert_eq!((first, source.fetches()), (second, 2));
        assert_eq!(source.refused.lock().unwrap()[1].as_deref(), Some("token 1"));
    }

    #[tokio::test(start_paused = true)]
    async fn trap_21_one_that_holds_the_dead_token_takes_the_newer_one_from_the_store() {
        let (source, store) = (source(7200), MemoryStore::new());
        let (one, other) = (source.tokens(Some(&store)), source.tokens(Some(&store)));
        let (dead, same) = (one.get().await.unwrap(), other.get().await.unwrap());
        one.invalidate(&dead);
        assert_eq!(one.get().await.unwrap().access_token.expose(), "token 2");
        other.invalidate(&same);
        assert_eq!(other.get().await.unwrap().access_token.expose(), "token 2");
        assert_eq!(source.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_fleet_renews_once_ahead_of_expiry() {
        let (source, store) = (source(7200), MemoryStore::new());
        let (one, other) = (source.tokens(Some(&store)), source.tokens(Some(&store)));
        one.get().await.unwrap();
        other.get().await.unwrap();
        tokio::time::advance(Duration::from_secs(6490)).await;
        for tokens in [&one, &other] {
            assert_eq!(tokens.get().await.unwrap().access_token.expose(), "token 1");
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        for tokens in [&one, &other] {
            assert_eq!(tokens.get().await.unwrap().access_token.expose(), "token 2");
        }
        assert_eq!(source.fetches(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_that_vanished_is_outlived_by_the_others() {
        let (source, store) = (source(7200), MemoryStore::new());
        let tokens = source.tokens(Some(&store));
        let life = Duration::from_secs(12);
        store.acquire(tokens.key().clone(), life).await.unwrap().unwrap();
        let began = Instant::now();
        crowd(&tokens, None).await;
        assert_eq!(source.fetches(), 1);
        assert!(began.elapsed() < life + Duration::from_secs(3), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_whose_lease_is_never_free_does_not_stop_calls_for_ever() {
        let (source, store) = (source(7200), MemoryStore::new());
        let tokens = source.tokens(Some(&store));
        store.acquire(tokens.key().clone(), MAX_LIFETIME).await.unwrap().unwrap();
        tokens.get().await.unwrap();
        assert_eq!(source.fetches(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_the_refresh_running_for_the_others() {
        let rig = rig(7200);
        let impatient = tokio::time::timeout(Duration::from_millis(1), rig.tokens.get()).await;
        assert!(impatient.is_err());
        rig.tokens.get().await.unwrap();
        assert_eq!(rig.source.fetches(), 1);
    }
}
