//! The arguments of a call, read as leniently as WeCom reads them.
//!
//! A body that is not JSON, or a field with a wrong type, counts as absent. The `errmsg` of the reply then has
//! `Warning: wrong json format.` (doc 90313). A quoted number is accepted as a number, as recorded live.

use std::cell::Cell;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value};

use super::{
    incoming::Incoming,
    unread::{self, ReadNotes},
};

/// The arguments: the query of a GET, the JSON body of a POST, the form of an upload.
#[derive(Debug, Default)]
pub(crate) struct Args {
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Map<String, Value>>,
    pub(super) notes: ReadNotes,
    /// The parts of a multipart form.
    pub(crate) parts: Vec<Part>,
    misread: Cell<bool>,
    /// A quoted number, or a single number in place of a list, counts as absent.
    strict_numbers: Cell<bool>,
}

/// The kind of a call's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    None,
    Json,
    /// A multipart form, which is not read as JSON.
    Form,
}

/// One part of a multipart form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: Option<String>,
    pub(crate) file_name: Option<String>,
    /// `filelength`, a parameter that WeCom adds beside `filename`.
    pub(crate) declared_length: Option<u64>,
    pub(crate) bytes: Bytes,
}

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

impl Args {
    pub(crate) async fn read(incoming: &Incoming, body: BodyKind) -> Self {
        let query = pairs(incoming.uri.query().unwrap_or_default());
        let mut args = Self { query, ..Self::default() };
        if body == BodyKind::None {
            return args;
        }
        let content_type =
            incoming.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if let Some(boundary) = content_type.and_then(|value| multer::parse_boundary(value).ok()) {
            args.parts = parts(incoming.body.clone(), boundary).await;
            return args;
        }
        if body == BodyKind::Form {
            // A form without a boundary has no parts.
            return args;
        }
        args.body = Some(match serde_json::from_slice(&incoming.body) {
            Ok(Value::Object(map)) => map,
            _ => {
                // A call without fields may have an empty body.
                args.misread.set(!incoming.body.is_empty());
                Map::new()
            }
        });
        args
    }

    /// Returns the token from the query, before the body is read.
    pub(crate) fn query_of(uri: &http::Uri, key: &str) -> Option<String> {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        pairs.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    }

    /// Returns the token, which is always in the query.
    pub(crate) fn access_token(&self) -> Option<&str> {
        self.query("access_token")
    }

    /// Returns the paths of the fields that no handler has read.
    pub(super) fn unread(&self) -> Vec<String> {
        unread::fields(&self.query, self.body.as_ref(), &self.notes)
    }

    /// Returns a value of the query, for every method.
    pub(crate) fn query(&self, key: &str) -> Option<&str> {
        let (_, value) = self.query.iter().find(|(name, _)| name == key)?;
        self.notes.note(value);
        Some(value)
    }

    /// Returns the pairs of the query in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether a part of the body was invalid.
    pub(crate) fn is_misread(&self) -> bool {
        self.misread.get()
    }

    /// Adds the warning about the body to the reply.
    pub(crate) fn note_misread(&self) {
        self.misread.set(true);
    }

    /// Reads numbers only as the official pages write them.
    pub(crate) fn set_strict_numbers(&self, strict: bool) {
        self.strict_numbers.set(strict);
    }

    pub(crate) fn has_strict_numbers(&self) -> bool {
        self.strict_numbers.get()
    }

    /// Returns the JSON value of a key of the body; `null` counts as absent.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.body()?.value(key)
    }

    /// Returns a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.body() {
            None => self.query(key),
            Some(body) => body.text(key),
        }
    }

    /// Returns a whole number.
    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        match self.body() {
            None => self.query(key)?.trim().parse().ok(),
            Some(body) => body.integer(key),
        }
    }

    /// Returns a boolean, which may also be written as 0 or 1.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.body() {
            None => Some(matches!(self.query(key)?, "1" | "true")),
            Some(body) => body.flag(key),
        }
    }

    /// Returns a list of texts. One element with another type makes the whole list absent.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<&str>> {
        self.body()?.texts(key)
    }

    /// Returns a list of whole numbers.
    pub(crate) fn integers(&self, key: &str) -> Option<Vec<i64>> {
        self.body()?.integers(key)
    }

    /// Returns a list of whole numbers; a single number counts as a list.
    pub(crate) fn integers_or_one(&self, key: &str) -> Option<Vec<i64>> {
        self.body()?.integers_or_one(key)
    }

    /// Returns an object.
    pub(crate) fn fields(&self, key: &str) -> Option<Fields<'_>> {
        self.body()?.fields(key)
    }

    pub(crate) fn has_body(&self) -> bool {
        self.body.is_some()
    }

    fn body(&self) -> Option<Fields<'_>> {
        let strict_numbers = self.strict_numbers.get();
        let map = self.body.as_ref()?;
        Some(Fields { map, misread: &self.misread, notes: &self.notes, strict_numbers })
    }
}

