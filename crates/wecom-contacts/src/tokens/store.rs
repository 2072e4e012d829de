//! What a store of tokens does, whatever it is made of.

use std::{fmt, time::Duration};

use futures_core::future::BoxFuture;

use super::{AccessToken, TokenKey};

/// A token with its life, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The token.
    pub access_token: AccessToken,
    /// How long it lives from now.
    pub expires_in: Duration,
    /// How long it lived when it was fetched. A refresh is due when a tenth of that is left.
    pub lifetime: Duration,
}

impl StoredToken {
    /// Names a token, how long it lives from now, and how long it lived when it was fetched.
    pub fn new(access_token: AccessToken, expires_in: Duration, lifetime: Duration) -> Self {
        Self { access_token, expires_in, lifetime }
    }
}

/// The right to refresh one credential's token, for a bounded time.
///
/// Its number is larger than that of every lease of that credential before it. So a holder that slept through the end of its
/// lease cannot overwrite what a later one stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    fence: u64,
}

impl Lease {
    /// Makes a lease of this number: for stores.
    pub fn new(fence: u64) -> Self {
        Self { fence }
    }

    /// The number (fencing token).
    pub fn fence(self) -> u64 {
        self.fence
    }
}

/// What a [`TokenStore`] answers with.
pub type StoreFuture<T> = BoxFuture<'static, Result<T, StoreError>>;

/// Where tokens are kept so that others find them: the clients of a process, the programs of a user, the processes of a fleet.
///
/// Every operation is atomic, and each may fail: then the client does without. An operation may be dropped before its end, as
/// if its reply were lost. One store serves any number of credentials, each under its key.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the token, if one is stored that has not expired.
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>>;

    /// Takes the lease for this long; `None` while somebody else has it.
    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>>;

    /// Stores a token in the place of any other until it expires, and returns whether it did: not if a token was stored under a
    /// later lease.
    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool>;

    /// Gives the lease back, if it is still this one.
    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()>;

    /// Drops the token, if it is still this one, and returns whether it was.
    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool>;
}

/// Why a store did not do as asked. Its text must hold neither token nor secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(String);

impl StoreError {
    /// Says what is wrong: lower case, no full stop, no token and no secret.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}
