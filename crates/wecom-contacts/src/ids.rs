//! The ids that WeCom speaks of, each a type of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it stands; the server judges its form.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the id as WeCom writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the id names nothing: it is empty, or holds U+FFFD or a control character, as a text does of which a part
            /// was lost on the way. Replies and export files keep the row that has such an id.
            pub fn is_damaged(&self) -> bool {
                self.0.is_empty() || self.0.chars().any(|character| character == '\u{fffd}' || character.is_control())
            }

            /// Returns the text inside.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }
    )*};
}

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl PartialEq<u32> for $name {
            fn eq(&self, number: &u32) -> bool {
                self.0 == *number
            }
        }
    )*};
}

text_id! {
    /// A corp's id (企业ID, `corpid`), such as `ww1234567890abcdef`.
    CorpId;
    /// A member's account (成员账号, `userid`): 1–64 bytes, unique in the corp, compared without case.
    UserId;
    /// A member's WeChat OpenID (`openid`), as used by corp payments.
    OpenId;
    /// A member's id as third-party apps see it (`open_userid`, at most 64 bytes).
    OpenUserId;
    /// An asynchronous job (异步任务, `jobid`, at most 64 bytes).
    JobId;
    /// An uploaded temporary medium (临时素材, `media_id`), valid for three days.
    MediaId;
    /// A member of a linked corp (互联企业): `CORPID/USERID`.
    LinkedUserId;
    /// A department of a linked corp (互联企业): `LINKEDID/DEPARTMENTID`.
    LinkedDepartmentId;
    /// A customer (外部联系人, `external_userid`), one id for each corp that looks.
    ExternalUserId;
    /// A space of upstream and downstream corps (上下游, `chain_id`).
    ChainId;
    /// A corp that was invited to a chain and has not joined yet (`pending_corpid`).
    PendingCorpId;
}

number_id! {
    /// A department (部门, `id`, 32-bit); the root is 1.
    DepartmentId;
    /// A contacts tag (标签, `tagid`), not a customer tag.
    TagId;
    /// An app (应用, `agentid`).
    AgentId;
    /// A group of corps in a chain (上下游分组, `groupid`); the root is 1.
    ChainGroupId;
    /// A rule of who sees whom in a chain (对接规则, `rule_id`).
    ChainRuleId;
}

impl LinkedUserId {
    /// Puts the corp before the account.
    pub fn of(corp: impl AsRef<str>, userid: impl AsRef<str>) -> Self {
        Self(format!("{}/{}", corp.as_ref(), userid.as_ref()))
    }

    /// Returns the corp and the account, cut at the first slash; `None` if there is none.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl LinkedDepartmentId {
    /// Puts the link's id before the department's.
    pub fn of(link: impl AsRef<str>, department: impl AsRef<str>) -> Self {
        Self(format!("{}/{}", link.as_ref(), department.as_ref()))
    }

    /// Returns the link's id and the department's, cut at the first slash; `None` if there is none.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl DepartmentId {
    /// The root department (根部门), which every corp has.
    pub const ROOT: Self = Self(1);
}
