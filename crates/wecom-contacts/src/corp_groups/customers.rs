//! Customers of lower corps (客户): ids of people outside all corps, and their stand-ins.

use serde::{Deserialize, Serialize};

use crate::{CorpId, ExternalUserId, OpenId, json_fields};

/// Asks for a WeChat user's customer ids.
///
/// Official: [通过unionid和openid查询external_userid](https://developer.work.weixin.qq.com/document/path/95818)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnionIdToExternalUserId {
    /// The user's unionid.
    pub unionid: String,
    /// The user's openid in the same mini program.
    pub openid: OpenId,
    /// One corp only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
}

masked_debug!(UnionIdToExternalUserId { openid, corpid | unionid });

impl UnionIdToExternalUserId {
    /// Asks about this user in all corps.
    pub fn new(unionid: impl Into<String>, openid: impl Into<OpenId>) -> Self {
        Self { unionid: unionid.into(), openid: openid.into(), corpid: None }
    }

    /// Asks about one corp only.
    pub fn corp(mut self, corp_id: impl Into<CorpId>) -> Self {
        self.corpid = Some(corp_id.into());
        self
    }
}

/// A WeChat user's customer ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalUserIds {
    /// One for each corp whose customer they are.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub external_userid_info: Vec<CorpExternalUserId>,
}

/// A customer id in one corp.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpExternalUserId {
    /// The corp.
    pub corpid: CorpId,
    /// The customer there.
    pub external_userid: ExternalUserId,
}

/// Asks for a stand-in id of a WeChat user.
///
/// Official: [unionid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnionIdToPendingId {
    /// The user's unionid.
    pub unionid: String,
    /// The user's openid in the same mini program.
    pub openid: OpenId,
}

masked_debug!(UnionIdToPendingId { openid | unionid });

impl UnionIdToPendingId {
    /// Asks about this user.
    pub fn new(unionid: impl Into<String>, openid: impl Into<OpenId>) -> Self {
        Self { unionid: unionid.into(), openid: openid.into() }
    }
}

/// A stand-in id, good for 90 days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingId {
    /// The id.
    pub pending_id: String,
}

/// Asks for the stand-in ids of customers.
///
/// Official: [external_userid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalUserIdToPendingId {
    /// Customers of the upper or a lower corp, at most 100.
    pub external_userid: Vec<ExternalUserId>,
    /// A group chat: only its members are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
}

impl ExternalUserIdToPendingId {
    /// Asks about these customers.
    pub fn new<I>(customers: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<ExternalUserId>,
    {
        Self { external_userid: customers.into_iter().map(Into::into).collect(), chat_id: None }
    }

    /// Asks about those in this group chat only.
    pub fn chat(mut self, chat_id: impl Into<String>) -> Self {
        self.chat_id = Some(chat_id.into());
        self
    }
}

/// The stand-in ids of customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerPendingIds {
    /// One for each customer that has one.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub result: Vec<CustomerPendingId>,
}

/// A customer and their stand-in id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerPendingId {
    /// The customer.
    pub external_userid: ExternalUserId,
    /// The stand-in id from before they were one.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub pending_id: String,
}
