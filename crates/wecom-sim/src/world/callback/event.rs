//! Events as XML, with the elements of the official pages.

use std::fmt::Write as _;

use crate::{clock::Millis, world::members::Member};

/// An event before encryption.
#[derive(Debug)]
pub(crate) struct Event {
    /// The name in the deliveries log, for example `change_contact/create_user`.
    pub(crate) name: String,
    xml: String,
}

impl Event {
    /// Starts an event. `from` is `sys`, or the member that an app's event is about.
    pub(crate) fn new(corp_id: &str, from: &str, at: Millis, event: &str) -> Self {
        let mut begun = Self { name: event.into(), xml: String::with_capacity(512) };
        begun.xml.push_str("<xml>");
        begun
            .text("ToUserName", corp_id)
            .text("FromUserName", from)
            .number("CreateTime", at / 1000)
            .text("MsgType", "event")
            .text("Event", event)
    }

    /// Starts a contacts change (通讯录变更事件), in the recorded format or in that of the page.
    pub(crate) fn change(corp_id: &str, at: Millis, change_type: &str, of_the_page: bool) -> Self {
        let event = Self::new(corp_id, "sys", at, "change_contact").of_change(change_type);
        // Among the pages, only that of tags has its ChangeType in CDATA.
        if of_the_page && change_type != "update_tag" {
            event.bare("ChangeType", change_type)
        } else {
            event.text("ChangeType", change_type)
        }
    }

    /// Adds the `ChangeType` to the name in the log.
    pub(crate) fn of_change(mut self, change_type: &str) -> Self {
        self.name = format!("{}/{change_type}", self.name);
        self
    }

    /// Adds a text in CDATA.
    pub(crate) fn text(mut self, name: &str, text: &str) -> Self {
        // "]]>" would end the section early, so it is split into two sections.
        let text = text.replace("]]>", "]]]]><![CDATA[>");
        write!(self.xml, "<{name}><![CDATA[{text}]]></{name}>").expect("a String takes everything");
        self
    }

    /// Adds a number.
    pub(crate) fn number(self, name: &str, number: i64) -> Self {
        self.bare(name, &number.to_string())
    }

    fn bare(mut self, name: &str, plain: &str) -> Self {
        write!(self.xml, "<{name}>{plain}</{name}>").expect("a String takes everything");
        self
    }

    /// Adds an element with nested elements.
    pub(crate) fn nested(self, name: &str, inner: impl FnOnce(Self) -> Self) -> Self {
        inner(self.open(name)).close(name)
    }

    /// Opens an element for nested elements, until [`close`](Self::close).
    pub(crate) fn open(mut self, name: &str) -> Self {
        write!(self.xml, "<{name}>").expect("a String takes everything");
        self
    }

    pub(crate) fn close(mut self, name: &str) -> Self {
        write!(self.xml, "</{name}>").expect("a String takes everything");
        self
    }

    /// Adds a list joined by commas.
    pub(crate) fn list(self, name: &str, items: impl IntoIterator<Item = impl ToString>) -> Self {
        let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
        self.text(name, &items.join(","))
    }

    /// Adds the member's departments, in the member's order.
    pub(crate) fn departments(self, member: &Member) -> Self {
        self.list("Department", member.seats.iter().map(|seat| seat.department))
    }

    pub(crate) fn finish(mut self) -> (String, String) {
        self.xml.push_str("</xml>");
        (self.name, self.xml)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_like_the_page() {
        let (name, xml) = Event::change("ww1", 1_700_000_300_999, "update_tag", false)
            .number("TagId", 3)
            .list("AddUserItems", ["wangfang", "liuyang"])
            .list("DelUserItems", [""; 0])
            .finish();
        assert_eq!(name, "change_contact/update_tag");
        assert_eq!(
            xml,
            "<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
             <CreateTime>1700000300</CreateTime><MsgType><![CDATA[event]]></MsgType>\
             <Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[update_tag]]></ChangeType><TagId>3</TagId>\
             <AddUserItems><![CDATA[wangfang,liuyang]]></AddUserItems><DelUserItems><![CDATA[]]></DelUserItems></xml>"
        );
    }

    #[test]
    fn a_name_cannot_break_out_of_its_section() {
        let (_, xml) = Event::new("ww1", "sys", 0, "x").text("Name", "a]]><UserID>b").finish();
        assert!(xml.contains("<Name><![CDATA[a]]]]><![CDATA[><UserID>b]]></Name>"), "{xml}");
    }
}
