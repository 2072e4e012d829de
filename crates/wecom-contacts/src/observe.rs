//! Logging and metrics of calls: one span per call, and with the feature `metrics` counters and histograms.
//!
//! # The span
//!
//! Each call has one `tracing` span `wecom.call` at debug level, which covers all its attempts. Its fields are:
//!
//! | Field | Meaning |
//! |---|---|
//! | `endpoint` | the path below `cgi-bin/` |
//! | `corp.id` | the corp |
//! | `errcode` | code of WeCom's reply, 0 for success; absent without a reply |
//! | `attempts` | number of attempts |
//! | `duration_ms` | duration of the call, including all attempts and waits |
//! | `request_bytes` | size of the request body, or of the query for a GET; summed over all attempts |
//! | `response_bytes` | size of the reply bodies, summed over all attempts; files are not counted |
//!
//! Bodies are logged only if [`log_bodies`](crate::ClientBuilder::log_bodies) is enabled: masked, as events at trace
//! level.
//!
//! # Counters and histograms
//!
//! The feature `metrics` reports through the [`metrics`](https://docs.rs/metrics) facade, under these names:
//!
//! | Name | Labels | Meaning |
//! |---|---|---|
//! | `wecom_calls_total` | `endpoint`, `outcome` | number of finished calls |
//! | `wecom_call_duration_seconds` | `endpoint` | duration of calls, including all attempts and waits |
//! | `wecom_call_retries_total` | `endpoint` | number of retries; the repetition after a refused token is not counted |
//! | `wecom_budget_wait_seconds` | `endpoint` | time that calls waited in the budget's queue |
//! | `wecom_budget_waits_total` | `endpoint` | number of calls that waited in the budget's queue |
//! | `wecom_endpoint_closed_total` | `endpoint` | number of times that WeCom closed the endpoint (45009) |
//! | `wecom_gettoken_total` | `outcome` | number of token requests |
//!
//! The values of `outcome` are:
//!
//! - `ok`: success.
//! - `refused`: WeCom replied with an errcode.
//! - `no_answer`: no connection, a timeout, or a broken connection.
//! - `unreadable`: the reply is not from WeCom, or its format differs from the documented one.
//! - `closed`: the call was not sent because the endpoint is closed.
//! - `failed`: any other error.
//! - `cancelled`: the future of the call was dropped.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{Span, field};

use crate::{CorpId, Error, ErrorKind, Result};

/// The span and the metrics of one call. A call whose future is dropped is reported too.
pub(crate) struct CallObservation {
    endpoint: &'static str,
    span: Span,
    began: Instant,
    pub(crate) attempts: u32,
    pub(crate) request_bytes: usize,
    pub(crate) response_bytes: usize,
    ended: bool,
}

impl CallObservation {
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
        self.report(self::outcome(outcome));
    }

    fn report(&self, outcome: &'static str) {
        let took = self.began.elapsed();
        if !self.span.is_disabled() {
            self.span.record("attempts", self.attempts);
            self.span.record("duration_ms", took.as_millis() as u64);
            self.span.record("request_bytes", self.request_bytes);
            self.span.record("response_bytes", self.response_bytes);
        }
        self.span.in_scope(|| ended(self.endpoint, outcome, took));
    }
}

impl Drop for CallObservation {
    fn drop(&mut self) {
        if !self.ended {
            self.report("cancelled");
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
