//! Access tokens: sources, the cache of a client, and stores that several processes share.
//!
//! A client reads its current token without a lock. If a new token is needed, one task fetches it for all callers. If
//! the client has a [`TokenStore`], the task first reads the store, because another process may have stored a token.
//! Otherwise it takes the store's lease, requests a token from the [`TokenSource`], stores it, and releases the lease.
//! Processes that do not get the lease wait for the token in the store. All processes together therefore send one
//! `gettoken` request per refresh.
//!
//! - A refresh starts before the token expires, and calls use the old token meanwhile. If the refresh fails, the old
//!   token stays in use until it expires.
//! - A refused token (40014, 42001) is removed from memory and from the store only if it is still the current one. A
//!   late failure of an old token thus never removes its successor.
//! - After a wrong secret, no token is requested for one minute, then for two, up to one hour, because WeCom blocks an
//!   address that repeats the error. The same rule applies to 45009.
//! - While a store fails, the client keeps its token in memory only. The failure is logged once.
//!
//! Without a store, each client has its own token. The clients of one process can share it in a [`MemoryStore`], the
//! programs of one user in a [`FileStore`], and several processes or machines in a `RedisStore` (feature `redis`).
//!
//! ```
//! # fn example() -> wecom_contacts::Result<()> {
//! use wecom_contacts::{Client, Secret, tokens::MemoryStore};
//!
//! let store = MemoryStore::new();
//! let client = Client::builder("ww1234567890abcdef", Secret::app(1000002, "own-app-secret")).token_store(store).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! Official: [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)

mod file;
mod key;
mod memory;
#[cfg(feature = "redis")]
mod redis_store;
mod refresh;
mod refusal_backoff;
mod shared_store;
mod source;
mod store;
mod token_cache;

#[cfg(feature = "redis")]
pub use self::redis_store::RedisStore;
pub use self::{
    file::FileStore,
    key::TokenKey,
    memory::MemoryStore,
    source::{AccessToken, FreshToken, SourceFuture, TokenSource},
    store::{Lease, StoreError, StoreFuture, StoredToken, TokenStore},
};
pub(crate) use self::{
    refresh::Refresher,
    shared_store::SharedStore,
    token_cache::{CachedToken, TokenCache},
};
