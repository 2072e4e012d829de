//! Chains (上下游), their groups and their corps.

use futures_core::Stream;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    CallFuture, ChainGroupId, ChainId, Client, CorpId, PendingCorpId, Result, UserId,
    json_fields::{self, Number},
    paging::{self, Next, Paged},
};

/// Lists the chains.
///
/// Official: [获取上下游列表](https://developer.work.weixin.qq.com/document/path/95820)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChains {}

/// Lists the chains that a lower corp has joined.
///
/// Official: [获取下级企业加入的上下游](https://developer.work.weixin.qq.com/document/path/97442)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChainsOfCorp {
    /// The lower corp. The page calls it optional, but does not document a request without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
}

impl ListChainsOfCorp {
    /// Creates a request for this corp.
    pub fn new(corp_id: impl Into<CorpId>) -> Self {
        Self { corpid: Some(corp_id.into()) }
    }
}

/// A list of chains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainList {
    /// The chains.
    pub chains: Vec<Chain>,
}

/// A chain (上下游).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chain {
    /// The id.
    pub chain_id: ChainId,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_name: Option<String>,
}

/// Lists the groups of a chain.
///
/// Official: [获取上下游通讯录分组](https://developer.work.weixin.qq.com/document/path/95820)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChainGroups {
    /// The chain.
    pub chain_id: ChainId,
    /// The only group to return. Defaults to all groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groupid: Option<ChainGroupId>,
}

impl ListChainGroups {
    /// Creates a request for all groups.
    pub fn new(chain: impl Into<ChainId>) -> Self {
        Self { chain_id: chain.into(), groupid: None }
    }

    /// Limits the request to one group.
    pub fn group(mut self, group: impl Into<ChainGroupId>) -> Self {
        self.groupid = Some(group.into());
        self
    }
}

/// The groups of a chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainGroupList {
    /// The groups.
    pub groups: Vec<ChainGroup>,
}

/// A group of corps in a chain (分组).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainGroup {
    /// The id. The root group has id 1.
    pub groupid: ChainGroupId,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// The id of the parent group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parentid: Option<ChainGroupId>,
    /// The order among siblings; larger numbers come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
}

/// Lists the direct corps of a group in a chain.
///
/// Official: [获取企业上下游通讯录分组下的企业详情列表](https://developer.work.weixin.qq.com/document/path/95820)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChainCorps {
    /// The chain.
    pub chain_id: ChainId,
    /// The group. Defaults to the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groupid: Option<ChainGroupId>,
    /// Whether corps that have not joined are included. Defaults to false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_pending: Option<bool>,
    /// The start of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Maximum number of rows in a page. Without it, one page contains all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl ListChainCorps {
    /// Creates a request for all corps of the root group in one page.
    pub fn new(chain: impl Into<ChainId>) -> Self {
        Self { chain_id: chain.into(), groupid: None, need_pending: None, cursor: None, limit: None }
    }
}

impl Paged for ListChainCorps {
    type Row = ChainCorp;

    fn turn(page: ChainCorpPage) -> (Vec<ChainCorp>, Next) {
        (page.items, Next::of(page.next, page.has_more))
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

/// One page of corps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainCorpPage {
    /// Whether there are more pages.
    #[serde(default, deserialize_with = "truth", skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// The cursor of the next page.
    #[serde(
        default,
        rename = "next_cursor",
        deserialize_with = "json_fields::none_if_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub next: Option<String>,
    /// The corps.
    #[serde(rename = "group_corps")]
    pub items: Vec<ChainCorp>,
}

/// A corp in a group of a chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainCorp {
    /// The id of the corp's group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groupid: Option<ChainGroupId>,
    /// The corp's id. Present once the corp has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
    /// The corp's provisional id. Present until the corp has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_corpid: Option<PendingCorpId>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// The id that the upper corp assigned when it imported the corp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// The member who invited the corp. The chain's app receives it only for members in its visible range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_userid: Option<UserId>,
    /// Whether the corp has joined. The page's sample has 0 or 1.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub is_joined: Option<bool>,
}

/// The direct corps of a group; see [`CorpGroups::corps`](super::CorpGroups::corps).
#[derive(Clone, Debug)]
#[must_use]
pub struct ChainCorps {
    client: Client,
    call: ListChainCorps,
}

impl ChainCorps {
    pub(super) fn new(client: Client, chain: ChainId) -> Self {
        let mut call = ListChainCorps::new(chain);
        call.limit = Some(100);
        Self { client, call }
    }

    /// Sets the group. Defaults to the root.
    pub fn group(mut self, group: impl Into<ChainGroupId>) -> Self {
        self.call.groupid = Some(group.into());
        self
    }

    /// Includes corps that have not joined.
    pub fn with_pending(mut self) -> Self {
        self.call.need_pending = Some(true);
        self
    }

    /// Sets the number of rows that one call fetches. Defaults to 100; the maximum is undocumented.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.call.limit = Some(rows);
        self
    }

    /// Starts after the page that returned this cursor.
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.call.cursor = Some(cursor.into());
        self
    }

    /// Fetches one page.
    pub fn page(&self) -> CallFuture<ChainCorpPage> {
        self.client.send(&self.call)
    }

    /// Streams all remaining corps. The stream ends after an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages do not reach the end of the list.
    pub fn stream(self) -> impl Stream<Item = Result<ChainCorp>> + Send + Unpin + 'static {
        paging::rows(self.client, self.call)
    }
}

