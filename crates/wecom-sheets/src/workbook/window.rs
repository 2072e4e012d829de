//! The bytes of a part while they are parsed, with a look ahead.

use std::io::{self, BufRead, Read};

use memchr::memmem::Finder;

/// Bytes that are unpacked at once.
const CHUNK: usize = 64 << 10;
/// The farthest look ahead. Rows are some hundred bytes.
const FARTHEST: usize = 1 << 20;

/// Bytes that are read through a buffer, which grows for a look ahead.
pub(super) struct Window<R> {
    inner: R,
    buffer: Vec<u8>,
    /// The bytes that are not taken yet.
    start: usize,
    end: usize,
    /// How many of them are known to hold no end of an element, and where the next one ends, counted from the first. Many elements may come before
    /// one end, and it is looked for once.
    searched: usize,
    found: Option<usize>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, buffer: vec![0; CHUNK], start: 0, end: 0, searched: 0, found: None }
    }

    /// The bytes that come next, if they begin with `prefix`: those up to and with what `end` finds, which is the same at each call. `None` if they
    /// begin otherwise, or if the end is too far. The bytes are not taken.
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
            // The end may be cut where the buffer ends.
            self.searched = self.searched.max((bytes.len() + 1).saturating_sub(end.needle().len()));
            if bytes.len() >= FARTHEST || !self.fill()? {
                return Ok(None);
            }
        }
        Ok(self.found.map(|length| &self.buffer[self.start..self.start + length]))
    }

    /// Reads more bytes behind those that are there; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.buffer.len() - self.end < CHUNK / 2 {
            // Bytes are moved only if at least as many were taken, so that each is moved about once.
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

    /// Gives a byte at a time.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    #[test]
    fn an_element_is_seen_whole_and_stays_until_it_is_taken() {
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
    fn an_end_that_belongs_to_a_later_element_is_looked_for_once() {
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
    fn an_element_without_an_end_is_left_to_the_parser_within_bounds() {
        let end = Finder::new(b"</row>");
        let mut endless = Window::new(io::Cursor::new(b"<row>").chain(io::repeat(b'x')));
        assert_eq!(endless.element(b"<row", &end).unwrap(), None);
        assert!(endless.buffer.len() <= 4 * FARTHEST, "{}", endless.buffer.len());
        assert_eq!(Window::new(&b"<row>a"[..]).element(b"<row", &end).unwrap(), None);
        assert_eq!(Window::new(&b"<r"[..]).element(b"<row", &end).unwrap(), None);
    }
}
