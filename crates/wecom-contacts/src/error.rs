//! The error type of all calls, and the methods that classify errors.

mod bilingual;
mod builder;
mod causes;
mod kind;
mod remedies;
mod report;
mod texts;

use std::{fmt, sync::Arc, time::Duration};

pub use self::{
    bilingual::Bilingual,
    builder::ErrorBuilder,
    kind::{ErrorKind, Stopped, TransportFailure},
    report::ErrorReport,
};
use crate::{Class, ErrorCode, redact};

/// The result of every call.
pub type Result<T> = std::result::Result<T, Error>;

/// The error of a call, a callback or a file.
///
/// `Display` writes one sentence in English: the call's path, the problem with WeCom's `errcode`, its meaning and its
/// `errmsg`, whether the change may have been applied, and the number and duration of the attempts.
/// [`report`](Self::report) returns the same in English and Chinese, together with the remedies.
/// [`source`](std::error::Error::source) returns the cause. `Debug` shows the fields. They contain no secrets, tokens or
/// personal data, with one exception: the server's `errmsg` is unchanged, because WeCom's support asks for the hint in
/// it. It is cut after 4 KiB.
///
/// ```
/// use wecom_contacts::{Endpoint, members::GetMember};
///
/// let error = GetMember::decode(br#"{"errcode":60111,"errmsg":"invalid string value `x`. userid not found"}"#).unwrap_err();
/// let text = error.to_string();
/// assert!(text.starts_with("`user/get`: "));
/// assert!(text.ends_with("(errcode 60111): invalid string value `x`. userid not found"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    call: Option<&'static str>,
    /// Shared, because all callers that wait for the same token receive the same error.
    kind: Arc<ErrorKind>,
    attempts: u32,
    elapsed: Duration,
    stopped: Stopped,
    may_have_applied: bool,
    retry_after: Option<Duration>,
}

impl Error {
    /// Creates the error of a call that WeCom refused, for tests of error handling.
    ///
    /// ```
    /// use wecom_contacts::{Class, Error};
    ///
    /// /// The function under test. It ignores members who have left.
    /// fn tolerate(error: Error) -> Result<(), Error> {
    ///     if error.is_not_found() { Ok(()) } else { Err(error) }
    /// }
    ///
    /// assert!(tolerate(Error::refused("user/get", 60111, "userid not found")).is_ok());
    ///
    /// let denied = tolerate(Error::refused("user/get", 60011, "no privilege")).unwrap_err();
    /// assert_eq!(denied.class(), Class::Permission);
    /// ```
    pub fn refused(call: &'static str, errcode: i32, errmsg: impl Into<String>) -> Self {
        Self::new(call, ErrorKind::Refused { code: ErrorCode(errcode), errmsg: errmsg.into() })
    }

    /// Starts building an error of any kind, for tests of error handling.
    ///
    /// ```
    /// use wecom_contacts::{Error, ErrorKind, Stopped, TransportFailure};
    ///
    /// let lost = ErrorKind::Transport { failure: TransportFailure::Timeout, source: "timed out".into() };
    /// let error = Error::builder(lost)
    ///     .call("user/create")
    ///     .stopped(Stopped::MayHaveApplied)
    ///     .may_have_applied(true)
    ///     .build();
    /// assert!(error.is_timeout() && error.may_have_applied());
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`user/create`: the reply did not arrive in time; the change may have been applied anyway"
    /// );
    /// ```
    pub fn builder(kind: ErrorKind) -> ErrorBuilder {
        ErrorBuilder::new(kind)
    }

    pub(crate) fn new(call: &'static str, kind: ErrorKind) -> Self {
        Self::made(Some(call), kind)
    }

    pub(crate) fn local(kind: ErrorKind) -> Self {
        Self::made(None, kind)
    }

