//! The one error type, and what callers branch on.

use std::{fmt, sync::Arc, time::Duration};

use crate::{Class, ErrorCode, JobId, redact};

/// What every call returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call, a callback or a file failed.
///
/// `Display` is one sentence in English: the call's path, what went wrong with WeCom's `errcode`, its meaning and its `errmsg`,
/// then whether the change may have been applied all the same, and after how many attempts and seconds the call was given up.
/// It does not say what to try: that is in [`ErrorCode::info`]. The cause is in [`source`](std::error::Error::source).
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

/// The kinds of failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// WeCom refused the call: HTTP 200 with an `errcode` other than 0.
    Refused {
        /// What the refusal means: see [`ErrorCode::info`].
        code: ErrorCode,
        /// The server's text, hint id included; cut after 4 KiB. Informational: never match on it.
        errmsg: String,
    },
    /// The call did not reach the server, or its answer did not come back.
    Transport {
        /// How far it came.
        failure: TransportFailure,
        /// What broke, as the HTTP client tells it, without the URL.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer has an HTTP status or a body that WeCom never sends: a proxy's error page, usually.
    NotWeCom {
        /// The HTTP status.
        status: u16,
        /// The answer's `Content-Type`.
        content_type: Option<String>,
    },
    /// The answer is an envelope that lacks a promised field, or has one of another type.
    Malformed(serde_json::Error),
    /// The server gave a part and no way to the rest, or contradicts what it said before. What came so far is not the whole.
    Incomplete(String),
    /// The answer is larger than [`max_reply_size`](crate::ClientBuilder::max_reply_size).
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The call was not sent, as WeCom closed this endpoint for the corp by a 45009 a while ago.
    EndpointClosed {
        /// When it opens again, counted from when this error was made.
        reopens_in: Duration,
    },
    /// A callback or an export file that is not authentic, not meant for this corp, or does not decrypt.
    Cipher(wecom_cipher::Error),
    /// The request could not be written.
    Unwritable(String),
    /// A job was not finished when its [`Polling`](crate::Polling) gave up. It runs on.
    StillRunning {
        /// The job.
        job: JobId,
        /// How long it was waited for.
        waited: Duration,
    },
    /// WeCom reports that the job as a whole failed (任务失败).
    JobFailed {
        /// The job.
        job: JobId,
    },
    /// A downloaded file is not what was announced, or cannot be read.
    CorruptFile {
        /// Which of the job's files, counted from 0.
        file: usize,
        /// How many bytes of it were sound as far as that can be told.
        offset: u64,
        /// What is wrong with it.
        why: &'static str,
        /// What the parser says, if it is a row that is wrong.
        row: Option<serde_json::Error>,
    },
    /// A [`TokenSource`](crate::tokens::TokenSource) of the user's own gave no token.
    TokenSource(Box<dyn std::error::Error + Send + Sync>),
    /// The client's configuration cannot work.
    Configuration(String),
    /// A [`Budget`](crate::Budget) has limits for a path that is no [endpoint](crate::endpoints) of the SDK.
    UnknownEndpoint {
        /// The path, as it was given.
        path: String,
        /// The endpoint that was probably meant.
        nearest: Option<&'static str>,
    },
}

/// How far a call came that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportFailure {
    /// No connection came about, so the call surely did not execute.
    NoConnection,
    /// The answer did not come in time.
    Timeout,
    /// The connection broke before the whole answer was read.
    Broken,
}

/// Why a call that failed was not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stopped {
    /// Another attempt would end the same way, or what failed is no call.
    NotWorthwhile,
    /// The call may have executed, and sending it twice is not the same as once.
    MayHaveApplied,
    /// The [`RetryPolicy`](crate::RetryPolicy) allows no more attempts.
    OutOfAttempts,
    /// The [`RetryPolicy`](crate::RetryPolicy) allows no more time.
    OutOfTime,
    /// WeCom closed the endpoint (45009) for longer than the [`RetryPolicy`](crate::RetryPolicy) allows to wait.
    EndpointClosed,
}

impl Error {
    pub(crate) fn new(call: &'static str, kind: ErrorKind) -> Self {
        Self::made(Some(call), kind)
    }

    pub(crate) fn local(kind: ErrorKind) -> Self {
        Self::made(None, kind)
    }

