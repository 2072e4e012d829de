//! The log of API requests, for tests that ask what a client really sent.

use std::collections::VecDeque;

use serde::Serialize;

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
    /// The answer's errcode; `None` for a file.
    pub errcode: Option<i32>,
    /// Who called: `contacts`, `app 1000002`, or nobody known.
    pub caller: Option<String>,
}

/// How many requests are kept.
const KEPT: usize = 10_000;
const BODY_KEPT: usize = 64 << 10;

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Request>,
    count: u64,
}

impl RequestLog {
    pub(crate) fn push(&mut self, mut request: Request) {
        self.count += 1;
        request.number = self.count;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(request);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Request> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// The query as it may be shown.
pub(crate) fn shown_query(query: &[(String, String)]) -> Vec<(String, String)> {
    query
        .iter()
        .map(|(key, value)| match key.as_str() {
            "access_token" | "corpsecret" => (key.clone(), "***".into()),
            _ => (key.clone(), value.clone()),
        })
        .collect()
}

/// The body as it may be shown.
pub(crate) fn shown_body(body: &[u8]) -> Option<String> {
    if body.is_empty() || body.len() > BODY_KEPT {
        return None;
    }
    String::from_utf8(body.to_vec()).ok()
}
