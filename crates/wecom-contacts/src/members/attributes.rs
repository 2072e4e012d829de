//! Fields that a corp adds to its members: extended attributes (扩展属性) and the external profile (成员对外属性).
//!
//! Official: [扩展属性](https://developer.work.weixin.qq.com/document/path/100067),
//! [成员对外属性](https://developer.work.weixin.qq.com/document/path/92230)

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use crate::json_fields::{self, Number};

/// A member's extended attributes (扩展属性, `extattr`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExtAttr {
    /// The attributes. The server ignores an attribute whose name does not exist in the admin console.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub attrs: Vec<Attribute>,
}

impl FromIterator<Attribute> for ExtAttr {
    fn from_iter<I: IntoIterator<Item = Attribute>>(attributes: I) -> Self {
        Self { attrs: attributes.into_iter().collect() }
    }
}

/// One attribute: its name in the admin console, and its value.
///
/// An attribute of an unknown kind, or with a value in an unexpected form, is kept as [`AttributeValue::Other`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute {
    /// The name, which must exist in the admin console.
    pub name: String,
    /// The value.
    pub value: AttributeValue,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// Text (type 0): at most 64 characters in `extattr`, 32 in `external_attr`. `""` empties the attribute.
    Text(String),
    /// A link (type 1). An empty title together with an empty URL empties the attribute. Otherwise both are required.
    Web {
        /// The title, at most 12 characters.
        title: String,
        /// The URL, beginning with `http://` or `https://`.
        url: String,
    },
    /// A mini program (小程序, type 2), in `external_attr` only.
    MiniProgram {
        /// The mini program's app id. It must be authorised in this corp; otherwise the server ignores the attribute.
        appid: String,
        /// The title, at most 12 characters. An empty title together with an empty `appid` empties the attribute.
        title: String,
        /// The page to open. Optional.
        pagepath: Option<String>,
    },
    /// A value without a type. Very old data has this form.
    Untyped(String),
    /// A value of an unknown type, or of a known type in an unexpected form, with all its keys.
    Other {
        /// The number in `type`, if the key is present.
        kind: Option<i64>,
        /// All keys except `type` and `name`.
        content: Map<String, Value>,
    },
}

impl Attribute {
    /// Creates a text (type 0). `""` empties the attribute.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(name, AttributeValue::Text(value.into()))
    }

    /// Creates a link (type 1). An empty title together with an empty URL empties the attribute.
    pub fn web(name: impl Into<String>, title: impl Into<String>, url: impl Into<String>) -> Self {
        let (title, url) = (title.into(), url.into());
        Self::new(name, AttributeValue::Web { title, url })
    }

    /// Creates a mini program (type 2), for [`ExternalProfile`] only.
    pub fn mini_program(
        name: impl Into<String>,
        appid: impl Into<String>,
        title: impl Into<String>,
        pagepath: Option<String>,
    ) -> Self {
        let (appid, title) = (appid.into(), title.into());
        Self::new(name, AttributeValue::MiniProgram { appid, title, pagepath })
    }

    /// Creates an attribute of any kind.
    pub fn new(name: impl Into<String>, value: AttributeValue) -> Self {
        Self { name: name.into(), value }
    }
}

/// Shows names and kinds. Values are personal data and are masked.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute").field("name", &self.name).field("value", &self.value).finish()
    }
}

