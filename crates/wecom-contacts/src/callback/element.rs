//! The decrypted XML of a message as a small tree, with conversions between elements and values.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event as Token};
use serde::{Deserialize, Serialize};

use crate::{AgentId, CorpId, DepartmentId, ErrorCode, JobId, TagId, UserId};

/// Maximum depth. Official messages have at most four levels.
const MAX_DEPTH: usize = 16;

/// Maximum number of elements, to bound the memory: a node takes twenty times the bytes of the shortest element. The
/// longest official lists have some hundred elements.
const MAX_ELEMENTS: usize = 10_000;

/// The reason why a message is not a tree of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

const MALFORMED: Unreadable = Unreadable("it is not well-formed XML");
const TOO_DEEP: Unreadable = Unreadable("it is nested deeper than 16 levels");
const TOO_LONG: Unreadable = Unreadable("it has more than 10,000 elements");
const DTD: Unreadable = Unreadable("it holds a DTD");

type Result<T> = std::result::Result<T, Unreadable>;

/// One element of a message as it was sent, with text (CDATA or not) or children.
///
/// `Debug` shows only the names.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Element {
    /// Name of the element, without a namespace prefix.
    pub name: String,
    /// Text of the element; empty if it has children.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Child elements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Self>,
}

impl Element {
    /// Creates an element with a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), children: Vec::new() }
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.children.is_empty() {
            f.debug_list().entries(&self.children).finish()?;
        }
        Ok(())
    }
}

/// An element that borrows its names and texts from the message.
pub(super) struct Node<'a> {
    start: BytesStart<'a>,
    pub(super) text: Cow<'a, str>,
    pub(super) children: Vec<Self>,
}

impl<'a> Node<'a> {
    /// Parses a message and returns its root.
    pub(super) fn parse(xml: &'a str) -> Result<Self> {
        let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Open<'a>> = Vec::with_capacity(4);
        let mut root = None;
        let mut elements = 0;
        loop {
            match reader.read_event().map_err(|_| MALFORMED)? {
                Token::Start(start) => {
                    elements += 1;
                    if open.len() == MAX_DEPTH {
                        return Err(TOO_DEEP);
                    }
                    if elements > MAX_ELEMENTS {
                        return Err(TOO_LONG);
                    }
                    if root.is_some() || !is_name(start.local_name().into_inner()) {
                        return Err(MALFORMED);
                    }
                    open.push(Open::new(start));
                }
                Token::End(_) => {
                    let node = open.pop().ok_or(MALFORMED)?.close();
                    match open.last_mut() {
                        Some(parent) => parent.node.children.push(node),
                        None => root = Some(node),
                    }
                }
                Token::Text(text) => match open.last_mut() {
                    Some(open) => open.text(text.xml10_content()),
                    None if text.trim_ascii().is_empty() => {}
                    None => return Err(MALFORMED),
                },
                Token::CData(text) => open.last_mut().ok_or(MALFORMED)?.cdata(text.xml10_content()),
                Token::GeneralRef(reference) => {
                    open.last_mut().ok_or(MALFORMED)?.append(resolve(&reference)?);
                }
                Token::DocType(_) => return Err(DTD),
                Token::Eof if open.is_empty() => return root.ok_or(MALFORMED),
                Token::Eof => return Err(MALFORMED),
                Token::Empty(_) | Token::Comment(_) | Token::Decl(_) | Token::PI(_) => {}
            }
        }
    }

    /// Returns the name, without a namespace prefix.
    pub(super) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| &*child.text)
    }

    /// Reads the element of this name as `T`. [`Value`] defines the result for an absent element.
    pub(super) fn value<T: Value>(&self, name: &str) -> Option<T> {
        T::read(self.child(name))
    }

    pub(super) fn to_element(&self) -> Element {
        Element {
            name: self.name().to_owned(),
            text: self.text.clone().into_owned(),
            children: self.children.iter().map(Self::to_element).collect(),
        }
    }
}

