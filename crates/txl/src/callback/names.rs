//! Names of events: `Event`, or `Event/ChangeType`, as in the simulator's log of deliveries.

use std::fmt;

use wecom_contacts::callback::{Element, Notification};

use super::events;
use crate::messages::{self, Message};

/// The name of a message: its event with the change, or its type if it is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventName {
    event: String,
    change: Option<String>,
}

impl EventName {
    pub(super) fn new(event: impl Into<String>, change: Option<&str>) -> Self {
        Self { event: event.into(), change: change.map(str::to_owned) }
    }

    /// Reads the name of a message. A message that cannot be parsed has an empty name.
    pub(crate) fn of(notification: &Notification) -> Self {
        let root = notification.element();
        let text = |name: &str| {
            let found = root.children.iter().find(|child: &&Element| child.name == name);
            found.map(|child| child.text.as_str()).filter(|text| !text.is_empty())
        };
        let event = text("Event").or_else(|| text("MsgType")).unwrap_or_default();
        Self::new(event, text("ChangeType"))
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event)?;
        if let Some(change) = &self.change {
            write!(f, "/{change}")?;
        }
        Ok(())
    }
}

/// One entry of `--filter`: an event, a change, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventPattern(String);

impl EventPattern {
    /// Parses an entry.
    ///
    /// # Errors
    ///
    /// Fails if the text cannot be the name of an event.
    pub(super) fn parse(text: &str) -> Result<Self, Message> {
        let is_name = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let parts: Vec<&str> = text.split('/').collect();
        match parts.len() <= 2 && parts.into_iter().all(is_name) {
            true => Ok(Self(text.to_owned())),
            false => Err(messages::delivery::not_a_name_of_an_event()),
        }
    }

    /// Returns whether the SDK knows an event of this name.
    pub(super) fn is_known(&self) -> bool {
        events::all().any(|kind| self.matches(&kind.name()))
    }

    fn matches(&self, name: &EventName) -> bool {
        self.0 == name.event || Some(&self.0) == name.change.as_ref() || self.0 == name.to_string()
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The events that a command works on. An empty filter lets all events pass.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter(pub(super) Vec<EventPattern>);

impl EventFilter {
    pub(crate) fn passes(&self, notification: &Notification) -> bool {
        self.0.is_empty() || {
            let name = EventName::of(notification);
            self.0.iter().any(|pattern| pattern.matches(&name))
        }
    }

    /// Returns the entries that no event of the SDK has. They can be right: WeCom sends other events too.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &EventPattern> {
        self.0.iter().filter(|pattern| !pattern.is_known())
    }
}
