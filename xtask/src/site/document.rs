//! A Markdown document: its title, headings and links, and its HTML.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset, html};

/// A Markdown document.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The text of the first heading.
    pub(super) title: String,
    /// The document from one heading to the next. The first section is the text above all headings.
    pub(super) sections: Vec<Section>,
    pub(super) links: Vec<Link>,
    /// What cannot be shown, each with its line.
    pub(super) faults: Vec<(usize, String)>,
    events: Vec<Event<'static>>,
}

/// A heading with the text below it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Section {
    /// The id of the heading; empty for the text above all headings.
    pub(super) anchor: String,
    pub(super) heading: String,
    pub(super) text: String,
}

/// The target of a link or an image.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) target: String,
    pub(super) line: usize,
    pub(super) is_image: bool,
}

/// What a page of the site does with a link.
pub(super) enum Shown {
    /// Links to this address.
    Address(String),
    /// Shows the text without a link: the target is not on the site, and the sources have no address yet.
    Text,
}

impl Document {
    pub(super) fn parse(text: &str) -> Self {
        let mut document = Self { sections: vec![Section::default()], ..Self::default() };
        let mut anchors = Anchors::default();
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let events: Vec<_> =
            TextMergeWithOffset::new(Parser::new_ext(text, options).into_offset_iter()).collect();
        let mut is_code = false;
        for (at, (event, place)) in events.iter().enumerate() {
            let line = text[..place.start].matches('\n').count() + 1;
            let mut event = event.clone();
            match &mut event {
                Event::Start(Tag::Heading { level, id, .. }) => {
                    let heading = heading_text(&events[at..]);
                    let anchor = anchors.of(&heading);
                    *id = Some(anchor.clone().into());
                    if document.title.is_empty() && *level == HeadingLevel::H1 {
                        document.title.clone_from(&heading);
                    }
                    document.sections.push(Section { anchor, heading, text: String::new() });
                }
                Event::Start(Tag::Link { dest_url, .. }) => document.link(dest_url, line, false),
                Event::Start(Tag::Image { dest_url, .. }) => document.link(dest_url, line, true),
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Html(html) | Event::InlineHtml(html) if !html.trim_start().starts_with("<!--") => {
                    document
                        .faults
                        .push((line, format!("HTML is not shown by every reader: {}", html.trim())));
                }
                Event::Text(text) if !is_code && text.contains("**") => {
                    document
                        .faults
                        .push((line, "`**` is not read as emphasis here; move the punctuation".into()));
                }
                Event::SoftBreak if is_between_ideographs(&events, at) => continue,
                _ => {}
            }
            if let Event::Text(text) | Event::Code(text) = &event {
                let section = document.sections.last_mut().expect("a document has a first section");
                section.text.push_str(text);
                section.text.push(' ');
            }
            document.events.push(event.into_static());
        }
        document
    }

    fn link(&mut self, target: &str, line: usize, is_image: bool) {
        self.links.push(Link { target: target.to_owned(), line, is_image });
    }

    pub(super) fn has_anchor(&self, anchor: &str) -> bool {
        self.sections.iter().any(|section| !section.anchor.is_empty() && section.anchor == anchor)
    }

    /// Returns the HTML of the document. `shown` decides about each target of a link or an image.
    pub(super) fn to_html(&self, shown: impl Fn(&str) -> Shown) -> String {
        let mut is_link = Vec::new();
        let events = self.events.iter().filter_map(|event| {
            let mut event = event.clone();
            match &mut event {
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let shown = shown(dest_url);
                    is_link.push(matches!(shown, Shown::Address(_)));
                    match shown {
                        Shown::Address(address) => *dest_url = address.into(),
                        Shown::Text => return None,
                    }
                }
                Event::End(TagEnd::Link) if !is_link.pop().unwrap_or(true) => return None,
                Event::Start(Tag::Image { dest_url, .. }) => {
                    if let Shown::Address(address) = shown(dest_url) {
                        *dest_url = address.into();
                    }
                }
                // A wide table gets a scroll bar of its own, so that the page fits a phone.
                Event::Start(Tag::Table(_)) => return Some(vec![raw("<div class=\"wide\">"), event]),
                Event::End(TagEnd::Table) => return Some(vec![event, raw("</div>")]),
                _ => {}
            }
            Some(vec![event])
        });
        let events: Vec<_> = events.flatten().collect();
        let mut output = String::new();
        html::push_html(&mut output, events.into_iter());
        output
    }
}