    fn made(call: Option<&'static str>, mut kind: ErrorKind) -> Self {
        if let ErrorKind::Refused { errmsg, .. } = &mut kind {
            *errmsg = redact::shortened(std::mem::take(errmsg));
        }
        let answered = matches!(
            kind,
            ErrorKind::Refused { .. }
                | ErrorKind::Transport { .. }
                | ErrorKind::NotWeCom { .. }
                | ErrorKind::Malformed(_)
                | ErrorKind::TooLarge { .. }
        );
        let retry_after = match kind {
            ErrorKind::EndpointClosed { reopens_in } => Some(reopens_in),
            _ => None,
        };
        Self(Box::new(Inner {
            call,
            kind: Arc::new(kind),
            attempts: u32::from(answered),
            elapsed: Duration::ZERO,
            stopped: Stopped::NotWorthwhile,
            may_have_applied: false,
            retry_after,
        }))
    }

    /// Returns the same error with the final number of attempts and duration of the call.
    pub(crate) fn at_the_end_of(
        mut self,
        attempts: u32,
        elapsed: Duration,
        stopped: Stopped,
        may_have_applied: bool,
        retry_after: Option<Duration>,
    ) -> Self {
        let inner = &mut *self.0;
        inner.attempts = attempts;
        inner.elapsed = elapsed;
        inner.stopped = stopped;
        inner.may_have_applied = may_have_applied;
        inner.retry_after = retry_after;
        self
    }

    /// Creates the error of a transport failure. The URL is removed, because it contains the token or the secret.
    pub(crate) fn transport(call: &'static str, error: reqwest::Error) -> Self {
        // The HTTP client refused to write the request, so it was not sent.
        if error.is_builder() {
            return Self::new(
                call,
                ErrorKind::Unwritable(Bilingual::untranslated(error.without_url().to_string())),
            );
        }
        // A connection attempt that times out is both an error of connecting and a timeout. It counts as the former,
        // because the request was not sent.
        let failure = if error.is_connect() {
            TransportFailure::NoConnection
        } else if error.is_timeout() {
            TransportFailure::Timeout
        } else {
            TransportFailure::Broken
        };
        Self::new(call, ErrorKind::Transport { failure, source: error.without_url().into() })
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns the call that failed, as its path below `cgi-bin/`.
    pub fn call(&self) -> Option<&'static str> {
        self.0.call
    }

