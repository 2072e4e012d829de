//! The custom attributes of a member (扩展属性, 对外属性) and the gender, as the JSON of the API has them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::world::{self, AttributeForm, AttributeValue, Member, ProfileForm};

/// A gender as a number, or as a text as in the official pages: 0 for unknown, 1 for male, 2 for female.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum GenderForm {
    Number(u32),
    Text(String),
}

impl GenderForm {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attributes {
    attrs: Vec<Attribute>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_corp_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wechat_channels: Option<Channels>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_attr: Option<Vec<Attribute>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Channels {
    nickname: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Attribute {
    /// 0 text, 1 web, 2 mini program.
    #[serde(rename = "type")]
    kind: i64,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    web: Option<Web>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    miniprogram: Option<Miniprogram>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Web {
    url: String,
    title: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Miniprogram {
    appid: String,
    pagepath: String,
    title: String,
}

impl Attributes {
    /// Returns the attributes of a member; `None` if there are none.
    pub(crate) fn of(attributes: &[world::Attribute]) -> Option<Self> {
        Some(Self { attrs: Attribute::list(attributes)? })
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.attrs.iter().map(|one| one.name.as_str()).collect()
    }

    pub(crate) fn into_forms(self) -> Vec<AttributeForm> {
        self.attrs.into_iter().map(Into::into).collect()
    }

    pub(super) fn push_text(&mut self, name: String, value: String) {
        self.attrs.push(Attribute { name, text: Some(Text { value }), ..Attribute::default() });
    }
}

impl Attribute {
    fn list(attributes: &[world::Attribute]) -> Option<Vec<Self>> {
        (!attributes.is_empty()).then(|| attributes.iter().map(Into::into).collect())
    }
}

impl Profile {
    /// Returns the profile of a member; `None` if it is empty.
    pub(crate) fn of(member: &Member) -> Option<Self> {
        let rare = member.rare.as_deref().filter(|_| member.has_external_profile())?;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let nickname = text(&rare.channels_nickname);
        Some(Self {
            external_corp_name: text(&rare.external_corp_name),
            wechat_channels: nickname.map(|nickname| Channels { nickname: Some(nickname) }),
            external_attr: Attribute::list(&rare.external_attr),
        })
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.external_attr.iter().flatten().map(|one| one.name.as_str()).collect()
    }
}

impl From<&world::Attribute> for Attribute {
    fn from(attribute: &world::Attribute) -> Self {
        let mut form = Self { name: attribute.name.to_string(), ..Self::default() };
        match &attribute.value {
            AttributeValue::Text(value) => form.text = Some(Text { value: value.to_string() }),
            AttributeValue::Web { url, title } => {
                (form.kind, form.web) = (1, Some(Web { url: url.to_string(), title: title.to_string() }));
            }
            AttributeValue::Miniprogram { appid, title, pagepath } => {
                let miniprogram = Miniprogram {
                    appid: appid.to_string(),
                    pagepath: pagepath.to_string(),
                    title: title.to_string(),
                };
                (form.kind, form.miniprogram) = (2, Some(miniprogram));
            }
        }
        form
    }
}

impl From<Attribute> for AttributeForm {
    fn from(attribute: Attribute) -> Self {
        let miniprogram = attribute.miniprogram.unwrap_or_default();
        let web = attribute.web.unwrap_or_default();
        Self {
            kind: attribute.kind,
            name: attribute.name,
            text: attribute.text.map(|text| text.value),
            url: web.url,
            title: if web.title.is_empty() { miniprogram.title } else { web.title },
            appid: miniprogram.appid,
            pagepath: miniprogram.pagepath,
        }
    }
}

impl From<Profile> for ProfileForm {
    fn from(profile: Profile) -> Self {
        let attributes = |list: Vec<Attribute>| list.into_iter().map(Into::into).collect();
        Self {
            external_corp_name: profile.external_corp_name,
            channels_nickname: profile.wechat_channels.and_then(|channels| channels.nickname),
            external_attr: profile.external_attr.map(attributes),
        }
    }
}
