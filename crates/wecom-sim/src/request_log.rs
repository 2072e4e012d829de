//! The log of API requests, for tests that check what a client sent.

use std::collections::VecDeque;

use http::{Method, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{clock::Millis, faults::Fault, world::Caller, write_log::PendingWrite};

/// One API request as received, with tokens and secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Request {
    /// The number of the request, counted from 1.
    pub number: u64,
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The path below `/cgi-bin/`.
    pub path: String,
    /// Whether the path and query were longer than 4 KiB and therefore shortened.
    pub cut: bool,
    /// The decoded query, with `access_token` and `corpsecret` masked.
    pub query: Vec<(String, String)>,
    /// The body, if it is text of at most 64 KiB.
    pub body: Option<String>,
    /// The errcode of the reply; `None` for a file, and if a fault replaced the reply.
    pub errcode: Option<i32>,
    /// The beginning of the reply's JSON, at most 2 KiB. `None` for a file, for a reply with a token or ticket, and if
    /// a fault replaced the reply.
    pub reply: Option<String>,
    /// The caller: `contacts` or `app 1000002`; `None` if unknown.
    pub caller: Option<String>,
    /// Whether the endpoint was executed; `false` if a check, a limit or a fault stopped the call before.
    pub executed: bool,
    /// The faults that applied to the call, see [`Sim::faults`](crate::Sim::faults). If a fault came after the
    /// execution, `errcode` is that of the reply that the client did not receive.
    pub faults: Vec<Fault>,
    /// The fields that the endpoint did not read, as paths: `?key` in the query, and `key`, `key.inner` and
    /// `key[0].inner` in the body. A misspelled field is one of them. At most 32 are kept. Empty if the endpoint was
    /// not executed.
    pub unread: Vec<String>,
}

/// The requests of a log that a filter selects. A filter without fields selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestFilter {
    /// The path below `/cgi-bin/` (`user/get`), a chapter (`user/*`) or all paths (`*`).
    pub(crate) path: Option<String>,
    /// The caller: `contacts` or `app 1000002`.
    pub(crate) caller: Option<String>,
    /// The errcode of the reply.
    pub(crate) errcode: Option<i32>,
    /// Whether the endpoint was executed.
    pub(crate) executed: Option<bool>,
    /// The earliest virtual time, in Unix milliseconds.
    pub(crate) since: Option<i64>,
    /// The number of a request; only later ones are selected.
    pub(crate) after: Option<u64>,
    /// Whether the request has fields that the endpoint did not read.
    pub(crate) has_unread: Option<bool>,
}

impl RequestFilter {
    fn selects(&self, number: u64, logged: &Logged) -> bool {
        let path = |wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => logged.path().starts_with(beginning),
            None => logged.path() == wanted,
        };
        let caller = |wanted: &str| logged.trace.caller.as_ref().is_some_and(|one| one.name() == wanted);
        self.path.as_deref().is_none_or(path)
            && self.caller.as_deref().is_none_or(caller)
            && self.errcode.is_none_or(|code| logged.errcode == Some(code))
            && self.executed.is_none_or(|executed| logged.trace.executed == executed)
            && self.since.is_none_or(|since| logged.at >= since)
            && self.after.is_none_or(|after| number > after)
            && self.has_unread.is_none_or(|has| logged.trace.unread.is_empty() != has)
    }
}

/// The requests that a filter selects.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SelectedRequests {
    /// The latest of them, oldest first.
    pub(crate) requests: Vec<Request>,
    /// Number of requests in the log that the filter selects.
    pub(crate) matched: usize,
    /// Number of requests that are no longer in the log.
    pub(crate) dropped: u64,
}

/// The data of a call for the log, except its request and its errcode.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) caller: Option<Caller>,
    /// Whether the endpoint was executed.
    pub(crate) executed: bool,
    pub(crate) faults: Vec<Fault>,
    /// The fields that the endpoint did not read.
    pub(crate) unread: Vec<String>,
    /// What the log keeps of the reply.
    pub(crate) reply: Box<str>,
    /// The write that the call asks for.
    pub(crate) write: Option<PendingWrite>,
}

impl Trace {
    pub(crate) fn reached_by(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
        self.executed = true;
    }
}

/// A request as stored; it is decoded only when the log is read. The texts are copies, because a slice of the
/// received data would keep the whole buffer of the connection.
#[derive(Debug)]
pub(crate) struct Logged {
    at: Millis,
    method: Method,
    /// Path and query.
    target: Box<str>,
    is_cut: bool,
    body: Box<[u8]>,
    errcode: Option<i32>,
    trace: Trace,
}

/// Default maximum number of requests, and of their bytes.
pub(crate) const REQUESTS_KEPT: usize = 10_000;
pub(crate) const BYTES_KEPT: usize = 32 << 20;
const TARGET_KEPT: usize = 4 << 10;
const BODY_KEPT: usize = 64 << 10;
const REPLY_KEPT: usize = 2 << 10;

/// Returns what the log keeps of a reply: its beginning, and nothing of a reply with a token or ticket.
pub(crate) fn reply_beginning(reply: &str) -> Box<str> {
    let has_secret = ["_token\":", "ticket\":"].iter().any(|key| reply.contains(key));
    if has_secret { Box::default() } else { beginning(reply, REPLY_KEPT).into() }
}

#[derive(Debug)]
pub(crate) struct RequestLog {
    entries: VecDeque<Logged>,
    most: usize,
    most_bytes: usize,
    count: u64,
    bytes: usize,
}

impl RequestLog {
    /// Creates a log of at most this number of requests and of their bytes.
    pub(crate) fn of_at_most(most: usize, most_bytes: usize) -> Self {
        Self { entries: VecDeque::new(), most, most_bytes, count: 0, bytes: 0 }
    }

