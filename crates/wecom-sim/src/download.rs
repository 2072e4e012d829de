//! File downloads: a whole file, or one part of it by `Range` (分块下载).
//!
//! Only single byte ranges are supported, as RFC 9110 §14 allows. Several ranges, another unit or a malformed header
//! return the whole file. A range that starts after the end returns 416. Replies have no validators, so `If-Range`
//! never matches.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::large_files::FilePart;

/// A file to download.
#[derive(Clone, Debug)]
pub(crate) struct Download {
    /// The file name for `Content-Disposition`. The simulator generates it, so it is plain ASCII without quotes.
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) content: Content,
}

/// The location of a file's bytes.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    InMemory(Bytes),
    Stored(FilePart),
}

/// The part of a file that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Whole,
    /// From the first byte to the last, both included.
    Part(u64, u64),
    Unsatisfiable,
}

impl Download {
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        let size = self.content.size();
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let (status, first, count) = match wanted(request, size) {
            Wanted::Unsatisfiable => {
                headers.insert(header::CONTENT_RANGE, ascii(&format!("bytes */{size}")));
                return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
            }
            Wanted::Whole => (StatusCode::OK, 0, size),
            Wanted::Part(first, last) => {
                headers.insert(header::CONTENT_RANGE, ascii(&format!("bytes {first}-{last}/{size}")));
                (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
            }
        };
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CONTENT_DISPOSITION, ascii(&disposition));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, must-revalidate"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
        (status, headers, self.content.body(first, count)).into_response()
    }
}

impl Content {
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::InMemory(bytes) => bytes.len() as u64,
            Self::Stored(part) => part.size,
        }
    }

    /// Returns `count` bytes from `first` on. The range was already checked against the size.
    fn body(&self, first: u64, count: u64) -> Body {
        match self {
            Self::InMemory(bytes) => bytes.slice(first as usize..(first + count) as usize).into(),
            Self::Stored(part) => part.body(first, count),
        }
    }
}

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("names and numbers of our own making are ASCII")
}

/// Returns the bytes that a request asks for of a file of this size.
pub(crate) fn wanted(request: &HeaderMap, size: u64) -> Wanted {
    if request.contains_key(header::IF_RANGE) {
        return Wanted::Whole;
    }
    request
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| single_range(value, size))
        .unwrap_or(Wanted::Whole)
}

/// Returns `None` if the value is not a single byte range; RFC 9110 requires to ignore such a value.
fn single_range(value: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let part = match (position(first)?, position(last)?) {
        (Some(first), Some(last)) if first > last => return None,
        (None, None) => return None,
        (Some(first), last) => {
            (first < size).then(|| (first, last.map_or(size, |at| at.saturating_add(1)).min(size) - 1))
        }
        (None, Some(count)) => (count > 0 && size > 0).then(|| (size.saturating_sub(count), size - 1)),
    };
    Some(part.map_or(Wanted::Unsatisfiable, |(first, last)| Wanted::Part(first, last)))
}

/// Parses digits or nothing. A number that is too large becomes the maximum.
fn position(text: &str) -> Option<Option<u64>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_read_as_the_rfc_has_them() {
        let cases = [
            ("bytes=0-0", 10, Some(Wanted::Part(0, 0))),
            ("bytes=0-3", 10, Some(Wanted::Part(0, 3))),
            ("bytes=4-", 10, Some(Wanted::Part(4, 9))),
            ("bytes=-3", 10, Some(Wanted::Part(7, 9))),
            ("bytes=-30", 10, Some(Wanted::Part(0, 9))),
            ("bytes=8-99", 10, Some(Wanted::Part(8, 9))),
            ("bytes=9-18446744073709551615", 10, Some(Wanted::Part(9, 9))),
            ("bytes=0-99999999999999999999999", 10, Some(Wanted::Part(0, 9))),
            ("Bytes = 1-2", 10, Some(Wanted::Part(1, 2))),
            ("bytes=10-", 10, Some(Wanted::Unsatisfiable)),
            ("bytes=10-12", 10, Some(Wanted::Unsatisfiable)),
            ("bytes=-0", 10, Some(Wanted::Unsatisfiable)),
            ("bytes=0-", 0, Some(Wanted::Unsatisfiable)),
            ("bytes=-5", 0, Some(Wanted::Unsatisfiable)),
            ("bytes=5-4", 10, None),
            ("bytes=-", 10, None),
            ("bytes=", 10, None),
            ("bytes=a-b", 10, None),
            ("bytes=+1-2", 10, None),
            ("bytes=0-1,3-4", 10, None),
            ("bytes 0-3", 10, None),
            ("lines=0-3", 10, None),
        ];
        for (value, size, expected) in cases {
            assert_eq!(single_range(value, size), expected, "{value} of {size}");
        }
    }
}
