//! What can be seen of calls from outside: a span each, and counters and histograms if the feature `metrics` is on.
//!
//! # The span
//!
//! Each call is one `tracing` span `wecom.call` at debug level, however often it is sent. Its fields:
//!
//! | Field | What |
//! |---|---|
//! | `endpoint` | the path below `cgi-bin/` |
//! | `corp.id` | the corp |
//! | `errcode` | what WeCom answered, 0 for success; absent if it did not answer |
//! | `attempts` | how often the call was sent |
//! | `duration_ms` | how long it took altogether |
//! | `request_bytes` | the request's body, or query of a GET, for all attempts together |
//! | `response_bytes` | the answers' bodies for all attempts together; a file's are not counted |
//!
//! Bodies are logged only if [`log_bodies`](crate::ClientBuilder::log_bodies) is on, as events at trace level, and masked.
//!
//! # Counters and histograms
//!
//! With the feature `metrics`, through the [`metrics`](https://docs.rs/metrics) facade, under these names:
//!
//! | Name | Labels | What |
//! |---|---|---|
//! | `wecom_calls_total` | `endpoint`, `outcome` | calls that ended |
//! | `wecom_call_duration_seconds` | `endpoint` | how long they took altogether |
//! | `wecom_call_retries_total` | `endpoint` | attempts beyond a call's first, a replaced token's apart |
//! | `wecom_budget_wait_seconds` | `endpoint` | how long calls that had to waited for their turn |
//! | `wecom_budget_waits_total` | `endpoint` | how many had to |
//! | `wecom_endpoint_closed_total` | `endpoint` | how often WeCom closed the endpoint (45009) |
//! | `wecom_gettoken_total` | `outcome` | tokens asked for |
//!
//! `outcome` is `ok`; `refused` (an errcode); `no_answer` (no connection, a time-out, a broken one); `unreadable` (not WeCom's, or not of
//! the documented shape); `closed` (not sent: the endpoint is closed); `failed` for anything else; `cancelled` for a call
//! whose future was dropped.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{Span, field};

use crate::{CorpId, Error, ErrorKind, Result};

/// One call as it is seen. A call whose future is dropped is seen as well.
pub(crate) struct Observed {
    endpoint: &'static str,
    span: Span,
    began: Instant,
    pub(crate) attempts: u32,
    pub(crate) request_bytes: usize,
    pub(crate) response_bytes: usize,
    ended: bool,
}

impl Observed {
    pub(crate) fn begin(endpoint: &'static str, corp_id: &CorpId) -> Self {
        let span = tracing::debug_span!(
            "wecom.call",
            endpoint,
            corp.id = %corp_id,
            errcode = field::Empty,
            attempts = field::Empty,
            duration_ms = field::Empty,
            request_bytes = field::Empty,
            response_bytes = field::Empty,
        );
        Self {
            endpoint,
            span,
            began: Instant::now(),
            attempts: 0,
            request_bytes: 0,
            response_bytes: 0,
            ended: false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn end(mut self, outcome: &Result<()>) {
        self.ended = true;
        let errcode = match outcome {
            Ok(()) => Some(0),
            Err(error) => error.code().map(|code| code.0),
        };
        if let Some(errcode) = errcode {
            self.span.record("errcode", errcode);
        }
        self.note(self::outcome(outcome));
    }

    fn note(&self, outcome: &'static str) {
        let took = self.began.elapsed();
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            self.span.record("duration_ms", took.as_millis() as u64);
            self.span.record("request_bytes", self.request_bytes);
            self.span.record("response_bytes", self.response_bytes);
        }
        ended(self.endpoint, outcome, took);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.ended {
            self.note("cancelled");
        }
    }
}

fn outcome<T>(outcome: &Result<T>) -> &'static str {
    match outcome.as_ref().map_err(Error::kind) {
        Ok(_) => "ok",
        Err(ErrorKind::Refused { .. }) => "refused",
        Err(ErrorKind::Transport { .. }) => "no_answer",
        Err(ErrorKind::NotWeCom { .. } | ErrorKind::Malformed(_) | ErrorKind::TooLarge { .. }) => {
            "unreadable"
        }
        Err(ErrorKind::EndpointClosed { .. }) => "closed",
        Err(_) => "failed",
    }
}

#[cfg(feature = "metrics")]
mod recorder {
    use super::{Duration, Result, outcome};

    pub(super) fn ended(endpoint: &'static str, outcome: &'static str, took: Duration) {
        metrics::counter!("wecom_calls_total", "endpoint" => endpoint, "outcome" => outcome).increment(1);
        metrics::histogram!("wecom_call_duration_seconds", "endpoint" => endpoint).record(took);
    }

    pub(crate) fn repeated(endpoint: &'static str) {
        metrics::counter!("wecom_call_retries_total", "endpoint" => endpoint).increment(1);
    }

    pub(crate) fn waited(endpoint: &'static str, wait: Duration) {
        metrics::counter!("wecom_budget_waits_total", "endpoint" => endpoint).increment(1);
        metrics::histogram!("wecom_budget_wait_seconds", "endpoint" => endpoint).record(wait);
    }

    pub(crate) fn closed(endpoint: &'static str) {
        metrics::counter!("wecom_endpoint_closed_total", "endpoint" => endpoint).increment(1);
    }

    pub(crate) fn gettoken<T>(result: &Result<T>) {
        metrics::counter!("wecom_gettoken_total", "outcome" => outcome(result)).increment(1);
    }
}

#[cfg(not(feature = "metrics"))]
mod recorder {
    use super::{Duration, Result};

    pub(super) fn ended(_: &'static str, _: &'static str, _: Duration) {}
    pub(crate) fn repeated(_: &'static str) {}
    pub(crate) fn waited(_: &'static str, _: Duration) {}
    pub(crate) fn closed(_: &'static str) {}
    pub(crate) fn gettoken<T>(_: &Result<T>) {}
}

use self::recorder::ended;
pub(crate) use self::recorder::{closed, gettoken, repeated, waited};
