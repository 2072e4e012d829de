//! Corp groups (企业互联, 上下游): an upper corp shares apps with lower corps.
//!
//! This chapter is the successor of [linked corps](crate::linked_corps). An app of the upper corp lists the lower corps
//! that it is shared with. [`CorpGroups::lower_corp`] creates a [`Client`] for one of them, which reads that corp's
//! contacts by the ordinary calls. In 上下游 the client receives encrypted userids, in 企业互联 plain ones.
//!
//! The calls on a chain (上下游) itself are for the upper corp. Most of them are limited to the one app that the console
//! names under 上下游 → 可调用接口的应用 ("the chain's app" below).
//!
//! Paths, fields and types follow the official pages. Where a page disagrees with its samples, the field's documentation
//! says so.
//!
//! Official: [企业互联](https://developer.work.weixin.qq.com/document/path/93360),
//! [上下游](https://developer.work.weixin.qq.com/document/path/97213)

mod chains;
mod contacts;
mod customers;
mod rules;
mod shared;

pub use chains::*;
pub use contacts::*;
pub use customers::*;
pub use rules::*;
pub use shared::*;

use crate::{
    AgentId, CallFuture, ChainGroupId, ChainId, ChainRuleId, Client, CorpId, ExternalUserId, JobId, OpenId,
    UserId,
};

/// The calls of the corp groups chapter; see [`Client::corp_groups`].
#[derive(Clone, Debug)]
pub struct CorpGroups {
    client: Client,
}

impl Client {
    /// Returns the calls of the corp groups chapter (企业互联, 上下游).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// # let agent_id = sim.agent_id();
    /// # let mut departments = 0;
    /// use futures_util::TryStreamExt;
    /// use wecom_contacts::corp_groups::BusinessType;
    ///
    /// let groups = client.corp_groups();
    /// let mut corps = groups.shared_corps(agent_id, BusinessType::Chain).stream();
    /// while let Some(corp) = corps.try_next().await? {
    ///     let lower = groups.lower_corp(corp.corpid, corp.agentid, BusinessType::Chain);
    ///     for department in lower.departments().list().await? {
    ///         println!("{} {}", lower.corp_id(), department.id);
    /// #         departments += 1;
    ///     }
    /// }
    /// # assert!(departments > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn corp_groups(&self) -> CorpGroups {
        CorpGroups { client: self.clone() }
    }
}

/// Calls on lower corps.
impl CorpGroups {
    /// Returns the lower corps that an app of this corp is shared with, as a stream or page by page. Available to
    /// self-built and third-party apps. Corps with a pending confirmation are not included.
    ///
    /// Official: [获取应用共享信息](https://developer.work.weixin.qq.com/document/path/95813)
    pub fn shared_corps(&self, agent_id: impl Into<AgentId>, business: BusinessType) -> SharedCorps {
        SharedCorps::new(self.client.clone(), agent_id.into(), business)
    }

    /// Returns a client for reading the contacts of a lower corp. This method sends no request. The returned client
    /// fetches and renews its tokens through this client when a call needs one.
    ///
    /// `agent_id` is the app's id *in the lower corp*: see [`SharedCorp::agentid`].
    ///
    /// # Errors
    ///
    /// The calls of the returned client fail with 670001 if the app is not shared with the corp.
    ///
    /// Official: [获取下级/下游企业的access_token](https://developer.work.weixin.qq.com/document/path/93359)
    pub fn lower_corp(
        &self,
        corp_id: impl Into<CorpId>,
        agent_id: impl Into<AgentId>,
        business: BusinessType,
    ) -> Client {
        shared::lower_corp(&self.client, corp_id.into(), agent_id.into(), business)
    }

    /// Converts a mini program's session of the upper corp into a session of the lower corp. **Call it on the lower
    /// corp's client**, `lower_corp(…).corp_groups()`.
    ///
    /// `userid` and `session_key` come from `code2Session` and have at most 64 bytes each.
    ///
    /// Official: [获取下级/下游企业小程序session](https://developer.work.weixin.qq.com/document/path/95817)
    pub fn transfer_session(
        &self,
        userid: impl Into<UserId>,
        session_key: impl Into<String>,
    ) -> CallFuture<MiniProgramSession> {
        self.client.send(&TransferSession::new(userid, session_key))
    }
}

