//! A reader of the little XML that WeCom's messages are written in.
//!
//! Elements, text, CDATA, comments, the five named entities and character references; attributes and namespaces are
//! skipped. A DTD is refused, nesting is bounded, and nothing is copied that can be borrowed: what a stranger sends costs
//! no more than its length. A general parser does all this too,
//! in about twice the instructions.
//!
//! ```
//! use wecom_cipher::xml::{Token, Tokens};
//!
//! let mut tokens = Tokens::new("<xml><Id>7</Id></xml>");
//! assert_eq!(tokens.next_token()?, Some(Token::Open("xml")));
//! assert_eq!(tokens.next_token()?, Some(Token::Open("Id")));
//! assert_eq!(tokens.next_token()?, Some(Token::Text("7".into())));
//! assert_eq!(tokens.next_token()?, Some(Token::Close));
//! assert_eq!(tokens.next_token()?, Some(Token::Close));
//! assert_eq!(tokens.next_token()?, None);
//! # Ok::<(), wecom_cipher::Error>(())
//! ```

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};

use crate::{Error, Result};

/// Official messages are four levels deep.
const MAX_DEPTH: usize = 16;

const MALFORMED: Error = Error::Xml {
    reason: "not well-formed XML",
};

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Token<'a> {
    /// An element begins; its name is without a namespace prefix.
    Open(&'a str),
    /// Text between tags, white space included, entities resolved.
    Text(Cow<'a, str>),
    /// A CDATA section.
    CData(Cow<'a, str>),
    /// The element opened last ends.
    Close,
}

/// The tokens of one document, in order.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a str,
    /// Full names of the elements we are in.
    open: [&'a str; MAX_DEPTH],
    depth: usize,
    /// The element opened last was written `<a/>`, so its end is still to be told.
    is_empty: bool,
    has_root: bool,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning of a document; a byte order mark is skipped.
    #[must_use]
    pub fn new(xml: &'a str) -> Self {
        Self {
            rest: xml.strip_prefix('\u{feff}').unwrap_or(xml),
            open: [""; MAX_DEPTH],
            depth: 0,
            is_empty: false,
            has_root: false,
        }
    }

    /// Returns the next token, or `None` after the end of the root element.
    ///
    /// # Errors
    ///
    /// [`Error::Xml`] where the document is not well-formed, nested deeper than 16, or holds a DTD.
    pub fn next_token(&mut self) -> Result<Option<Token<'a>>> {
        if self.is_empty {
            self.is_empty = false;
            return self.close().map(Some);
        }
        loop {
            let Some(markup) = self.rest.strip_prefix('<') else {
                match self.text()? {
                    Some(text) => return Ok(Some(text)),
                    None if !self.rest.is_empty() => continue,
                    None if self.depth == 0 && self.has_root => return Ok(None),
                    None => return Err(MALFORMED),
                }
            };
            match markup.as_bytes().first() {
                Some(b'/') => {
                    self.rest = self.end_tag(&markup[1..])?;
                    return self.close().map(Some);
                }
                Some(b'!') => {
                    if let Some(comment) = markup.strip_prefix("!--") {
                        self.rest = split_at(comment, "-->")?.1;
                    } else if let Some(section) = markup.strip_prefix("![CDATA[") {
                        let (text, rest) = split_at(section, "]]>")?;
                        self.rest = rest;
                        if self.depth == 0 {
                            return Err(MALFORMED);
                        }
                        return Ok(Some(Token::CData(line_ends(text))));
                    } else {
                        return Err(Error::Xml {
                            reason: "a DTD is not accepted",
                        });
                    }
                }
                Some(b'?') => self.rest = split_at(markup, "?>")?.1,
                _ => return self.open(markup).map(Some),
            }
        }
    }

    /// Reads text up to the next tag; `None` outside the root, where only white space may stand.
    fn text(&mut self) -> Result<Option<Token<'a>>> {
        let end = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if self.depth > 0 && !text.is_empty() {
            return Ok(Some(Token::Text(references(text)?)));
        }
        if text.trim_ascii().is_empty() {
            Ok(None)
        } else {
            Err(MALFORMED)
        }
    }

    fn open(&mut self, markup: &'a str) -> Result<Token<'a>> {
        let ends_name = |byte: &u8| {
            matches!(
                byte,
                b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'=' | b'<' | b'&'
            )
        };
        let end = markup.as_bytes().iter().position(ends_name).ok_or(MALFORMED)?;
        let (name, rest) = markup.split_at(end);
        let (inside, rest) = match rest.strip_prefix('>') {
            Some(rest) => ("", rest),
            None => attributes(rest)?,
        };
        let starts_a_name = |c: char| c.is_alphabetic() || c == '_' || c == ':';
        let is_second_root = self.depth == 0 && self.has_root;
        if !name.starts_with(starts_a_name) || is_second_root || self.depth == MAX_DEPTH {
            return Err(MALFORMED);
        }
        self.rest = rest;
        self.open[self.depth] = name;
        self.depth += 1;
        self.has_root = true;
        self.is_empty = inside.ends_with('/');
        let prefix = name.bytes().rposition(|byte| byte == b':');
        Ok(Token::Open(prefix.map_or(name, |colon| &name[colon + 1..])))
    }

    /// Checks that an end tag, from its name on, fits the element we are in; returns what follows it.
    fn end_tag(&self, tag: &'a str) -> Result<&'a str> {
        let name = self.open[self.depth.checked_sub(1).ok_or(MALFORMED)?];
        let rest = tag.strip_prefix(name).ok_or(MALFORMED)?;
        rest.trim_ascii_start().strip_prefix('>').ok_or(MALFORMED)
    }

    fn close(&mut self) -> Result<Token<'a>> {
        self.depth = self.depth.checked_sub(1).ok_or(MALFORMED)?;
        Ok(Token::Close)
    }
}

/// Skips the attributes of a start tag: a `>` inside a quoted value does not end it. Returns what stands between the
/// last value and the end of the tag, and what follows it.
fn attributes(mut tag: &str) -> Result<(&str, &str)> {
    loop {
        let at = tag.find(['>', '"', '\'', '<']).ok_or(MALFORMED)?;
        let (before, after) = (&tag[..at], &tag[at + 1..]);
        match tag.as_bytes()[at] {
            b'>' => return Ok((before, after)),
            b'<' => return Err(MALFORMED),
            quote => tag = split_at(after, if quote == b'"' { "\"" } else { "'" })?.1,
        }
    }
}

/// Splits around the first `end`, found by its first byte: texts hardly ever hold that one by chance.
fn split_at<'a>(text: &'a str, end: &str) -> Result<(&'a str, &'a str)> {
    memchr_iter(end.as_bytes()[0], text.as_bytes())
        .find_map(|at| Some((&text[..at], text[at..].strip_prefix(end)?)))
        .ok_or(MALFORMED)
}

