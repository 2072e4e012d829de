//! The header `Content-Range`: the part of a file that a partial response contains.

use http::header;

/// The range of bytes that a response contains. Both ends are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Size of the whole file, or `None` if the server does not state it (`*`).
    pub(crate) total: Option<u64>,
}

impl Part {
    /// Returns the range in the header of a response.
    pub(crate) fn of(answer: &reqwest::Response) -> Option<Self> {
        Self::parse(answer.headers().get(header::CONTENT_RANGE)?.to_str().ok()?)
    }

    /// Parses `bytes 0-1023/2048`. Returns `None` if the numbers contradict each other.
    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let total = match total.trim() {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        let part = Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()?, total };
        (part.first <= part.last && part.total.is_none_or(|total| part.last < total)).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_and_a_nonsensical_one_is_not() {
        for (text, first, last, total) in [
            ("bytes 67280-67295/67296", 67280, 67295, Some(67296)),
            ("bytes 0-1023/2048", 0, 1023, Some(2048)),
            ("bytes 5-9/*", 5, 9, None),
        ] {
            assert_eq!(Part::parse(text), Some(Part { first, last, total }), "{text}");
        }
        for bad in [
            "",
            "bytes",
            "bytes */2048",
            "bytes 5-1/9",
            "bytes 0-9/9",
            "bytes 0-18446744073709551615/1",
            "bytes 5-/9",
            "bytes 0-9/x",
        ] {
            assert_eq!(Part::parse(bad), None, "{bad}");
        }
    }
}
