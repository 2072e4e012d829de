//! The log of writes, for tests that prove that no write was executed twice. It keeps much more than the log of
//! requests, because an entry is small.

use std::collections::VecDeque;

use md5::{Digest as _, Md5};
use schemars::JsonSchema;
use serde::Serialize;
use wecom_cipher::hex;

use crate::clock::Millis;

/// Default maximum number of writes.
pub(crate) const WRITES_KEPT: usize = 200_000;
/// Average number of bytes of a write. The log is also bounded by this average.
const BYTES_OF_WRITE: usize = 512;
/// Maximum number of ids of one write, that of `batch/invite`.
pub(crate) const IDS_KEPT: usize = 1_000;
/// Maximum number of bytes of one id.
pub(crate) const ID_KEPT: usize = 64;

/// The writes so far. [`Sim::writes`](crate::Sim::writes) returns it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct WriteLog {
    /// The writes in the order of their replies, oldest first.
    pub writes: Vec<LoggedWrite>,
    /// Number of writes that are no longer in the log, because there were more than its limit. They were the oldest.
    pub dropped: u64,
}

/// One call that changes the corp, or that submits a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LoggedWrite {
    /// The number of the write, counted from 1.
    pub number: u64,
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// The path below `/cgi-bin/`.
    pub endpoint: &'static str,
    /// The kind of the objects: `member`, `department`, `tag` or `job`.
    pub kind: &'static str,
    /// The ids of the objects as the call spells them, each cut to 64 bytes. An id that the server assigns is that of
    /// the reply. A refused creation without an id has none.
    pub ids: Vec<String>,
    /// The MD5 digest of the arguments without the token. Equal writes have equal digests.
    pub digest: String,
    /// The caller: `contacts` or `app 1000002`; `None` if unknown.
    pub caller: Option<String>,
    /// Whether the write was executed: it was not refused, neither by its endpoint nor by a check, a limit or a fault
    /// before. The client may not have received the reply.
    pub executed: bool,
    /// The errcode of the reply; `None` if a fault prevented the call without a reply.
    pub errcode: Option<i32>,
}

/// The objects that an endpoint writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) kind: &'static str,
    /// The argument with the ids, or the field of the reply.
    pub(crate) key: &'static str,
}

/// A write before its outcome is known.
#[derive(Debug)]
pub(crate) struct PendingWrite {
    pub(crate) endpoint: &'static str,
    pub(crate) written: Written,
    pub(crate) ids: Vec<String>,
    pub(crate) digest: [u8; 16],
}

/// Returns the digest of a call's arguments.
pub(crate) fn digest_of<'a>(query: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) -> [u8; 16] {
    let mut digest = Md5::new();
    for (key, value) in query.filter(|(key, _)| *key != "access_token") {
        for text in [key, value] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
    }
    digest.update(body);
    digest.finalize().into()
}

/// Selects writes of the log.
#[derive(Debug, Default)]
pub(crate) struct WriteFilter {
    /// The path below `/cgi-bin/`.
    pub(crate) endpoint: Option<String>,
    /// The number of a write; only later ones are selected.
    pub(crate) after: Option<u64>,
    /// The number of a write; only earlier ones are selected.
    pub(crate) before: Option<u64>,
}

impl WriteFilter {
    fn selects(&self, number: u64, entry: &Entry) -> bool {
        self.endpoint.as_ref().is_none_or(|endpoint| endpoint == entry.write.endpoint)
            && self.after.is_none_or(|after| number > after)
            && self.before.is_none_or(|before| number < before)
    }
}

/// The writes that a filter selects.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SelectedWrites {
    /// The latest of them, oldest first.
    pub(crate) writes: Vec<LoggedWrite>,
    /// Number of writes in the log that the filter selects.
    pub(crate) matched: usize,
    /// Number of writes that are no longer in the log.
    pub(crate) dropped: u64,
}

/// The stored writes.
#[derive(Debug)]
pub(crate) struct Writes {
    entries: VecDeque<Entry>,
    most: usize,
    count: u64,
    dropped: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    at: Millis,
    write: PendingWrite,
    caller: Option<String>,
    executed: bool,
    errcode: Option<i32>,
}

impl Writes {
    /// Creates a log of at most this number of writes.
    pub(crate) fn of_at_most(most: usize) -> Self {
        Self { entries: VecDeque::new(), most, count: 0, dropped: 0, bytes: 0 }
    }

