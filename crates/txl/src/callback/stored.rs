//! Stored deliveries, in the forms in which this workspace stores them.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;
use wecom_contacts::callback::{Element, Event, Notification, Receiver, events::UnknownEvent};

use super::{event_json::elements, query_of};
use crate::messages::{self, Message};

/// The keys by which a stored delivery is recognised.
#[derive(Deserialize)]
struct Form {
    /// The simulator's log, and the SDK's `Notification`: the decrypted message.
    #[serde(alias = "message", alias = "Unreadable")]
    xml: Option<String>,
    /// `txl callback seal` and `trigger --print`: the sealed request.
    query: Option<String>,
    body: Option<String>,
    /// `txl callback listen` and `decrypt`: the elements of the message.
    #[serde(rename = "MsgType")]
    msg_type: Option<String>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

/// A whole document, such as the simulator's answer to `GET /_sim/deliveries`.
#[derive(Deserialize)]
struct Document {
    deliveries: Vec<Box<RawValue>>,
}

/// Splits a file into its deliveries: lines of JSON, a list, or the simulator's answer.
pub(super) fn split(bytes: &[u8]) -> serde_json::Result<Vec<Box<RawValue>>> {
    let mut all = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Box<RawValue>>() {
        let value = value?;
        if value.get().starts_with('[') {
            all.extend(serde_json::from_str::<Vec<Box<RawValue>>>(value.get())?);
        } else if let Ok(document) = serde_json::from_str::<Document>(value.get()) {
            all.extend(document.deliveries);
        } else {
            all.push(value);
        }
    }
    Ok(all)
}

/// Returns the message of a stored delivery.
///
/// # Errors
///
/// Fails if the value has none of the known forms, or if its secrets are others.
pub(super) fn message(value: &RawValue, receiver: &Receiver) -> Result<Notification, Message> {
    let unknown = || messages::delivery::not_a_stored_delivery();
    let form: Form = serde_json::from_str(value.get()).map_err(|_| unknown())?;
    match form {
        Form { xml: Some(xml), .. } => Ok(Notification::from_message(xml)),
        Form { query: Some(query), body: Some(body), .. } => receiver
            .receive(query_of(&query), body.as_bytes())
            .map_err(|error| messages::delivery::sealed_for_others(&error)),
        Form { event, msg_type, .. } if event.is_some() || msg_type.is_some() => {
            let root = elements(value.get()).map_err(|_| unknown())?;
            let notification = Notification::from_message(from_elements(&root).to_xml());
            match notification.event {
                Event::Unreadable(_) => Err(unknown()),
                _ => Ok(notification),
            }
        }
        _ => Err(unknown()),
    }
}

/// Builds a message from its elements, whatever they are.
fn from_elements(root: &Element) -> Notification {
    let text = |name: &str| {
        let found = root.children.iter().find(|child| child.name == name);
        found.map(|child| child.text.clone())
    };
    let common =
        ["ToUserName", "FromUserName", "FromUser", "CreateTime", "MsgType", "AgentID", "Event", "ChangeType"];
    let mut event = UnknownEvent::default();
    event.event = text("Event");
    event.change_type = text("ChangeType");
    let others = root.children.iter().filter(|child| !common.contains(&child.name.as_str()));
    event.elements = others.cloned().collect();
    let mut notification = Notification::new("", SystemTime::UNIX_EPOCH, Event::Unknown(event));
    notification.corp_id = text("ToUserName").map(Into::into);
    notification.from = text("FromUserName").or_else(|| text("FromUser"));
    notification.create_time = text("CreateTime")
        .and_then(|seconds| seconds.parse().ok())
        .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    notification.msg_type = text("MsgType");
    notification.agent_id = text("AgentID").and_then(|id| id.parse::<u32>().ok()).map(Into::into);
    notification
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::event_json::event;

    #[test]
    fn every_sample_of_the_wire_comes_back_from_the_line_that_is_printed() {
        let receiver =
            Receiver::new("ww1", "t", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().unwrap());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wire/callback");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let notification = Notification::from_message(std::fs::read_to_string(&path).unwrap());
            let line = serde_json::to_string(&event(&notification)).unwrap();
            let [value] = split(line.as_bytes()).unwrap().try_into().unwrap();
            let read = message(&value, &receiver).unwrap();
            assert_eq!(read.event, notification.event, "{path:?}");
            assert_eq!(read.create_time, notification.create_time, "{path:?}");
            assert_eq!(read.agent_id, notification.agent_id, "{path:?}");
        }
    }

    #[test]
    fn a_file_is_lines_or_a_list_or_the_answer_of_the_simulator() {
        let one = r#"{"xml":"<xml/>"}"#;
        for (text, count) in [
            (String::new(), 0),
            (format!("{one}\n{one}\n"), 2),
            (format!("[{one},\n{one}]"), 2),
            (format!("{{\"deliveries\": [{one}]}}"), 1),
        ] {
            assert_eq!(split(text.as_bytes()).unwrap().len(), count, "{text}");
        }
        assert!(split(b"no json").is_err());
    }
}
