//! The bodies of the console's actions, except those for members. The JSON uses the field names of the API; unknown
//! fields are refused.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::world::{DepartmentForm, Range};

/// The fields of a department, named as in `department/create` and `department/update`. A field that is not set stays
/// unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleDepartment {
    id: Option<i64>,
    name: Option<String>,
    name_en: Option<String>,
    parentid: Option<i64>,
    order: Option<i64>,
}

impl ConsoleDepartment {
    /// Creates a form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the id. Without an id, a new department gets the next free one.
    pub fn id(mut self, id: u32) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the name (部门名称).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the English name.
    pub fn name_en(mut self, name: impl Into<String>) -> Self {
        self.name_en = Some(name.into());
        self
    }

    /// Sets the id of the parent department; 1 is the root.
    pub fn parentid(mut self, id: u32) -> Self {
        self.parentid = Some(id.into());
        self
    }

    /// Sets the order among siblings; the highest comes first.
    pub fn order(mut self, order: u32) -> Self {
        self.order = Some(order.into());
        self
    }
}

impl From<ConsoleDepartment> for DepartmentForm {
    fn from(department: ConsoleDepartment) -> Self {
        Self {
            id: department.id,
            name: department.name,
            name_en: department.name_en,
            parent: department.parentid,
            order: department.order,
        }
    }
}

/// The callback target (接收事件服务器) of the contacts assistant, or of an app.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ConsoleCallback {
    pub(super) agentid: Option<u32>,
    pub(super) url: String,
    pub(super) token: String,
    pub(super) encodingaeskey: String,
    #[serde(default = "yes")]
    pub(super) verify: bool,
}

fn yes() -> bool {
    true
}

impl ConsoleCallback {
    /// Creates the target of the contacts assistant.
    pub fn new(
        url: impl Into<String>,
        token: impl Into<String>,
        encoding_aes_key: impl Into<String>,
    ) -> Self {
        Self {
            agentid: None,
            url: url.into(),
            token: token.into(),
            encodingaeskey: encoding_aes_key.into(),
            verify: true,
        }
    }

    /// Selects the target of this app instead (接收消息).
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// Saves the target without verifying the URL. The real console always verifies it.
    pub fn unverified(mut self) -> Self {
        self.verify = false;
        self
    }
}

/// Omits the token and the key.
impl std::fmt::Debug for ConsoleCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleCallback")
            .field("agentid", &self.agentid)
            .field("url", &self.url)
            .field("verify", &self.verify)
            .finish_non_exhaustive()
    }
}

/// The permission of the contacts-sync secret (通讯录同步 > 权限).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ConsolePermission {
    /// Read only.
    Read,
    /// Read and edit.
    Edit,
    /// API接口同步 is off.
    Off,
}

/// The permissions from before 2022 that a credential has. A field that is not set stays unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleLegacy {
    pub(super) contacts: Option<bool>,
    pub(super) app: Option<bool>,
    pub(super) callbacks: Option<bool>,
    pub(super) agentid: Option<u32>,
}

impl ConsoleLegacy {
    /// Creates a form that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether the contacts assistant calls from an IP known before 2022-08-15, which can read details.
    pub fn contacts(mut self, legacy: bool) -> Self {
        self.contacts = Some(legacy);
        self
    }

    /// Sets whether an app was created before 2022-06-20 and sees sensitive fields. Without an id, the simulator's
    /// first app is used.
    pub fn app(mut self, agent_id: Option<u32>, legacy: bool) -> Self {
        (self.agentid, self.app) = (agent_id, Some(legacy));
        self
    }

    /// Sets whether the assistant's callback URL was saved before 2022-08-15, so that its events have all elements.
    pub fn callbacks(mut self, legacy: bool) -> Self {
        self.callbacks = Some(legacy);
        self
    }
}

/// The visible range (可见范围) of an app. A department includes its subtree; a tag includes its departments and members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleRange {
    pub(super) agentid: Option<u32>,
    pub(super) departments: Vec<u32>,
    pub(super) members: Vec<String>,
    pub(super) tags: Vec<u32>,
}

impl ConsoleRange {
    /// Creates an empty range of the simulator's first app.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects another app.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// Sets the departments, each with its subtree.
    pub fn departments(mut self, ids: impl IntoIterator<Item = u32>) -> Self {
        self.departments = ids.into_iter().collect();
        self
    }

    /// Sets the members by userid.
    pub fn members(mut self, userids: impl IntoIterator<Item: Into<String>>) -> Self {
        self.members = userids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the tags by id.
    pub fn tags(mut self, ids: impl IntoIterator<Item = u32>) -> Self {
        self.tags = ids.into_iter().collect();
        self
    }
}

impl From<ConsoleRange> for Range {
    fn from(range: ConsoleRange) -> Self {
        Self { departments: range.departments, members: range.members, tags: range.tags }
    }
}

/// A visit to a page of an app, by a member (`userid`) or by a visitor from outside (`openid`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleVisit {
    #[serde(alias = "agentid")]
    pub(super) agent_id: Option<u32>,
    pub(super) userid: Option<String>,
    pub(super) openid: Option<String>,
    pub(super) external_userid: Option<String>,
    pub(super) private: bool,
}

impl ConsoleVisit {
    /// Creates the visit of a member to a page of the simulator's first app.
    pub fn member(userid: impl Into<String>) -> Self {
        Self { userid: Some(userid.into()), ..Self::default() }
    }

    /// Creates the visit of a person from outside the corp, with an openid and, for a customer, an external userid.
    pub fn stranger(openid: impl Into<String>, external_userid: Option<String>) -> Self {
        Self { openid: Some(openid.into()), external_userid, ..Self::default() }
    }

    /// Selects the page of another app.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agent_id = Some(agent_id);
        self
    }

    /// Adds the visitor's consent to `snsapi_privateinfo`.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }
}

/// An event with any name and elements.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ConsoleEvent {
    pub(super) agentid: Option<u32>,
    pub(super) event: String,
    #[serde(default = "sys")]
    pub(super) from: String,
    #[serde(default)]
    pub(super) elements: Map<String, Value>,
}

fn sys() -> String {
    "sys".into()
}

impl ConsoleEvent {
    /// Creates an event with this name for the contacts assistant, sent by `sys`.
    pub fn new(event: impl Into<String>) -> Self {
        Self { agentid: None, event: event.into(), from: sys(), elements: Map::new() }
    }

    /// Selects an app as the receiver.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// Sets `FromUserName`.
    pub fn from(mut self, sender: impl Into<String>) -> Self {
        self.from = sender.into();
        self
    }

    /// Adds an element. A text becomes CDATA, a whole number is written plainly, a list is joined by commas, and an
    /// object becomes nested elements.
    pub fn element(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.elements.insert(name.into(), value.into());
        self
    }
}

/// The members and departments that could not be added to or removed from a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTagMembers {
    /// Userids without a member.
    pub members: Vec<String>,
    /// Ids without a department.
    pub departments: Vec<i64>,
}

/// The IPs that can call with a secret (企业可信IP).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustedIps {
    pub(super) agentid: Option<u32>,
    pub(super) ips: Vec<IpAddr>,
}
