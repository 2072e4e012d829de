//! A buffer for the bytes of a part. The parser reads through it, and it can look ahead.

use std::io::{self, BufRead, Read};

use memchr::memmem::Finder;

/// Number of bytes that are unpacked at once.
const CHUNK: usize = 64 << 10;
/// Maximum look-ahead. Rows have some hundred bytes.
const FARTHEST: usize = 1 << 20;

/// A buffered reader. Its buffer grows for a look-ahead.
pub(super) struct Window<R> {
    inner: R,
    buffer: Vec<u8>,
    /// The start of the bytes that are not consumed yet.
    start: usize,
    end: usize,
    /// The number of these bytes that contain no end of an element, and the position of the next end, counted from `start`. Many elements can precede
    /// one end, so it is searched once.
    searched: usize,
    found: Option<usize>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, buffer: vec![0; CHUNK], start: 0, end: 0, searched: 0, found: None }
    }

    /// Returns the next bytes if they begin with `prefix`, up to and including the match of `end`. Each call must pass the same `end`. Returns `None`
    /// if the bytes begin differently, or if the end is too far away. The bytes are not consumed.
    pub(super) fn element(&mut self, prefix: &[u8], end: &Finder<'_>) -> io::Result<Option<&[u8]>> {
        while self.end - self.start < prefix.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        if !self.buffer[self.start..self.end].starts_with(prefix) {
            return Ok(None);
        }
        while self.found.is_none() {
            let bytes = &self.buffer[self.start..self.end];
            if let Some(at) = end.find(&bytes[self.searched..]) {
                self.found = Some(self.searched + at + end.needle().len());
                break;
            }
            // The end can be split at the end of the buffer.
            self.searched = self.searched.max((bytes.len() + 1).saturating_sub(end.needle().len()));
            if bytes.len() >= FARTHEST || !self.fill()? {
                return Ok(None);
            }
        }
        Ok(self.found.map(|length| &self.buffer[self.start..self.start + length]))
    }

    /// Appends bytes to the buffer. Returns false at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        if self.buffer.len() - self.end < CHUNK / 2 {
            // Bytes are moved only if at least as many were consumed, so each byte is moved about once.
            if self.start >= self.end - self.start {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer.resize(2 * self.buffer.len(), 0);
            }
        }
        let read = self.inner.read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let length = bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Window<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.end - self.start);
        self.start += amount;
        self.searched = self.searched.saturating_sub(amount);
        self.found = self.found.and_then(|length| length.checked_sub(amount)).filter(|length| *length > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one byte for each read.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    #[test]
    fn an_element_is_returned_whole_and_stays_until_it_is_consumed() {
        let end = Finder::new(b"</row>");
        let mut window = Window::new(Slowly(b"<row>a</row><row>b</row></sheetData>"));
        for row in [&b"<row>a</row>"[..], b"<row>b</row>"] {
            for _ in 0..2 {
                assert_eq!(window.element(b"<row", &end).unwrap(), Some(row));
            }
            window.consume(row.len());
        }
        assert_eq!(window.element(b"<row", &end).unwrap(), None);
        let mut rest = String::new();
        window.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "</sheetData>");
    }

    #[test]
    fn the_end_of_a_later_element_is_searched_once() {
        let end = Finder::new(b"</row>");
        let text = "<row/>".repeat(1_000) + "<row>a</row><row>b</row>";
        let mut window = Window::new(text.as_bytes());
        for at in 0..1_000 {
            let length = window.element(b"<row", &end).unwrap().map(<[u8]>::len);
            assert_eq!(length, Some(6 * (1_000 - at) + 12));
            window.consume(6);
        }
        for row in [&b"<row>a</row>"[..], b"<row>b</row>"] {
            assert_eq!(window.element(b"<row", &end).unwrap(), Some(row));
            window.consume(row.len());
        }
        assert!(window.fill_buf().unwrap().is_empty());
    }

    #[test]
    fn an_element_without_an_end_goes_to_the_parser_within_limits() {
        let end = Finder::new(b"</row>");
        let mut endless = Window::new(io::Cursor::new(b"<row>").chain(io::repeat(b'x')));
        assert_eq!(endless.element(b"<row", &end).unwrap(), None);
        assert!(endless.buffer.len() <= 4 * FARTHEST, "{}", endless.buffer.len());
        assert_eq!(Window::new(&b"<row>a"[..]).element(b"<row", &end).unwrap(), None);
        assert_eq!(Window::new(&b"<r"[..]).element(b"<row", &end).unwrap(), None);
    }
}
