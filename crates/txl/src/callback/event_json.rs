//! An event in the output of `txl callback`: the elements of the message as JSON, in their order, including unknown elements.
//!
//! It differs from the JSON of [`Notification`], which has typed fields and is for programs that store events.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize, Serializer};
use wecom_contacts::callback::{Element, Event, Notification};

/// A message as JSON: its elements under WeCom's names, and the digest under `Key`. The text of an unreadable message is under `Unreadable`.
pub(crate) fn event(notification: &Notification) -> impl Serialize + use<> {
    let key = Tree::Text(notification.key().to_string());
    if matches!(notification.event, Event::Unreadable(_)) {
        let text = Tree::Text(notification.message().to_owned());
        return Tree::Elements([("Unreadable".to_owned(), text), ("Key".to_owned(), key)].into());
    }
    let mut event = tree(&notification.element());
    if let Tree::Elements(elements) = &mut event {
        elements.insert("Key".to_owned(), key);
    }
    event
}

/// Reads the elements of a message back from its JSON. The digest is left out.
pub(super) fn elements(json: &str) -> serde_json::Result<Element> {
    let Tree::Elements(mut elements) = serde_json::from_str(json)? else { return Ok(Element::default()) };
    elements.shift_remove("Key");
    let mut root = Element::new("xml", "");
    Tree::Elements(elements).write("xml", &mut root.children);
    Ok(root.children.pop().unwrap_or_default())
}

/// JSON whose keys keep their order, independent of the features of `serde_json`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tree {
    Text(String),
    /// The elements with one name.
    List(Vec<Self>),
    Elements(IndexMap<String, Self>),
}

impl Tree {
    /// Appends the elements of this name that the JSON represents.
    fn write(self, name: &str, into: &mut Vec<Element>) {
        match self {
            Self::Text(text) => into.push(Element::new(name, text)),
            Self::List(items) => items.into_iter().for_each(|item| item.write(name, into)),
            Self::Elements(elements) => {
                let mut element = Element::new(name, "");
                elements.into_iter().for_each(|(name, tree)| tree.write(&name, &mut element.children));
                into.push(element);
            }
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Elements(elements) => serializer.collect_map(elements),
        }
    }
}

/// Children become keys, with an array for a repeated name. A leaf becomes its text.
fn tree(element: &Element) -> Tree {
    if element.children.is_empty() {
        return Tree::Text(element.text.clone());
    }
    let mut elements = IndexMap::new();
    for child in &element.children {
        let value = tree(child);
        match elements.get_mut(&child.name) {
            None => {
                elements.insert(child.name.clone(), value);
            }
            Some(Tree::List(items)) => items.push(value),
            Some(first) => {
                let one = std::mem::replace(first, Tree::List(Vec::new()));
                *first = Tree::List(vec![one, value]);
            }
        }
    }
    Tree::Elements(elements)
}