    /// Returns the errcode, if WeCom refused the call.
    pub fn code(&self) -> Option<ErrorCode> {
        match &*self.0.kind {
            ErrorKind::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Returns the number of attempts. 0 if the call was not sent, or if the error does not belong to a call.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the total duration of the call, including pauses and the wait for the [`Budget`](crate::Budget). Zero if
    /// the error does not belong to a call.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Returns the reason why the call was not sent again.
    pub fn stopped(&self) -> Stopped {
        self.0.stopped
    }

    /// Returns whether the call changes data and may have applied the change, although a usable reply is missing: it was
    /// lost or cut, or it came from a gateway. Read the existing data before sending the call again. Always false for
    /// refusals and for calls that only read.
    pub fn may_have_applied(&self) -> bool {
        self.0.may_have_applied
    }

    /// Returns the time until WeCom opens the endpoint again (45009), measured from the creation of this error. `None` if
    /// the time is unknown.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the class, which determines how callers treat this error. It depends on the errcode if WeCom refused the
    /// call, and otherwise on the kind.
    pub fn class(&self) -> Class {
        match &*self.0.kind {
            ErrorKind::Refused { code, .. } => code.info().map_or(Class::Unknown, |info| info.class),
            ErrorKind::Transport { failure: TransportFailure::Timeout, .. } => Class::Timeout,
            ErrorKind::Transport { .. } => Class::Network,
            ErrorKind::NotWeCom { .. } => Class::NotWeCom,
            ErrorKind::Malformed(_)
            | ErrorKind::Incomplete(_)
            | ErrorKind::TooLarge { .. }
            | ErrorKind::CorruptFile { .. } => Class::UnusableAnswer,
            ErrorKind::EndpointClosed { .. } => Class::RateLimited,
            ErrorKind::Cipher(wecom_cipher::Error::Key { .. })
            | ErrorKind::Configuration(_)
            | ErrorKind::UnknownEndpoint { .. } => Class::Configuration,
            ErrorKind::Cipher(_) => Class::NotAuthentic,
            ErrorKind::Unwritable(_) => Class::Unwritable,
            ErrorKind::StillRunning { .. } => Class::StillRunning,
            ErrorKind::JobFailed { .. } => Class::JobFailed,
            ErrorKind::TokenSource(_) => Class::TokenSource,
        }
    }

    /// Returns the first remedy in English; [`report`](Self::report) also has the Chinese text.
    pub fn remedy(&self) -> Option<&'static str> {
        remedies::remedy(self).map(|(english, _)| english)
    }

    /// Returns whether the requested object does not exist, or is outside the credential's permission.
    pub fn is_not_found(&self) -> bool {
        self.class() == Class::NotFound
    }

    /// Returns whether the object to be created already exists.
    pub fn is_already_exists(&self) -> bool {
        self.class() == Class::AlreadyExists
    }

    /// Returns whether the credential or the IP has no permission for the call.
    pub fn is_permission_denied(&self) -> bool {
        matches!(self.class(), Class::Permission | Class::IpNotAllowed)
    }

    /// Returns whether the call frequency is too high (45009, 45033, 45036). This includes calls that were not sent
    /// because of an earlier 45009.
    pub fn is_rate_limited(&self) -> bool {
        self.class() == Class::RateLimited
    }

    /// Returns whether the corp id or the secret is wrong. Further attempts are useless, and WeCom blocks the IP after
    /// too many of them.
    pub fn is_bad_credentials(&self) -> bool {
        self.class() == Class::BadCredentials
    }

    /// Returns whether a value of the request is invalid.
    pub fn is_invalid_argument(&self) -> bool {
        self.class() == Class::InvalidArgument
    }

    /// Returns whether the reply did not arrive in time.
    pub fn is_timeout(&self) -> bool {
        matches!(*self.0.kind, ErrorKind::Transport { failure: TransportFailure::Timeout, .. })
    }

    /// Returns whether the connection failed, so that the call certainly did not run.
    pub fn is_connect(&self) -> bool {
        matches!(*self.0.kind, ErrorKind::Transport { failure: TransportFailure::NoConnection, .. })
    }

    /// Returns whether the same request can succeed later, because the server was busy or the reply was lost.
    pub(crate) fn may_pass(&self) -> bool {
        match &*self.0.kind {
            ErrorKind::Transport { .. } | ErrorKind::EndpointClosed { .. } | ErrorKind::TokenSource(_) => {
                true
            }
            ErrorKind::NotWeCom { status, .. } => *status >= 500,
            _ => matches!(self.class(), Class::ServerBusy | Class::RateLimited | Class::Retry),
        }
    }

    /// Returns whether the call certainly did not run, but can succeed moments later.
    pub(crate) fn did_not_execute(&self) -> bool {
        self.is_connect() || self.code().and_then(ErrorCode::info).is_some_and(|info| info.did_not_execute)
    }

    /// Returns whether WeCom closes the endpoint to the corp after this refusal.
    pub(crate) fn exceeds_frequency(&self) -> bool {
        self.code() == Some(ErrorCode::FREQUENCY_LIMIT)
    }

    pub(crate) fn wants_new_token(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::INVALID_TOKEN | ErrorCode::EXPIRED_TOKEN))
    }
}

impl From<ErrorKind> for Error {
    /// Works like [`Error::builder`] with default values.
    fn from(kind: ErrorKind) -> Self {
        Self::local(kind)
    }
}

impl From<wecom_cipher::Error> for Error {
    fn from(error: wecom_cipher::Error) -> Self {
        Self::local(ErrorKind::Cipher(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        texts::english(self, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { call, kind, attempts, elapsed, stopped, may_have_applied, retry_after } = &*self.0;
        f.debug_struct("Error")
            .field("call", call)
            .field("kind", kind)
            .field("attempts", attempts)
            .field("elapsed", elapsed)
            .field("stopped", stopped)
            .field("may_have_applied", may_have_applied)
            .field("retry_after", retry_after)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0.kind {
            ErrorKind::Transport { source, .. } => Some(&**source),
            ErrorKind::TokenSource(source) => Some(&**source),
            ErrorKind::Malformed(error) | ErrorKind::CorruptFile { row: Some(error), .. } => Some(error),
            _ => None,
        }
    }
}
