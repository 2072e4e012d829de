//! A token store that the clients of one process share.

use std::{
    collections::HashMap,
    fmt,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{AccessToken, Lease, StoreError, StoreFuture, StoredToken, TokenKey, TokenStore};

/// A store in the memory of this process, for several clients of one credential. Clones share their tokens.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<HashMap<TokenKey, Entry>>>);

#[derive(Default)]
struct Entry {
    token: Option<Kept>,
    /// Number of the last lease, followed by its expiry.
    lease: u64,
    leased_until: Option<Instant>,
    /// Number of the lease under which the last token was stored.
    stored_under: u64,
}

struct Kept {
    access_token: AccessToken,
    expires_at: Instant,
    lifetime: Duration,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A poisoned lock is safe to use: no code under the lock can panic between two related changes.
    fn entries(&self) -> MutexGuard<'_, HashMap<TokenKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the time after this duration. The duration is limited to 100 days, because a longer one could overflow.
fn after(now: Instant, life: Duration) -> Instant {
    now + life.min(Duration::from_secs(100 * 24 * 3600))
}

fn done<T: Send + 'static>(value: T) -> StoreFuture<T> {
    Box::pin(ready(Ok::<T, StoreError>(value)))
}

impl TokenStore for MemoryStore {
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>> {
        let now = Instant::now();
        let entries = self.entries();
        let kept = entries.get(&key).and_then(|entry| entry.token.as_ref());
        done(kept.filter(|kept| now < kept.expires_at).map(|kept| {
            StoredToken::new(kept.access_token.clone(), kept.expires_at.duration_since(now), kept.lifetime)
        }))
    }

    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>> {
        let now = Instant::now();
        let mut entries = self.entries();
        let entry = entries.entry(key).or_default();
        if entry.leased_until.is_some_and(|until| now < until) {
            return done(None);
        }
        entry.lease += 1;
        entry.leased_until = Some(after(now, life));
        done(Some(Lease::new(entry.lease)))
    }

    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool> {
        let mut entries = self.entries();
        let entry = entries.entry(key).or_default();
        if lease.fence() < entry.stored_under {
            return done(false);
        }
        entry.stored_under = lease.fence();
        entry.token = Some(Kept {
            access_token: token.access_token,
            expires_at: after(Instant::now(), token.expires_in),
            lifetime: token.lifetime,
        });
        done(true)
    }

    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()> {
        if let Some(entry) = self.entries().get_mut(&key)
            && entry.lease == lease.fence()
        {
            entry.leased_until = None;
        }
        done(())
    }

    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool> {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&key) else { return done(false) };
        let is_it = entry.token.as_ref().is_some_and(|kept| kept.access_token == failed);
        if is_it {
            entry.token = None;
        }
        done(is_it)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({} credentials)", self.entries().len())
    }
}
