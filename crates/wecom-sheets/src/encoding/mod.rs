//! Encodings: detection and conversion to UTF-8.
//!
//! A BOM has priority, then the encoding that the user sets. Otherwise the text itself is the [evidence](evidence). Valid UTF-8 is read as UTF-8.
//! Other text is read in the encoding that alone yields Chinese or words of Western Europe. A text with too little evidence is refused, because a
//! wrong guess damages names without a sign.

mod common;
mod detection;
mod evidence;

use std::{
    fmt,
    io::{self, Read},
    str::FromStr,
};

use encoding_rs::{BIG5, DecoderResult, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

pub(crate) use self::detection::detect;
use crate::{Error, Result, source::Text};

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with a BOM or without.
    Utf8,
    /// UTF-16, little-endian: Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// GB18030, which contains GBK and GB2312: Excel's "CSV" in China.
    Gb18030,
    /// Big5, with the characters of Hong Kong: Excel's "CSV" in Taiwan and Hong Kong.
    Big5,
    /// Windows-1252, which contains ISO 8859-1 (Latin-1): Excel's "CSV" in Western Europe and America.
    Windows1252,
}

impl Encoding {
    /// The usual names. [`from_str`](Self::from_str) accepts further ones.
    pub const NAMES: &str = "utf-8, utf-16le, utf-16be, gb18030 (gbk, gb2312), big5, windows-1252 (latin1)";
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Gb18030 => "GBK/GB18030",
            Self::Big5 => "Big5",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

impl FromStr for Encoding {
    type Err = Error;

    /// Parses a usual name. Case and hyphens are ignored. `utf-16` means little-endian; a BOM has priority.
    fn from_str(name: &str) -> Result<Self> {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect();
        Ok(match plain.as_str() {
            "utf8" | "utf8bom" | "utf8sig" => Self::Utf8,
            "utf16" | "utf16le" | "unicode" => Self::Utf16Le,
            "utf16be" => Self::Utf16Be,
            "gbk" | "gb2312" | "gb18030" | "gb180302022" | "cp936" | "936" | "euccn" => Self::Gb18030,
            "big5" | "big5hkscs" | "cp950" | "950" => Self::Big5,
            "windows1252" | "cp1252" | "1252" | "latin1" | "iso88591" => Self::Windows1252,
            _ => return Err(Error::NoEncoding { name: name.to_owned() }),
        })
    }
}

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";
const CHUNK: usize = 64 << 10;

/// Returns the encoding that a BOM declares, and the size of the BOM in bytes.
fn by_bom(head: &[u8]) -> Option<(Encoding, usize)> {
    match head {
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0x84, 0x31, 0x95, 0x33, ..] => Some((Encoding::Gb18030, 4)),
        _ => None,
    }
}

/// Returns the encoding that the user set. A BOM has priority.
pub(crate) fn named(mut text: impl Read, encoding: Encoding) -> Result<(Encoding, usize)> {
    let mut head = [0; 4];
    let read = fill(&mut text, &mut head)?;
    Ok(by_bom(&head[..read]).unwrap_or((encoding, 0)))
}

/// Reads until the buffer is full or the input ends.
pub(crate) fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Decodes a text to UTF-8, without its BOM. Invalid bytes are errors. If the encoding is a guess, private-use characters are errors too, because
/// tables do not contain them.
pub(crate) fn decoded(mut text: Text, encoding: Encoding, bom: usize, is_guess: bool) -> Result<Text> {
    fill(&mut text, &mut [0; 4][..bom])?;
    let label = match encoding {
        // The consumer builds strings, so it checks that the text is UTF-8.
        Encoding::Utf8 => return Ok(text),
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Gb18030 => GB18030,
        Encoding::Big5 => BIG5,
        Encoding::Windows1252 => WINDOWS_1252,
    };
    Ok(Box::new(Decoded {
        inner: text,
        encoding,
        is_guess,
        decoder: label.new_decoder_without_bom_handling(),
        raw: vec![0; CHUNK],
        unread: 0..0,
        taken: bom as u64,
        is_last: false,
        text: vec![0; 2 * CHUNK],
        ready: 0..0,
        is_done: false,
    }))
}

struct Decoded {
    inner: Text,
    encoding: Encoding,
    is_guess: bool,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    unread: std::ops::Range<usize>,
    /// The number of bytes that the decoder consumed.
    taken: u64,
    is_last: bool,
    text: Vec<u8>,
    ready: std::ops::Range<usize>,
    is_done: bool,
}

impl Decoded {
    fn decode(&mut self) -> io::Result<()> {
        if self.unread.is_empty() && !self.is_last {
            let read = fill(&mut self.inner, &mut self.raw)?;
            self.unread = 0..read;
            self.is_last = read < self.raw.len();
        }
        let raw = &self.raw[self.unread.clone()];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, self.is_last);
        self.unread.start += read;
        self.taken += read as u64;
        self.ready = 0..written;
        if self.is_guess && has_private_use(&self.text[..written]) {
            return Err(Error::PrivateUse { encoding: self.encoding }.into());
        }
        match result {
            DecoderResult::InputEmpty => self.is_done = self.is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(bad, after) => {
                let back = u64::from(bad) + u64::from(after);
                return Err(Error::Encoding {
                    encoding: self.encoding,
                    offset: self.taken.saturating_sub(back),
                }
                .into());
            }
        }
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.is_done {
            self.decode()?;
        }
        let len = self.ready.len().min(buffer.len());
        buffer[..len].copy_from_slice(&self.text[self.ready.start..self.ready.start + len]);
        self.ready.start += len;
        Ok(len)
    }
}

/// Returns whether a text has a private-use character of the Basic Multilingual Plane (U+E000–U+F8FF).
fn has_private_use(text: &[u8]) -> bool {
    memchr::memchr2_iter(0xee, 0xef, text)
        .any(|at| text[at] == 0xee || text.get(at + 1).is_some_and(|next| *next <= 0xa3))
}

#[cfg(test)]
mod tests;