impl fmt::Debug for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(***)"),
            Self::Web { .. } => f.write_str("Web(***)"),
            Self::MiniProgram { .. } => f.write_str("MiniProgram(***)"),
            Self::Untyped(_) => f.write_str("Untyped(***)"),
            Self::Other { kind, .. } => write!(f, "Other({kind:?}, ***)"),
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Default + Deserialize<'de>"))]
struct Text<S> {
    #[serde(default, deserialize_with = "json_fields::or_default")]
    value: S,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Default + Deserialize<'de>"))]
struct Web<S> {
    #[serde(default, deserialize_with = "json_fields::or_default")]
    url: S,
    #[serde(default, deserialize_with = "json_fields::or_default")]
    title: S,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Default + Deserialize<'de>"))]
struct MiniProgram<S> {
    #[serde(default, deserialize_with = "json_fields::or_default")]
    appid: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pagepath: Option<S>,
    #[serde(default, deserialize_with = "json_fields::or_default")]
    title: S,
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = match &self.value {
            AttributeValue::Text(_) => Some(0),
            AttributeValue::Web { .. } => Some(1),
            AttributeValue::MiniProgram { .. } => Some(2),
            AttributeValue::Untyped(_) => None,
            AttributeValue::Other { kind, .. } => *kind,
        };
        if let Some(kind) = kind {
            map.serialize_entry("type", &kind)?;
        }
        map.serialize_entry("name", &self.name)?;
        match &self.value {
            AttributeValue::Text(value) => map.serialize_entry("text", &Text { value })?,
            AttributeValue::Web { title, url } => map.serialize_entry("web", &Web { url, title })?,
            AttributeValue::MiniProgram { appid, title, pagepath } => {
                let pagepath = pagepath.as_ref();
                map.serialize_entry("miniprogram", &MiniProgram { appid, pagepath, title })?;
            }
            AttributeValue::Untyped(value) => map.serialize_entry("value", value)?,
            AttributeValue::Other { content, .. } => {
                for (key, value) in content {
                    map.serialize_entry(key, value)?;
                }
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyAttribute;

        impl<'de> Visitor<'de> for AnyAttribute {
            type Value = Attribute;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an attribute")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attribute, A::Error> {
                let (mut kind, mut name, mut content) = (None, None, Map::new());
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "type" => kind = map.next_value::<Option<Number>>()?.map(|number| number.0),
                        "name" => name = map.next_value()?,
                        _ => {
                            content.insert(key, map.next_value()?);
                        }
                    }
                }
                Ok(Attribute {
                    name: name.unwrap_or_default(),
                    value: AttributeValue::from_wire(kind, content),
                })
            }
        }

        deserializer.deserialize_map(AnyAttribute)
    }
}

impl AttributeValue {
    /// Reads the value that belongs to the type. A value in another form is kept unchanged.
    fn from_wire(kind: Option<i64>, mut content: Map<String, Value>) -> Self {
        fn of<T: Default + serde::de::DeserializeOwned>(
            content: &Map<String, Value>,
            key: &str,
        ) -> Option<T> {
            match content.get(key) {
                None | Some(Value::Null) => Some(T::default()),
                Some(value) => T::deserialize(value).ok(),
            }
        }
        let known = match kind {
            // The live server repeats the text beside the `text` object. If that object is missing, the copy is the
            // value.
            Some(0) if matches!(content.get("text"), None | Some(Value::Null)) => {
                of(&content, "value").map(Self::Text)
            }
            Some(0) => of(&content, "text").map(|Text { value }| Self::Text(value)),
            Some(1) => of(&content, "web").map(|Web { url, title }| Self::Web { title, url }),
            Some(2) => of(&content, "miniprogram")
                .map(|MiniProgram { appid, pagepath, title }| Self::MiniProgram { appid, title, pagepath }),
            Some(_) => None,
            None => match content.get_mut("value").map(Value::take) {
                Some(Value::String(text)) if content.len() == 1 => Some(Self::Untyped(text)),
                Some(value) => {
                    content.insert("value".into(), value);
                    None
                }
                None => None,
            },
        };
        known.unwrap_or(Self::Other { kind, content })
    }
}

/// The part of a member's data that people outside the corp see (成员对外属性, `external_profile`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalProfile {
    /// The corp's verified short name (企业对外简称); `""` restores the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_corp_name: Option<String>,
    /// The member's channels account (视频号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat_channels: Option<WechatChannels>,
    /// The attributes. A request that sets the profile must contain all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_attr: Option<Vec<Attribute>>,
}

impl ExternalProfile {
    /// Creates a profile with these attributes. They replace the existing ones; the server requires them in every
    /// profile.
    pub fn new(attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self { external_attr: Some(attributes.into_iter().collect()), ..Self::default() }
    }

    /// Sets the corp's short name. It must be a verified one; `""` restores the default.
    pub fn external_corp_name(mut self, name: impl Into<String>) -> Self {
        self.external_corp_name = Some(name.into());
        self
    }

    /// Sets the channels account (视频号). It must be bound to the corp.
    pub fn wechat_channels(mut self, nickname: impl Into<String>) -> Self {
        self.wechat_channels = Some(WechatChannels { nickname: Some(nickname.into()), status: None });
        self
    }
}

