//! Repair of damaged texts in JSON, compared with `serde_json`.

use serde_json::Value;
use wecom_json::mend;

/// Repairs a document. A valid document must stay unchanged, and a repaired one must need no further repair. A byte
/// that damages one string of a valid document must leave all other values unchanged; the first two bytes select the
/// string and the byte.
pub fn mending(data: &[u8]) {
    let [place, damage, document @ ..] = data else { return };
    let sound = serde_json::from_slice::<Value>(document);
    let mended = mend(document);
    match (sound, mended) {
        (Ok(value), None) => damaged(&value, usize::from(*place), *damage),
        (Ok(_), Some(_)) => panic!("a valid document was changed"),
        (Err(_), Some(mended)) => assert_eq!(mend(&mended), None, "mended twice"),
        (Err(_), None) => {}
    }
}

/// Returns a seed.
pub(crate) fn seed(place: u8, damage: u8, document: &[u8]) -> Vec<u8> {
    [&[place, damage], document].concat()
}

/// Inserts the byte into a string of the value and repairs it.
fn damaged(value: &Value, place: usize, damage: u8) {
    const MARK: &str = "\u{1}mark\u{1}";
    if (0x20..0x80).contains(&damage) {
        return;
    }
    let mut marked = value.clone();
    if strings(&mut marked).iter().any(|string| string.contains(MARK)) {
        return;
    }
    let Some(string) = strings(&mut marked).into_iter().nth(place) else { return };
    string.push_str(MARK);
    let written = serde_json::to_vec(&marked).expect("a value is JSON");
    let mark = serde_json::to_vec(MARK).expect("a text is JSON");
    let mark = &mark[1..mark.len() - 1];
    let Some(at) = written.windows(mark.len()).position(|window| window == mark) else { return };
    let broken = [&written[..at], &[damage], &written[at + mark.len()..]].concat();
    let mended = mend(&broken).expect("something to mend");
    let mut read: Value = serde_json::from_slice(&mended).expect("JSON again");

    let kept = if damage < 0x20 { char::from(damage) } else { char::REPLACEMENT_CHARACTER };
    let (mut before, mut after) = (value.clone(), strings(&mut read).into_iter());
    for (number, string) in strings(&mut before).into_iter().enumerate() {
        let read = after.next().expect("no string was lost");
        if number == place {
            string.push(kept);
        }
        assert_eq!(string, read);
    }
}

/// Returns the string values in order, without keys.
fn strings(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(strings).collect(),
        Value::Object(members) => members.values_mut().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
