//! What an administrator has set up in the console (管理后台), as far as the API asks for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A corp's console settings; each can be changed through `PUT /_sim/settings`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ConsoleSettings {
    /// 扩展属性 that exist; a value for any other is ignored.
    pub(crate) extattr: Vec<AttributeName>,
    /// 对外属性 that exist.
    pub(crate) external_attr: Vec<AttributeName>,
    /// Mini programs authorised in the corp; an attribute with any other is ignored.
    pub(crate) miniprograms: Vec<String>,
    /// Verified short names (企业对外简称), else 41036. Empty: any is taken.
    pub(crate) short_names: Vec<String>,
    /// Bound 视频号, else 41066. Empty: any is taken.
    pub(crate) channels: Vec<String>,
    /// The domain of 腾讯企业邮; without one no member has a 企业邮箱.
    pub(crate) mail_domain: Option<String>,
    /// How many accounts the corp may have (45024). A fifth of it is also what failed look-ups by mobile or mail may use up.
    pub(crate) account_cap: usize,
    /// The corp's creator, who cannot be deleted (301005).
    pub(crate) creator: String,
    pub(crate) second_verification: SecondVerification,
}

/// An attribute that the console knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AttributeName {
    /// 0 text, 1 web, 2 mini program.
    #[serde(rename = "type")]
    pub(crate) kind: i64,
    pub(crate) name: Arc<str>,
}

/// 二次验证: who is asked, and on which page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SecondVerification {
    /// Without one every call answers 40210.
    pub(crate) page: Option<String>,
    /// The app whose OAuth link the page is; another app gets 40209. `None`: the page is no app's.
    pub(crate) app: Option<u32>,
    /// Who is asked; empty: everybody. Others get 40208.
    pub(crate) members: Vec<String>,
}

impl ConsoleSettings {
    pub(super) fn with_app(agent_id: u32) -> Self {
        let mut console = Self::default();
        console.second_verification.app = Some(agent_id);
        console
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
