//! YAML: the same values as JSON.

use serde::Serialize;

use super::{document::Document, stdout::Stdout};
use crate::{
    failure::{Failure, Result},
    messages,
};

/// Prints one value.
pub(super) fn print(value: &impl Serialize) -> Result {
    let mut out = Stdout::text();
    write(&mut out, &Document::of(value)?)?;
    out.finish()
}

/// Prints a list, one item at a time, so that only one item is held as a document.
pub(super) fn print_list<T: Serialize>(items: &[T]) -> Result {
    let mut out = Stdout::text();
    if items.is_empty() {
        write(&mut out, &Document::List(Vec::new()))?;
    }
    for item in items {
        write_item(&mut out, item)?;
    }
    out.finish()
}

/// Writes one item of a list. A list of one item begins as each item of a longer list does.
pub(super) fn write_item(out: &mut Stdout, item: &impl Serialize) -> Result {
    write(out, &Document::List(vec![Document::of(item)?]))
}

/// Writes a document of a stream: each begins with a line `---`.
pub(super) fn write_document(out: &mut Stdout, document: &Document) -> Result {
    out.line("---")?;
    write(out, document)
}

pub(super) fn write(out: &mut Stdout, document: &Document) -> Result {
    let text = serde_saphyr::to_string(document)
        .map_err(|error| Failure::new(messages::lists::answer_is_no_json()).because(&error))?;
    out.line(text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_value_comes_back_from_yaml_as_it_was() {
        for value in [
            json!({"userid": "001", "name": "王: 芳 # \"x\"", "a": ["yes", "null", "~", "1e3", "", " x ", "-", "0x1f"]}),
            json!([{"b": [1, -2, 2.5, true, null], "c": {}, "d": []}, "line\nbreak\ttab\u{1b}\u{7f}\u{85}\u{2028}"]),
            json!([
                "trailing \n",
                "\n",
                "a\r\nb",
                "'",
                "\\",
                "{a}",
                "[",
                "*a",
                "&a",
                "!a",
                "%a",
                "@a",
                "2026-01-01"
            ]),
            json!("plain"),
            json!(12_345_678_901_234_567_890_u64),
            json!([]),
        ] {
            let text = serde_saphyr::to_string(&Document::of(&value).unwrap()).unwrap();
            // The document is compared, because the reader for untyped values is that of the simulator's seed files.
            let read: Value = serde_saphyr::from_str(text.trim_end_matches('\n'))
                .unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(read, value, "{text}");
        }
    }
}
