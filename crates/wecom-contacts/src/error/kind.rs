//! The kinds of errors.

use std::time::Duration;

use super::Bilingual;
use crate::{ErrorCode, JobId};

/// The kinds of errors.
///
/// [`Error::builder`](crate::Error::builder) creates an error of any kind, for tests of error handling.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// WeCom refused the call: HTTP 200 with an `errcode` other than 0.
    Refused {
        /// The error code. [`ErrorCode::info`] has its meaning and remedy.
        code: ErrorCode,
        /// The server's text, including the hint id, cut after 4 KiB. It is informational; do not match on it.
        errmsg: String,
    },
    /// The call did not reach the server, or its reply was lost.
    Transport {
        /// The stage at which the call failed.
        failure: TransportFailure,
        /// The error of the HTTP client, without the URL.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The reply has an HTTP status or a body that WeCom never sends. It is usually a proxy's error page.
    NotWeCom {
        /// The HTTP status.
        status: u16,
        /// The reply's `Content-Type`.
        content_type: Option<String>,
    },
    /// The reply is valid JSON, but a required field is missing or has another type.
    Malformed(serde_json::Error),
    /// The reply is only a part of the data without a way to the rest, or it contradicts an earlier reply. The data
    /// received so far is incomplete.
    Incomplete(Bilingual),
    /// The reply is larger than [`max_reply_size`](crate::ClientBuilder::max_reply_size).
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The call was not sent, because WeCom closed this endpoint for the corp with an earlier 45009.
    EndpointClosed {
        /// The time until the endpoint opens again, measured from the creation of this error.
        reopens_in: Duration,
    },
    /// A callback or an export file is not authentic, is meant for another corp, or cannot be decrypted.
    Cipher(wecom_cipher::Error),
    /// The request could not be written, so it was not sent.
    Unwritable(Bilingual),
    /// The job had not finished when its [`Polling`](crate::Polling) reached the time limit. The job is still running.
    StillRunning {
        /// The job.
        job: JobId,
        /// The duration of the wait.
        waited: Duration,
    },
    /// WeCom reports that the job as a whole failed (任务失败).
    JobFailed {
        /// The job.
        job: JobId,
    },
    /// A downloaded file differs from its announcement, or cannot be read.
    CorruptFile {
        /// The index of the file in the job, from 0.
        file: usize,
        /// The number of bytes before the detected damage.
        offset: u64,
        /// The problem, as the predicate of a sentence about the file.
        why: Bilingual,
        /// The parser's error, if a row is invalid.
        row: Option<serde_json::Error>,
    },
    /// The user's own [`TokenSource`](crate::tokens::TokenSource) returned an error.
    TokenSource(Box<dyn std::error::Error + Send + Sync>),
    /// The client's configuration is invalid.
    Configuration(Bilingual),
    /// A [`Budget`](crate::Budget) has limits for a path that is not an [endpoint](crate::endpoints) of the SDK.
    UnknownEndpoint {
        /// The unknown path.
        path: String,
        /// The most similar path of an endpoint, if one is similar enough.
        nearest: Option<&'static str>,
    },
}

/// The stage at which a call without a complete reply failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportFailure {
    /// The connection failed, so the call certainly did not run.
    NoConnection,
    /// The reply did not arrive in time.
    Timeout,
    /// The connection broke before the end of the reply.
    Broken,
}

/// The reason why a failed call was not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stopped {
    /// Another attempt would fail in the same way, or the error does not belong to a call.
    NotWorthwhile,
    /// The call may have run, and sending it twice has another effect than sending it once.
    MayHaveApplied,
    /// The [`RetryPolicy`](crate::RetryPolicy) has no attempts left.
    OutOfAttempts,
    /// The [`RetryPolicy`](crate::RetryPolicy) has no time left.
    OutOfTime,
    /// WeCom closed the endpoint (45009) for longer than the [`RetryPolicy`](crate::RetryPolicy) allows to wait.
    EndpointClosed,
}
