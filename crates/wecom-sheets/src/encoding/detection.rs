//! Detection of the encoding of a text.

use std::io::Read;

use super::{CHUNK, Encoding, UTF8_BOM, by_bom, evidence, fill};
use crate::{Error, Result};

/// Reads a whole text. Returns its encoding and the size of its BOM in bytes.
pub(crate) fn detect(mut text: impl Read) -> Result<(Encoding, usize)> {
    let mut judge = Judge::default();
    let mut chunk = vec![0; CHUNK];
    // The number of bytes of an incomplete character at the end of the last chunk.
    let mut kept = 0;
    let mut is_first = true;
    loop {
        let read = fill(&mut text, &mut chunk[kept..])?;
        let (bytes, is_last) = (&chunk[..kept + read], read == 0);
        if is_first {
            is_first = false;
            match (bytes, by_bom(bytes)) {
                ([], _) => return Err(Error::Empty),
                (_, Some((Encoding::Utf8, _))) => judge.bom = UTF8_BOM.len(),
                (_, Some(found)) => return Ok(found),
                // Only UTF-16 has NUL bytes.
                _ if memchr::memchr(0, bytes).is_some() => {
                    return utf16(bytes).map(|encoding| (encoding, 0)).ok_or(Error::Binary);
                }
                _ => {}
            }
        }
        kept = judge.take(bytes, is_last);
        let end = bytes.len();
        if is_last || judge.is_sure() {
            return judge.verdict();
        }
        chunk.copy_within(end - kept..end, 0);
    }
}

/// Returns the byte order of UTF-16 without a BOM: the order in which the text has lines or delimiters and no impossible character.
fn utf16(head: &[u8]) -> Option<Encoding> {
    let ascii = |from: fn([u8; 2]) -> u16| -> Option<usize> {
        let units = head.as_chunks::<2>().0.iter().map(|two| from(*two));
        let (mut ascii, mut has_ends) = (0, false);
        let mut chars = char::decode_utf16(units).peekable();
        while let Some(one) = chars.next() {
            let one = match one {
                Ok(one) => one,
                // The buffer ends inside a character.
                Err(_) if chars.peek().is_none() => break,
                Err(_) => return None,
            };
            let is_control = one.is_control() && !matches!(one, '\t' | '\r' | '\n');
            if is_control || matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{fffe}' | '\u{ffff}') {
                return None;
            }
            ascii += usize::from(one.is_ascii());
            has_ends |= matches!(one, '\n' | '\t' | ',' | ';');
        }
        has_ends.then_some(ascii)
    };
    match (ascii(u16::from_le_bytes), ascii(u16::from_be_bytes)) {
        (Some(little), big) if little > 4 * big.unwrap_or(0) => Some(Encoding::Utf16Le),
        (little, Some(big)) if big > 4 * little.unwrap_or(0) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

#[derive(Debug, Default)]
struct Judge {
    bom: usize,
    offset: u64,
    first_illegal: Option<u64>,
    illegal: u64,
    /// Number of characters of three bytes, as Chinese ones are in UTF-8. GBK has almost no such sequences.
    chinese: u64,
    /// Lines with bytes outside ASCII.
    sample: Vec<u8>,
    /// The unfinished line at the end of the last chunk.
    begun: Vec<u8>,
}

/// Number of bytes that are enough evidence.
const SAMPLE: usize = 16 << 10;

impl Judge {
    /// Examines bytes. Returns the number of bytes at the end that belong to an incomplete character.
    fn take(&mut self, bytes: &[u8], is_last: bool) -> usize {
        if self.first_illegal.is_none() && std::str::from_utf8(bytes).is_ok() {
            self.offset += bytes.len() as u64;
            self.keep(bytes, is_last);
            return 0;
        }
        let mut chunks = bytes.utf8_chunks().peekable();
        let mut at = 0;
        while let Some(chunk) = chunks.next() {
            self.chinese += chunk.valid().chars().filter(|one| one.len_utf8() == 3).count() as u64;
            at += chunk.valid().len();
            let illegal = chunk.invalid();
            let is_cut =
                chunks.peek().is_none() && !is_last && illegal.len() < 4 && at + illegal.len() == bytes.len();
            if is_cut && is_begun(illegal) {
                self.offset += at as u64;
                self.keep(&bytes[..at], is_last);
                return illegal.len();
            }
            if !illegal.is_empty() {
                self.first_illegal.get_or_insert(self.offset + at as u64);
                self.illegal += 1;
            }
            at += illegal.len();
        }
        self.offset += bytes.len() as u64;
        self.keep(bytes, is_last);
        0
    }

    /// Keeps lines with bytes outside ASCII as evidence. A line break is never part of a character.
    fn keep(&mut self, bytes: &[u8], is_last: bool) {
        if self.first_illegal.is_none() {
            // All complete lines are UTF-8. The last line can continue in another encoding.
            if let Some(end) = memchr::memrchr(b'\n', bytes) {
                self.begun.clear();
                self.begun.extend_from_slice(&bytes[end + 1..]);
            } else if self.begun.len() < CHUNK {
                self.begun.extend_from_slice(bytes);
            }
            return;
        }
        if self.sample.len() >= SAMPLE {
            return;
        }
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            self.begun.extend_from_slice(line);
            self.end_line();
            if self.sample.len() >= SAMPLE {
                return;
            }
        }
        // A line without an end is kept in pieces. A piece can begin inside a character.
        if self.begun.len() < CHUNK {
            self.begun.extend_from_slice(rest);
        }
        if is_last {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        if !self.begun.is_ascii() {
            self.sample.extend_from_slice(&self.begun);
        }
        self.begun.clear();
    }

    /// Returns whether there is enough evidence that the text is not UTF-8.
    fn is_sure(&self) -> bool {
        self.illegal > 10_000 && self.sample.len() >= SAMPLE
    }

    fn verdict(self) -> Result<(Encoding, usize)> {
        match self.first_illegal {
            None if self.offset == self.bom as u64 => Err(Error::Empty),
            None => Ok((Encoding::Utf8, self.bom)),
            Some(offset) if self.bom > 0 || self.chinese > self.illegal => Err(Error::BrokenUtf8 { offset }),
            Some(_) => match evidence::decide(&self.sample) {
                Ok(encoding) => Ok((encoding, 0)),
                Err(likely) => Err(Error::Ambiguous { likely }),
            },
        }
    }
}

/// Returns whether further bytes can complete a character.
fn is_begun(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.error_len().is_none())
}
