//! JSON objects as rows: one on each line or in one array, as `txl export` writes them.
//!
//! Objects can have different keys, but a file has one set of columns. The file is therefore read twice, first for the keys.

use std::io::{BufRead, BufReader};

use indexmap::IndexSet;
use serde_json::Value;
use wecom_json::OrderedFields;

use crate::{Error, Kind, OtherFile, Result, Row, encoding, row::COLUMNS, source::Text};

/// Maximum size of an object.
const OBJECT_BYTES: usize = 4 << 20;

/// The key of the extended attributes (扩展属性).
const EXTATTR: &str = "extattr";
/// Each extended attribute becomes a column, named by this prefix and the name of the attribute.
const ATTRIBUTE: &str = "extattr.";

/// Returns whether a text is JSON. The first heading of a CSV file never begins with a brace.
///
/// # Errors
///
/// Returns an error if the text is JSON without objects, for example an array of arrays. In CSV, its brackets would become parts of cells.
pub(crate) fn looks_like(mut text: Text) -> Result<bool> {
    let mut head = [0; 4096];
    let read = encoding::fill(&mut text, &mut head)?;
    let head = head[..read].trim_ascii_start();
    Ok(match head {
        [b'{', ..] => true,
        [b'[', rest @ ..] => match rest.trim_ascii_start() {
            [b'{' | b']', ..] | [] => true,
            [b'[' | b'"', ..] => return Err(Error::NotASheet { what: OtherFile::JsonWithoutObjects }),
            _ => false,
        },
        _ => false,
    })
}

/// The rows of a text: first the keys, on line 0, then the values of each object.
pub(crate) struct Rows {
    keys: IndexSet<String>,
    values: Vec<Option<Value>>,
    are_keys_given: bool,
    objects: Objects,
}

impl Rows {
    /// Reads the keys of all objects, then returns to the first object.
    pub(crate) fn open(text: impl Fn() -> Result<Text>) -> Result<Self> {
        let mut keys = IndexSet::new();
        let mut objects = Objects::new(text()?);
        while let Some((line, object)) = objects.next_object()? {
            for (key, _) in parsed(object, line)? {
                keys.insert(key);
            }
            if keys.len() > COLUMNS {
                return Err(Error::TooWide { line });
            }
        }
        if keys.is_empty() {
            return Err(Error::Empty);
        }
        let values = vec![None; keys.len()];
        Ok(Self { keys, values, are_keys_given: false, objects: Objects::new(text()?) })
    }

    /// Reads the next row that is not blank. Returns false at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        if !self.are_keys_given {
            self.are_keys_given = true;
            row.start(0);
            self.keys.iter().for_each(|key| row.push(Kind::Text, key));
            return Ok(true);
        }
        while let Some((line, object)) = self.objects.next_object()? {
            self.values.fill(None);
            for (key, value) in parsed(object, line)? {
                if let Some(at) = self.keys.get_index_of(&key) {
                    self.values[at] = Some(value);
                }
            }
            row.start(line);
            for value in &self.values {
                match value {
                    Some(value) => push(row, value),
                    None => row.push(Kind::Absent, ""),
                }
            }
            if !row.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn push(row: &mut Row, value: &Value) {
    match value {
        // Programs write `null` for an unknown value.
        Value::Null => row.push(Kind::Absent, ""),
        Value::Bool(value) => row.push(Kind::Bool(*value), if *value { "TRUE" } else { "FALSE" }),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            row.push_shown(Kind::Number(number), number);
        }
        Value::Number(number) => row.push_shown(Kind::Text, number),
        Value::String(text) => row.push(Kind::Text, text),
        Value::Array(items) if !items.iter().any(|item| item.is_array() || item.is_object()) => {
            let texts = items.iter().map(|item| match item {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            });
            row.push(Kind::Text, &texts.collect::<Vec<_>>().join(";"));
        }
        other => row.push_shown(Kind::Text, other),
    }
}

/// Returns the fields of an object in their order, with its extended attributes as fields.
fn parsed(object: &[u8], line: u64) -> Result<Vec<(String, Value)>> {
    let OrderedFields(fields) = serde_json::from_slice::<OrderedFields<Value>>(object)
        .map_err(|source| Error::Json { line, source: Some(source) })?;
    if fields.iter().all(|(key, _)| key != EXTATTR) {
        return Ok(fields);
    }
    let mut plain = Vec::with_capacity(fields.len());
    for (key, value) in fields {
        match key.as_str() {
            EXTATTR => push_text_attributes(&value, &mut plain),
            _ => plain.push((key, value)),
        }
    }
    Ok(plain)
}

