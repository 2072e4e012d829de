//! XML helpers for the parts of workbooks.

use quick_xml::{
    XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::package::{Xml, broken};
use crate::{Error, Result};

/// Returns an attribute by its local name. The prefix is ignored.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Error::Workbook(error.to_string()))?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(broken)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Returns the raw attributes of a tag without references. Most elements of a sheet have such tags.
pub(super) fn plain_attributes(attributes: &str) -> impl Iterator<Item = Result<(&str, &str)>> {
    let mut rest = attributes.trim_ascii_start();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((name, value, after)) = plain_attribute(rest) else {
            rest = "";
            return Some(Err(Error::Workbook("an element has an attribute without a value".to_owned())));
        };
        rest = after.trim_ascii_start();
        Some(Ok((name, value)))
    })
}

/// Returns the first name and value of a text, and the rest of the text.
fn plain_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let equals = memchr::memchr(b'=', text.as_bytes())?;
    let value = text[equals + 1..].trim_ascii_start();
    let quote = *value.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &value.as_bytes()[1..])? + 1;
    Some((text[..equals].trim_ascii_end(), &value[1..end], &value[end + 1..]))
}

/// Returns whether an attribute has the value true.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true" | "on"))
}

/// Calls `take` for each start tag, with the names of its ancestors.
pub(super) fn each_element(
    mut xml: Xml,
    take: &mut dyn FnMut(&BytesStart<'_>, &[String]) -> Result<()>,
) -> Result<()> {
    let (mut buffer, mut path) = (Vec::new(), Vec::new());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) => {
                take(&element, &path)?;
                if path.len() == DEPTH {
                    return Err(Error::Workbook("its elements are nested too deeply".to_owned()));
                }
                path.push(element.local_name().as_ref().to_owned());
            }
            Event::Empty(element) => take(&element, &path)?,
            Event::End(_) => drop(path.pop()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Maximum nesting of elements. Valid workbooks have less.
const DEPTH: usize = 64;

/// Appends the text of the reference `&name;`.
pub(super) fn push_reference(reference: &BytesRef<'_>, text: &mut String) -> Result<()> {
    let resolved = match reference.resolve_char_ref().map_err(broken)? {
        Some(one) => Some(one),
        None => match reference.xml10_content().as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        },
    };
    match resolved {
        Some(one) => text.push(one),
        None => return Err(Error::Workbook("it has an unknown XML entity".to_owned())),
    }
    Ok(())
}
