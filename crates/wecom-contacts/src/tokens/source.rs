//! Sources of access tokens.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use futures_core::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, ErrorKind};

/// An access token. `Debug` does not show it.
#[derive(Clone)]
pub struct AccessToken(Arc<SecretString>);

impl AccessToken {
    /// Creates a token from the text that the server returned.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Arc::new(SecretString::from(token.into())))
    }

    /// Returns the token, for a request or a store. Never log it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for AccessToken {}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(***)")
    }
}

/// A token as returned by its source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FreshToken {
    /// The token.
    pub access_token: AccessToken,
    /// Remaining lifetime.
    pub expires_in: Duration,
}

impl FreshToken {
    /// Creates a token with its remaining lifetime.
    pub fn new(access_token: impl Into<String>, expires_in: Duration) -> Self {
        Self { access_token: AccessToken::new(access_token), expires_in }
    }

    /// Creates a token from the fields of a reply. The number of seconds may be negative if the server counts down past
    /// zero.
    pub(crate) fn of_reply(access_token: String, expires_in: i64) -> Self {
        Self::new(access_token, Duration::from_secs(expires_in.max(0).unsigned_abs()))
    }
}

/// The future that a [`TokenSource`] returns.
pub type SourceFuture = BoxFuture<'static, Result<FreshToken, Box<dyn StdError + Send + Sync>>>;

/// A source of access tokens other than `gettoken`, usually a company's central token server (中控服务器).
///
/// The client calls it only when it needs a token. Requests are sequential and no more frequent than those to
/// `gettoken` would be. The client's store, if there is one, keeps the token.
///
/// ```
/// use std::time::Duration;
///
/// use wecom_contacts::{
///     Client, Secret,
///     tokens::{AccessToken, FreshToken, SourceFuture, TokenSource},
/// };
///
/// struct CentralServer;
///
/// impl TokenSource for CentralServer {
///     fn fetch(&self, refused: Option<AccessToken>) -> SourceFuture {
///         Box::pin(async move {
///             // Send the request to the server here. Report whether WeCom refused its last token.
///             let token = if refused.is_some() { "a new token" } else { "the cached token" };
///             Ok(FreshToken::new(token, Duration::from_secs(600)))
///         })
///     }
/// }
///
/// # fn example() -> wecom_contacts::Result<()> {
/// // Only the central server needs the secret. The client needs the id of the app.
/// let client = Client::builder("ww1234567890abcdef", Secret::app(1000002, "")).token_source(CentralServer).build()?;
/// # Ok(())
/// # }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Fetches a token.
    ///
    /// If WeCom has refused a token (40014, 42001) and the client therefore needs a new one, `refused` is the refused
    /// token. A source with a cache must not return it again.
    ///
    /// # Errors
    ///
    /// Any error. It becomes [`ErrorKind::TokenSource`]; an [`Error`](crate::Error) is passed on unchanged. Its text is
    /// logged, so it must not contain a secret. The request is retried a few times, except after an `Error` that a
    /// retry cannot fix.
    fn fetch(&self, refused: Option<AccessToken>) -> SourceFuture;
}

/// Converts the error of a source.
pub(super) fn failure(error: Box<dyn StdError + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::local(ErrorKind::TokenSource(error)),
    }
}