    pub(crate) fn push(
        &mut self,
        at: Millis,
        write: PendingWrite,
        caller: Option<String>,
        executed: bool,
        errcode: Option<i32>,
    ) {
        let entry = Entry { at, write, caller, executed, errcode };
        self.count += 1;
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.entries.len() > self.most || self.bytes > self.most.saturating_mul(BYTES_OF_WRITE) {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
    }

    pub(crate) fn shown(&self) -> WriteLog {
        let writes = self.numbered().map(|(number, entry)| entry.shown(number)).collect();
        WriteLog { writes, dropped: self.dropped }
    }

    /// Returns the latest writes that a filter selects: at most `limit`, and at most `bytes` bytes of them.
    pub(crate) fn selected(&self, filter: &WriteFilter, limit: usize, bytes: usize) -> SelectedWrites {
        let mut found = VecDeque::new();
        let (mut matched, mut size) = (0, 0);
        for (number, entry) in self.numbered().rev().filter(|(number, entry)| filter.selects(*number, entry))
        {
            matched += 1;
            size += entry.bytes();
            if matched <= limit && (size <= bytes || matched == 1) {
                found.push_front(entry.shown(number));
            }
        }
        SelectedWrites { writes: found.into(), matched, dropped: self.dropped }
    }

    fn numbered(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let first = self.count - self.entries.len() as u64 + 1;
        self.entries.iter().enumerate().map(move |(place, entry)| (first + place as u64, entry))
    }

    /// Removes the writes. The numbering continues.
    pub(crate) fn clear(&mut self) {
        (self.bytes, self.dropped) = (0, 0);
        self.entries.clear();
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let ids = self.write.ids.iter().map(|id| size_of::<String>() + id.len());
        size_of::<Self>() + ids.sum::<usize>() + self.caller.as_ref().map_or(0, String::len)
    }

    fn shown(&self, number: u64) -> LoggedWrite {
        let PendingWrite { endpoint, written, ids, digest } = &self.write;
        LoggedWrite {
            number,
            at: self.at,
            endpoint,
            kind: written.kind,
            ids: ids.clone(),
            digest: hex(digest),
            caller: self.caller.clone(),
            executed: self.executed,
            errcode: self.errcode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(ids: usize, bytes: usize) -> PendingWrite {
        let written = Written { kind: "member", key: "userid" };
        let ids = vec!["a".repeat(bytes); ids];
        PendingWrite { endpoint: "user/create", written, ids, digest: [0; 16] }
    }

    #[test]
    fn a_log_that_is_full_says_how_many_writes_it_lacks() {
        let mut log = Writes::of_at_most(3);
        for _ in 0..5 {
            log.push(0, write(1, 5), None, true, Some(0));
        }
        let shown = log.shown();
        assert_eq!((shown.dropped, shown.writes.len(), shown.writes[0].number), (2, 3, 3));
        log.clear();
        assert_eq!(log.shown(), WriteLog::default());
        log.push(0, write(1, 5), None, true, Some(0));
        assert_eq!(log.shown().writes[0].number, 6);
    }

    #[test]
    fn a_log_is_bounded_in_bytes() {
        let mut log = Writes::of_at_most(100);
        for _ in 0..100 {
            log.push(0, write(IDS_KEPT, ID_KEPT), None, true, Some(0));
        }
        assert!(log.bytes <= 100 * BYTES_OF_WRITE, "{}", log.bytes);
        assert_eq!(log.bytes, log.entries.iter().map(Entry::bytes).sum::<usize>());
    }

    #[test]
    fn a_selection_has_the_latest_writes_and_pages_go_back_to_the_first_one() {
        let mut log = Writes::of_at_most(100);
        for _ in 0..10 {
            log.push(0, write(1, 5), None, true, Some(0));
        }
        let select = |before, limit, bytes| {
            let selected = log.selected(&WriteFilter { before, ..WriteFilter::default() }, limit, bytes);
            let numbers: Vec<u64> = selected.writes.iter().map(|write| write.number).collect();
            (numbers, selected.matched)
        };
        assert_eq!(select(None, 4, usize::MAX), (vec![7, 8, 9, 10], 10));
        assert_eq!(select(Some(7), 4, usize::MAX), (vec![3, 4, 5, 6], 6));
        assert_eq!(select(Some(3), 4, usize::MAX), (vec![1, 2], 2));
        assert_eq!(select(Some(1), 4, usize::MAX), (vec![], 0));
        let of_two = log.entries[0].bytes() * 2;
        assert_eq!(select(None, 4, of_two), (vec![9, 10], 10));
        assert_eq!(select(None, 4, 1), (vec![10], 10));
        let after = WriteFilter { after: Some(8), ..WriteFilter::default() };
        assert_eq!(log.selected(&after, 4, usize::MAX).matched, 2);
        let other = WriteFilter { endpoint: Some("user/delete".into()), ..WriteFilter::default() };
        assert_eq!(log.selected(&other, 4, usize::MAX).matched, 0);
    }

    #[test]
    fn the_digest_tells_arguments_apart_and_ignores_the_token() {
        let of = |pairs: &[(&str, &str)], body: &str| digest_of(pairs.iter().copied(), body.as_bytes());
        let one = of(&[("access_token", "x"), ("userid", "lisi")], "");
        assert_eq!(one, of(&[("userid", "lisi"), ("access_token", "y")], ""));
        assert_ne!(one, of(&[("userid", "lis")], "i"));
        assert_ne!(one, of(&[("user", "idlisi")], ""));
    }
}
