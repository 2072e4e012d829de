//! Access tokens: where they come from, how a client caches them, and how several processes share them.
//!
//! A client reads its token without a lock. When it needs another one, a single task gets it for all callers. The task reads the
//! [`TokenStore`], if the client has one, because another process may have stored a token. Otherwise it takes the store's lease,
//! asks the [`TokenSource`], stores the answer, and releases the lease. Processes that do not get the lease wait for the token
//! in the store. So all of them together ask `gettoken` once a refresh.
//!
//! - A refresh starts ahead of expiry, and calls use the old token meanwhile. If it fails, the old token stays in use while it lives.
//! - A refused token (40014, 42001) is dropped by identity, in memory and in the store: a late failure of an old token never
//!   drops its successor.
//! - After a wrong secret no token is requested for a minute, then two, up to an hour: WeCom blocks an address that repeats it.
//!   The same holds for 45009.
//! - While a store fails, the client works with its own memory, and logs this once.
//!
//! Without a store each client has its own token. Clients of one process can share it by a [`MemoryStore`], programs of one
//! user by a [`FileStore`], several processes or machines by a `RedisStore` (feature `redis`).
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
