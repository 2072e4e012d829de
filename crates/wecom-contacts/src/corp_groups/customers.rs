//! Customers of lower corps (客户): ids of people outside all corps, and their pending ids.

use serde::{Deserialize, Serialize};

use crate::{CorpId, ExternalUserId, OpenId, json_fields};

/// Looks up the customer ids of a WeChat user.
///
/// Official: [通过unionid和openid查询external_userid](https://developer.work.weixin.qq.com/document/path/95818)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnionIdToExternalUserId {
    /// The user's unionid.
    pub unionid: String,
    /// The user's openid in the mini program that also issued the unionid.
    pub openid: OpenId,
    /// The only corp to search. Defaults to all corps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
}

masked_debug!(UnionIdToExternalUserId { openid, corpid | unionid });

impl UnionIdToExternalUserId {
    /// Creates a request for this user in all corps.
    pub fn new(unionid: impl Into<String>, openid: impl Into<OpenId>) -> Self {
        Self { unionid: unionid.into(), openid: openid.into(), corpid: None }
    }

    /// Limits the request to one corp.
    pub fn corp(mut self, corp_id: impl Into<CorpId>) -> Self {
        self.corpid = Some(corp_id.into());
        self
    }
}

/// The customer ids of a WeChat user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalUserIds {
    /// One id for each corp that has the user as a customer.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub external_userid_info: Vec<CorpExternalUserId>,
}

/// The customer id of one corp.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpExternalUserId {
    /// The corp.
    pub corpid: CorpId,
    /// The customer id in this corp.
    pub external_userid: ExternalUserId,
}

/// Looks up the pending id of a WeChat user.
///
/// Official: [unionid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnionIdToPendingId {
    /// The user's unionid.
    pub unionid: String,
    /// The user's openid in the mini program that also issued the unionid.
    pub openid: OpenId,
}

masked_debug!(UnionIdToPendingId { openid | unionid });

impl UnionIdToPendingId {
    /// Creates a request for this user.
    pub fn new(unionid: impl Into<String>, openid: impl Into<OpenId>) -> Self {
        Self { unionid: unionid.into(), openid: openid.into() }
    }
}

/// A pending id, valid for 90 days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingId {
    /// The id.
    pub pending_id: String,
}

/// Looks up the pending ids of customers.
///
/// Official: [external_userid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalUserIdToPendingId {
    /// Customers of the upper or a lower corp, at most 100.
    pub external_userid: Vec<ExternalUserId>,
    /// A group chat that limits the search to its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
}

impl ExternalUserIdToPendingId {
    /// Creates a request for these customers.
    pub fn new<I>(customers: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<ExternalUserId>,
    {
        Self { external_userid: customers.into_iter().map(Into::into).collect(), chat_id: None }
    }

    /// Limits the request to the members of this group chat.
    pub fn chat(mut self, chat_id: impl Into<String>) -> Self {
        self.chat_id = Some(chat_id.into());
        self
    }
}

/// The pending ids of customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerPendingIds {
    /// One entry for each customer with a pending id.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub result: Vec<CustomerPendingId>,
}

/// A customer with its pending id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerPendingId {
    /// The customer.
    pub external_userid: ExternalUserId,
    /// The pending id that was issued before the user became a customer.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub pending_id: String,
}
