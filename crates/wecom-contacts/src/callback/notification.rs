//! One delivered message: the fields that all messages share, and the event.

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
/// All fields except the event are optional, because WeCom guarantees no element for every event and some events omit
/// many. `Debug` shows ids and hides personal data.
///
/// # As JSON
///
/// `Serialize` and `Deserialize` are meant for a table or file of your own. A notification that is read back equals the
/// original, with the same [`message`](Self::message) and the same [`key`](Self::key). The JSON contains personal data,
/// unlike `Debug`. Its format is stable:
///
/// - An absent field is an absent key. An empty text is `""` and an empty list is `[]`, so absent and empty are
///   distinct.
/// - A time is a number of seconds since 1970. Ids, codes and states have WeCom's own values.
/// - `event` is one object, whose `type` is the variant of [`Event`].
/// - `message` is the original XML; it is absent from a message that was built by [`new`](Self::new). If a later
///   version knows an event of type `unknown`, it can parse the XML again by [`from_message`](Self::from_message).
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
    /// Corp in which the event happened (`ToUserName`). For an app shared with another corp (企业互联, 上下游), the
    /// other corp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corp_id: Option<CorpId>,
    /// `sys` for events of the system, otherwise the member who acted (`FromUserName`; the samples of finished jobs
    /// have `FromUser`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Time of the event, in whole seconds.
    #[serde(default, with = "super::unix_seconds", skip_serializing_if = "Option::is_none")]
    pub create_time: Option<SystemTime>,
    /// `event`, or the type of a message (`text`, `image`, …) that a member sent to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_type: Option<String>,
    /// App that the event belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The event itself.
    pub event: Event,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
}

/// Identifies a message, so that duplicates can be detected. See [`Notification::key`].
///
/// As text and in JSON it has 40 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotificationKey([u8; 20]);

impl Notification {
    /// Creates a message of the system about a corp, for building fixtures. See [`to_xml`](Self::to_xml).
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

    /// Parses a decrypted message. [`Receiver::receive`](super::Receiver::receive) calls it after verifying that WeCom
    /// sent the message.
    ///
    /// A message that is not XML, contains a DTD, has more than 16 levels, or has more than 10,000 elements becomes
    /// [`Event::Unreadable`]. A reference to a character that XML does not allow (`&#0;`) becomes U+FFFD; control
    /// characters are kept.
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

    /// Returns the decrypted XML unchanged, including elements that this version ignores. It is empty for a message
    /// that was built by [`new`](Self::new).
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the decrypted XML as a tree, including elements that this version ignores. It is empty for a message
    /// that was built by [`new`](Self::new), and for one that cannot be parsed.
    pub fn element(&self) -> Element {
        Node::parse(&self.message).map_or_else(|_| Element::default(), |root| root.to_element())
    }

    /// Returns a key that is the same for every delivery of this message, so that duplicates can be detected.
    ///
    /// The key is a digest of the whole message. WeCom recommends `FromUserName` + `CreateTime` instead, but every
    /// contacts event is from `sys`, so two members changed in the same second would have the same key. Two identical
    /// events of the same second (a member added to a tag, removed, and added again) do share a key.
    pub fn key(&self) -> NotificationKey {
        if self.message.is_empty() {
            NotificationKey::of(&self.to_xml())
        } else {
            NotificationKey::of(&self.message)
        }
    }

    /// Writes the message in WeCom's format, for fixtures and simulators.
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

/// Compares the fields. [`Notification::message`], the original XML, is not compared.
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

    /// Creates a key from its stored bytes.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// The error for a text that is not a [`NotificationKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of a notification must have 40 hexadecimal digits")]
#[non_exhaustive]
pub struct NotificationKeyError;

impl FromStr for NotificationKey {
    type Err = NotificationKeyError;

    /// Parses 40 hexadecimal digits of either case.
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

/// Writes 40 lowercase hexadecimal digits.
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
