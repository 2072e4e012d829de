//! Framing of export files: records from a document that arrives in chunks, compared with `serde_json` on the whole.

use serde_json::Value;
use wecom_json::{Framer, OrderedFields, Unframed};

use crate::pieces::pieces;

const NAMES: &[&str] = &["tagname", "userlist", "partylist"];
const LIMIT: usize = 512;

/// Frames a document in chunks (by the first byte) and as a whole. Both must find the same records, buffer at most
/// one record and one chunk, and agree with `serde_json` on JSON.
pub fn framing(data: &[u8]) {
    let Some((lengths, document)) = data.split_first() else { return };
    let chunked = frame(document, *lengths);
    let whole = frame(document, 0xff);
    assert_eq!(chunked, whole);
    let Ok(OrderedFields(members)) = serde_json::from_slice(document) else { return };
    match (whole, expected(&members)) {
        (Ok(framed), expected) => assert_eq!(framed, expected),
        (Err(Unframed::TooLong), _) => assert!(document.len() > LIMIT),
        (Err(error), _) => panic!("JSON, but {error:?}"),
    }
}

/// Returns a seed.
pub(crate) fn seed(lengths: u8, document: &[u8]) -> Vec<u8> {
    [&[lengths], document].concat()
}

/// The index of the name, whether it is an element, and the value; `None` if it is not JSON.
type Framed = Vec<(usize, bool, Option<Value>)>;

fn frame(document: &[u8], lengths: u8) -> Result<Framed, Unframed> {
    let mut framer = Framer::new(NAMES, LIMIT);
    let mut framed = Vec::new();
    let (mut fed, mut position) = (0, 0);
    for piece in pieces(document, lengths) {
        let tail = framer.tail();
        assert!(tail.len() <= LIMIT, "{} bytes held", tail.len());
        tail.extend_from_slice(piece);
        fed += piece.len() as u64;
        let mut found = Vec::new();
        while let Some(frame) = framer.next_frame()? {
            found.push((frame.name, frame.element, frame.at, frame.json.to_vec()));
        }
        let (from, given_away) = framer.release();
        for (name, element, at, json) in found {
            let start = (at - from) as usize;
            assert_eq!(given_away[start..start + json.len()], json, "{start} of {}", given_away.len());
            framed.push((name, element, serde_json::from_slice(&json).ok()));
        }
        let reached = framer.position();
        assert!((position..=fed).contains(&reached), "at {reached} of {fed}, after {position}");
        position = reached;
    }
    framer.finish().map(|()| {
        let has_elements = |name| framed.iter().any(|(of, element, _)| *of == name && *element);
        assert!((0..NAMES.len()).all(|name| framer.has_array(name) || !has_elements(name)));
        framed
    })
}

fn expected(members: &[(String, Value)]) -> Framed {
    let mut framed = Vec::new();
    for (key, value) in members {
        let Some(name) = NAMES.iter().position(|name| name == key) else { continue };
        match value {
            Value::Array(items) => framed.extend(items.iter().map(|item| (name, true, Some(item.clone())))),
            other => framed.push((name, false, Some(other.clone()))),
        }
    }
    framed
}