/// Resolves the five named entities and character references. Without a DTD, these are the only ones. A number that is
/// not a valid character, such as an unpaired surrogate, becomes U+FFFD.
fn resolve<'a>(reference: &BytesRef<'_>) -> Result<Cow<'a, str>> {
    if let Some(text) = resolve_xml_entity(reference) {
        return Ok(text.into());
    }
    let number = reference.strip_prefix('#').ok_or(MALFORMED)?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(MALFORMED);
    }
    let character = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let character = character.filter(|character| *character != '\0').unwrap_or(char::REPLACEMENT_CHARACTER);
    Ok(String::from(character).into())
}

/// An element whose end tag was not read yet.
struct Open<'a> {
    node: Node<'a>,
    has_cdata: bool,
}

impl<'a> Open<'a> {
    fn new(start: BytesStart<'a>) -> Self {
        Self { node: Node { start, text: Cow::Borrowed(""), children: Vec::new() }, has_cdata: false }
    }

    fn text(&mut self, piece: Cow<'a, str>) {
        // White space beside a CDATA section comes from a pretty-printer.
        if !(self.has_cdata && piece.trim_ascii().is_empty()) {
            self.append(piece);
        }
    }

    fn cdata(&mut self, piece: Cow<'a, str>) {
        if !self.has_cdata && self.node.text.trim_ascii().is_empty() {
            self.node.text = Cow::Borrowed("");
        }
        self.has_cdata = true;
        self.append(piece);
    }

    fn append(&mut self, piece: Cow<'a, str>) {
        if self.node.text.is_empty() {
            self.node.text = piece;
        } else if !piece.is_empty() {
            self.node.text.to_mut().push_str(&piece);
        }
    }

    fn close(mut self) -> Node<'a> {
        if !self.node.children.is_empty() {
            self.node.text = Cow::Borrowed("");
        } else if !self.has_cdata {
            self.node.text = match self.node.text {
                Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
                Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
            };
        }
        self.node
    }
}

/// Returns whether XML allows this name for an element, without a prefix. The check is needed because the parser
/// accepts any text up to a blank, and the name is later written into XML.
fn is_name(name: &str) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii();
    let goes_on = |byte: u8| begins(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    name.bytes().next().is_some_and(begins) && name.bytes().all(goes_on)
}

/// A message that is being written.
#[derive(Default)]
pub(super) struct Xml(pub(super) String);

impl Xml {
    pub(super) fn open(&mut self, name: &str) {
        write!(self.0, "<{name}>").expect("a String takes everything");
    }

    pub(super) fn close(&mut self, name: &str) {
        write!(self.0, "</{name}>").expect("a String takes everything");
    }

    /// Writes text in a CDATA section, as WeCom writes strings. A `]]>` inside the text is split over two sections.
    pub(super) fn cdata(&mut self, name: &str, text: &str) {
        // XML parsers replace a bare carriage return by a line feed, also in CDATA.
        let text = text.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
        write!(self.0, "<{name}><![CDATA[{text}]]></{name}>").expect("a String takes everything");
    }

    /// Writes a number or a fixed word without CDATA, as WeCom does.
    pub(super) fn bare(&mut self, name: &str, text: impl fmt::Display) {
        write!(self.0, "<{name}>{text}</{name}>").expect("a String takes everything");
    }

    pub(super) fn element(&mut self, element: &Element) {
        if element.children.is_empty() {
            self.cdata(&element.name, &element.text);
        } else {
            self.open(&element.name);
            for child in &element.children {
                self.element(child);
            }
            self.close(&element.name);
        }
    }
}

/// A value that one element holds.
pub(super) trait Value: Sized {
    /// Reads the value. Returns the default of the type if the element is optional and absent. Returns `None` if the
    /// element is required and absent, or if its text is invalid.
    fn read(node: Option<&Node<'_>>) -> Option<Self>;

    fn write(&self, name: &str, xml: &mut Xml);
}

/// An invalid value counts as absent. Slim events omit most fields, and one invalid value must not make the whole event
/// unusable.
impl<T: Value> Value for Option<T> {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        Some(node.and_then(|node| T::read(Some(node))))
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        if let Some(value) = self {
            value.write(name, xml);
        }
    }
}

