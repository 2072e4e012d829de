//! The fields of a request that its handler did not read. A misspelled field is one of them, and WeCom ignores it
//! without a word.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::request_log::beginning;

/// Maximum number of names, and of bytes of one.
const NAMES_KEPT: usize = 32;
const NAME_KEPT: usize = 128;

/// Notes what a handler reads. A value is identified by its address, because it stays in place during the call.
#[derive(Debug, Default)]
pub(super) struct ReadNotes(RefCell<Vec<usize>>);

impl ReadNotes {
    pub(super) fn note<T>(&self, read: &T) {
        self.0.borrow_mut().push(address(read));
    }

    fn has<T>(&self, value: &T) -> bool {
        self.0.borrow().contains(&address(value))
    }
}

fn address<T>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Returns the fields that were not read, as paths: `?key` in the query, `key`, `key.inner` and `key[0].inner` in the
/// body.
pub(super) fn fields(
    query: &[(String, String)],
    body: Option<&Map<String, Value>>,
    notes: &ReadNotes,
) -> Vec<String> {
    let mut unread = Vec::new();
    for (key, value) in query {
        if key != "access_token" && !notes.has(value) {
            add(&mut unread, &format!("?{key}"));
        }
    }
    if let Some(body) = body {
        add_unread(&mut unread, body, "", notes);
    }
    unread
}

fn add(unread: &mut Vec<String>, path: &str) {
    if unread.len() < NAMES_KEPT {
        unread.push(beginning(path, NAME_KEPT).to_owned());
    }
}

fn add_unread(unread: &mut Vec<String>, object: &Map<String, Value>, above: &str, notes: &ReadNotes) {
    for (key, value) in object {
        if unread.len() == NAMES_KEPT {
            return;
        }
        // A path longer than what is kept needs no more text.
        let path = beginning(&format!("{above}{key}"), NAME_KEPT).to_owned();
        if !notes.has(value) {
            add(unread, &path);
            continue;
        }
        match value {
            Value::Object(inner) => add_unread_below(unread, inner, &path, notes),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(inner) = item {
                        add_unread_below(unread, inner, &format!("{path}[{index}]"), notes);
                    }
                }
            }
            _ => {}
        }
    }
}

/// An object of which no field was read was taken as a whole.
fn add_unread_below(unread: &mut Vec<String>, object: &Map<String, Value>, path: &str, notes: &ReadNotes) {
    if object.values().any(|value| notes.has(value)) {
        add_unread(unread, object, &format!("{path}."), notes);
    }
}
