//! Members (成员管理).
//!
//! Official: [成员管理](https://developer.work.weixin.qq.com/document/path/90194)

use serde::{Deserialize, Serialize};

use crate::{Call, Client, DepartmentId, Endpoint, Sending, UserId, wire};

/// The calls of the members chapter; see [`Client::members`].
#[derive(Clone, Debug)]
pub struct Members {
    client: Client,
}

impl Client {
    /// The members chapter (成员管理).
    pub fn members(&self) -> Members {
        Members { client: self.clone() }
    }
}

impl Members {
    /// Returns one member as this credential may see them; a field hidden from it is `None`.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if no member has this userid or it is out of sight.
    pub fn get(&self, userid: impl Into<UserId>) -> Sending<Member> {
        self.client.send(&GetMember::new(userid))
    }
}

/// Reads one member.
///
/// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMember {
    /// The account, compared without case.
    pub userid: UserId,
}

impl GetMember {
    /// Asks for this member.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self {
            userid: userid.into(),
        }
    }
}

impl Endpoint for GetMember {
    const CALL: Call = Call::get("user/get");
    type Reply = Member;
}

/// A member (成员) as a credential may see them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// The account.
    pub userid: UserId,
    /// The name (姓名), 1–64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The departments (部门) that the caller may see.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub department: Vec<DepartmentId>,
}

masked_debug!(Member { userid, department | name });