/// XML reads every line end as `\n`.
fn line_ends(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Resolves the named entities and character references.
fn references(text: &str) -> Result<Cow<'_, str>> {
    if memchr2(b'&', b'\r', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    let text = line_ends(text);
    let mut rest: &str = &text;
    let mut resolved = String::with_capacity(rest.len());
    while let Some(at) = rest.find('&') {
        resolved.push_str(&rest[..at]);
        let (name, after) = split_at(&rest[at + 1..], ";")?;
        resolved.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => character(name).ok_or(MALFORMED)?,
        });
        rest = after;
    }
    resolved.push_str(rest);
    Ok(Cow::Owned(resolved))
}

fn character(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let (digits, radix) = number
        .strip_prefix('x')
        .map_or((number, 10), |digits| (digits, 16));
    // `from_str_radix` would take a sign.
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let code = is_number.then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(code).filter(|c| !c.is_control() || "\t\n\r".contains(*c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;

    /// What a document says, in a form that both readers can be brought to.
    fn told_here(xml: &str) -> Result<Vec<String>> {
        let (mut tokens, mut told) = (Tokens::new(xml), Vec::new());
        while let Some(token) = tokens.next_token()? {
            match token {
                Token::Open(name) => told.push(format!("<{name}")),
                Token::Close => told.push(">".to_owned()),
                Token::Text(text) | Token::CData(text) => say(&mut told, &text),
            }
        }
        Ok(told)
    }

    fn told_by_quick_xml(xml: &str) -> Option<Vec<String>> {
        let (mut reader, mut told, mut depth, mut roots) = (Reader::from_str(xml), Vec::new(), 0, 0);
        loop {
            let open = |told: &mut Vec<String>, name: &str| told.push(format!("<{name}"));
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    roots += usize::from(depth == 0);
                    depth += 1;
                    open(&mut told, start.local_name().into_inner());
                }
                Event::Empty(start) => {
                    roots += usize::from(depth == 0);
                    open(&mut told, start.local_name().into_inner());
                    told.push(">".to_owned());
                }
                Event::End(_) => {
                    depth -= 1;
                    told.push(">".to_owned());
                }
                Event::Text(text) if depth == 0 && text.trim_ascii().is_empty() => {}
                Event::CData(_) | Event::Text(_) | Event::GeneralRef(_) if depth == 0 => return None,
                Event::Text(text) => say(&mut told, &text.xml10_content()),
                Event::CData(text) => say(&mut told, &text.xml10_content()),
                Event::GeneralRef(name) => {
                    let known = quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned);
                    let known = known.or_else(|| Some(name.resolve_char_ref().ok()??.to_string()));
                    say(&mut told, &known?);
                }
                Event::DocType(_) => return None,
                Event::Eof => return (depth == 0 && roots == 1).then_some(told),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn say(told: &mut Vec<String>, text: &str) {
        match told.last_mut() {
            Some(last) if last.starts_with('=') => last.push_str(text),
            _ if text.is_empty() => {}
            _ => told.push(format!("={text}")),
        }
    }

    #[test]
    fn attributes_are_skipped_with_what_they_quote() {
        let told = told_here("<a b='>' c=\"/>'\" ><d\te=\"\" /></a >").unwrap();
        assert_eq!(told, ["<a", "<d", ">", ">"]);
    }

    #[test]
    fn a_text_of_nothing_but_entities_takes_time_in_proportion() {
        let xml = format!("<a>{}</a>", "&amp;".repeat(400_000));
        assert_eq!(told_here(&xml).unwrap()[1].len(), 400_001);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let deep = "<a>".repeat(17) + &"</a>".repeat(17);
        for xml in [
            "",
            " ",
            "x",
            "<",
            "<a",
            "<a>",
            "<a/",
            "<a b=\"",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "< a/>",
            "<1/>",
            "<a>&</a>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&#+65;</a>",
            "<a><![CDATA[</a>",
            "<a><!--</a>",
            "<?x",
            "<!DOCTYPE a><a/>",
            "<a><!ELEMENT></a>",
            "<![CDATA[x]]><a/>",
            &deep,
        ] {
            assert!(told_here(xml).is_err(), "{xml}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_read_here_is_read_the_same_by_a_general_parser(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<a>", "</a>", "<a>", "</a>", "<b:王 c=\"1\">", "</b:王>", "<d/>", "<d e='>'/>", "<![CDATA[", "]]>", "]", "&lt;",
                "&#x41;", "&#10;", "&#0;", "&", ";", "<", ">", "<!--", "-->", "-", "<?p", "?>", "<!DOCTYPE a>", "x", "王", "\r\n",
                "\r", " ", "\"", "'", "=", "/",
            ]),
            0..16,
        )) {
            let xml = pieces.concat();
            if let Ok(told) = told_here(&xml) {
                prop_assert_eq!(Some(told), told_by_quick_xml(&xml));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(xml in "\\PC{0,200}") {
            let _ = told_here(&format!("<a>{xml}</a>"));
        }
    }
}