/// A channels account (视频号).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WechatChannels {
    /// The account's name. The account must be bound to the corp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Whether the account may be shown. Read-only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ChannelsStatus>,
}

coded! {
    /// Whether a channels account (视频号) may be shown.
    ChannelsStatus {
        /// The owner confirmed the account; it can be shown.
        Confirmed = 0,
        /// The owner's confirmation is pending.
        AwaitingConfirmation = 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_written_as_the_page_shows_them() {
        let attributes = [
            Attribute::text("工号", "A0042"),
            Attribute::web("主页", "我的主页", "https://example.com/"),
            Attribute::mini_program("小程序", "wx8bd80126147df384", "展示", Some("/index".into())),
        ];
        assert_eq!(
            serde_json::to_value(attributes).unwrap(),
            json!([
                {"type": 0, "name": "工号", "text": {"value": "A0042"}},
                {"type": 1, "name": "主页", "web": {"url": "https://example.com/", "title": "我的主页"}},
                {"type": 2, "name": "小程序", "miniprogram": {"appid": "wx8bd80126147df384", "pagepath": "/index", "title": "展示"}},
            ])
        );
    }

    #[test]
    fn observed_o06_a_text_that_comes_twice_is_read_once() {
        let read = |value: Value| serde_json::from_value::<Attribute>(value).unwrap();
        let twice = json!({"type": 0, "name": "工号", "value": "A1", "text": {"value": "A1"}});
        assert_eq!(read(twice), Attribute::text("工号", "A1"));
        assert_eq!(read(json!({"type": 0, "name": "工号", "value": "A1"})), Attribute::text("工号", "A1"));
        assert_eq!(read(json!({"type": 0, "name": "工号"})), Attribute::text("工号", ""));
    }

    #[test]
    fn trap_16_an_odd_attribute_is_kept_and_does_not_lose_the_member() {
        let read = |value: Value| serde_json::from_value::<Attribute>(value).unwrap();
        assert_eq!(read(json!({"type": 0, "name": "工号"})), Attribute::text("工号", ""));
        assert_eq!(read(json!({"type": 1, "name": "主页", "web": null})), Attribute::web("主页", "", ""));
        assert_eq!(
            read(json!({"name": "爱好", "value": "旅游"})).value,
            AttributeValue::Untyped("旅游".into())
        );
        assert_eq!(
            read(json!({"type": "0", "name": "工号", "text": {"value": "1"}})),
            Attribute::text("工号", "1")
        );
        for odd in [
            json!({"type": 9, "name": "新", "hologram": {"x": [1, 2]}, "text": {"value": "y"}}),
            json!({"type": 0, "name": "工号", "text": "not an object"}),
            json!({"type": 1, "name": "主页", "web": {"url": 5}}),
            json!({"name": "爱好", "text": {"value": "旅游"}}),
            json!({"name": "爱好", "value": 5}),
            json!({"name": "爱好"}),
        ] {
            let attribute = read(odd.clone());
            assert!(matches!(attribute.value, AttributeValue::Other { .. }), "{odd}");
            assert_eq!(serde_json::to_value(&attribute).unwrap(), odd);
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| {
            let key = prop_oneof![Just("value"), Just("url"), Just("title"), Just("appid"), Just("x")]
                .prop_map(String::from);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(key, inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn trap_16_whatever_an_attribute_holds_it_is_read_and_reads_the_same_again(
            kind in prop::option::of(-1_i64..5),
            payload in prop::collection::btree_map("text|web|miniprogram|value|new", any_json(), 0..4),
        ) {
            let mut wire = Map::from_iter(payload);
            wire.insert("name".into(), "工号".into());
            if let Some(kind) = kind {
                wire.insert("type".into(), kind.into());
            }
            let read: Attribute = serde_json::from_value(Value::Object(wire.clone())).unwrap();
            let again: Attribute = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
            prop_assert!(read == again);
            if let AttributeValue::Other { .. } = read.value {
                prop_assert_eq!(serde_json::to_value(&read).unwrap(), Value::Object(wire));
            }
        }
    }

    #[test]
    fn a_value_is_not_shown_by_debug() {
        let shown = format!("{:?}", Attribute::web("主页", "我", "https://example.com/me"));
        assert_eq!(shown, r#"Attribute { name: "主页", value: Web(***) }"#);
    }
}