/// Adds the attributes of type text. An import file cannot contain other types.
fn push_text_attributes(extattr: &Value, fields: &mut Vec<(String, Value)>) {
    for attribute in extattr["attrs"].as_array().into_iter().flatten() {
        let Some(name) = attribute["name"].as_str() else { continue };
        let text = match &attribute["text"]["value"] {
            Value::Null => &attribute["value"],
            text => text,
        };
        if text.is_string() {
            fields.push((format!("{ATTRIBUTE}{name}"), text.clone()));
        }
    }
}

/// Splits a text into its outermost objects.
struct Objects {
    text: BufReader<Text>,
    object: Vec<u8>,
    line: u64,
}

impl Objects {
    fn new(text: Text) -> Self {
        Self { text: BufReader::with_capacity(64 << 10, text), object: Vec::new(), line: 1 }
    }

    /// Returns the next object and the line on which it begins. Commas, brackets and blanks separate objects.
    fn next_object(&mut self) -> Result<Option<(u64, &[u8])>> {
        self.object.clear();
        let mut begins = self.line;
        let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
        loop {
            let bytes = self.text.fill_buf()?;
            if bytes.is_empty() {
                return if depth == 0 { Ok(None) } else { Err(Error::Json { line: begins, source: None }) };
            }
            let mut at = 0;
            let mut start = (depth > 0).then_some(0);
            let mut is_whole = false;
            while at < bytes.len() && !is_whole {
                let byte = bytes[at];
                at += 1;
                if byte == b'\n' {
                    self.line += 1;
                }
                if in_string {
                    match byte {
                        _ if is_escaped => is_escaped = false,
                        b'\\' => is_escaped = true,
                        b'"' => in_string = false,
                        _ => {}
                    }
                    continue;
                }
                match byte {
                    b'{' => {
                        if depth == 0 {
                            start = Some(at - 1);
                            begins = self.line;
                        }
                        depth += 1;
                    }
                    b'}' if depth > 0 => {
                        depth -= 1;
                        is_whole = depth == 0;
                    }
                    b'"' if depth > 0 => in_string = true,
                    _ if depth > 0 => {}
                    b',' | b'[' | b']' | b' ' | b'\t' | b'\r' | b'\n' => {}
                    _ => return Err(Error::Json { line: self.line, source: None }),
                }
            }
            if let Some(start) = start {
                self.object.extend_from_slice(&bytes[start..at]);
            }
            self.text.consume(at);
            if is_whole {
                return Ok(Some((begins, &self.object)));
            }
            if self.object.len() > OBJECT_BYTES {
                return Err(Error::EndlessRow { line: begins });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Result<Vec<(u64, Vec<String>)>> {
        let mut rows = Rows::open(|| Ok(Box::new(text.as_bytes())))?;
        let (mut read, mut row) = (Vec::new(), Row::default());
        while rows.next_row(&mut row)? {
            read.push((row.line(), row.texts().map(str::to_owned).collect()));
        }
        Ok(read)
    }

    #[test]
    fn objects_in_lines_and_in_an_array_are_the_same_rows() {
        let lines =
            "{\"userid\":\"a\",\"department\":[1,2]}\n{\"name\":\"}\\\"{\",\"userid\":\"b\",\"x\":null}\n";
        let rows = read(lines).unwrap();
        assert_eq!(rows[0], (0, ["userid", "department", "name", "x"].map(str::to_owned).to_vec()));
        assert_eq!(rows[1], (1, ["a", "1;2", "", ""].map(str::to_owned).to_vec()));
        assert_eq!(rows[2], (2, ["b", "", "}\"{", ""].map(str::to_owned).to_vec()));
        let array = "[\n {\"userid\":\"a\",\"department\":[1,2]},\n {\"name\":\"}\\\"{\",\"userid\":\"b\",\"x\":null}\n]\n";
        let shifted: Vec<_> = read(array).unwrap().into_iter().map(|(_, cells)| cells).collect();
        assert_eq!(shifted, rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>());
    }

    #[test]
    fn attributes_are_columns_and_numbers_keep_their_digits() {
        let text = r#"{"userid":13800000001,"extattr":{"attrs":[{"type":0,"name":"工号","text":{"value":"A-17"}},{"type":1,"name":"主页","web":{"url":"u"}}]},"enable":true}"#;
        let rows = read(text).unwrap();
        assert_eq!(rows[0].1, ["userid", "extattr.工号", "enable"]);
        assert_eq!(rows[1].1, ["13800000001", "A-17", "TRUE"]);
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_line() {
        assert!(matches!(read("{\"a\":1}\nnonsense"), Err(Error::Json { line: 2, .. })));
        assert!(matches!(read("{\"a\":1}\n{\"a\":"), Err(Error::Json { line: 2, .. })));
        assert!(matches!(read("{\"a\":1}\n{'a':1}\n"), Err(Error::Json { line: 2, .. })));
        assert!(matches!(read("[]"), Err(Error::Empty)));
    }
}
