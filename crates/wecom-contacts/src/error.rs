//! The one error type, and what callers branch on.

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

/// What every call returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call, a callback or a file failed.
///
/// `Display` is one sentence in English: the call's path, what went wrong with WeCom's `errcode`, its meaning and its `errmsg`,
/// then whether the change may have been applied all the same, and after how many attempts and seconds the call was given up.
/// It does not say what to try: that is in [`report`](Self::report), which has everything in English and in Chinese. The cause
/// is in [`source`](std::error::Error::source).
/// `Debug` shows the fields. No secret, token or personal datum is in any of them, but the server's own `errmsg` is kept as it
/// came, as WeCom's support asks for its hint; it is cut after 4 KiB.
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
    /// Shared, as all who wait for one token get the one error.
    kind: Arc<ErrorKind>,
    attempts: u32,
    elapsed: Duration,
    stopped: Stopped,
    may_have_applied: bool,
    retry_after: Option<Duration>,
}

impl Error {
    /// An error as WeCom's refusal of a call makes it, for tests of one's own handling.
    ///
    /// ```
    /// use wecom_contacts::{Class, Error};
    ///
    /// /// What is to be tested: who has left is no reason to stop.
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

    /// Makes an error of any kind, for tests of one's own handling.
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
    ///     "`user/create`: no answer in time; the change may have been applied all the same"
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

    /// The same error, with what became of the call altogether.
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

    /// The URL is taken off, as it carries the token or the secret.
    pub(crate) fn transport(call: &'static str, error: reqwest::Error) -> Self {
        // The HTTP client refused to write the request: nothing was sent.
        if error.is_builder() {
            return Self::new(
                call,
                ErrorKind::Unwritable(Bilingual::untranslated(error.without_url().to_string())),
            );
        }
        // A connection that takes too long to come about is both; what counts is that nothing was sent.
        let failure = if error.is_connect() {
            TransportFailure::NoConnection
        } else if error.is_timeout() {
            TransportFailure::Timeout
        } else {
            TransportFailure::Broken
        };
        Self::new(call, ErrorKind::Transport { failure, source: error.without_url().into() })
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The call that failed, as its path below `cgi-bin/`.
    pub fn call(&self) -> Option<&'static str> {
        self.0.call
    }

    /// The errcode, if WeCom refused the call.
    pub fn code(&self) -> Option<ErrorCode> {
        match &*self.0.kind {
            ErrorKind::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// How often the call was sent; 0 if it was not, or if what failed is no call.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took altogether, with its pauses and its wait for the [`Budget`](crate::Budget); zero if what failed
    /// is no call.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Why the call was not sent again.
    pub fn stopped(&self) -> Stopped {
        self.0.stopped
    }

    /// Whether the call changes something and may have done so, although no usable answer says it: the answer did not come, was
    /// cut, or was a gateway's. Read what is there before you send it again. A refusal is no such case, nor is a call that
    /// only reads.
    pub fn may_have_applied(&self) -> bool {
        self.0.may_have_applied
    }

    /// How long WeCom keeps the endpoint closed (45009), counted from when this error was made; `None` where nothing of the
    /// kind is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How callers treat this error: the class of its errcode if WeCom refused the call, else one by its kind.
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

    /// What to try first, in English; [`report`](Self::report) has the Chinese too.
    pub fn remedy(&self) -> Option<&'static str> {
        remedies::remedy(self).map(|(english, _)| english)
    }

    /// Whether what was asked for does not exist, or not for this credential.
    pub fn is_not_found(&self) -> bool {
        self.class() == Class::NotFound
    }

    /// Whether what was to be created is there already.
    pub fn is_already_exists(&self) -> bool {
        self.class() == Class::AlreadyExists
    }

    /// Whether this credential may not do that, or not from this IP.
    pub fn is_permission_denied(&self) -> bool {
        matches!(self.class(), Class::Permission | Class::IpNotAllowed)
    }

    /// Whether WeCom asks to slow down (45009, 45033, 45036), or did so a while ago and the call was not even sent.
    pub fn is_rate_limited(&self) -> bool {
        self.class() == Class::RateLimited
    }

    /// Whether the corp id or the secret is wrong: trying again cannot help and gets the IP blocked.
    pub fn is_bad_credentials(&self) -> bool {
        self.class() == Class::BadCredentials
    }

    /// Whether a value of the request is wrong.
    pub fn is_invalid_argument(&self) -> bool {
        self.class() == Class::InvalidArgument
    }

    /// Whether the answer did not come in time.
    pub fn is_timeout(&self) -> bool {
        matches!(*self.0.kind, ErrorKind::Transport { failure: TransportFailure::Timeout, .. })
    }

    /// Whether no connection came about, so that the call surely did not execute.
    pub fn is_connect(&self) -> bool {
        matches!(*self.0.kind, ErrorKind::Transport { failure: TransportFailure::NoConnection, .. })
    }

    /// Whether asking the same question again, in a while, may well be answered: the server was busy, or the answer got lost.
    pub(crate) fn may_pass(&self) -> bool {
        match &*self.0.kind {
            ErrorKind::Transport { .. } | ErrorKind::EndpointClosed { .. } | ErrorKind::TokenSource(_) => {
                true
            }
            ErrorKind::NotWeCom { status, .. } => *status >= 500,
            _ => matches!(self.class(), Class::ServerBusy | Class::RateLimited | Class::Retry),
        }
    }

    /// Whether the call surely did not execute, and may well do so moments later.
    pub(crate) fn did_not_execute(&self) -> bool {
        self.is_connect() || self.code().and_then(ErrorCode::info).is_some_and(|info| info.did_not_execute)
    }

    /// Whether WeCom closes the endpoint to the corp by this refusal.
    pub(crate) fn exceeds_frequency(&self) -> bool {
        self.code() == Some(ErrorCode::FREQUENCY_LIMIT)
    }

    pub(crate) fn wants_new_token(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::INVALID_TOKEN | ErrorCode::EXPIRED_TOKEN))
    }
}

impl From<ErrorKind> for Error {
    /// The same as [`Error::builder`] with nothing else set.
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
