//! The interface of token stores.

use std::{fmt, time::Duration};

use futures_core::future::BoxFuture;

use super::{AccessToken, TokenKey};

/// A token with its lifetime, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The token.
    pub access_token: AccessToken,
    /// Remaining lifetime.
    pub expires_in: Duration,
    /// Total lifetime of the token when it was fetched. A refresh is due when a tenth of it is left.
    pub lifetime: Duration,
}

impl StoredToken {
    /// Creates a token from its remaining lifetime and its total lifetime.
    pub fn new(access_token: AccessToken, expires_in: Duration, lifetime: Duration) -> Self {
        Self { access_token, expires_in, lifetime }
    }
}

/// The right to refresh the token of one credential for a limited time.
///
/// Its number is larger than that of every earlier lease of the credential. A holder whose lease has expired therefore
/// cannot overwrite the token of a later holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    fence: u64,
}

impl Lease {
    /// Creates a lease with this number, for implementations of [`TokenStore`].
    pub fn new(fence: u64) -> Self {
        Self { fence }
    }

    /// Returns the number (fencing token).
    pub fn fence(self) -> u64 {
        self.fence
    }
}

/// The future that a [`TokenStore`] returns.
pub type StoreFuture<T> = BoxFuture<'static, Result<T, StoreError>>;

/// A token store that several clients share. The clients can be in one process, in several programs of one user, or on
/// several machines.
///
/// All operations must be atomic. If one fails, the client works without the store. The future of an operation may be
/// dropped before it is ready; the operation may or may not have taken effect then. One store holds the tokens of any
/// number of credentials, each under its own key.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the stored token if it has not expired.
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>>;

    /// Takes the lease for this time. Returns `None` while another client holds it.
    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>>;

    /// Stores a token until it expires and replaces any other token. If a token was stored under a later lease, it
    /// stores nothing and returns `false`.
    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool>;

    /// Releases the lease if it is still the current one.
    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()>;

    /// Removes the token if it is still the current one. Returns whether it was.
    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool>;
}

/// The reason why an operation of a store failed. Its text must not contain tokens or secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreError(String);

impl StoreError {
    /// Creates an error from this text. Conventions: lower case, without a full stop. Tokens and secrets must be
    /// omitted.
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