    fn made(call: Option<&'static str>, kind: ErrorKind) -> Self {
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

    pub(crate) fn refused(call: &'static str, errcode: i32, errmsg: String) -> Self {
        Self::new(call, ErrorKind::Refused { code: ErrorCode(errcode), errmsg: redact::shortened(errmsg) })
    }

    /// The URL is taken off, as it carries the token or the secret.
    pub(crate) fn transport(call: &'static str, error: reqwest::Error) -> Self {
        // The HTTP client refused to write the request: nothing was sent.
        if error.is_builder() {
            return Self::new(call, ErrorKind::Unwritable(error.without_url().to_string()));
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

    /// The class of the errcode, if WeCom refused the call and the code is a documented one.
    pub fn class(&self) -> Option<Class> {
        Some(self.code()?.info()?.class)
    }

    /// What to try next, in English; [`ErrorCode::info`] has the Chinese too.
    pub fn remedy(&self) -> Option<&'static str> {
        if self.0.may_have_applied {
            return Some("read what is there before you send it again: the change may have been applied");
        }
        match &*self.0.kind {
            ErrorKind::Refused { code, .. } => Some(code.info()?.remedy).filter(|text| !text.is_empty()),
            ErrorKind::Transport { failure, .. } => Some(match failure {
                TransportFailure::NoConnection => {
                    "check the base URL, the network, the proxy and the server's certificate"
                }
                TransportFailure::Timeout => "try again, or allow more time (`timeout`)",
                TransportFailure::Broken => "the connection broke: try again",
            }),
            ErrorKind::NotWeCom { .. } => {
                Some("check the base URL and the proxy: this is not WeCom's answer")
            }
            ErrorKind::Malformed(_) => Some("please report this reply's shape to wecom-contacts"),
            ErrorKind::Incomplete(_) => Some(
                "ask again from the beginning: what came so far is a part and must not be taken for the whole",
            ),
            ErrorKind::TooLarge { .. } => Some("ask for less at once, or raise `max_reply_size`"),
            ErrorKind::EndpointClosed { .. } => Some("wait until it opens again, then call less often"),
            ErrorKind::StillRunning { .. } => {
                Some("the job runs on: take it up again by its id, or wait longer (`at_most`)")
            }
            ErrorKind::JobFailed { .. } => Some("submit the job again"),
            ErrorKind::CorruptFile { .. } => Some(
                "read the rows again, with the key the job was submitted with; rows read so far may be wrong",
            ),
            ErrorKind::TokenSource(_) => Some("check where the client's access tokens come from"),
            ErrorKind::UnknownEndpoint { .. } => {
                Some("take a path of `endpoints::ALL`, or `endpoint_of` for an endpoint of your own")
            }
            ErrorKind::Cipher(_) | ErrorKind::Unwritable(_) | ErrorKind::Configuration(_) => None,
        }
    }

    /// Whether what was asked for does not exist, or not for this credential.
    pub fn is_not_found(&self) -> bool {
        self.class() == Some(Class::NotFound)
    }

    /// Whether what was to be created is there already.
    pub fn is_already_exists(&self) -> bool {
        self.class() == Some(Class::AlreadyExists)
    }

    /// Whether this credential may not do that, or not from this IP.
    pub fn is_permission_denied(&self) -> bool {
        matches!(self.class(), Some(Class::Permission | Class::IpNotAllowed))
    }

    /// Whether WeCom asks to slow down (45009, 45033, 45036), or did so a while ago and the call was not even sent.
    pub fn is_rate_limited(&self) -> bool {
        self.class() == Some(Class::RateLimited) || matches!(*self.0.kind, ErrorKind::EndpointClosed { .. })
    }

    /// Whether the corp id or the secret is wrong: trying again cannot help and gets the IP blocked.
    pub fn is_bad_credentials(&self) -> bool {
        self.class() == Some(Class::BadCredentials)
    }

    /// Whether a value of the request is wrong.
    pub fn is_invalid_argument(&self) -> bool {
        self.class() == Some(Class::InvalidArgument)
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
            _ => matches!(self.class(), Some(Class::ServerBusy | Class::RateLimited | Class::Retry)),
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

impl From<wecom_cipher::Error> for Error {
    fn from(error: wecom_cipher::Error) -> Self {
        Self::local(ErrorKind::Cipher(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = self.0.call {
            write!(f, "`{call}`: ")?;
        }
        match &*self.0.kind {
            ErrorKind::Refused { code, errmsg } => match code.info() {
                Some(info) => write!(f, "{} {} (errcode {code}): {errmsg}", info.english, info.chinese),
                None => write!(f, "refused (errcode {code}): {errmsg}"),
            },
            ErrorKind::Transport { failure, .. } => f.write_str(match failure {
                TransportFailure::NoConnection => "no connection to the server",
                TransportFailure::Timeout => "no answer in time",
                TransportFailure::Broken => "the connection broke before the whole answer was read",
            }),
            ErrorKind::NotWeCom { status, content_type } => {
                let body = content_type.as_deref().unwrap_or("nothing");
                write!(f, "the answer is not WeCom's: HTTP status {status} with {body}")
            }
            ErrorKind::Malformed(_) => f.write_str("the answer's fields are not of the documented types"),
            ErrorKind::Incomplete(why) => write!(f, "the answer is incomplete: {why}"),
            ErrorKind::TooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            // Its own words: they name the remedy, and it holds nothing below.
            ErrorKind::Cipher(error) => error.fmt(f),
            ErrorKind::EndpointClosed { reopens_in } => write!(
                f,
                "not sent, as WeCom closed this call for the corp (errcode 45009) and opens it again in {} s",
                reopens_in.as_secs_f64().ceil()
            ),
            ErrorKind::Unwritable(why) => write!(f, "the request cannot be written: {why}"),
            ErrorKind::StillRunning { job, waited } => {
                let job = redact::shortened(job.to_string());
                write!(f, "job {job} is not finished after {} s", waited.as_secs())
            }
            ErrorKind::JobFailed { job } => write!(f, "job {} failed", redact::shortened(job.to_string())),
            ErrorKind::CorruptFile { file, offset, why, .. } => {
                write!(f, "file {} of the export, at byte {offset}: it {why}", file + 1)
            }
            ErrorKind::TokenSource(_) => f.write_str("the token source gave no access token"),
            ErrorKind::Configuration(why) => write!(f, "the configuration cannot work: {why}"),
            ErrorKind::UnknownEndpoint { path, nearest } => {
                write!(f, "no endpoint has the path `{}`", redact::shortened(path.clone()))?;
                match nearest {
                    Some(nearest) => write!(f, "; `{nearest}` is the nearest"),
                    None => Ok(()),
                }
            }
        }?;
        if self.0.may_have_applied {
            f.write_str("; the change may have been applied all the same")?;
        }
        if self.0.attempts > 1 {
            write!(
                f,
                "; given up after {} attempts in {:.1} s",
                self.0.attempts,
                self.0.elapsed.as_secs_f32()
            )?;
        }
        Ok(())
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
