//! Events that this version does not know.

use serde::{Deserialize, Serialize};

use crate::callback::Element;
use crate::callback::element::Node;

/// An event of an unknown kind, an event without its id, or a message that is not an event. It holds every element that
/// has no field in [`Notification`](crate::callback::Notification).
///
/// Acknowledge it like any other event; otherwise WeCom delivers it repeatedly. `Debug` omits the content of the
/// elements.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The `Event` element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The `ChangeType` element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// All other elements, in the order of the message.
    #[serde(default)]
    pub elements: Vec<Element>,
}

/// Elements that have a field of the notification or of this struct.
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
