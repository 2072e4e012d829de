//! XML form of values that the API writes as JSON: extended attributes (扩展属性), gender, activation.

use serde_json::{Map, Value as Json};

use crate::callback::Element;
use crate::callback::element::{Node, Value, Xml};
use crate::members::{Attribute, AttributeValue, ExtAttr, Gender, MemberStatus};

/// Each attribute is one `Item` element of a common container.
impl Value for ExtAttr {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        let items = node?.children.iter().filter(|child| child.name() == "Item");
        Some(items.map(attribute).collect())
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        xml.open(name);
        for attribute in &self.attrs {
            xml.open("Item");
            write_attribute(attribute, xml);
            xml.close("Item");
        }
        xml.close(name);
    }
}

fn attribute(item: &Node<'_>) -> Attribute {
    let text = |path: &[&str]| {
        let found = path.iter().try_fold(item, |node, name| node.child(name));
        found.map(|node| node.text.clone().into_owned()).unwrap_or_default()
    };
    let kind = item.text("Type").map(|kind| kind.parse().ok());
    let value = match kind {
        Some(Some(0)) => AttributeValue::Text(text(&["Text", "Value"])),
        Some(Some(1)) => AttributeValue::Web { title: text(&["Web", "Title"]), url: text(&["Web", "Url"]) },
        Some(Some(kind)) => AttributeValue::Other { kind: Some(kind), content: content(item) },
        Some(None) | None => AttributeValue::Untyped(text(&["Value"])),
    };
    Attribute::new(text(&["Name"]), value)
}

fn content(item: &Node<'_>) -> Map<String, Json> {
    fn json(node: &Node<'_>) -> (String, Json) {
        let value = if node.children.is_empty() {
            Json::from(&*node.text)
        } else {
            Json::Object(node.children.iter().map(json).collect())
        };
        (node.name().to_owned(), value)
    }
    item.children.iter().filter(|child| !matches!(child.name(), "Name" | "Type")).map(json).collect()
}

fn write_attribute(attribute: &Attribute, xml: &mut Xml) {
    xml.cdata("Name", &attribute.name);
    match &attribute.value {
        AttributeValue::Text(value) => {
            xml.bare("Type", 0);
            xml.open("Text");
            xml.cdata("Value", value);
            xml.close("Text");
        }
        AttributeValue::Web { title, url } => {
            xml.bare("Type", 1);
            xml.open("Web");
            xml.cdata("Title", title);
            xml.cdata("Url", url);
            xml.close("Web");
        }
        // No official page shows an event with a mini program. Its XML follows the pattern of the other two types.
        AttributeValue::MiniProgram { appid, title, pagepath } => {
            xml.bare("Type", 2);
            xml.open("Miniprogram");
            xml.cdata("Appid", appid);
            xml.cdata("Title", title);
            pagepath.write("Pagepath", xml);
            xml.close("Miniprogram");
        }
        AttributeValue::Untyped(value) => xml.cdata("Value", value),
        AttributeValue::Other { kind, content } => {
            if let Some(kind) = kind {
                xml.bare("Type", kind);
            }
            content.iter().for_each(|(name, value)| xml.element(&element(name, value)));
        }
    }
}

fn element(name: &str, value: &Json) -> Element {
    match value {
        Json::String(text) => Element::new(name, text),
        Json::Object(children) => Element {
            name: name.to_owned(),
            children: children.iter().map(|(name, value)| element(name, value)).collect(),
            ..Element::default()
        },
        other => Element::new(name, other.to_string()),
    }
}

impl Value for Gender {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        Some(Self::from(&*node?.text))
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        match self {
            Self::Other(text) => xml.cdata(name, text),
            known => xml.bare(name, known.as_str()),
        }
    }
}

impl Value for MemberStatus {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        node?.text.parse::<i64>().ok().map(Self::from)
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        xml.bare(name, i64::from(*self));
    }
}
