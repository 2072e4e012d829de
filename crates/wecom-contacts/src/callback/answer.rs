//! Answers to the requests of a callback URL, with the reason of each.

use std::time::Duration;

/// The HTTP response to a request, for any framework.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status: 200, 403, 408 or 503.
    pub status: u16,
    /// The complete body: send it unchanged. It is empty except for the verification of a URL.
    pub body: String,
    /// The reason. Write it to the log, but do not send it.
    pub outcome: Outcome,
}

/// The result of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// 200: WeCom verified the URL (验证URL有效性). The body is the text that WeCom expects.
    Verified,
    /// 200: the inbox has stored the event for the handler. An event that cannot be parsed is
    /// [`Event::Unreadable`](super::Event::Unreadable).
    Queued,
    /// 200: this event or this request was accepted before. It is not handled again.
    Duplicate,
    /// 503: the inbox is full. WeCom delivers the event again, and it can be accepted then.
    Busy,
    /// 503: the inbox failed to store the event. The log contains the reason. WeCom delivers the event again.
    NotStored,
    /// 503: the intake is shutting down. WeCom delivers the event again, to the next process.
    Closing,
    /// 403, or 408 for [`Refusal::Unfinished`]: the request is not an authentic request of WeCom.
    Refused(Refusal),
}

/// The reason why a request was refused.
///
/// No variant contains personal data or secrets. The sender does not receive the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The body or the query string is larger than any that WeCom sends.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The timestamp is outside the replay window, or it is not a number.
    #[error("the timestamp is not within {window:?} of this machine's clock; check that the clock is right")]
    Stale {
        /// Maximum difference between the timestamp and the clock, in both directions.
        window: Duration,
    },
    /// The envelope, the signature, the encryption or the addressed corp is wrong.
    #[error(transparent)]
    NotWeCom(#[from] wecom_cipher::Error),
    /// The body did not arrive completely within the limit. Only `Callbacks` reads bodies.
    #[error("the body did not arrive completely within {limit:?}")]
    Unfinished {
        /// The limit.
        limit: Duration,
    },
}

impl Answer {
    pub(super) fn new(outcome: Outcome) -> Self {
        let status = match outcome {
            Outcome::Verified | Outcome::Queued | Outcome::Duplicate => 200,
            Outcome::Busy | Outcome::NotStored | Outcome::Closing => 503,
            Outcome::Refused(Refusal::Unfinished { .. }) => 408,
            Outcome::Refused(_) => 403,
        };
        Self { status, body: String::new(), outcome }
    }

    pub(super) fn verified(body: String) -> Self {
        Self { body, ..Self::new(Outcome::Verified) }
    }
}

#[cfg(feature = "axum")]
impl axum::response::IntoResponse for Answer {
    fn into_response(self) -> axum::response::Response {
        let status = http::StatusCode::from_u16(self.status).expect("one of four known statuses");
        (status, self.body).into_response()
    }
}
