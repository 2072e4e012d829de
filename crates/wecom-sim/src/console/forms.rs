//! What the actions take. The names are the API's; unknown ones are refused.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::world::{AttributeForm, DepartmentForm, MemberForm, ProfileForm};

/// The fields of `user/create` and `user/update`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Member {
    userid: Option<String>,
    new_userid: Option<String>,
    name: Option<String>,
    alias: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
    biz_mail: Option<String>,
    department: Option<Vec<i64>>,
    order: Option<Vec<i64>>,
    is_leader_in_dept: Option<Vec<i64>>,
    main_department: Option<i64>,
    direct_leader: Option<Vec<String>>,
    position: Option<String>,
    #[serde(deserialize_with = "gender")]
    gender: Option<String>,
    telephone: Option<String>,
    address: Option<String>,
    enable: Option<i64>,
    avatar_mediaid: Option<String>,
    extattr: Option<Attributes>,
    external_profile: Option<Profile>,
    external_position: Option<String>,
    to_invite: Option<bool>,
    /// Whether the member has logged in.
    activated: Option<bool>,
}

/// A number, or a text as older set-ups have it.
fn gender<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u32),
        Text(String),
    }
    Ok(Option::deserialize(deserializer)?.map(|either| match either {
        Either::Number(number) => number.to_string(),
        Either::Text(text) => text,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    attrs: Vec<Attribute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    external_corp_name: Option<String>,
    wechat_channels: Option<Channels>,
    external_attr: Option<Vec<Attribute>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Channels {
    nickname: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    #[serde(rename = "type")]
    kind: i64,
    name: String,
    text: Option<Text>,
    web: Option<Web>,
    miniprogram: Option<Miniprogram>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Web {
    url: String,
    title: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Miniprogram {
    appid: String,
    pagepath: String,
    title: String,
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

fn attribute_forms(attributes: Vec<Attribute>) -> Vec<AttributeForm> {
    attributes.into_iter().map(Into::into).collect()
}

impl From<Member> for MemberForm {
    fn from(member: Member) -> Self {
        Self {
            userid: member.userid,
            new_userid: member.new_userid,
            name: member.name,
            alias: member.alias,
            mobile: member.mobile,
            email: member.email,
            biz_mail: member.biz_mail,
            department: member.department,
            order: member.order,
            is_leader_in_dept: member.is_leader_in_dept,
            main_department: member.main_department,
            direct_leader: member.direct_leader,
            position: member.position,
            gender: member.gender,
            telephone: member.telephone,
            address: member.address,
            enable: member.enable,
            avatar_mediaid: member.avatar_mediaid,
            extattr: member.extattr.map(|extattr| attribute_forms(extattr.attrs)),
            external_profile: member.external_profile.map(|profile| ProfileForm {
                external_corp_name: profile.external_corp_name,
                channels_nickname: profile.wechat_channels.and_then(|channels| channels.nickname),
                external_attr: profile.external_attr.map(attribute_forms),
            }),
            external_position: member.external_position,
            to_invite: member.to_invite,
            activated: member.activated,
            ..Self::default()
        }
    }
}

/// The fields of `department/create` and `department/update`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    id: Option<i64>,
    name: Option<String>,
    name_en: Option<String>,
    parentid: Option<i64>,
    order: Option<i64>,
}

impl From<Department> for DepartmentForm {
    fn from(department: Department) -> Self {
        Self {
            id: department.id,
            name: department.name,
            name_en: department.name_en,
            parent: department.parentid,
            order: department.order,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Userid {
    pub(super) userid: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DepartmentId {
    pub(super) id: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTag {
    pub(super) tagname: String,
    pub(super) tagid: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RenamedTag {
    pub(super) tagid: i64,
    pub(super) tagname: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagId {
    pub(super) tagid: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagMembers {
    pub(super) tagid: i64,
    #[serde(default)]
    pub(super) userlist: Vec<String>,
    #[serde(default)]
    pub(super) partylist: Vec<i64>,
}

/// `agentid` names an app; without it the contacts assistant is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Callback {
    pub(super) agentid: Option<u32>,
    pub(super) url: String,
    pub(super) token: String,
    pub(super) encodingaeskey: String,
    /// `false` saves without asking the URL, which the real console never does.
    #[serde(default = "yes")]
    pub(super) verify: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whose {
    pub(super) agentid: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Permission {
    pub(super) permission: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Read,
    Edit,
    /// API接口同步 is switched off.
    Off,
}

/// What is not named stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Legacy {
    /// The contacts assistant calls from an IP known before 2022-08-15.
    pub(super) contacts: Option<bool>,
    /// The app was created before 2022-06-20.
    pub(super) app: Option<bool>,
    /// The assistant's callback URL was configured before 2022-08-15.
    pub(super) callbacks: Option<bool>,
    pub(super) agentid: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustedIps {
    pub(super) agentid: Option<u32>,
    pub(super) ips: Vec<std::net::IpAddr>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppRange {
    pub(super) agentid: Option<u32>,
    #[serde(default)]
    pub(super) departments: Vec<u32>,
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<u32>,
}

/// A member (`userid`) or a stranger (`openid`) opens a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Visit {
    #[serde(alias = "agentid")]
    pub(super) agent_id: Option<u32>,
    pub(super) userid: Option<String>,
    pub(super) openid: Option<String>,
    pub(super) external_userid: Option<String>,
    /// Consent to `snsapi_privateinfo`.
    #[serde(default)]
    pub(super) private: bool,
}

/// An event of any kind, sent as it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnyEvent {
    /// The app that receives it; without it the contacts assistant does.
    pub(super) agentid: Option<u32>,
    pub(super) event: String,
    #[serde(default = "sys")]
    pub(super) from: String,
    /// Texts become CDATA, numbers stay plain, lists are joined by commas, objects nest.
    #[serde(default)]
    pub(super) elements: Map<String, Value>,
}

fn sys() -> String {
    "sys".into()
}
