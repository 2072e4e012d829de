//! The outer XML of a callback delivery and of a passive reply (被动回复). Elements are read by name, in any order.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

use crate::signature::Signature;
use crate::{Error, Result};

/// Maximum depth of elements. An envelope has two levels.
const MAX_DEPTH: usize = 16;

const MALFORMED: Error = Error::Xml { reason: "not well-formed XML" };

/// The body of a delivery (POST): the addressee and the ciphertext.
///
/// Trust the content only after the signature of [`encrypt`](Self::encrypt) has been verified. The two ids are not
/// signed.
///
/// Official: [接收消息与事件](https://developer.work.weixin.qq.com/document/path/90238)
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// Corp id, or the suite id for a third-party suite.
    pub to_user_name: Option<Cow<'a, str>>,
    /// Receiving app. It is absent or empty in deliveries that belong to no app, such as those of the contacts
    /// assistant (通讯录同步助手).
    pub agent_id: Option<Cow<'a, str>>,
    /// Base64 ciphertext.
    pub encrypt: Cow<'a, str>,
}

impl<'a> Delivery<'a> {
    /// Parses the envelope. Text and CDATA are equivalent. Unknown elements, attributes and namespace prefixes are
    /// ignored. Invalid UTF-8 in the two ids is replaced by U+FFFD, because the ciphertext may still be intact.
    ///
    /// # Errors
    ///
    /// [`Error::Xml`] if the body is malformed XML, contains a DTD, has more than 16 levels, or contains another number
    /// of `Encrypt` elements than one. The same error is returned if the ciphertext is invalid UTF-8.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        let [to_user_name, agent_id, encrypt] = children(body, ["ToUserName", "AgentID", "Encrypt"])?;
        let encrypt = encrypt.ok_or(Error::Xml { reason: "no Encrypt element" })?;
        if encrypt.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Error::Xml { reason: "the ciphertext is not UTF-8" });
        }
        Ok(Self { to_user_name, agent_id, encrypt })
    }

    /// Writes the envelope in WeCom's format.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = String::with_capacity(self.encrypt.len() + 160);
        xml.push_str("<xml>");
        if let Some(id) = &self.to_user_name {
            cdata(&mut xml, "ToUserName", id);
        }
        if let Some(id) = &self.agent_id {
            cdata(&mut xml, "AgentID", id);
        }
        cdata(&mut xml, "Encrypt", &self.encrypt);
        xml.push_str("</xml>");
        xml
    }
}

/// A passive reply: the encrypted answer in the body of the HTTP response, as WeCom parses it.
///
/// Messages of an app can be answered in this way. Contacts events need no reply.
///
/// Official: [被动回复消息格式](https://developer.work.weixin.qq.com/document/path/90241)
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply<'a> {
    /// Base64 ciphertext.
    pub encrypt: Cow<'a, str>,
    /// Signature over the other three values and the token.
    pub msg_signature: Cow<'a, str>,
    /// Unix seconds, as the digits that were signed.
    pub timestamp: Cow<'a, str>,
    /// Random string, chosen by the sender of the reply.
    pub nonce: Cow<'a, str>,
}