impl Value for String {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        Some(node?.text.clone().into_owned())
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        xml.cdata(name, self);
    }
}

impl Value for SystemTime {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        Self::UNIX_EPOCH.checked_add(Duration::from_secs(node?.text.parse().ok()?))
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        let since = self.duration_since(Self::UNIX_EPOCH).unwrap_or_default();
        xml.bare(name, since.as_secs());
    }
}

/// A comma-separated list. An absent element gives an empty list; `Option<Vec<_>>` distinguishes the two.
impl<T: Item> Value for Vec<T> {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        let Some(node) = node else {
            return Some(Self::new());
        };
        let items = node.text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Some(items.filter_map(T::from_text).collect())
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        let items: Vec<String> = self.iter().map(T::to_text).collect();
        xml.cdata(name, &items.join(","));
    }
}

/// A value that can be an item of a comma-separated list.
pub(super) trait Item: Sized {
    fn from_text(text: &str) -> Option<Self>;

    fn to_text(&self) -> String;
}

impl Item for bool {
    fn from_text(text: &str) -> Option<Self> {
        Some(text == "1")
    }

    fn to_text(&self) -> String {
        u8::from(*self).to_string()
    }
}

impl Item for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_text(&self) -> String {
        self.clone()
    }
}

/// Text ids. An empty text is not an id.
macro_rules! text_values {
    ($($type:ident),*) => {$(
        impl Item for $type {
            fn from_text(text: &str) -> Option<Self> {
                Some(Self::from(text)).filter(|id| !id.as_str().is_empty())
            }

            fn to_text(&self) -> String {
                self.as_str().to_owned()
            }
        }

        impl Value for $type {
            fn read(node: Option<&Node<'_>>) -> Option<Self> {
                Self::from_text(&node?.text)
            }

            fn write(&self, name: &str, xml: &mut Xml) {
                xml.cdata(name, self.as_str());
            }
        }
    )*};
}

macro_rules! number_values {
    ($($type:ident),*) => {$(
        impl Item for $type {
            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }

            fn to_text(&self) -> String {
                self.0.to_string()
            }
        }

        impl Value for $type {
            fn read(node: Option<&Node<'_>>) -> Option<Self> {
                Self::from_text(&node?.text)
            }

            fn write(&self, name: &str, xml: &mut Xml) {
                xml.bare(name, self.0);
            }
        }
    )*};
}

text_values!(CorpId, JobId, UserId);
number_values!(AgentId, DepartmentId, ErrorCode, TagId);

impl Value for u32 {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        node?.text.parse().ok()
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        xml.bare(name, self);
    }
}

