//! What a request to a callback URL is answered with, and why.

use std::time::Duration;

/// The HTTP response to a request, for any framework.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status: 200, 403, 408 or 503.
    pub status: u16,
    /// The whole body, not a byte more or less: empty unless a URL was verified.
    pub body: String,
    /// Why; for the log, and not for the sender.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// 200: WeCom verified the URL (验证URL有效性), and the body is what it wants to see.
    Verified,
    /// 200: the inbox has stored the event for the handler, as [`Event::Unreadable`](super::Event::Unreadable) if it cannot be read.
    Queued,
    /// 200: this event, or this very request, was accepted before. Nothing is done.
    Duplicate,
    /// 503: the inbox has no room. WeCom delivers again, and the event is accepted then.
    Busy,
    /// 503: the inbox failed to store the event, for a reason that the log has. WeCom delivers again.
    NotStored,
    /// 503: the intake is shutting down. WeCom delivers again, to the process that runs then.
    Closing,
    /// 403, or 408 for [`Refusal::Unfinished`]: not WeCom's.
    Refused(Refusal),
}

/// Why a request was refused.
///
/// No variant holds anything personal or secret. The sender does not learn the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The body, or the query string, is larger than any of WeCom's.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The timestamp is outside the replay window, or no number.
    #[error("the timestamp is not within {window:?} of this machine's clock; check that the clock is right")]
    Stale {
        /// How far the timestamp may lie to either side.
        window: Duration,
    },
    /// No envelope, a wrong signature, an unknown key, another corp's.
    #[error(transparent)]
    NotWeCom(#[from] wecom_cipher::Error),
    /// The body did not arrive in time, or broke off. Only `Callbacks` reads bodies.
    #[error("the body did not arrive whole within {limit:?}")]
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
