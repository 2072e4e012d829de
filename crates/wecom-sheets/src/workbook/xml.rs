//! What the parts of workbooks have in common as XML.

use quick_xml::{
    XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::package::{Xml, broken};
use crate::{Error, Result};

/// An attribute by its local name, whatever its prefix.
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

/// The attributes of a tag as they are written, for those that have no references in them. Most of a sheet is such elements.
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

/// The name and the value that a text begins with, and what follows.
fn plain_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let equals = memchr::memchr(b'=', text.as_bytes())?;
    let value = text[equals + 1..].trim_ascii_start();
    let quote = *value.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &value.as_bytes()[1..])? + 1;
    Some((text[..equals].trim_ascii_end(), &value[1..end], &value[end + 1..]))
}

/// Whether an attribute says yes.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true" | "on"))
}

/// Shows each element that begins, with what is in its tag.
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
                    return Err(Error::Workbook("its elements are nested too deep".to_owned()));
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

/// No part of a workbook nests deeper.
const DEPTH: usize = 64;

/// Adds what `&name;` stands for.
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
        None => return Err(Error::Workbook("it has an entity that no workbook has".to_owned())),
    }
    Ok(())
}