/// Declares the element name of each field, for reading and writing. If the element of a required field is absent,
/// reading the whole struct fails. Only ids should be required.
macro_rules! elements {
    ($type:ident { $($field:ident: $name:literal),* $(,)? }) => {
        impl $type {
            pub(in crate::callback) fn read(node: &$crate::callback::element::Node<'_>) -> Option<Self> {
                Some(Self { $($field: node.value($name)?),* })
            }

            pub(in crate::callback) fn write(&self, xml: &mut $crate::callback::element::Xml) {
                use $crate::callback::element::Value as _;
                $(self.$field.write($name, xml);)*
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_cdata_are_the_same_however_they_are_laid_out() {
        for xml in [
            "<xml><A>x y</A><B/></xml>",
            "<xml><A><![CDATA[x y]]></A><B></B></xml>",
            "\u{feff}<?xml version=\"1.0\"?>\n<xml>\n\t<A>\n\t\t<![CDATA[x y]]>\n\t</A>\n\t<B>\n</B>\n</xml>\n",
            "<w:xml xmlns:w=\"urn:w\"><w:A a=\"1\">x&#32;<![CDATA[y]]></w:A><w:B><!-- nothing --></w:B></w:xml>",
        ] {
            let root = Node::parse(xml).unwrap();
            assert_eq!(root.name(), "xml", "{xml}");
            assert_eq!(root.text("A"), Some("x y"), "{xml}");
            assert_eq!(root.text("B"), Some(""), "{xml}");
            assert_eq!(root.children.len(), 2, "{xml}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = " \r]]> & < > \" ' \u{2028}王芳\r\n\r";
        let mut xml = Xml::default();
        xml.open("xml");
        xml.cdata("A", text);
        xml.close("xml");
        assert_eq!(Node::parse(&xml.0).unwrap().text("A"), Some(text));
    }

    #[test]
    fn a_dtd_a_second_root_and_endless_messages_are_refused() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let long = format!("<a>{}</a>", "<b/>".repeat(10_000));
        for xml in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a/>&lt;",
            "<![CDATA[x]]><a/>",
            "<!DOCTYPE a><a/>",
            "<a><!DOCTYPE a></a>",
            "<a>&b;</a>",
            "<a>&#;</a>",
            "<a>&#x;</a>",
            "<a>&#1a;</a>",
            "<a>&#-1;</a>",
            "<a>&</a>",
            "<a>A & B</a>",
            &deep,
            &long,
        ] {
            let start: String = xml.chars().take(40).collect();
            assert!(Node::parse(xml).is_err(), "{start}");
        }
    }

    #[test]
    fn trap_43_characters_that_xml_forbids_cost_nothing_but_themselves() {
        for (xml, text) in [
            ("<xml><A>a&#20;b&#x9;c</A></xml>", "a\u{14}b\tc"),
            (
                "<xml><A>a&#0;&#xD83D;&#x110000;&#99999999999999999999;b</A></xml>",
                "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b",
            ),
            ("<xml><A>a\u{0}\u{14}\u{fffe}\u{fffd}b</A></xml>", "a\u{0}\u{14}\u{fffe}\u{fffd}b"),
            ("<xml><A><![CDATA[a\u{1}&#0;b]]></A></xml>", "a\u{1}&#0;b"),
            ("<xml><A>&#x1F600;&#128512;</A></xml>", "😀😀"),
        ] {
            assert_eq!(Node::parse(xml).unwrap().text("A"), Some(text), "{xml}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = |xml: &str| Node::parse(xml).err().map(|Unreadable(why)| why);
        assert_eq!(why(&"<a>".repeat(17)), Some("it is nested deeper than 16 levels"));
        assert_eq!(
            why(&format!("<a>{}</a>", "<b/>".repeat(10_000))),
            Some("it has more than 10,000 elements")
        );
        assert_eq!(why("<!DOCTYPE a><a/>"), Some("it holds a DTD"));
        assert_eq!(why("hello"), Some("it is not well-formed XML"));
        assert_eq!(why("<a/>"), None);
    }

    #[test]
    fn debug_shows_names_only() {
        let root = Node::parse("<xml><UserID>wangfang</UserID><A><B>secret</B></A></xml>").unwrap();
        assert_eq!(format!("{:?}", root.to_element()), "xml[UserID, A[B]]");
    }

    proptest! {
        #[test]
        fn any_text_is_a_tree_or_an_error(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<a>", "</a>", "<b:c>", "</b:c>", "<王/>", "<:/>", "< >", "<![CDATA[", "]]>", "&lt;", "&#0;", "&", "<", ">",
                "<!--", "-->", "<?", "?>", "<!DOCTYPE", "x", "王", "\r\n", "\"", "=", "/",
            ]),
            0..24,
        )) {
            let xml = pieces.concat();
            if let Ok(root) = Node::parse(&xml) {
                prop_assert!(xml.contains(root.name()));
            }
        }
    }
}
