//! One delivered message: what every one has in common, and its event.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha1::{Digest, Sha1};
use wecom_cipher::hex;

use super::element::{Node, Unreadable, Value as _, Xml};
use super::events::UnreadableEvent;
use super::{Element, Event};
use crate::{AgentId, CorpId};

/// One decrypted message (接收消息与事件).
///
/// Everything but the event itself is optional: no element is promised for every event, and some leave out much.
/// `Debug` shows ids and hides personal data.
///
/// # As JSON
///
/// `Serialize` and `Deserialize` are for a table or a file of your own: what is written is read back equal, with the same
/// [`message`](Self::message) and the same [`key`](Self::key). Unlike `Debug` the JSON holds personal data. Its form is stable:
///
/// - An absent field is an absent key. An empty text or list is `""` or `[]`, so that the two stay apart.
/// - A time is a number of seconds since 1970; ids, codes and states are what WeCom writes.
/// - `event` is one object, whose `type` names the variant of [`Event`].
/// - `message` is the XML as it came; a message built here has none. A later version that knows an event of type `unknown` can read it
///   again by [`from_message`](Self::from_message).
///
/// ```
/// use wecom_contacts::callback::Notification;
///
/// let notification = Notification::from_message(
///     "<xml><ToUserName>ww0123456789abcdef</ToUserName><FromUserName>sys</FromUserName><CreateTime>1700000100</CreateTime>\
///      <MsgType>event</MsgType><Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>wangfang</UserID></xml>",
/// );
/// let json = serde_json::to_value(&notification)?;
/// assert_eq!(json["corp_id"], "ww0123456789abcdef");
/// assert_eq!(json["create_time"], 1_700_000_100);
/// assert_eq!(json["event"], serde_json::json!({"type": "member_deleted", "userid": "wangfang"}));
///
/// let read: Notification = serde_json::from_value(json)?;
/// assert_eq!((read.key(), read.message()), (notification.key(), notification.message()));
/// assert_eq!(read, notification);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Official: [接收消息与事件](https://developer.work.weixin.qq.com/document/path/90238)
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notification {
    /// Corp that the event happened in (`ToUserName`). For an app shared with another corp (企业互联, 上下游), that corp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corp_id: Option<CorpId>,
    /// `sys` for what the system tells, or the member who acted (`FromUserName`; `FromUser` in the samples of finished jobs).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When the event happened, to the second.
    #[serde(default, with = "super::unix_seconds", skip_serializing_if = "Option::is_none")]
    pub create_time: Option<SystemTime>,
    /// `event`, or the type of a message (`text`, `image`, …) that a member sent to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_type: Option<String>,
    /// App that the event concerns; absent if it concerns none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// What happened.
    pub event: Event,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
}

/// Identifies a message, so that a duplicate is recognised; see [`Notification::key`].
///
/// Text and JSON are 40 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotificationKey([u8; 20]);

impl Notification {
    /// A message of the system about a corp, for building fixtures: see [`to_xml`](Self::to_xml).
    pub fn new(corp_id: impl Into<CorpId>, create_time: SystemTime, event: Event) -> Self {
        Self {
            corp_id: Some(corp_id.into()),
            from: Some("sys".to_owned()),
            create_time: Some(create_time),
            msg_type: Some("event".to_owned()),
            agent_id: None,
            event,
            message: String::new(),
        }
    }

    /// Reads a decrypted message. [`Receiver::receive`](super::Receiver::receive) does this, after verifying that WeCom sent it.
    ///
    /// A message that is not XML, holds a DTD, is nested deeper than 16, or has more than 10,000 elements becomes
    /// [`Event::Unreadable`]. A reference to a character that XML has not (`&#0;`) becomes U+FFFD; control characters are kept.
    pub fn from_message(message: impl Into<String>) -> Self {
        let message = message.into();
        let notification = match Node::parse(&message) {
            Ok(root) => Self {
                corp_id: root.value("ToUserName"),
                from: root.value("FromUserName").or_else(|| root.value("FromUser")),
                create_time: root.value("CreateTime"),
                msg_type: root.value("MsgType"),
                agent_id: root.value("AgentID"),
                event: Event::read(&root),
                message: String::new(),
            },
            Err(Unreadable(reason)) => Self {
                corp_id: None,
                from: None,
                create_time: None,
                msg_type: None,
                agent_id: None,
                event: Event::Unreadable(UnreadableEvent::new(reason)),
                message: String::new(),
            },
        };
        Self { message, ..notification }
    }

    /// Returns the decrypted XML as it came, with whatever this version does not read; empty for a message built here.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the decrypted XML as a tree, with whatever this version does not read; empty for a message built here, and for one that
    /// cannot be read.
    pub fn element(&self) -> Element {
        Node::parse(&self.message).map_or_else(|_| Element::default(), |root| root.to_element())
    }

    /// Returns a key that is the same for every delivery of this message, so that a duplicate is recognised.
    ///
    /// It digests the whole message. WeCom's advice (`FromUserName` + `CreateTime`) would take two members changed in
    /// the same second for one, since every contacts event is from `sys`. Two changes that read the same in the same
    /// second (added to a tag, removed, and added again) do share a key.
    pub fn key(&self) -> NotificationKey {
        if self.message.is_empty() {
            NotificationKey::of(&self.to_xml())
        } else {
            NotificationKey::of(&self.message)
        }
    }

    /// Writes the message as WeCom does, for fixtures and simulators.
    pub fn to_xml(&self) -> String {
        let mut xml = Xml::default();
        xml.open("xml");
        self.corp_id.write("ToUserName", &mut xml);
        self.from.write("FromUserName", &mut xml);
        self.create_time.write("CreateTime", &mut xml);
        self.msg_type.write("MsgType", &mut xml);
        self.event.write(&mut xml);
        self.agent_id.write("AgentID", &mut xml);
        xml.close("xml");
        xml.0
    }
}

/// Compares what was said, and not how it was written: [`Notification::message`] takes no part.
impl PartialEq for Notification {
    fn eq(&self, other: &Self) -> bool {
        self.corp_id == other.corp_id
            && self.from == other.from
            && self.create_time == other.create_time
            && self.msg_type == other.msg_type
            && self.agent_id == other.agent_id
            && self.event == other.event
    }
}

impl Eq for Notification {}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("corp_id", &self.corp_id)
            .field("from", &self.from)
            .field("create_time", &self.create_time)
            .field("msg_type", &self.msg_type)
            .field("agent_id", &self.agent_id)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

impl NotificationKey {
    pub(super) fn of(message: &str) -> Self {
        Self(Sha1::digest(message).into())
    }

    /// Takes the bytes of a key that was stored.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// A text that is no [`NotificationKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of a notification has 40 hexadecimal digits")]
#[non_exhaustive]
pub struct NotificationKeyError;

impl FromStr for NotificationKey {
    type Err = NotificationKeyError;

    /// Reads 40 hexadecimal digits in either case.
    fn from_str(text: &str) -> Result<Self, NotificationKeyError> {
        let digits: &[u8; 40] = text.as_bytes().try_into().map_err(|_| NotificationKeyError)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(NotificationKeyError);
        let mut key = [0; 20];
        for (byte, pair) in key.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(key))
    }
}

impl Serialize for NotificationKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NotificationKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// 40 lowercase hexadecimal digits.
impl fmt::Display for NotificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.0))
    }
}

impl fmt::Debug for NotificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotificationKey({self})")
    }
}
