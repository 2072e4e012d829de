//! Extended attributes (扩展属性) in the JSON of an event: `{"name": "工牌", "text": "A-17"}`. The key of the value is
//! the name of its kind.
//!
//! This form preserves every value. The API's own form does not, because it is parsed leniently: an unusual value of a
//! known type can become another value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::members::{Attribute, AttributeValue, ExtAttr};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Attribute")]
struct AttributeForm {
    name: String,
    #[serde(flatten, with = "ValueForm")]
    value: AttributeValue,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AttributeValue", rename_all = "snake_case")]
enum ValueForm {
    Text(String),
    Web {
        title: String,
        url: String,
    },
    MiniProgram {
        appid: String,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pagepath: Option<String>,
    },
    Untyped(String),
    Other {
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        kind: Option<i64>,
        content: Map<String, Json>,
    },
}

#[derive(Serialize)]
#[serde(transparent)]
struct Written<'a>(#[serde(with = "AttributeForm")] &'a Attribute);

#[derive(Deserialize)]
#[serde(transparent)]
struct Read(#[serde(with = "AttributeForm")] Attribute);

#[expect(clippy::ref_option, reason = "serde calls it with the field")]
pub(super) fn serialize<S: Serializer>(
    attributes: &Option<ExtAttr>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let attributes = attributes.as_ref().map(|attributes| attributes.attrs.iter().map(Written));
    match attributes {
        Some(attributes) => serializer.collect_seq(attributes),
        None => serializer.serialize_none(),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ExtAttr>, D::Error> {
    let attributes = Option::<Vec<Read>>::deserialize(deserializer)?;
    Ok(attributes.map(|attributes| attributes.into_iter().map(|Read(attribute)| attribute).collect()))
}
