//! Encodings: which one a text is in, and reading it as UTF-8.
//!
//! A BOM decides. Without one a text that is UTF-8 throughout is UTF-8, and one that is not is GB18030, which contains GBK and
//! GB2312 and is what Excel writes in China. A text that is UTF-8 but for a few bytes is damaged, and read as GB18030 it would
//! turn names into nonsense: it is refused.

use std::{
    fmt,
    io::{self, Read},
};

use encoding_rs::{DecoderResult, GB18030, UTF_16BE, UTF_16LE};

use crate::{Error, Result};

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with a BOM or without.
    Utf8,
    /// UTF-16, little-endian, with a BOM: Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, big-endian, with a BOM.
    Utf16Be,
    /// GB18030, which contains GBK and GB2312: Excel's "CSV" in China.
    Gb18030,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Gb18030 => "GBK/GB18030",
        })
    }
}

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";
const CHUNK: usize = 64 << 10;

/// Looks a whole text through; gives its encoding and how many bytes its BOM has.
pub(crate) fn detect(mut text: impl Read) -> Result<(Encoding, usize)> {
    let mut judge = Judge::default();
    let mut chunk = vec![0; CHUNK];
    // What is left of a character at the end of the chunk before.
    let mut kept = 0;
    let mut is_first = true;
    loop {
        let read = fill(&mut text, &mut chunk[kept..])?;
        let (bytes, is_last) = (&chunk[..kept + read], read == 0);
        if is_first {
            is_first = false;
            match bytes {
                [] => return Err(Error::Empty),
                [0xff, 0xfe, ..] => return Ok((Encoding::Utf16Le, 2)),
                [0xfe, 0xff, ..] => return Ok((Encoding::Utf16Be, 2)),
                // Text has no NUL; UTF-16 without a BOM is full of it.
                bytes if bytes.contains(&0) => return Err(Error::Binary),
                bytes if bytes.starts_with(UTF8_BOM) => judge.bom = UTF8_BOM.len(),
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

/// Reads until the buffer is full or there is no more.
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

#[derive(Debug, Default)]
struct Judge {
    bom: usize,
    offset: u64,
    first_illegal: Option<u64>,
    illegal: u64,
    /// Characters of three bytes, as Chinese ones are in UTF-8; GBK has next to none that look so.
    chinese: u64,
}

impl Judge {
    /// Takes a run of bytes; gives how many at its end belong to a character that goes on.
    fn take(&mut self, bytes: &[u8], is_last: bool) -> usize {
        if self.first_illegal.is_none() && std::str::from_utf8(bytes).is_ok() {
            self.offset += bytes.len() as u64;
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
                return illegal.len();
            }
            if !illegal.is_empty() {
                self.first_illegal.get_or_insert(self.offset + at as u64);
                self.illegal += 1;
            }
            at += illegal.len();
        }
        self.offset += bytes.len() as u64;
        0
    }

    /// Enough was seen that is not UTF-8.
    fn is_sure(&self) -> bool {
        self.illegal > 10_000
    }

    fn verdict(self) -> Result<(Encoding, usize)> {
        match self.first_illegal {
            None if self.offset == self.bom as u64 => Err(Error::Empty),
            None => Ok((Encoding::Utf8, self.bom)),
            Some(offset) if self.bom > 0 || self.chinese > self.illegal => Err(Error::BrokenUtf8 { offset }),
            Some(_) => Ok((Encoding::Gb18030, 0)),
        }
    }
}

/// Whether more bytes could make these a character.
fn is_begun(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.error_len().is_none())
}

/// Reads a text as UTF-8, without its BOM, and refuses what is not of its encoding.
pub(crate) fn decoded(mut text: Box<dyn Read>, encoding: Encoding, bom: usize) -> Result<Box<dyn Read>> {
    fill(&mut text, &mut [0; 4][..bom])?;
    let label = match encoding {
        // Whoever reads from this looks whether it is UTF-8, as it makes strings of it.
        Encoding::Utf8 => return Ok(text),
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Gb18030 => GB18030,
    };
    Ok(Box::new(Decoded {
        inner: text,
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
    inner: Box<dyn Read>,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    unread: std::ops::Range<usize>,
    /// How many bytes have gone into the decoder.
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
        match result {
            DecoderResult::InputEmpty => self.is_done = self.is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(bad, after) => {
                let back = u64::from(bad) + u64::from(after);
                return Err(Error::Encoding { offset: self.taken.saturating_sub(back) }.into());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(Encoding, String)> {
        let (encoding, bom) = detect(bytes)?;
        let mut text = String::new();
        decoded(Box::new(io::Cursor::new(bytes.to_vec())), encoding, bom)?.read_to_string(&mut text)?;
        Ok((encoding, text))
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
    }

    #[test]
    fn trap_38_a_text_is_read_the_same_in_each_encoding() {
        let text = "姓名,帐号\n王芳𠮷,wangfang\n".repeat(9_000);
        let gbk = GB18030.encode(&text).0.into_owned();
        for (bytes, encoding) in [
            (text.clone().into_bytes(), Encoding::Utf8),
            ([UTF8_BOM, text.as_bytes()].concat(), Encoding::Utf8),
            (utf16(&text, u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(&text, u16::to_be_bytes), Encoding::Utf16Be),
            (gbk, Encoding::Gb18030),
        ] {
            assert!(read(&bytes).unwrap() == (encoding, text.clone()), "{encoding}");
        }
    }

    #[test]
    fn what_is_in_no_encoding_is_refused_with_its_place() {
        let broken = b"userid,name\n\x81\x20,a\n";
        assert!(matches!(read(broken), Err(Error::Encoding { offset: 12 })), "{:?}", read(broken));
        let mut text = "王芳,刘洋\n".repeat(30_000).into_bytes();
        text[200_000] = 0xff;
        assert!(matches!(read(&text), Err(Error::BrokenUtf8 { .. })));
        assert!(matches!(read(b""), Err(Error::Empty)));
        assert!(matches!(read(UTF8_BOM), Err(Error::Empty)));
        assert!(matches!(read(b"PK\0\0"), Err(Error::Binary)));
        let lone = utf16("a", u16::to_le_bytes).into_iter().chain([0x00, 0xd8]).collect::<Vec<_>>();
        assert!(matches!(read(&lone), Err(Error::Encoding { .. })), "{:?}", read(&lone));
    }

    #[test]
    fn a_character_cut_at_the_end_of_a_chunk_is_no_error() {
        for shift in 0..3 {
            let text = "a".repeat(shift) + &"王".repeat(CHUNK);
            assert_eq!(read(text.as_bytes()).unwrap().0, Encoding::Utf8);
        }
        let cut = &"王芳".as_bytes()[..5];
        assert!(
            matches!(read(cut), Err(Error::BrokenUtf8 { offset: 3 }) | Err(Error::Encoding { .. })),
            "{:?}",
            read(cut)
        );
    }
}
impl std::str::FromStr for Encoding {
    type Err = String;
    fn from_str(name: &str) -> std::result::Result<Self, String> {
        match name {
            "gbk" => Ok(Self::Gb18030),
            "utf-8" => Ok(Self::Utf8),
            _ => Err("unknown".into()),
        }
    }
}