impl<'a> Reply<'a> {
    /// Parses the reply by the rules of [`Delivery::parse`].
    ///
    /// # Errors
    ///
    /// [`Error::Xml`] if the body is not XML or one of the four elements is missing.
    pub fn parse(body: &'a [u8]) -> Result<Self> {
        let [encrypt, msg_signature, timestamp, nonce] =
            children(body, ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"])?;
        Ok(Self {
            encrypt: encrypt.ok_or(Error::Xml { reason: "no Encrypt element" })?,
            msg_signature: msg_signature.ok_or(Error::Xml { reason: "no MsgSignature element" })?,
            timestamp: timestamp.ok_or(Error::Xml { reason: "no TimeStamp element" })?,
            nonce: nonce.ok_or(Error::Xml { reason: "no Nonce element" })?,
        })
    }
}

/// Writes a passive reply. The element name must be `TimeStamp`, and its value is in seconds.
pub(crate) fn reply(encrypt: &str, signature: &Signature, timestamp: &str, nonce: &str) -> String {
    let mut xml = String::with_capacity(encrypt.len() + nonce.len() + 200);
    xml.push_str("<xml>");
    cdata(&mut xml, "Encrypt", encrypt);
    cdata(&mut xml, "MsgSignature", signature.as_str());
    write!(xml, "<TimeStamp>{timestamp}</TimeStamp>").expect("a String takes everything");
    cdata(&mut xml, "Nonce", nonce);
    xml.push_str("</xml>");
    xml
}

fn cdata(xml: &mut String, name: &str, text: &str) {
    // "]]>" would end the section early, so it is split over two sections.
    let text = text.replace("]]>", "]]]]><![CDATA[>");
    write!(xml, "<{name}><![CDATA[{text}]]></{name}>").expect("a String takes everything");
}

/// Returns the text of the named children of the root. A text that is in one piece is borrowed.
fn children<'a, const N: usize>(body: &'a [u8], names: [&str; N]) -> Result<[Option<Cow<'a, str>>; N]> {
    match String::from_utf8_lossy(body) {
        Cow::Borrowed(text) => children_of(text, names),
        Cow::Owned(text) => {
            let found = children_of(&text, names)?;
            Ok(found.map(|text| text.map(|text| Cow::Owned(text.into_owned()))))
        }
    }
}

fn children_of<'a, const N: usize>(text: &'a str, names: [&str; N]) -> Result<[Option<Cow<'a, str>>; N]> {
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    let mut found = [const { None }; N];
    // Depth 1 is the root and depth 2 its children. `wanted` is the index of the current child in `names`.
    let (mut depth, mut wanted, mut complete) = (0_usize, None, false);
    loop {
        let piece = match reader.read_event().map_err(|_| MALFORMED)? {
            Event::Start(_) if complete || depth == MAX_DEPTH => return Err(MALFORMED),
            Event::Start(start) => {
                depth += 1;
                if depth == 2 {
                    let name = start.local_name().into_inner();
                    wanted = names.iter().position(|wanted| *wanted == name);
                    if let Some(index) = wanted
                        && found[index].replace(Cow::Borrowed("")).is_some()
                    {
                        return Err(Error::Xml { reason: "an element is repeated" });
                    }
                }
                continue;
            }
            Event::End(_) => {
                depth -= 1;
                complete = depth == 0;
                continue;
            }
            Event::Text(text) => trim(text.xml10_content()),
            Event::CData(text) => text.xml10_content(),
            Event::GeneralRef(reference) => resolve(&reference)?,
            Event::DocType(_) => {
                return Err(Error::Xml { reason: "a DTD is not accepted" });
            }
            Event::Eof if complete => return Ok(found),
            Event::Eof => return Err(MALFORMED),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match (depth, wanted) {
            (2, Some(index)) => append(&mut found[index], piece),
            (0, _) if !piece.is_empty() => return Err(MALFORMED),
            _ => {}
        }
    }
}

/// Resolves the five named entities and character references. Without a DTD, these are the only ones.
fn resolve<'a>(reference: &BytesRef<'_>) -> Result<Cow<'a, str>> {
    if let Some(text) = resolve_xml_entity(reference) {
        return Ok(text.into());
    }
    match reference.resolve_char_ref() {
        Ok(character) => Ok(String::from(character.ok_or(MALFORMED)?).into()),
        // The number is not a valid character. The delivery is kept, because an id matters less than the ciphertext.
        Err(_) if reference.starts_with('#') => Ok(Cow::Borrowed("\u{fffd}")),
        Err(_) => Err(MALFORMED),
    }
}

fn append<'a>(text: &mut Option<Cow<'a, str>>, piece: Cow<'a, str>) {
    match text {
        Some(whole) if !whole.is_empty() => whole.to_mut().push_str(&piece),
        _ => *text = Some(piece),
    }
}

/// Removes the white space that pretty-printers add around a CDATA section. Values of an envelope contain none.
fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}