/// The id of a corp in a chain, which depends on whether the corp has joined.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChainCorpId {
    /// A corp that has joined.
    Joined(CorpId),
    /// A corp that has not joined yet.
    Pending(PendingCorpId),
}

impl From<CorpId> for ChainCorpId {
    fn from(id: CorpId) -> Self {
        Self::Joined(id)
    }
}

impl From<&str> for ChainCorpId {
    /// Converts the id of a corp that has joined.
    fn from(id: &str) -> Self {
        Self::Joined(id.into())
    }
}

impl From<PendingCorpId> for ChainCorpId {
    fn from(id: PendingCorpId) -> Self {
        Self::Pending(id)
    }
}

impl ChainCorpId {
    fn into_fields(self) -> (Option<CorpId>, Option<PendingCorpId>) {
        match self {
            Self::Joined(id) => (Some(id), None),
            Self::Pending(id) => (None, Some(id)),
        }
    }
}

/// Reads one corp of a chain.
///
/// Official: [获取企业上下游通讯录下的企业信息](https://developer.work.weixin.qq.com/document/path/95820)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetChainCorp {
    /// The chain.
    pub chain_id: ChainId,
    /// The corp, if it has joined. The server prefers this id to `pending_corpid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
    /// The corp, if it has not joined yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_corpid: Option<PendingCorpId>,
}

impl GetChainCorp {
    /// Creates a request for this corp.
    pub fn new(chain: impl Into<ChainId>, corp: impl Into<ChainCorpId>) -> Self {
        let (corpid, pending_corpid) = corp.into().into_fields();
        Self { chain_id: chain.into(), corpid, pending_corpid }
    }
}

/// A corp of a chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainCorpInfo {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// The verification status. Present once the corp has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification_status: Option<Qualification>,
    /// The id that the upper corp assigned when it imported the corp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// The id of the corp's group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groupid: Option<ChainGroupId>,
    /// Whether the corp has joined. The page's sample has a boolean here, but a number in the list.
    #[serde(default, deserialize_with = "truth", skip_serializing_if = "Option::is_none")]
    pub is_joined: Option<bool>,
}

coded! {
    /// The verification status of a corp (企业是否验证或认证).
    Qualification {
        /// Not verified (未验证).
        Unverified = 1,
        /// Verified (已验证).
        Verified = 2,
        /// Certified (已认证).
        Certified = 3,
    }
}

/// Reads a boolean that the server may send as a number.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<bool>, D::Error> {
    Ok(Option::<Number>::deserialize(deserializer)?.map(|number| number.0 != 0))
}

/// Removes a corp from a chain.
///
/// Official: [移除企业](https://developer.work.weixin.qq.com/document/path/95822)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoveChainCorp {
    /// The chain.
    pub chain_id: ChainId,
    /// The corp, if it has joined. The server prefers this id to `pending_corpid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
    /// The corp, if it has not joined yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_corpid: Option<PendingCorpId>,
}

impl RemoveChainCorp {
    /// Creates a request that removes this corp.
    pub fn new(chain: impl Into<ChainId>, corp: impl Into<ChainCorpId>) -> Self {
        let (corpid, pending_corpid) = corp.into().into_fields();
        Self { chain_id: chain.into(), corpid, pending_corpid }
    }
}

/// Reads the custom id that the upper corp assigned to a member of a lower corp.
///
/// Official: [查询成员自定义id](https://developer.work.weixin.qq.com/document/path/97441)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMemberCustomId {
    /// The chain.
    pub chain_id: ChainId,
    /// The lower corp. The page calls it optional, but does not document a request without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
    /// The member of the lower corp.
    pub userid: UserId,
}

impl GetMemberCustomId {
    /// Creates a request for this member.
    pub fn new(chain: impl Into<ChainId>, corp_id: impl Into<CorpId>, userid: impl Into<UserId>) -> Self {
        Self { chain_id: chain.into(), corpid: Some(corp_id.into()), userid: userid.into() }
    }
}

/// The custom id that the upper corp assigned to a member of a lower corp.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberCustomId {
    /// The id.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub user_custom_id: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_corp_is_named_by_the_id_it_has() {
        assert_eq!(
            serde_json::to_value(GetChainCorp::new("Ch1", "ww2222")).unwrap(),
            json!({"chain_id": "Ch1", "corpid": "ww2222"})
        );
        assert_eq!(
            serde_json::to_value(RemoveChainCorp::new("Ch1", PendingCorpId::new("p1"))).unwrap(),
            json!({"chain_id": "Ch1", "pending_corpid": "p1"})
        );
    }

    #[test]
    fn trap_13_joined_is_read_as_number_and_as_bool() {
        for joined in [json!(1), json!(true), json!("1")] {
            let row: ChainCorp = serde_json::from_value(json!({"is_joined": joined})).unwrap();
            let info: ChainCorpInfo = serde_json::from_value(json!({"is_joined": joined})).unwrap();
            assert_eq!((row.is_joined, info.is_joined), (Some(true), Some(true)));
        }
    }
}
