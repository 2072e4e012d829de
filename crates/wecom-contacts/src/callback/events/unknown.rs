//! What this version does not know.

use serde::{Deserialize, Serialize};

use crate::callback::Element;
use crate::callback::element::Node;

/// An event of a kind not known here, one without the thing it is about, or a message that is no event: with every
/// element that [`Notification`](crate::callback::Notification) has no field for.
///
/// Acknowledge it like any other, or WeCom delivers it again and again. `Debug` hides what the elements hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The `Event` element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The `ChangeType` element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// All others, in the order they came.
    #[serde(default)]
    pub elements: Vec<Element>,
}

/// What the notification holds by itself.
const COMMON: [&str; 8] =
    ["ToUserName", "FromUserName", "FromUser", "CreateTime", "MsgType", "AgentID", "Event", "ChangeType"];

impl UnknownEvent {
    pub(in crate::callback) fn read(root: &Node<'_>) -> Self {
        let others = root.children.iter().filter(|child| !COMMON.contains(&child.name()));
        Self {
            event: root.value("Event"),
            change_type: root.value("ChangeType"),
            elements: others.map(Node::to_element).collect(),
        }
    }

    /// Returns the text of the first element of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.elements.iter().find(|element| element.name == name).map(|element| &*element.text)
    }
}
