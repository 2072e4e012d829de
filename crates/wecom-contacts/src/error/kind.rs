//! The kinds of failure.

use std::time::Duration;

use super::Bilingual;
use crate::{ErrorCode, JobId};

/// The kinds of failure.
///
/// [`Error::builder`](crate::Error::builder) makes an error of any of them, for tests of one's own handling.
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
        /// What broke, in the words of the HTTP client, without the URL.
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
    Incomplete(Bilingual),
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
    /// The request could not be written; nothing was sent.
    Unwritable(Bilingual),
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
        /// What is wrong with it: the predicate of a sentence about the file.
        why: Bilingual,
        /// What the parser says, if it is a row that is wrong.
        row: Option<serde_json::Error>,
    },
    /// A [`TokenSource`](crate::tokens::TokenSource) of the user's own gave no token.
    TokenSource(Box<dyn std::error::Error + Send + Sync>),
    /// The client's configuration cannot work.
    Configuration(Bilingual),
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