/// The fields of a JSON object. A field with a wrong type counts as absent and is noted for the warning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    misread: &'a Cell<bool>,
    notes: &'a ReadNotes,
    strict_numbers: bool,
}

impl<'a> Fields<'a> {
    fn misread<T>(&self) -> Option<T> {
        self.misread.set(true);
        None
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        let value = self.map.get(key)?;
        self.notes.note(value);
        Some(value).filter(|value| !value.is_null())
    }

    /// Returns a text.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        match self.value(key)? {
            Value::String(text) => Some(text),
            _ => self.misread(),
        }
    }

    /// Returns a whole number.
    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        match self.whole_number(self.value(key)?) {
            Some(number) => Some(number),
            None => self.misread(),
        }
    }

    /// Accepts a quoted number too, without a warning.
    fn whole_number(&self, value: &Value) -> Option<i64> {
        match value {
            Value::String(text) if !self.strict_numbers => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) if matches!(number.as_i64(), Some(0 | 1)) => {
                Some(number.as_i64() == Some(1))
            }
            _ => self.misread(),
        }
    }

    /// Returns a list of texts. One element with another type makes the whole list absent.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<&'a str>> {
        self.list(key, Value::as_str)
    }

    fn integers(&self, key: &str) -> Option<Vec<i64>> {
        self.list(key, |item| self.whole_number(item))
    }

    /// Accepts a single number as a list of one; a quoted one causes the warning (recorded live).
    fn integers_or_one(&self, key: &str) -> Option<Vec<i64>> {
        let value = self.value(key)?;
        if value.is_array() {
            return self.integers(key);
        }
        if value.is_string() {
            self.misread.set(true);
        }
        match self.whole_number(value) {
            Some(number) if !self.strict_numbers => Some(vec![number]),
            _ => self.misread(),
        }
    }

    /// Returns an object.
    pub(crate) fn fields(&self, key: &str) -> Option<Self> {
        match self.value(key)? {
            Value::Object(map) => Some(Self { map, ..*self }),
            _ => self.misread(),
        }
    }

    /// Returns a list of objects.
    pub(crate) fn objects(&self, key: &str) -> Option<Vec<Self>> {
        self.list(key, |item| Some(Self { map: item.as_object()?, ..*self }))
    }

    fn list<T>(&self, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<Vec<T>> {
        let Value::Array(items) = self.value(key)? else {
            return self.misread();
        };
        match items.iter().map(read).collect() {
            Some(list) => Some(list),
            None => self.misread(),
        }
    }
}

/// Reads the parts of a form. A broken form returns the parts before the error, as on the real server.
async fn parts(body: Bytes, boundary: String) -> Vec<Part> {
    let mut form = multer::Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
    let mut parts = Vec::new();
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().map(str::to_owned);
        let disposition = field
            .headers()
            .get(http::header::CONTENT_DISPOSITION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let file_name = field.file_name().map(str::to_owned).or_else(|| extended_file_name(&disposition));
        let Ok(bytes) = field.bytes().await else { break };
        parts.push(Part {
            name,
            file_name,
            declared_length: parameter(&disposition, "filelength").and_then(|text| text.parse().ok()),
            bytes,
        });
    }
    parts
}

/// Returns a parameter of a Content-Disposition that the form parser does not know.
fn parameter<'a>(disposition: &'a str, name: &str) -> Option<&'a str> {
    disposition.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches('"'))
    })
}

/// Returns the value of `filename*=UTF-8''…`, the encoding for names outside ASCII (RFC 8187).
fn extended_file_name(disposition: &str) -> Option<String> {
    let (_, encoded) = parameter(disposition, "filename*")?.split_once("''")?;
    Some(percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned())
}
