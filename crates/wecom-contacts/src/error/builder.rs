//! Errors made by hand.

use std::time::Duration;

use super::{Error, ErrorKind, Stopped};

/// Makes an [`Error`] by hand: see [`Error::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct ErrorBuilder(Error);

impl ErrorBuilder {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self(Error::made(None, kind))
    }

    /// The call that failed, as its path below `cgi-bin/`, such as `user/get`.
    pub fn call(mut self, path: &'static str) -> Self {
        self.0.0.call = Some(path);
        self
    }

    /// How often the call was sent. Defaults to 1 for a call that got an answer or none, and to 0 for what was not sent.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.0.0.attempts = attempts;
        self
    }

    /// How long the call took altogether. Defaults to zero.
    pub fn elapsed(mut self, elapsed: Duration) -> Self {
        self.0.0.elapsed = elapsed;
        self
    }

    /// Why the call was not sent again. Defaults to [`Stopped::NotWorthwhile`].
    pub fn stopped(mut self, stopped: Stopped) -> Self {
        self.0.0.stopped = stopped;
        self
    }

    /// Whether the call changes something and may have done so. Defaults to false.
    pub fn may_have_applied(mut self, may_have_applied: bool) -> Self {
        self.0.0.may_have_applied = may_have_applied;
        self
    }

    /// How long WeCom keeps the endpoint closed. Defaults to what [`ErrorKind::EndpointClosed`] says, and to `None` for other kinds.
    pub fn retry_after(mut self, retry_after: Duration) -> Self {
        self.0.0.retry_after = Some(retry_after);
        self
    }

    /// The error.
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
