//! The interface of token stores.

use std::{fmt, time::Duration};

use futures_core::future::BoxFuture;

use super::{AccessToken, TokenKey};

/// A token with its lifetime, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The token.
    pub access_token: AccessToken,
    /// How long it lives from now.
    pub expires_in: Duration,
    /// Its whole lifetime when it was fetched. A refresh is due when a tenth of it is left.
    pub lifetime: Duration,
}

impl StoredToken {
    /// Makes a token from its remaining lifetime and its whole lifetime.
    pub fn new(access_token: AccessToken, expires_in: Duration, lifetime: Duration) -> Self {
        Self { access_token, expires_in, lifetime }
    }
}

/// The right to refresh one credential's token, for a bounded time.
///
/// Its number is larger than that of every earlier lease of the credential. So a holder whose lease has expired cannot
/// overwrite the token of a later holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    fence: u64,
}

impl Lease {
    /// Makes a lease with this number. For implementations of stores.
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

/// A store of tokens that several clients share: those of a process, the programs of a user, or processes on several machines.
///
/// Every operation is atomic, and each may fail: the client then works without the store. An operation may be dropped before
/// its end, which has the effect of a lost reply. One store holds the tokens of any number of credentials, each under its key.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the token, if one is stored that has not expired.
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>>;

    /// Takes the lease for this time. Returns `None` while another client holds it.
    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>>;

    /// Stores a token until it expires, in place of any other. Returns `false` and stores nothing if a token was stored under a
    /// later lease.
    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool>;

    /// Releases the lease, if it is still this one.
    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()>;

    /// Drops the token, if it is still this one. Returns whether it was.
    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool>;
}

/// Why an operation of a store failed. Its text must contain no token and no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreError(String);

impl StoreError {
    /// Makes an error of this text: lower case, no full stop, no token and no secret.
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
