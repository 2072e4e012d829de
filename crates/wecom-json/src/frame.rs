//! Framing: splits a JSON document into records while it is being received.
//!
//! An export file is one object that contains one or two long arrays. The framer scans the top level of the object and
//! returns the elements of the named arrays (and other named values) one at a time, as slices. It drops all other
//! values. At most one incomplete record is kept in memory.
//!
//! The framer only finds the boundaries of records. The parser validates the content of a record; skipped values are
//! not validated. Only quotes and backslashes count inside a text, so a damaged text does not move a boundary.

use memchr::memchr2;

/// Extracts named values from one JSON object.
///
/// ```
/// use wecom_json::Framer;
///
/// let mut framer = Framer::new(&["userlist"], 1 << 20);
/// framer.tail().extend_from_slice(br#"{"errcode":0,"userlist":[{"userid":"a"},{"us"#);
/// let first = framer.next_frame()?.expect("a whole record");
/// assert_eq!((first.json, first.element), (&br#"{"userid":"a"}"#[..], true));
/// assert_eq!(framer.next_frame()?, None);
/// framer.tail().extend_from_slice(br#"erid":"b"}]}"#);
/// assert_eq!(framer.next_frame()?.map(|frame| frame.json), Some(&br#"{"userid":"b"}"#[..]));
/// assert_eq!(framer.next_frame()?, None);
/// framer.finish()?;
/// # Ok::<(), wecom_json::Unframed>(())
/// ```
pub struct Framer {
    names: &'static [&'static str],
    limit: usize,
    buffer: Vec<u8>,
    /// Position of the buffer's first byte in the document.
    before: u64,
    /// Position in the buffer of the next byte to scan.
    at: usize,
    /// Position in the buffer of the first byte of the current value or name.
    start: usize,
    place: Place,
    /// Index of the current name, if it is one of `names`.
    name: Option<usize>,
    within: Within,
    depth: usize,
    /// Bit set of the names whose value was an array.
    arrays: u32,
}

/// Position of the scan in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// After `{`: a name or the end.
    FirstName,
    /// After `,` in the object.
    NextName,
    Name,
    Colon,
    ValueStart,
    Value,
    /// After `[` of a named array: an element or the end.
    FirstElement,
    /// After `,` in a named array.
    NextElement,
    Element,
    AfterElement,
    AfterValue,
    End,
}

/// Position of the scan inside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// A number or a word. Only the byte after it marks its end.
    Word,
    Nested,
    Text,
    Escape,
}

/// One of the requested values.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Index of its name in the list of names.
    pub name: usize,
    /// True for an element of the named array, false for the named value itself.
    pub element: bool,
    /// Position of its first byte in the document.
    pub at: u64,
    /// Its JSON text.
    pub json: &'a [u8],
}

/// The reason why a document cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unframed {
    /// The document is not one JSON object.
    NotAnObject,
    /// One record is longer than the limit.
    TooLong,
    /// The document ends too early.
    Cut,
}

/// Omits the document, which contains personal data.
impl std::fmt::Debug for Framer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Framer").field("position", &self.position()).finish_non_exhaustive()
    }
}

impl std::fmt::Display for Unframed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "the document is not one JSON object",
            Self::TooLong => "a value of the document is longer than the limit",
            Self::Cut => "the document ends before its object does",
        })
    }
}

impl std::error::Error for Unframed {}

