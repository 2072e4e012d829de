//! The settings of the console (管理后台) that the API uses.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A corp's console settings. `PUT /_sim/settings` changes each of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ConsoleSettings {
    /// The defined 扩展属性; other names are ignored.
    pub(crate) extattr: Vec<AttributeName>,
    /// The defined 对外属性.
    pub(crate) external_attr: Vec<AttributeName>,
    /// Mini programs authorised in the corp; attributes with other ones are ignored.
    pub(crate) miniprograms: Vec<String>,
    /// Verified short names (企业对外简称), else 41036. If empty, every name is accepted.
    pub(crate) short_names: Vec<String>,
    /// Bound 视频号, else 41066. If empty, every one is accepted.
    pub(crate) channels: Vec<String>,
    /// The domain of 腾讯企业邮. Without a domain members have no 企业邮箱.
    pub(crate) mail_domain: Option<String>,
    /// Maximum number of accounts in the corp (45024). One fifth of it is the limit for failed lookups by mobile or
    /// mail.
    pub(crate) account_cap: usize,
    /// The corp's creator, who cannot be deleted (301005).
    pub(crate) creator: String,
    pub(crate) second_verification: SecondVerification,
}

/// An attribute defined in the console.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AttributeName {
    /// 0 text, 1 web, 2 mini program.
    #[serde(rename = "type")]
    pub(crate) kind: i64,
    pub(crate) name: Arc<str>,
}

/// The settings of 二次验证.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct SecondVerification {
    /// The page. Without one every call answers 40210.
    pub(crate) page: Option<String>,
    /// The app whose OAuth link the page is; another app gets 40209. `None` means that the page belongs to no app.
    pub(crate) app: Option<u32>,
    /// The members who need verification; empty for all. Other members get 40208.
    pub(crate) members: Vec<String>,
}

impl ConsoleSettings {
    pub(super) fn with_app(agent_id: u32) -> Self {
        let mut console = Self::default();
        console.second_verification.app = Some(agent_id);
        console
    }

    /// Whether this userid is that of the corp's creator.
    pub(crate) fn is_creator(&self, userid: &str) -> bool {
        self.creator.eq_ignore_ascii_case(userid)
    }
}

impl Default for SecondVerification {
    fn default() -> Self {
        Self {
            page: Some("https://verify.example.com/second".into()),
            app: Some(1_000_002),
            members: Vec::new(),
        }
    }
}

impl Default for ConsoleSettings {
    fn default() -> Self {
        let attributes = |names: &[(i64, &str)]| {
            names.iter().map(|(kind, name)| AttributeName { kind: *kind, name: (*name).into() }).collect()
        };
        Self {
            extattr: attributes(&[(0, "工号"), (0, "爱好"), (1, "主页")]),
            external_attr: attributes(&[(0, "热线"), (1, "官网"), (2, "小程序")]),
            miniprograms: vec!["wx8bd80126147df384".into()],
            short_names: Vec::new(),
            channels: Vec::new(),
            mail_domain: Some("example.com".into()),
            account_cap: 2_000_000,
            creator: "zhangsan".into(),
            second_verification: SecondVerification::default(),
        }
    }
}
