//! The one place that holds the access token.
//!
//! Reading it is lock-free. One refresh is in flight at a time, whoever waits for it; it runs on a task of its own, so
//! a caller that gives up does not stop it. It starts ahead of expiry while the old token still serves. A refused token is
//! dropped by identity: a late failure of an old one never throws away its successor.

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
use tokio::time::Instant;

use crate::{Error, Result};

/// Where tokens come from: `gettoken`, or an upper corp's `corpgroup/corp/gettoken`.
pub(crate) trait TokenSource: Send + Sync {
    fn fetch(&self) -> BoxFuture<'static, Result<Fetched>>;
}

/// A token as the server gave it.
pub(crate) struct Fetched {
    pub(crate) access_token: String,
    pub(crate) expires_in: Duration,
}

/// A token in use.
pub(crate) struct Token {
    /// Percent-encoded, as it goes into the URL.
    encoded: String,
    refresh_from: Instant,
    dead_from: Instant,
    expires_at: Instant,
}

impl Token {
    fn new(fetched: &Fetched, asked_at: Instant) -> Self {
        let lifetime = fetched.expires_in;
        // Counted from when the request left, so that a slow answer never makes the token look younger than it is.
        Self {
            encoded: url::form_urlencoded::byte_serialize(fetched.access_token.as_bytes()).collect(),
            refresh_from: asked_at + lifetime * 9 / 10,
            dead_from: asked_at + lifetime.saturating_sub((lifetime / 10).min(SAFETY)),
            expires_at: asked_at + lifetime,
        }
    }

    /// How long the server will still take it.
    pub(crate) fn lifetime(&self) -> Duration {
        self.expires_at.saturating_duration_since(Instant::now())
    }