impl Framer {
    /// Creates a framer for the values of these names, at most 32. A value of more than `limit` bytes is an error.
    #[must_use]
    pub fn new(names: &'static [&'static str], limit: usize) -> Self {
        Self {
            names,
            limit,
            buffer: Vec::new(),
            before: 0,
            at: 0,
            start: 0,
            place: Place::Start,
            name: None,
            within: Within::Word,
            depth: 0,
            arrays: 0,
        }
    }

    /// Returns whether the document contained an array of this name, even an empty one.
    #[must_use]
    pub fn has_array(&self, name: usize) -> bool {
        self.arrays & 1 << name != 0
    }

    /// Returns the buffer to which the next bytes of the document must be appended. Then call
    /// [`next_frame`](Self::next_frame) until it returns `None`.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        let done = self.forget();
        self.buffer.drain(..done);
        &mut self.buffer
    }

    /// Returns the buffer and its position in the document. All frames since the last call lie in this buffer. The framer
    /// keeps a copy of the incomplete record.
    pub fn release(&mut self) -> (u64, Vec<u8>) {
        let from = self.before;
        let done = self.forget();
        let mut rest = Vec::with_capacity(self.buffer.len());
        rest.extend_from_slice(&self.buffer[done..]);
        (from, std::mem::replace(&mut self.buffer, rest))
    }

    /// Returns how many bytes at the front of the buffer are no longer needed, and counts them as dropped.
    fn forget(&mut self) -> usize {
        let done = if self.holds() { self.start } else { self.at };
        self.before += done as u64;
        self.at -= done;
        self.start = 0;
        done
    }

    /// Returns the number of bytes of the document that were scanned.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Returns whether the bytes from `start` on are still needed.
    fn holds(&self) -> bool {
        match self.place {
            Place::Name | Place::Element => true,
            Place::Value => self.name.is_some(),
            _ => false,
        }
    }

    /// Returns the next complete value, or `None` if more bytes must be appended first.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is not one object, or if a value is longer than the limit.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Unframed> {
        loop {
            match self.place {
                Place::Name | Place::Value | Place::Element => {
                    let whole = self.scan();
                    if self.holds() && self.at - self.start > self.limit {
                        return Err(Unframed::TooLong);
                    }
                    if !whole {
                        return Ok(None);
                    }
                    let json = self.start..self.at;
                    let at = self.before + self.start as u64;
                    match self.place {
                        Place::Name => {
                            self.name = self.named(&self.buffer[json]);
                            self.place = Place::Colon;
                        }
                        Place::Element => {
                            self.place = Place::AfterElement;
                            let name = self.name.expect("only a named array is walked");
                            let json = &self.buffer[json];
                            return Ok(Some(Frame { name, element: true, at, json }));
                        }
                        _ => {
                            self.place = Place::AfterValue;
                            if let Some(name) = self.name {
                                let json = &self.buffer[json];
                                return Ok(Some(Frame { name, element: false, at, json }));
                            }
                        }
                    }
                }
                place => {
                    let Some(byte) = self.skip_blanks() else {
                        return Ok(None);
                    };
                    self.place = self.step(place, byte)?;
                }
            }
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// Returns an error if the object is not closed, or if other content follows it.
    pub fn finish(&mut self) -> Result<(), Unframed> {
        match self.skip_blanks() {
            None if self.place == Place::End => Ok(()),
            Some(_) if self.place == Place::End => Err(Unframed::NotAnObject),
            _ => Err(Unframed::Cut),
        }
    }

    fn skip_blanks(&mut self) -> Option<u8> {
        let blanks =
            self.buffer[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.at += blanks.count();
        self.buffer.get(self.at).copied()
    }

    /// Processes a byte that is not inside a name or value, and returns the next position.
    fn step(&mut self, place: Place, byte: u8) -> Result<Place, Unframed> {
        let next = match (place, byte) {
            (Place::Start, b'{') => Place::FirstName,
            (Place::FirstName | Place::NextName, b'"') => return Ok(self.begin(Place::Name, byte)),
            (Place::FirstName | Place::AfterValue, b'}') => Place::End,
            (Place::Colon, b':') => Place::ValueStart,
            (Place::ValueStart, b'[') if self.name.is_some() => {
                self.arrays |= self.name.map_or(0, |name| 1 << name);
                Place::FirstElement
            }
            (Place::FirstElement | Place::AfterElement, b']') => Place::AfterValue,
            (Place::AfterElement, b',') => Place::NextElement,
            (Place::AfterValue, b',') => Place::NextName,
            (Place::ValueStart, _) if begins_value(byte) => return Ok(self.begin(Place::Value, byte)),
            (Place::FirstElement | Place::NextElement, _) if begins_value(byte) => {
                return Ok(self.begin(Place::Element, byte));
            }
            _ => return Err(Unframed::NotAnObject),
        };
        self.at += 1;
        Ok(next)
    }

    /// Starts the scan of a value or name at its first byte.
    fn begin(&mut self, place: Place, byte: u8) -> Place {
        self.start = self.at;
        self.depth = 0;
        self.within = match byte {
            b'"' => Within::Text,
            b'{' | b'[' => {
                self.depth = 1;
                Within::Nested
            }
            _ => Within::Word,
        };
        self.at += 1;
        place
    }

    /// Moves to the end of the value. Returns false if the end was not received yet.
    ///
    /// Every byte of an export passes through this function, so the state that changes per byte is kept in local
    /// variables.
    fn scan(&mut self) -> bool {
        let bytes = self.buffer.as_slice();
        let (mut at, mut depth, mut within) = (self.at, self.depth, self.within);
        let whole = 'scan: loop {
            match within {
                Within::Word => {
                    let end = bytes[at..].iter().position(|byte| ends_word(*byte));
                    at = end.map_or(bytes.len(), |end| at + end);
                    break end.is_some();
                }
                Within::Text => {
                    let Some(run) = memchr2(b'"', b'\\', &bytes[at..]) else {
                        at = bytes.len();
                        break false;
                    };
                    at += run + 1;
                    within = match bytes[at - 1] {
                        b'\\' => Within::Escape,
                        _ if depth == 0 => break true,
                        _ => Within::Nested,
                    };
                }
                Within::Escape => {
                    if at == bytes.len() {
                        break false;
                    }
                    at += 1;
                    within = Within::Text;
                }
                Within::Nested => loop {
                    let Some(&byte) = bytes.get(at) else {
                        break 'scan false;
                    };
                    at += 1;
                    match byte {
                        b'"' => {
                            within = Within::Text;
                            break;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth -= 1;
                            if depth == 0 {
                                break 'scan true;
                            }
                        }
                        _ => {}
                    }
                },
            }
        };
        (self.at, self.depth, self.within) = (at, depth, within);
        whole
    }

    /// Returns the index of a key in the list of names. The key may contain escapes.
    fn named(&self, key: &[u8]) -> Option<usize> {
        let plain = &key[1..key.len() - 1];
        if !plain.contains(&b'\\') {
            return self.names.iter().position(|name| name.as_bytes() == plain);
        }
        // A damaged key equals none of the names.
        let key: Option<String> = serde_json::from_slice(key).ok();
        self.names.iter().position(|name| Some(*name) == key.as_deref())
    }
}