fn raw(html: &'static str) -> Event<'static> {
    Event::Html(CowStr::Borrowed(html))
}

/// Returns the text of the heading that begins with the first event.
fn heading_text(events: &[(Event<'_>, std::ops::Range<usize>)]) -> String {
    let inside = events.iter().take_while(|(event, _)| !matches!(event, Event::End(TagEnd::Heading(_))));
    inside
        .filter_map(|(event, _)| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

/// Returns whether a line break is between two Chinese texts, where a browser would show a space.
fn is_between_ideographs(events: &[(Event<'_>, std::ops::Range<usize>)], at: usize) -> bool {
    let is_wide = |one: char| matches!(one, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    let text = |event: &Event<'_>| match event {
        Event::Text(text) => Some(text.to_string()),
        _ => None,
    };
    let before = events[..at]
        .iter()
        .rev()
        .find_map(|(event, _)| text(event))
        .and_then(|text| text.chars().next_back());
    let after = events[at..].iter().find_map(|(event, _)| text(event)).and_then(|text| text.chars().next());
    before.is_some_and(is_wide) && after.is_some_and(is_wide)
}

/// The anchors of one document. GitHub makes them in the same way.
#[derive(Default)]
struct Anchors(HashMap<String, usize>);

impl Anchors {
    /// Returns the anchor of a heading. A heading that occurs again gets a number.
    fn of(&mut self, heading: &str) -> String {
        let kept = heading.to_lowercase();
        let kept = kept.trim().chars().filter(|one| one.is_alphanumeric() || ['-', '_', ' '].contains(one));
        let anchor: String = kept.map(|one| if one == ' ' { '-' } else { one }).collect();
        let count = self.0.entry(anchor.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { anchor } else { format!("{anchor}-{}", *count - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_the_anchors_of_github() {
        let page = Document::parse(
            "# Call it\n## The `mixed` scenario\n## 容器 & CI\n## 容器 & CI\n## What's `-o json`?\n",
        );
        assert_eq!(page.title, "Call it");
        let anchors: Vec<&str> = page.sections.iter().skip(1).map(|section| &*section.anchor).collect();
        assert_eq!(anchors, ["call-it", "the-mixed-scenario", "容器--ci", "容器--ci-1", "whats--o-json"]);
        assert!(page.has_anchor("容器--ci-1") && !page.has_anchor("") && !page.has_anchor("mixed"));
    }

    #[test]
    fn links_have_their_lines_and_code_has_none() {
        let page = Document::parse("# A\n\nSee [b](b.md#c).\n\n![p](p.svg)\n\n```\n[x](y)\n```\n`[x](y)`\n");
        let link = |target: &str, line, is_image| Link { target: target.into(), line, is_image };
        assert_eq!(page.links, [link("b.md#c", 3, false), link("p.svg", 5, true)]);
    }

    #[test]
    fn a_link_that_is_not_on_the_site_becomes_text() {
        let page = Document::parse("[one](a.md) and [two](b.md)");
        let html = page.to_html(|target| match target {
            "a.md" => Shown::Address("a.html".into()),
            _ => Shown::Text,
        });
        assert_eq!(html, "<p><a href=\"a.html\">one</a> and two</p>\n");
    }

    #[test]
    fn lines_of_chinese_are_joined_without_a_space() {
        let html = |text: &str| Document::parse(text).to_html(|_| Shown::Text);
        assert_eq!(html("先安装。\n再运行。"), "<p>先安装。再运行。</p>\n");
        assert_eq!(html("先安装 txl\n再运行。"), "<p>先安装 txl\n再运行。</p>\n");
    }

    #[test]
    fn what_would_be_shown_wrongly_is_a_fault() {
        let faults = |text: &str| Document::parse(text).faults.len();
        assert_eq!(faults("a\n\n<b>x</b>\n"), 2);
        assert_eq!(faults("它**“重要”**吗"), 1);
        assert_eq!(faults("它 **重要** 吗。<!-- note -->\n\n```\na ** b\n```\n"), 0);
    }
}
