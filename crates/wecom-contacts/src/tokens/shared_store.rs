//! A client's access to its token store. An outage is logged once, and the client works without the store meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tracing::{info, warn};

use super::{AccessToken, Lease, StoreFuture, StoredToken, TokenKey, TokenStore};

/// Maximum time of an operation. After it, the store counts as unavailable.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A store together with the key of one credential.
#[derive(Clone)]
pub(crate) struct SharedStore {
    store: Arc<dyn TokenStore>,
    key: TokenKey,
    is_unavailable: Arc<AtomicBool>,
}

/// The store is unavailable. The reason has been logged already.
#[derive(Debug)]
pub(super) struct StoreUnavailable;

impl SharedStore {
    pub(crate) fn new(store: Arc<dyn TokenStore>, key: TokenKey) -> Self {
        Self { store, key, is_unavailable: Arc::default() }
    }

    /// Returns the same store for another credential.
    pub(super) fn with_key(&self, key: TokenKey) -> Self {
        Self { key, ..self.clone() }
    }

    pub(super) async fn load(&self) -> Result<Option<StoredToken>, StoreUnavailable> {
        self.watch(self.store.load(self.key.clone())).await
    }

    pub(super) async fn acquire(&self, life: Duration) -> Result<Option<Lease>, StoreUnavailable> {
        self.watch(self.store.acquire(self.key.clone(), life)).await
    }

    pub(super) async fn store(&self, lease: Lease, token: StoredToken) -> Result<bool, StoreUnavailable> {
        self.watch(self.store.store(self.key.clone(), lease, token)).await
    }

    pub(super) async fn release(&self, lease: Lease) -> Result<(), StoreUnavailable> {
        self.watch(self.store.release(self.key.clone(), lease)).await
    }

    pub(super) async fn invalidate(&self, failed: AccessToken) -> Result<bool, StoreUnavailable> {
        self.watch(self.store.invalidate(self.key.clone(), failed)).await
    }

    async fn watch<T>(&self, operation: StoreFuture<T>) -> Result<T, StoreUnavailable> {
        let error = match tokio::time::timeout(TIMEOUT, operation).await {
            Ok(Ok(value)) => {
                if self.is_unavailable.swap(false, Relaxed) {
                    info!("the token store works again");
                }
                return Ok(value);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", TIMEOUT.as_secs()),
        };
        if !self.is_unavailable.swap(true, Relaxed) {
            warn!(error, "the token store does not work; tokens are kept in this process's memory only");
        }
        Err(StoreUnavailable)
    }
}