    pub(crate) fn encoded(&self) -> &str {
        &self.encoded
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// How long before its expiry a token is no longer handed out, so that it does not die on the way.
const SAFETY: Duration = Duration::from_secs(60);
/// How long the next attempt waits after a refresh ahead of expiry failed; the old token serves meanwhile.
const AHEAD_PAUSE: Duration = Duration::from_secs(30);

type InFlight = Shared<BoxFuture<'static, Result<Arc<Token>>>>;

pub(crate) struct Tokens {
    shared: Arc<SharedState>,
    source: Arc<dyn TokenSource>,
}

#[derive(Default)]
struct SharedState {
    current: ArcSwapOption<Token>,
    refresh: Mutex<Refresh>,
}

#[derive(Default)]
struct Refresh {
    in_flight: Option<InFlight>,
    not_ahead_before: Option<Instant>,
}

impl SharedState {
    /// The lock is never held across a panic, so a poisoned one still holds a sound value.
    fn refresh(&self) -> MutexGuard<'_, Refresh> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    pub(crate) fn new(source: Arc<dyn TokenSource>) -> Self {
        Self { shared: Arc::default(), source }
    }

    /// Returns a live token, fetching one if need be.
    pub(crate) async fn get(&self) -> Result<Arc<Token>> {
        let now = Instant::now();
        if let Some(token) = self.shared.current.load_full().filter(|token| now < token.dead_from) {
            if now >= token.refresh_from {
                self.refresh_ahead(now);
            }
            return Ok(token);
        }
        let in_flight = {
            let mut refresh = self.shared.refresh();
            // Another caller may have finished a refresh between the look and the lock.
            if let Some(token) = self.shared.current.load_full().filter(|token| now < token.dead_from) {
                return Ok(token);
            }
            self.join_refresh(&mut refresh)
        };
        in_flight.await
    }

    /// Drops this very token, if it is still the current one.
    pub(crate) fn invalidate(&self, failed: &Arc<Token>) {
        self.shared.current.compare_and_swap(failed, None);
    }

    fn refresh_ahead(&self, now: Instant) {
        let mut refresh = self.shared.refresh();
        let renewed = self.shared.current.load().as_ref().is_some_and(|token| now < token.refresh_from);
        let paused = refresh.not_ahead_before.is_some_and(|until| now < until);
        if !renewed && !paused {
            drop(self.join_refresh(&mut refresh));
        }
    }

    fn join_refresh(&self, refresh: &mut Refresh) -> InFlight {
        if let Some(in_flight) = &refresh.in_flight {
            return in_flight.clone();
        }
        let shared = Arc::clone(&self.shared);
        let fetch = self.source.fetch();
        let task = tokio::spawn(async move {
            let asked_at = Instant::now();
            let outcome = fetch.await.map(|fetched| Arc::new(Token::new(&fetched, asked_at)));
            let mut refresh = shared.refresh();
            match &outcome {
                Ok(token) => {
                    shared.current.store(Some(Arc::clone(token)));
                    refresh.not_ahead_before = None;
                }
                Err(error) => {
                    tracing::warn!(%error, "no new access token");
                    refresh.not_ahead_before = Some(Instant::now() + AHEAD_PAUSE);
                }
            }
            refresh.in_flight = None;
            outcome
        });
        let in_flight = async move {
            task.await.unwrap_or_else(|_| {
                Err(Error::local(crate::ErrorKind::Configuration(
                    "the async runtime stopped during a token refresh".into(),
                )))
            })
        }
        .boxed()
        .shared();
        refresh.in_flight = Some(in_flight.clone());
        in_flight
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        sync::atomic::{AtomicU32, Ordering::SeqCst},
    };

    use super::*;

    /// A source that counts, takes a second, and gives tokens of a set lifetime.
    struct Counting {
        fetches: Arc<AtomicU32>,
        expires_in: Duration,
        broken: Arc<std::sync::atomic::AtomicBool>,
    }

    impl TokenSource for Counting {
        fn fetch(&self) -> BoxFuture<'static, Result<Fetched>> {
            let number = self.fetches.fetch_add(1, SeqCst) + 1;
            let (expires_in, broken) = (self.expires_in, self.broken.load(SeqCst));
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if broken {
                    return Err(Error::refused("gettoken", -1, "system busy".into()));
                }
                Ok(Fetched { access_token: format!("token {number}"), expires_in })
            }
            .boxed()
        }
    }

    struct Rig {
        tokens: Arc<Tokens>,
        fetches: Arc<AtomicU32>,
        broken: Arc<std::sync::atomic::AtomicBool>,
    }

    fn rig(expires_in: u64) -> Rig {
        let (fetches, broken) = (Arc::default(), Arc::default());
        let source = Counting {
            fetches: Arc::clone(&fetches),
            expires_in: Duration::from_secs(expires_in),
            broken: Arc::clone(&broken),
        };
        Rig { tokens: Arc::new(Tokens::new(Arc::new(source))), fetches, broken }
    }

    async fn crowd(tokens: &Arc<Tokens>, failed: Option<&Arc<Token>>) -> HashSet<String> {
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let (tokens, failed) = (Arc::clone(tokens), failed.cloned());
                tokio::spawn(async move {
                    if let Some(failed) = failed {
                        tokens.invalidate(&failed);
                    }
                    tokens.get().await.unwrap().encoded().to_owned()
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
        assert_eq!(crowd(&rig.tokens, None).await, HashSet::from(["token+1".to_owned()]));
        assert_eq!(rig.fetches.load(SeqCst), 1);
        let dead = rig.tokens.get().await.unwrap();
        assert_eq!(crowd(&rig.tokens, Some(&dead)).await, HashSet::from(["token+2".to_owned()]));
        assert_eq!(rig.fetches.load(SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_21_a_late_failure_of_the_old_token_keeps_the_new_one() {
        let rig = rig(7200);
        let old = rig.tokens.get().await.unwrap();
        rig.tokens.invalidate(&old);
        let new = rig.tokens.get().await.unwrap();
        rig.tokens.invalidate(&old);
        assert_eq!(rig.tokens.get().await.unwrap().encoded(), new.encoded());
        assert_eq!(rig.fetches.load(SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_token_is_renewed_ahead_of_its_expiry_without_anyone_waiting() {
        let rig = rig(7200);
        rig.tokens.get().await.unwrap();
        tokio::time::advance(Duration::from_secs(6470)).await;
        rig.tokens.get().await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(rig.fetches.load(SeqCst), 1);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(rig.tokens.get().await.unwrap().encoded(), "token+1", "the old one serves meanwhile");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(rig.tokens.get().await.unwrap().encoded(), "token+2");
        assert_eq!(rig.fetches.load(SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn trap_22_a_tiny_or_absent_lifetime_is_survived() {
        for expires_in in [0, 1, 5] {
            let rig = rig(expires_in);
            rig.tokens.get().await.unwrap();
            tokio::time::advance(Duration::from_secs(expires_in)).await;
            rig.tokens.get().await.unwrap();
            assert_eq!(rig.fetches.load(SeqCst), 2, "{expires_in}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_refresh_ahead_keeps_the_old_token_and_does_not_hammer() {
        let rig = rig(7200);
        rig.tokens.get().await.unwrap();
        rig.broken.store(true, SeqCst);
        tokio::time::advance(Duration::from_secs(6500)).await;
        for _ in 0..10 {
            assert_eq!(rig.tokens.get().await.unwrap().encoded(), "token+1");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        assert_eq!(rig.fetches.load(SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_the_refresh_running_for_the_others() {
        let rig = rig(7200);
        let impatient = tokio::time::timeout(Duration::from_millis(1), rig.tokens.get()).await;
        assert!(impatient.is_err());
        rig.tokens.get().await.unwrap();
        assert_eq!(rig.fetches.load(SeqCst), 1);
    }
}
