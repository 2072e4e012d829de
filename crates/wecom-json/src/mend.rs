//! Repair of damaged texts in JSON. A parser then accepts the document, and only the damaged text itself is lost.
//!
//! The same rules apply to replies and to the rows of export files:
//!
//! - Invalid UTF-8 inside a string becomes U+FFFD, one for each invalid sequence.
//! - Raw control characters inside a string are kept.
//! - The escape of an unpaired surrogate becomes U+FFFD. A backslash that begins no valid escape is kept as a
//!   backslash.
//! - A byte order mark at the beginning is removed.
//!
//! Bytes outside strings are not changed, so a document with a broken structure stays an error. Callers parse the
//! original document first and repair it only after a parse error. A valid document is thus read once.
//!
//! A damaged id refers to no object any more: `UserId::is_damaged` in the SDK detects one.

use memchr::memchr;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Returns the document with repaired strings, or `None` if no string is damaged.
#[must_use]
pub fn mend(json: &[u8]) -> Option<Vec<u8>> {
    let mut rest = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    let mut mended = Mended { json: Vec::with_capacity(rest.len() + 64), changed: rest.len() < json.len() };
    while let Some(quote) = memchr(b'"', rest) {
        let (outside, inside) = rest.split_at(quote + 1);
        mended.json.extend_from_slice(outside);
        rest = mended.string(inside);
    }
    mended.json.extend_from_slice(rest);
    mended.changed.then_some(mended.json)
}

/// The repaired copy of a document while it is being written.
struct Mended {
    json: Vec<u8>,
    changed: bool,
}

impl Mended {
    /// Copies a string including its closing quote, and returns the bytes after it.
    fn string<'a>(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        loop {
            let plain = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
            self.json.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            rest = match rest.first() {
                None => return rest,
                Some(b'"') => {
                    self.json.push(b'"');
                    return &rest[1..];
                }
                Some(b'\\') => self.escape(rest),
                Some(control @ ..0x20) => {
                    self.json.extend_from_slice(format!("\\u{control:04x}").as_bytes());
                    self.changed = true;
                    &rest[1..]
                }
                Some(_) => self.beyond_ascii(rest),
            };
        }
    }

    /// Copies the non-ASCII characters at the front. Each invalid sequence is replaced.
    fn beyond_ascii<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let end = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        let (run, rest) = rest.split_at(end);
        for chunk in run.utf8_chunks() {
            self.json.extend_from_slice(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                self.replacement();
            }
        }
        rest
    }

    /// Copies the escape at the front, or its replacement.
    fn escape<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let length = match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => match (unit(rest), unit(rest.get(6..).unwrap_or_default())) {
                (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
                (Some(0xd800..0xe000), _) => {
                    self.replacement();
                    return &rest[6..];
                }
                (Some(_), _) => 6,
                (None, _) => 0,
            },
            // The document ends here. It is truncated and stays so.
            None => 1,
            Some(_) => 0,
        };
        if length == 0 {
            self.json.extend_from_slice(br"\\");
            self.changed = true;
            return &rest[1..];
        }
        self.json.extend_from_slice(&rest[..length]);
        &rest[length..]
    }

    fn replacement(&mut self) {
        self.json.extend_from_slice(REPLACEMENT);
        self.changed = true;
    }
}

/// Returns whether a byte inside a string represents itself.
fn is_plain(byte: u8) -> bool {
    (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\'
}

/// Returns the UTF-16 unit of the escape `\uXXXX` at the front, if there is one.
fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(br"\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn mended(json: &[u8]) -> Value {
        let mended = mend(json).expect("something to mend");
        serde_json::from_slice(&mended).unwrap_or_else(|error| panic!("{error}: {}", mended.escape_ascii()))
    }

    #[test]
    fn trap_43_half_a_character_becomes_one_replacement_character() {
        assert_eq!(mended(b"[\"Ting\xf0\x9f\x98\",\"b\"]"), json!(["Ting\u{fffd}", "b"]));
        assert_eq!(
            mended(b"{\"a\":\"\xff\xe5\x91\",\"b\":\"\xe5\x91\xa8\"}"),
            json!({"a": "\u{fffd}\u{fffd}", "b": "周"})
        );
    }

    #[test]
    fn trap_43_raw_control_characters_inside_strings_are_kept() {
        assert_eq!(mended(b"[\"a\x14\tb\x00\n\"]"), json!(["a\u{14}\tb\u{0}\n"]));
        // Control characters between the values are white space and need no repair.
        assert_eq!(mend(b"{\n\t\"a\": [1,\r\n2]\n}"), None);
    }

    #[test]
    fn trap_43_half_a_surrogate_pair_and_a_bare_backslash_cost_no_more_than_themselves() {
        assert_eq!(
            mended(br#"["\ud83d","\ude00x","\ud83d\ude00","\ud83dA"]"#),
            json!(["\u{fffd}", "\u{fffd}x", "😀", "\u{fffd}A"])
        );
        assert_eq!(mended(br#"["C:\Users","\u12","\x"]"#), json!([r"C:\Users", r"\u12", r"\x"]));
    }

    #[test]
    fn a_byte_order_mark_in_front_is_dropped() {
        assert_eq!(mended("\u{feff}{\"a\":1}".as_bytes()), json!({"a": 1}));
    }

    #[test]
    fn a_document_that_is_cut_or_broken_between_its_strings_is_not_made_whole() {
        for broken in [&b"[\"a\\"[..], b"[\"a\xff", b"{\"a\":\x14\"b\"}", b"\xff\xfe[]", b"[\"a\xff\"\xff]"] {
            let mended = mend(broken);
            let read = serde_json::from_slice::<Value>(mended.as_deref().unwrap_or(broken));
            assert!(read.is_err(), "{}", broken.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_a_parser_takes_has_nothing_to_mend(texts in prop::collection::vec("[\\x00-\\x7f\\PC]{0,12}", 0..6)) {
            let json = serde_json::to_vec(&texts).unwrap();
            prop_assert_eq!(mend(&json), None);
        }

        #[test]
        fn any_bytes_between_quotes_are_a_string_again(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut inside: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'"').collect();
            // A backslash at the end would escape the closing quote, exactly like a valid escape.
            while inside.last() == Some(&b'\\') {
                inside.pop();
            }
            let json = [b"[\"", &inside[..], b"\",7]"].concat();
            let mended = mend(&json).unwrap_or(json);
            let value: Vec<Value> = serde_json::from_slice(&mended).unwrap();
            prop_assert_eq!((value.len(), &value[1]), (2, &json!(7)));
        }
    }
}
