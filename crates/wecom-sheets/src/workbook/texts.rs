//! The shared texts of a workbook.

use quick_xml::events::Event;

use super::{
    package::{HELD, Package, TEXT_BYTES, broken},
    xml::push_reference,
};
use crate::{Error, Quantity, Result};

/// Maximum number of shared texts. A million members with six unique columns have 6 million.
const TEXTS: usize = 8 << 20;

/// The shared texts, by number.
#[derive(Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    pub(super) fn read(package: &mut Package, part: &str) -> Result<Self> {
        let Some(mut xml) = package.xml(part, HELD)? else { return Ok(Self::default()) };
        let mut texts = Self::default();
        let mut buffer = Vec::new();
        let (mut is_text, mut is_hint) = (false, false);
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(broken)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "t" => is_text = !is_hint,
                    "rPh" => is_hint = true,
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "si" => texts.end(part)?,
                    "t" => is_text = false,
                    "rPh" => is_hint = false,
                    _ => {}
                },
                Event::Empty(element) if element.local_name().as_ref() == "si" => texts.end(part)?,
                Event::Text(text) if is_text => texts.text.push_str(&text.xml10_content()),
                Event::CData(text) if is_text => texts.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if is_text => push_reference(&reference, &mut texts.text)?,
                Event::Eof => break,
                _ => {}
            }
        }
        texts.text.shrink_to_fit();
        texts.ends.shrink_to_fit();
        Ok(texts)
    }

    fn end(&mut self, part: &str) -> Result<()> {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        if self.text.len() - start > TEXT_BYTES {
            return Err(Error::TooLarge { part: part.to_owned(), limit: TEXT_BYTES as u64 });
        }
        if let Some(plain) = unescaped(&self.text[start..]) {
            self.text.truncate(start);
            self.text.push_str(&plain);
        }
        if self.ends.len() == TEXTS {
            return Err(Error::TooMany { what: Quantity::Texts, limit: TEXTS as u64 });
        }
        // A part in memory is smaller than this.
        let end = u32::try_from(self.text.len()).map_err(|error| Error::Workbook(error.to_string()))?;
        self.ends.push(end);
        Ok(())
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.text[start..end])
    }
}

/// Decodes the escapes of a text: `_x000D_` is a carriage return, and `_x005F_` is an underscore before text that looks like an escape. Returns
/// `None` if the text has no escapes.
pub(super) fn unescaped(text: &str) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), b"_x")?;
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    loop {
        if let Some(unit) = escape(rest) {
            units.push(unit);
            rest = &rest[ESCAPE..];
            continue;
        }
        // Two escapes can be the halves of a surrogate pair.
        for one in char::decode_utf16(units.drain(..)) {
            plain.push(one.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some(one) => plain.push(one),
            None => return Some(plain),
        }
        rest = chars.as_str();
    }
}

const ESCAPE: usize = "_x000D_".len();

fn escape(text: &str) -> Option<u16> {
    let digits = text.get(..ESCAPE)?.strip_prefix("_x")?.strip_suffix('_')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_characters() {
        for (text, plain) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD842__xDFB7_", "𠮷"),
            ("王_x0041_", "王A"),
            ("user_x00", "user_x00"),
            ("_x00G0_", "_x00G0_"),
            ("_xD842_", "\u{fffd}"),
        ] {
            assert_eq!(unescaped(text).as_deref(), Some(plain), "{text}");
        }
        assert_eq!(unescaped("wang"), None);
    }
}
