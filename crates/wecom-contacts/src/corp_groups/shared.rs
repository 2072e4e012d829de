//! Shared apps, and the lower corps' tokens.

use std::sync::Arc;

use futures_core::Stream;
use serde::{Deserialize, Serialize};

use crate::{
    AgentId, CallFuture, Client, CorpId, Result, Secret, UserId, json_fields,
    paging::{self, Next, Paged},
    tokens::{AccessToken, FreshToken, SourceFuture, TokenSource},
};

coded! {
    /// The feature that connects the corps (业务类型).
    BusinessType {
        /// Corp linking (企业互联) and school districts (局校互联).
        CorpLink = 0,
        /// A chain of upstream and downstream corps (上下游).
        Chain = 1,
    }
}

/// Lists the lower corps that an app is shared with.
///
/// Official: [获取应用共享信息](https://developer.work.weixin.qq.com/document/path/95813)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListAppShareInfo {
    /// The upper corp's app.
    pub agentid: AgentId,
    /// The feature; the server's default is corp linking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_type: Option<BusinessType>,
    /// The only lower corp to return. Defaults to all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpid: Option<CorpId>,
    /// Maximum number of rows in a page, at most 100. The default, 0, returns all rows at once; the page advises against
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The start of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl ListAppShareInfo {
    /// Creates a request for this app.
    pub fn new(agent_id: impl Into<AgentId>, business: BusinessType) -> Self {
        Self {
            agentid: agent_id.into(),
            business_type: Some(business),
            corpid: None,
            limit: None,
            cursor: None,
        }
    }
}

impl Paged for ListAppShareInfo {
    type Row = SharedCorp;

    fn turn(page: SharedCorpPage) -> (Vec<SharedCorp>, Next) {
        (page.items, Next::of(page.next, page.ending.map(|ending| !ending)))
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

/// One page of lower corps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SharedCorpPage {
    /// Whether this is the last page. On the wire: 0 or 1.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub ending: Option<bool>,
    /// The corps.
    #[serde(rename = "corp_list")]
    pub items: Vec<SharedCorp>,
    /// The cursor of the next page. `None` on the last page.
    #[serde(
        default,
        rename = "next_cursor",
        deserialize_with = "json_fields::none_if_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub next: Option<String>,
}

/// A lower corp that an app is shared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SharedCorp {
    /// The lower corp.
    pub corpid: CorpId,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// The app's id in the lower corp.
    pub agentid: AgentId,
}

/// The lower corps that an app is shared with; see [`CorpGroups::shared_corps`](super::CorpGroups::shared_corps).
#[derive(Clone, Debug)]
#[must_use]
pub struct SharedCorps {
    client: Client,
    call: ListAppShareInfo,
}

impl SharedCorps {
    pub(super) fn new(client: Client, agent_id: AgentId, business: BusinessType) -> Self {
        let mut call = ListAppShareInfo::new(agent_id, business);
        call.limit = Some(100);
        Self { client, call }
    }

    /// Limits the list to one lower corp.
    pub fn corp(mut self, corp_id: impl Into<CorpId>) -> Self {
        self.call.corpid = Some(corp_id.into());
        self
    }

    /// Sets the number of rows that one call fetches. Defaults to 100, which is also the maximum.
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
    pub fn page(&self) -> CallFuture<SharedCorpPage> {
        self.client.send(&self.call)
    }

    /// Streams all remaining corps. The stream ends after an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages do not reach the end of the list.
    pub fn stream(self) -> impl Stream<Item = Result<SharedCorp>> + Send + Unpin + 'static {
        paging::rows(self.client, self.call)
    }
}

/// Fetches a token of a lower corp. [`CorpGroups::lower_corp`](super::CorpGroups::lower_corp) does this automatically.
///
/// Official: [获取下级/下游企业的access_token](https://developer.work.weixin.qq.com/document/path/93359)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetLowerCorpToken {
    /// The lower corp.
    pub corpid: CorpId,
    /// The app's id in the lower corp.
    pub agentid: AgentId,
    /// The feature; the server's default is corp linking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_type: Option<BusinessType>,
}

impl GetLowerCorpToken {
    /// Creates a request for a token of this corp. `agent_id` is the app's id in that corp.
    pub fn new(corp_id: impl Into<CorpId>, agent_id: impl Into<AgentId>, business: BusinessType) -> Self {
        Self { corpid: corp_id.into(), agentid: agent_id.into(), business_type: Some(business) }
    }
}

/// A token of a lower corp.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LowerCorpToken {
    /// The token, at most 512 bytes. Never empty.
    #[serde(deserialize_with = "crate::gettoken::access_token")]
    pub access_token: String,
    /// The remaining lifetime in seconds. It is signed, because a server that counts down can pass zero. Text is accepted
    /// as well.
    #[serde(default, deserialize_with = "crate::gettoken::seconds")]
    pub expires_in: i64,
}

masked_debug!(LowerCorpToken { expires_in | access_token });

struct UpperCorp {
    client: Client,
    call: GetLowerCorpToken,
}

impl TokenSource for UpperCorp {
    fn fetch(&self, _: Option<AccessToken>) -> SourceFuture {
        let sending = self.client.send(&self.call);
        Box::pin(async move {
            let reply = sending.await?;
            Ok(FreshToken::of_reply(reply.access_token, reply.expires_in))
        })
    }
}

pub(super) fn lower_corp(
    upper: &Client,
    corp_id: CorpId,
    agent_id: AgentId,
    business: BusinessType,
) -> Client {
    let key = upper.token_key().of_lower_corp(&corp_id, agent_id, &i64::from(business).to_string());
    let source =
        UpperCorp { client: upper.clone(), call: GetLowerCorpToken::new(&corp_id, agent_id, business) };
    // The lower corp's secret is unknown; the token source replaces it.
    upper.of_lower_corp(corp_id, Secret::app(agent_id, ""), key, Arc::new(source))
}

/// Converts a mini program's session of the upper corp into a session of the lower corp.
///
/// Official: [获取下级/下游企业小程序session](https://developer.work.weixin.qq.com/document/path/95817)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransferSession {
    /// The user's id from `code2Session`.
    pub userid: UserId,
    /// The session key from `code2Session`.
    pub session_key: String,
}

masked_debug!(TransferSession { userid | session_key });

impl TransferSession {
    /// Creates a request for this user and session.
    pub fn new(userid: impl Into<UserId>, session_key: impl Into<String>) -> Self {
        Self { userid: userid.into(), session_key: session_key.into() }
    }
}

/// A mini program's session in the lower corp.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MiniProgramSession {
    /// The user in the lower corp.
    pub userid: UserId,
    /// The session key in the lower corp. It is a secret.
    pub session_key: String,
}

masked_debug!(MiniProgramSession { userid | session_key });
