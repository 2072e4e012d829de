//! The log of API requests, for tests that ask what a client really sent.

use std::collections::VecDeque;

use bytes::Bytes;
use http::{Method, Uri};
use serde::Serialize;

use crate::{api::Trace, clock::Millis, faults::Fault, world::Caller};

/// One API request as it arrived. Tokens and secrets are kept out of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Request {
    /// Counts from 1.
    pub number: u64,
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The path below `/cgi-bin/`.
    pub path: String,
    /// The query, decoded, `access_token` and `corpsecret` masked.
    pub query: Vec<(String, String)>,
    /// The body, where it is text of at most 64 KiB.
    pub body: Option<String>,
    /// The answer's errcode; `None` for a file, and where a fault left no answer.
    pub errcode: Option<i32>,
    /// Who called: `contacts`, `app 1000002`, or nobody known.
    pub caller: Option<String>,
    /// Whether the endpoint was reached; `false` where a check, a limit or a fault stopped the call before it.
    pub executed: bool,
    /// The faults that struck it, see [`Sim::faults`](crate::Sim::faults). Where one came after the execution, `errcode` is the
    /// answer's that the client has not seen.
    pub faults: Vec<Fault>,
}

/// A request as it is kept: what it came with is shared, not copied, and put into words only when somebody asks.
#[derive(Debug)]
pub(crate) struct Logged {
    pub(crate) at: Millis,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) body: Bytes,
    pub(crate) errcode: Option<i32>,
    pub(crate) trace: Trace,
}

/// How many requests are kept, and how many bytes of their bodies.
const KEPT: usize = 10_000;
const BODY_KEPT: usize = 64 << 10;
const BODIES_KEPT: usize = 32 << 20;

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Logged>,
    count: u64,
    bodies: usize,
}

impl RequestLog {
    pub(crate) fn push(&mut self, mut request: Logged) {
        if request.body.len() > BODY_KEPT {
            request.body = Bytes::new();
        }
        self.count += 1;
        self.bodies += request.body.len();
        self.entries.push_back(request);
        while self.entries.len() > KEPT || self.bodies > BODIES_KEPT {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bodies -= oldest.body.len();
        }
    }

    /// The kept requests, oldest first.
    pub(crate) fn shown(&self) -> Vec<Request> {
        let first = self.count - self.entries.len() as u64 + 1;
        (first..).zip(&self.entries).map(|(number, logged)| logged.shown(number)).collect()
    }

    /// Forgets the requests; the count goes on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bodies = 0;
    }
}

impl Logged {
    fn shown(&self, number: u64) -> Request {
        let query = url::form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        let masked = |key: &str| matches!(key, "access_token" | "corpsecret");
        Request {
            number,
            at: self.at,
            method: self.method.to_string(),
            path: self.uri.path().trim_start_matches("/cgi-bin/").to_owned(),
            query: query
                .map(|(key, value)| {
                    let value = if masked(&key) { "***".to_owned() } else { value.into_owned() };
                    (key.into_owned(), value)
                })
                .collect(),
            body: std::str::from_utf8(&self.body).ok().filter(|text| !text.is_empty()).map(str::to_owned),
            errcode: self.errcode,
            caller: self.trace.caller.as_ref().map(Caller::name),
            executed: self.trace.executed,
            faults: self.trace.faults.clone(),
        }
    }
}
