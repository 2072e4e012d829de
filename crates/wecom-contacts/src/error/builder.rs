//! Building errors manually.

use std::time::Duration;

use super::{Error, ErrorKind, Stopped};

/// A builder of an [`Error`]: see [`Error::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct ErrorBuilder(Error);

impl ErrorBuilder {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self(Error::made(None, kind))
    }

    /// Sets the call that failed, as its path below `cgi-bin/`, such as `user/get`.
    pub fn call(mut self, path: &'static str) -> Self {
        self.0.0.call = Some(path);
        self
    }

    /// Sets the number of attempts. Defaults to 1 for a call that was sent, and to 0 for errors before sending.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.0.0.attempts = attempts;
        self
    }

    /// Sets the total duration of the call. Defaults to zero.
    pub fn elapsed(mut self, elapsed: Duration) -> Self {
        self.0.0.elapsed = elapsed;
        self
    }

    /// Sets the reason why the call was not sent again. Defaults to [`Stopped::NotWorthwhile`].
    pub fn stopped(mut self, stopped: Stopped) -> Self {
        self.0.0.stopped = stopped;
        self
    }

    /// Sets whether the call changes data and may have applied the change. Defaults to false.
    pub fn may_have_applied(mut self, may_have_applied: bool) -> Self {
        self.0.0.may_have_applied = may_have_applied;
        self
    }

    /// Sets the time until WeCom opens the endpoint again. Defaults to the value in [`ErrorKind::EndpointClosed`], and to
    /// `None` for other kinds.
    pub fn retry_after(mut self, retry_after: Duration) -> Self {
        self.0.0.retry_after = Some(retry_after);
        self
    }

    /// Returns the error.
    #[must_use]
    pub fn build(self) -> Error {
        self.0
    }
}

impl From<ErrorBuilder> for Error {
    fn from(builder: ErrorBuilder) -> Self {
        builder.build()
    }
}
