//! Access tokens: where they come from, who holds them, and how a fleet shares them.
//!
//! A client reads its token without a lock. When one is needed, a single task of the process sees to it, whoever waits:
//! it looks in the [`TokenStore`], if the client has one, as another process may have been there before; else it takes the
//! store's lease, asks the [`TokenSource`], stores the answer, and gives the lease back. Who does not get the lease watches
//! the store for the winner's token. So a fleet asks `gettoken` once a refresh.
//!
//! - The refresh starts ahead of expiry, while the old token still serves; a failed one keeps the old token while it lives.
//! - A refused token (40014, 42001) is dropped by identity, in memory and in the store: a late failure of an old one never
//!   throws away its successor.
//! - A wrong secret is not tried again for a minute, then two, up to an hour: WeCom blocks the address of who insists. The
//!   same holds for 45009.
//! - A store that fails is done without: the client goes on with its own memory, and says so once in the log.
//!
//! Without a store each client keeps its token to itself. Several clients of one process share by a [`MemoryStore`],
//! programs of one user by a [`FileStore`], a fleet by a `RedisStore` (feature `redis`).
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

mod cool_off;
mod file;
mod held;
mod key;
mod memory;
#[cfg(feature = "redis")]
mod on_redis;
mod refresh;
mod shared_store;
mod source;
mod store;

#[cfg(feature = "redis")]
pub use self::on_redis::RedisStore;
pub use self::{
    file::FileStore,
    key::TokenKey,
    memory::MemoryStore,
    source::{AccessToken, FreshToken, SourceFuture, TokenSource},
    store::{Lease, StoreError, StoreFuture, StoredToken, TokenStore},
};
pub(crate) use self::{
    held::{Token, Tokens},
    refresh::Refresher,
    shared_store::SharedStore,
};