/// Calls on chains (上下游).
impl CorpGroups {
    /// Returns the chains. The chain's app receives all of them, other apps those in their visible range.
    ///
    /// Official: [获取上下游列表](https://developer.work.weixin.qq.com/document/path/95820)
    pub fn chains(&self) -> CallFuture<Vec<Chain>> {
        self.client.send(&ListChains {}).map(|reply| reply.chains)
    }

    /// Returns the chains that contain both this corp and a lower corp.
    ///
    /// Official: [获取下级企业加入的上下游](https://developer.work.weixin.qq.com/document/path/97442)
    pub fn chains_of(&self, corp_id: impl Into<CorpId>) -> CallFuture<Vec<Chain>> {
        self.client.send(&ListChainsOfCorp::new(corp_id)).map(|reply| reply.chains)
    }

    /// Returns the groups of a chain.
    ///
    /// Official: [获取上下游通讯录分组](https://developer.work.weixin.qq.com/document/path/95820)
    pub fn groups(&self, chain: impl Into<ChainId>) -> CallFuture<Vec<ChainGroup>> {
        self.client.send(&ListChainGroups::new(chain)).map(|reply| reply.groups)
    }

    /// Returns one group of a chain as a list, which is empty if the group is unknown.
    pub fn group(
        &self,
        chain: impl Into<ChainId>,
        group: impl Into<ChainGroupId>,
    ) -> CallFuture<Vec<ChainGroup>> {
        self.client.send(&ListChainGroups::new(chain).group(group)).map(|reply| reply.groups)
    }

    /// Returns the direct corps of one group of a chain, as a stream or page by page. The group defaults to the root.
    /// [`groups`](Self::groups) lists the sub-groups.
    ///
    /// Official: [获取企业上下游通讯录分组下的企业详情列表](https://developer.work.weixin.qq.com/document/path/95820)
    pub fn corps(&self, chain: impl Into<ChainId>) -> ChainCorps {
        ChainCorps::new(self.client.clone(), chain.into())
    }

    /// Returns one corp of a chain, whether it has joined or is pending.
    ///
    /// Official: [获取企业上下游通讯录下的企业信息](https://developer.work.weixin.qq.com/document/path/95820)
    pub fn corp(&self, chain: impl Into<ChainId>, corp: impl Into<ChainCorpId>) -> CallFuture<ChainCorpInfo> {
        self.client.send(&GetChainCorp::new(chain, corp))
    }

    /// Removes a corp from a chain. Available to the chain's app of a verified corp, one call at a time.
    ///
    /// Official: [移除企业](https://developer.work.weixin.qq.com/document/path/95822)
    pub fn remove_corp(&self, chain: impl Into<ChainId>, corp: impl Into<ChainCorpId>) -> CallFuture<()> {
        self.client.send(&RemoveChainCorp::new(chain, corp))
    }

    /// Returns the custom id that the upper corp assigned to a member of a lower corp, or `""` without one.
    ///
    /// Official: [查询成员自定义id](https://developer.work.weixin.qq.com/document/path/97441)
    pub fn member_custom_id(
        &self,
        chain: impl Into<ChainId>,
        corp_id: impl Into<CorpId>,
        userid: impl Into<UserId>,
    ) -> CallFuture<String> {
        self.client.send(&GetMemberCustomId::new(chain, corp_id, userid)).map(|reply| reply.user_custom_id)
    }

    /// Submits a job that invites corps and their contacts into a chain. Available to the chain's app of a verified corp.
    ///
    /// Limits: 1000 corps and 2000 contacts a call, 200 contacts a corp, 20,000 contacts a day, one import at a time.
    ///
    /// Official: [批量导入上下游联系人](https://developer.work.weixin.qq.com/document/path/95821)
    pub fn import_contacts(
        &self,
        chain: impl Into<ChainId>,
        corps: impl IntoIterator<Item = ContactCorp>,
    ) -> CallFuture<ContactsJob> {
        let client = self.client.clone();
        self.client
            .send(&ImportChainContacts::new(chain, corps))
            .map(move |started| ContactsJob::new(client, started.jobid))
    }

