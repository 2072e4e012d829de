//! What the console's actions take beside members. The JSON has the names of the API; unknown ones are refused.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::world::{DepartmentForm, Range};

/// The fields of a department, as `department/create` and `department/update` name them. What is not set stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// Without any field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Id; on creating it the system gives one if none is set.
    pub fn id(mut self, id: u32) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Name (部门名称).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// English name.
    pub fn name_en(mut self, name: impl Into<String>) -> Self {
        self.name_en = Some(name.into());
        self
    }

    /// Id of the parent department; 1 is the root.
    pub fn parentid(mut self, id: u32) -> Self {
        self.parentid = Some(id.into());
        self
    }

    /// Order below the parent; the highest comes first.
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
#[derive(Clone, PartialEq, Eq, Deserialize)]
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
    /// The contacts assistant's target.
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

    /// The target of this app instead (接收消息).
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// Saves the target without asking the URL first, which the real console never does.
    pub fn unverified(mut self) -> Self {
        self.verify = false;
        self
    }
}

/// Without the token and the key.
impl std::fmt::Debug for ConsoleCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleCallback")
            .field("agentid", &self.agentid)
            .field("url", &self.url)
            .field("verify", &self.verify)
            .finish_non_exhaustive()
    }
}

/// What the contacts-sync secret may do (通讯录同步 > 权限).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ConsolePermission {
    /// Reading only.
    Read,
    /// Reading and editing.
    Edit,
    /// API接口同步 is switched off.
    Off,
}

/// Which rights of before 2022 a credential has. What is not set stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleLegacy {
    pub(super) contacts: Option<bool>,
    pub(super) app: Option<bool>,
    pub(super) callbacks: Option<bool>,
    pub(super) agentid: Option<u32>,
}

impl ConsoleLegacy {
    /// Changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the contacts assistant calls from an IP known before 2022-08-15, which may read details.
    pub fn contacts(mut self, legacy: bool) -> Self {
        self.contacts = Some(legacy);
        self
    }

    /// Whether an app was created before 2022-06-20 and sees sensitive fields: this one, or the simulator's first without an id.
    pub fn app(mut self, agent_id: Option<u32>, legacy: bool) -> Self {
        (self.agentid, self.app) = (agent_id, Some(legacy));
        self
    }

    /// Whether the assistant's callback URL was configured before 2022-08-15, so that its events carry every element.
    pub fn callbacks(mut self, legacy: bool) -> Self {
        self.callbacks = Some(legacy);
        self
    }
}

/// The visible range (可见范围) of an app: a department brings its subtree, a tag its departments and members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleRange {
    pub(super) agentid: Option<u32>,
    pub(super) departments: Vec<u32>,
    pub(super) members: Vec<String>,
    pub(super) tags: Vec<u32>,
}

impl ConsoleRange {
    /// An empty range of the simulator's first app.
    pub fn new() -> Self {
        Self::default()
    }

    /// The range of this app instead.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// Departments, each with its subtree.
    pub fn departments(mut self, ids: impl IntoIterator<Item = u32>) -> Self {
        self.departments = ids.into_iter().collect();
        self
    }

    /// Members, by userid.
    pub fn members(mut self, userids: impl IntoIterator<Item: Into<String>>) -> Self {
        self.members = userids.into_iter().map(Into::into).collect();
        self
    }

    /// Tags, by id.
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

/// A visit to a page: by a member (`userid`), or by a stranger (`openid`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// A member visits a page of the simulator's first app.
    pub fn member(userid: impl Into<String>) -> Self {
        Self { userid: Some(userid.into()), ..Self::default() }
    }

    /// A stranger visits, who has this openid and, as a customer, perhaps an external userid.
    pub fn stranger(openid: impl Into<String>, external_userid: Option<String>) -> Self {
        Self { openid: Some(openid.into()), external_userid, ..Self::default() }
    }

    /// The page is this app's instead.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agent_id = Some(agent_id);
        self
    }

    /// The visitor consents to `snsapi_privateinfo`.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }
}

/// An event of any kind, sent as it is given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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
    /// An event of this name for the contacts assistant, from `sys`.
    pub fn new(event: impl Into<String>) -> Self {
        Self { agentid: None, event: event.into(), from: sys(), elements: Map::new() }
    }

    /// The app that receives the event instead.
    pub fn app(mut self, agent_id: u32) -> Self {
        self.agentid = Some(agent_id);
        self
    }

    /// `FromUserName`.
    pub fn from(mut self, sender: impl Into<String>) -> Self {
        self.from = sender.into();
        self
    }

    /// Adds an element: a text becomes CDATA, a whole number stays plain, a list is joined by commas, an object nests.
    pub fn element(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.elements.insert(name.into(), value.into());
        self
    }
}

/// What of a tag's new members could not be added or removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTagMembers {
    /// Userids that name no member.
    pub members: Vec<String>,
    /// Ids that name no department.
    pub departments: Vec<i64>,
}

/// The IPs that may call with a secret (企业可信IP).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustedIps {
    pub(super) agentid: Option<u32>,
    pub(super) ips: Vec<IpAddr>,
}
