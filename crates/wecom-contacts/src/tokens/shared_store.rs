//! A client's way to its store: a store that is slow or down is said so once, and done without.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tracing::{info, warn};

use super::{AccessToken, Lease, StoreFuture, StoredToken, TokenKey, TokenStore};

/// How long an operation may take before the store counts as down.
const LIMIT: Duration = Duration::from_secs(2);

/// A store under one credential's key.
#[derive(Clone)]
pub(crate) struct SharedStore {
    store: Arc<dyn TokenStore>,
    key: TokenKey,
    is_down: Arc<AtomicBool>,
}

/// The store is of no use now. Who hears it need not say it: it is in the log already.
#[derive(Debug)]
pub(super) struct Down;

impl SharedStore {
    pub(crate) fn new(store: Arc<dyn TokenStore>, key: TokenKey) -> Self {
        Self { store, key, is_down: Arc::default() }
    }

    /// The same store for another credential.
    pub(super) fn under(&self, key: TokenKey) -> Self {
        Self { key, ..self.clone() }
    }

    pub(super) async fn load(&self) -> Result<Option<StoredToken>, Down> {
        self.watch(self.store.load(self.key.clone())).await
    }

    pub(super) async fn acquire(&self, life: Duration) -> Result<Option<Lease>, Down> {
        self.watch(self.store.acquire(self.key.clone(), life)).await
    }

    pub(super) async fn store(&self, lease: Lease, token: StoredToken) -> Result<bool, Down> {
        self.watch(self.store.store(self.key.clone(), lease, token)).await
    }

    pub(super) async fn release(&self, lease: Lease) -> Result<(), Down> {
        self.watch(self.store.release(self.key.clone(), lease)).await
    }

    pub(super) async fn invalidate(&self, failed: AccessToken) -> Result<bool, Down> {
        self.watch(self.store.invalidate(self.key.clone(), failed)).await
    }

    async fn watch<T>(&self, operation: StoreFuture<T>) -> Result<T, Down> {
        let error = match tokio::time::timeout(LIMIT, operation).await {
            Ok(Ok(value)) => {
                if self.is_down.swap(false, Relaxed) {
                    info!("the token store works again");
                }
                return Ok(value);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", LIMIT.as_secs()),
        };
        if !self.is_down.swap(true, Relaxed) {
            warn!(error, "the token store does not work: tokens stay in this process's memory meanwhile");
        }
        Err(Down)
    }
}