    pub(crate) fn push(&mut self, request: Logged) {
        self.count += 1;
        self.bytes += request.bytes();
        self.entries.push_back(request);
        while self.entries.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
        }
    }

    /// Returns the stored requests, oldest first.
    pub(crate) fn shown(&self) -> Vec<Request> {
        self.numbered().map(|(number, logged)| logged.shown(number)).collect()
    }

    /// Returns the latest requests that a filter selects: at most `limit`, and at most `bytes` bytes of them.
    pub(crate) fn selected(&self, filter: &RequestFilter, limit: usize, bytes: usize) -> SelectedRequests {
        let mut found = VecDeque::new();
        let (mut matched, mut size) = (0, 0);
        for (number, logged) in self.numbered().rev().filter(|(number, one)| filter.selects(*number, one)) {
            matched += 1;
            size += logged.bytes();
            if matched <= limit && (size <= bytes || matched == 1) {
                found.push_front(logged.shown(number));
            }
        }
        SelectedRequests { requests: found.into(), matched, dropped: self.count - self.entries.len() as u64 }
    }

    /// Returns the number of requests that a filter selects.
    pub(crate) fn count(&self, filter: &RequestFilter) -> usize {
        self.numbered().filter(|(number, one)| filter.selects(*number, one)).count()
    }

    fn numbered(&self) -> impl DoubleEndedIterator<Item = (u64, &Logged)> {
        let first = self.count - self.entries.len() as u64 + 1;
        self.entries.iter().enumerate().map(move |(place, logged)| (first + place as u64, logged))
    }

    /// Removes the requests. The numbering continues.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

impl Logged {
    pub(crate) fn new(
        at: Millis,
        method: Method,
        uri: &Uri,
        body: &[u8],
        errcode: Option<i32>,
        trace: Trace,
    ) -> Self {
        let target = uri.path_and_query().map_or("", |target| target.as_str());
        let kept = beginning(target, TARGET_KEPT);
        let body = if body.len() > BODY_KEPT { &[] } else { body };
        Self {
            at,
            method,
            target: kept.into(),
            is_cut: kept.len() < target.len(),
            body: body.into(),
            errcode,
            trace,
        }
    }

    fn bytes(&self) -> usize {
        let unread = self.trace.unread.iter().map(|name| size_of::<String>() + name.len()).sum::<usize>();
        let faults = self.trace.faults.len() * size_of::<Fault>();
        size_of::<Self>() + self.target.len() + self.body.len() + self.trace.reply.len() + faults + unread
    }

    fn path(&self) -> &str {
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        path.trim_start_matches("/cgi-bin/")
    }

    fn shown(&self, number: u64) -> Request {
        let (_, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes());
        let masked = |key: &str| matches!(key, "access_token" | "corpsecret");
        Request {
            number,
            at: self.at,
            method: self.method.to_string(),
            path: self.path().to_owned(),
            cut: self.is_cut,
            query: query
                .map(|(key, value)| {
                    let value = if masked(&key) { "***".to_owned() } else { value.into_owned() };
                    (key.into_owned(), value)
                })
                .collect(),
            body: std::str::from_utf8(&self.body).ok().filter(|text| !text.is_empty()).map(str::to_owned),
            errcode: self.errcode,
            reply: (!self.trace.reply.is_empty()).then(|| self.trace.reply.to_string()),
            caller: self.trace.caller.as_ref().map(Caller::name),
            executed: self.trace.executed,
            faults: self.trace.faults.clone(),
            unread: self.trace.unread.clone(),
        }
    }
}

/// Returns the first `bytes` bytes of a text, shortened to whole characters.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path_bytes: usize, body: &[u8]) -> Logged {
        let uri: Uri = format!("/cgi-bin/user/get?userid={}", "a".repeat(path_bytes)).parse().unwrap();
        Logged::new(0, Method::GET, &uri, body, None, Trace::default())
    }

    #[test]
    fn the_log_is_bounded_in_bytes_and_long_paths_are_cut() {
        let mut log = RequestLog::of_at_most(REQUESTS_KEPT, BYTES_KEPT);
        for _ in 0..600 {
            log.push(request(30_000, &[b'x'; BODY_KEPT]));
        }
        assert!(log.bytes <= BYTES_KEPT, "{}", log.bytes);
        assert_eq!(log.bytes, log.entries.iter().map(Logged::bytes).sum::<usize>());
        let shown = log.shown();
        assert!((400..600).contains(&shown.len()), "{}", shown.len());
        assert_eq!(shown.last().unwrap().number, 600);
        assert!(shown[0].cut && shown[0].path == "user/get" && shown[0].query[0].1.len() < TARGET_KEPT);
        let mut log = RequestLog::of_at_most(1, BYTES_KEPT);
        log.push(request(20, b""));
        log.push(request(10, b"{}"));
        let [one] = log.shown().try_into().unwrap();
        assert!(!one.cut && one.body.as_deref() == Some("{}"));
    }

    #[test]
    fn a_reply_is_kept_in_part_and_never_with_a_token() {
        assert_eq!(&*reply_beginning(r#"{"errcode":0}"#), r#"{"errcode":0}"#);
        assert_eq!(reply_beginning(&"部".repeat(1_000)).len(), 2_046);
        for secret in [r#"{"access_token":"t"}"#, r#"{"user_ticket":"t"}"#, r#"{"errcode":0,"ticket":"t"}"#] {
            assert_eq!(&*reply_beginning(secret), "", "{secret}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(beginning("部门", 4), "部");
        assert_eq!(beginning("部门", 9), "部门");
    }
}