    /// Resumes an import of contacts by its id. This method sends no request.
    ///
    /// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/95823)
    pub fn import_job(&self, id: impl Into<JobId>) -> ContactsJob {
        ContactsJob::new(self.client.clone(), id.into())
    }
}

/// Calls on the rules of a chain (对接规则), which define the visibility between its corps. Available to the chain's app
/// of the corp that created the chain. The members and departments of a rule must be in the app's visible range.
impl CorpGroups {
    /// Returns the ids of a chain's rules.
    ///
    /// Official: [获取对接规则id列表](https://developer.work.weixin.qq.com/document/path/95631)
    pub fn rule_ids(&self, chain: impl Into<ChainId>) -> CallFuture<Vec<ChainRuleId>> {
        self.client.send(&ListChainRuleIds::new(chain)).map(|reply| reply.rule_ids)
    }

    /// Returns one rule.
    ///
    /// Official: [获取对接规则详情](https://developer.work.weixin.qq.com/document/path/95633)
    pub fn rule(&self, chain: impl Into<ChainId>, rule: impl Into<ChainRuleId>) -> CallFuture<ChainRule> {
        self.client.send(&GetChainRule::new(chain, rule)).map(|reply| reply.rule_info)
    }

    /// Adds a rule and returns its id. Adding and changing rules share a limit of 1000 calls a day.
    ///
    /// Official: [新增对接规则](https://developer.work.weixin.qq.com/document/path/95634)
    pub fn add_rule(&self, chain: impl Into<ChainId>, rule: ChainRule) -> CallFuture<ChainRuleId> {
        self.client.send(&AddChainRule::new(chain, rule)).map(|reply| reply.rule_id)
    }

    /// Replaces this rule with another one.
    ///
    /// Official: [更新对接规则](https://developer.work.weixin.qq.com/document/path/95635)
    pub fn modify_rule(
        &self,
        chain: impl Into<ChainId>,
        id: impl Into<ChainRuleId>,
        rule: ChainRule,
    ) -> CallFuture<()> {
        self.client.send(&ModifyChainRule::new(chain, id, rule))
    }

    /// Deletes a rule.
    ///
    /// Official: [删除对接规则](https://developer.work.weixin.qq.com/document/path/95632)
    pub fn delete_rule(&self, chain: impl Into<ChainId>, rule: impl Into<ChainRuleId>) -> CallFuture<()> {
        self.client.send(&DeleteChainRule::new(chain, rule))
    }
}

/// Calls on customers of lower corps (客户, not contacts). Available to a shared app with the customer-contact permission
/// (客户联系).
impl CorpGroups {
    /// Returns the customer ids of a WeChat user in the lower corps. To search one corp, send
    /// [`UnionIdToExternalUserId::corp`] with [`Client::send`].
    ///
    /// Both ids must come from the same mini program of this corp.
    ///
    /// Official: [通过unionid和openid查询external_userid](https://developer.work.weixin.qq.com/document/path/95818)
    pub fn external_userids(
        &self,
        unionid: impl Into<String>,
        openid: impl Into<OpenId>,
    ) -> CallFuture<Vec<CorpExternalUserId>> {
        self.client
            .send(&UnionIdToExternalUserId::new(unionid, openid))
            .map(|reply| reply.external_userid_info)
    }

    /// Returns a pending id, valid for 90 days, of a WeChat user who may become a customer.
    ///
    /// Official: [unionid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
    pub fn pending_id(&self, unionid: impl Into<String>, openid: impl Into<OpenId>) -> CallFuture<String> {
        self.client.send(&UnionIdToPendingId::new(unionid, openid)).map(|reply| reply.pending_id)
    }

    /// Returns the pending ids of customers, at most 100 at once, that [`pending_id`](Self::pending_id) issued earlier.
    /// To search one group chat, send [`ExternalUserIdToPendingId::chat`] with [`Client::send`].
    ///
    /// Official: [external_userid查询pending_id](https://developer.work.weixin.qq.com/document/path/97357)
    pub fn pending_ids<I>(&self, customers: I) -> CallFuture<Vec<CustomerPendingId>>
    where
        I: IntoIterator,
        I::Item: Into<ExternalUserId>,
    {
        self.client.send(&ExternalUserIdToPendingId::new(customers)).map(|reply| reply.result)
    }
}