/// Returns whether a byte ends a number or a word.
fn ends_word(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
}

/// Returns whether a value may begin with this byte. The parser checks the rest.
fn begins_value(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    const NAMES: &[&str] = &["tagname", "userlist", "partylist"];
    const LIMIT: usize = 1 << 16;

    type Framed = Vec<(usize, bool, String)>;

    /// Feeds the document in pieces of these lengths, repeated as often as needed.
    fn frame(document: &[u8], pieces: &[usize]) -> Result<Framed, Unframed> {
        let mut framer = Framer::new(NAMES, LIMIT);
        let mut framed = Vec::new();
        let mut rest = document;
        for piece in pieces.iter().cycle() {
            let (now, later) = rest.split_at((*piece).min(rest.len()));
            framer.tail().extend_from_slice(now);
            let mut found = Vec::new();
            while let Some(frame) = framer.next_frame()? {
                found.push((frame.name, frame.element, frame.at, frame.json.len()));
            }
            let (from, given_away) = framer.release();
            for (name, element, at, length) in found {
                let start = (at - from) as usize;
                let json = String::from_utf8_lossy(&given_away[start..start + length]).into_owned();
                framed.push((name, element, json));
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        framer.finish().map(|()| framed)
    }

    /// Returns the expected frames, computed from the parsed document.
    fn expected(document: &Map<String, Value>) -> Framed {
        let mut framed = Vec::new();
        for (key, value) in document {
            let Some(name) = NAMES.iter().position(|name| name == key) else {
                continue;
            };
            match value {
                Value::Array(items) => framed.extend(items.iter().map(|item| (name, true, item.to_string()))),
                other => framed.push((name, false, other.to_string())),
            }
        }
        framed
    }

    #[test]
    fn the_documented_shapes_are_framed() {
        let document = json!({
            "tagname": "值班",
            "userlist": [{"userid": "liuyang", "name": "刘\"]}[\\洋", "department": [1, 2]}, {"userid": "wangfang"}],
            "partylist": [7, -1],
            "department": [{"id": 1}],
        });
        let framed = frame(document.to_string().as_bytes(), &[1]).unwrap();
        assert_eq!(framed, expected(document.as_object().unwrap()));
        assert_eq!(framed.len(), 5);
    }

    #[test]
    fn names_count_only_at_the_top_and_in_any_spelling() {
        let document = br#" { "other" : {"userlist":[1]} , "user\u006cist" : [ 2 , 3 ] , "userlist2":[4] } "#;
        let framed = frame(document, &[3]).unwrap();
        assert_eq!(framed, [(1, true, "2".to_owned()), (1, true, "3".to_owned())]);
        assert_eq!(frame(b"{}", &[1]).unwrap(), []);
        assert_eq!(frame(br#"{"userlist":[]}"#, &[1]).unwrap(), []);
        assert_eq!(frame(br#"{"userlist":null}"#, &[1]).unwrap(), [(1, false, "null".to_owned())]);
    }

    #[test]
    fn an_array_that_came_is_told_from_one_that_did_not() {
        for (document, came) in [
            (r#"{"userlist":[]}"#, [false, true, false]),
            (r#"{"partylist":[1],"user\u006cist":[ ]}"#, [false, true, true]),
            (r#"{"userlist":null,"partylist":{},"tagname":"userlist"}"#, [false; 3]),
            (r#"{"members":[],"a":{"userlist":[]},"b":[{"partylist":[1]}]}"#, [false; 3]),
        ] {
            let mut framer = Framer::new(NAMES, LIMIT);
            framer.tail().extend_from_slice(document.as_bytes());
            while framer.next_frame().unwrap().is_some() {}
            framer.finish().unwrap();
            assert_eq!([0, 1, 2].map(|name| framer.has_array(name)), came, "{document}");
        }
    }

    #[test]
    fn trap_43_a_broken_text_moves_no_boundary() {
        let document = b"{\"a\xff\\ud83d\":\"\xf0\x9f\",\"userlist\":[{\"a\":\"\xf0\x9f\x98\"},{\"b\":\"\x14\t\"}],\"c\":\"\x01\"}";
        let framed = frame(document, &[1]).unwrap();
        let records: Vec<&str> = framed.iter().map(|(.., json)| json.as_str()).collect();
        assert_eq!(records, ["{\"a\":\"\u{fffd}\"}", "{\"b\":\"\u{14}\t\"}"]);
    }

    #[test]
    fn what_is_no_object_or_ends_early_is_refused() {
        for (document, why) in [
            ("", Unframed::Cut),
            ("{", Unframed::Cut),
            (r#"{"userlist":[{"userid":"a"}"#, Unframed::Cut),
            (r#"{"userlist":[]"#, Unframed::Cut),
            ("[]", Unframed::NotAnObject),
            ("\u{1}\u{2}", Unframed::NotAnObject),
            (r#"{"userlist":[1,]}"#, Unframed::NotAnObject),
            (r#"{"userlist":[1 2]}"#, Unframed::NotAnObject),
            (r#"{"userlist":[]}}"#, Unframed::NotAnObject),
            (r#"{"a":1,}"#, Unframed::NotAnObject),
            (r#"{"a" 1}"#, Unframed::NotAnObject),
        ] {
            assert_eq!(frame(document.as_bytes(), &[2]), Err(why), "{document}");
        }
    }

    #[test]
    fn trap_37_a_record_without_end_does_not_eat_the_memory() {
        let mut framer = Framer::new(NAMES, 1000);
        framer.tail().extend_from_slice(br#"{"userlist":[""#);
        let mut fed = 0;
        let outcome = loop {
            framer.tail().extend_from_slice(&[b'x'; 100]);
            fed += 100;
            match framer.next_frame() {
                Ok(None) if fed < 10_000 => {}
                outcome => break outcome.map(|_| ()),
            }
        };
        assert_eq!(outcome, Err(Unframed::TooLong));
        assert!(fed <= 1100, "{fed}");

        // Values that were not requested are dropped immediately, regardless of their length.
        let mut framer = Framer::new(NAMES, 1000);
        framer.tail().extend_from_slice(br#"{"other":[""#);
        for _ in 0..100 {
            framer.tail().extend_from_slice(&[b'x'; 100]);
            assert_eq!(framer.next_frame().unwrap(), None);
        }
        assert!(framer.tail().is_empty());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[\\PC\"\\\\\\[\\]{},:\n]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\]{0,5}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn document() -> impl Strategy<Value = Map<String, Value>> {
        let key = prop_oneof![
            Just("tagname".to_owned()),
            Just("userlist".to_owned()),
            Just("partylist".to_owned()),
            "[a-z\"\\\\{\\[]{0,6}",
        ];
        prop::collection::btree_map(key, value(), 0..6).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn framing_agrees_with_a_whole_parse_wherever_the_pieces_are_cut(
            document in document(),
            pieces in prop::collection::vec(1_usize..40, 1..8),
            pretty in any::<bool>(),
        ) {
            let text = if pretty {
                serde_json::to_string_pretty(&document).unwrap()
            } else {
                serde_json::to_string(&document).unwrap()
            };
            let framed = frame(text.as_bytes(), &pieces).unwrap();
            let compact = |json: &str| serde_json::from_str::<Value>(json).unwrap().to_string();
            let framed: Framed = framed.into_iter().map(|(name, element, json)| (name, element, compact(&json))).collect();
            prop_assert_eq!(framed, expected(&document));
        }

        #[test]
        fn garbage_is_survived_and_never_framed_where_serde_sees_an_object_of_other_content(
            garbage in "[{}\\[\\]\",:0-9a\\\\ \u{1}]{0,60}",
            pieces in prop::collection::vec(1_usize..9, 1..4),
        ) {
            let framed = frame(garbage.as_bytes(), &pieces);
            if let Ok(document) = serde_json::from_str::<Map<String, Value>>(&garbage) {
                prop_assert_eq!(framed, Ok(expected(&document)));
            }
        }

        #[test]
        fn a_document_cut_anywhere_is_never_taken_for_whole(document in document(), cut in any::<prop::sample::Index>()) {
            let text = serde_json::to_string(&document).unwrap();
            let cut = cut.index(text.len());
            prop_assert_eq!(frame(&text.as_bytes()[..cut], &[7]), Err(Unframed::Cut));
        }
    }
}
