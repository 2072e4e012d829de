//! Members (成员管理): member records, conversions between their identifiers, invitations and verification.
//!
//! Writing, and listing all ids, need the contacts-sync secret (通讯录同步). Member details need an app's secret and are
//! limited to its visible range (可见范围). For contacts-sync, calls for details from an IP added since 2022-08-15 fail
//! with 48009.
//!
//! Official: [成员管理](https://developer.work.weixin.qq.com/document/path/90194)

#[macro_use]
mod table;

mod attributes;
mod create;
mod edit;
mod field;
pub(crate) mod fields;
mod identity;
mod ids;
mod joining;
mod lists;
mod member;

use serde::{Deserialize, Serialize};

pub use self::{
    attributes::{Attribute, AttributeValue, ChannelsStatus, ExtAttr, ExternalProfile, WechatChannels},
    create::{CreatedDepartment, CreatedMember},
    edit::{DeleteMember, DeleteMembers, UpdateMember},
    field::{FieldValue, Limit, Sensitivity, fields},
    fields::{Member, MemberField, MemberPatch, NewMember},
    identity::{
        ConvertedUserId, ConvertedUserIds, EmailType, FindByEmail, FindByMobile, FromOpenId, OpenIdReply,
        OpenUserIdsToUserIds, ToOpenId, UserIdReply,
    },
    ids::{ListMemberIds, MemberId, MemberIdPage, MemberIds},
    joining::{
        ActiveStat, ConfirmLogin, ConfirmTfa, GetActiveStat, GetJoinQrCode, GetTfaInfo, Invitation,
        InvitationOutcome, JoinQrCode, QrCodeSize, TfaInfo,
    },
    lists::{ListMembers, ListMembersSimple, MemberList, SimpleMemberList},
    member::{BizMailAlias, Gender, MemberStatus, Membership, SimpleMember},
};
use crate::{AgentId, CallFuture, Client, DepartmentId, OpenId, OpenUserId, UserId};

/// The calls of the members chapter; see [`Client::members`].
#[derive(Clone, Debug)]
pub struct Members {
    client: Client,
}

impl Client {
    /// Returns the calls of the members chapter (成员管理).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// use wecom_contacts::{Clear, Seen, members::{MemberPatch, NewMember}};
    ///
    /// let member = NewMember::new("wang.min", "王敏").mobile("13900001111").department([2]).to_invite(false);
    /// contacts_sync.members().create(member).await?;
    /// contacts_sync.members().update("wang.min", MemberPatch::new().position(Clear)).await?;
    ///
    /// let member = app.members().get("wang.min").await?;
    /// assert_eq!(member.name.as_deref(), Seen::Known("王敏"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn members(&self) -> Members {
        Members { client: self.clone() }
    }
}

impl Members {
    /// Creates a member. The page asks to create the departments first, and to create members one at a time.
    ///
    /// The result lists the departments that the server created because their ids were unknown.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// use wecom_contacts::members::NewMember;
    ///
    /// // `to_invite(false)` suppresses the invitation that WeCom sends by default.
    /// let member = NewMember::new("wangfang", "王芳").mobile("13900001111").department([2]).to_invite(false);
    /// contacts_sync.members().create(member).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
    ///
    /// # Errors
    ///
    /// [`Error::is_already_exists`](crate::Error::is_already_exists) if the userid (60102), the mobile number (60104) or
    /// a mail address (60106) is taken.
    pub fn create(&self, member: NewMember) -> CallFuture<CreatedMember> {
        self.client.send(&member)
    }

    /// Returns one member as the credential sees it. Fields outside its permission are [`Hidden`](crate::Seen::Hidden).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// use wecom_contacts::Seen;
    ///
    /// let member = app.members().get("zhangsan").await?;
    /// assert_eq!(member.name.as_deref(), Seen::Known("张三"));
    ///
    /// let error = app.members().get("no-such-member").await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if the userid is unknown or outside the visible range;
    /// [`Self::find`] returns `None` in this case. 48009 if contacts-sync is limited to ids.
    pub fn get(&self, userid: impl Into<UserId>) -> CallFuture<Member> {
        self.client.send(&GetMember::new(userid))
    }

    /// Returns one member, or `None` if the userid is unknown or outside the visible range.
    pub fn find(&self, userid: impl Into<UserId>) -> CallFuture<Option<Member>> {
        self.client.find(&GetMember::new(userid))
    }

    /// Changes the fields of the patch. All other fields stay unchanged.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// use wecom_contacts::{Clear, Seen, members::MemberPatch};
    ///
    /// let patch = MemberPatch::new().alias("Jackie").position(Clear); // all other fields stay unchanged
    /// contacts_sync.members().update("zhangsan", patch).await?;
    ///
    /// let member = app.members().get("zhangsan").await?;
    /// assert_eq!(member.alias.as_deref(), Seen::Known("Jackie"));
    /// assert_eq!(member.position.as_deref(), Seen::Known(""));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [更新成员](https://developer.work.weixin.qq.com/document/path/90197)
    pub fn update(&self, userid: impl Into<UserId>, patch: MemberPatch) -> CallFuture<()> {
        self.client.send(&UpdateMember::new(userid, patch))
    }

    /// Deletes one member, together with the member's corp mailbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// contacts_sync.members().delete("wujiu").await?;
    /// assert!(app.members().find("wujiu").await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [删除成员](https://developer.work.weixin.qq.com/document/path/90198)
    pub fn delete(&self, userid: impl Into<UserId>) -> CallFuture<()> {
        self.client.send(&DeleteMember::new(userid))
    }

    /// Deletes at most 200 members. If one userid is invalid, the call deletes none of them.
    ///
    /// Official: [批量删除成员](https://developer.work.weixin.qq.com/document/path/90199)
    pub fn delete_many<U: Into<UserId>>(&self, userids: impl IntoIterator<Item = U>) -> CallFuture<()> {
        self.client.send(&DeleteMembers::new(userids))
    }

    /// Returns the direct members of the department: ids, names, departments.
    ///
    /// Official: [获取部门成员](https://developer.work.weixin.qq.com/document/path/90200)
    pub fn list_simple(&self, department: impl Into<DepartmentId>) -> CallFuture<Vec<SimpleMember>> {
        let call = ListMembersSimple::new(department);
        self.client.send(&call).map(|list| list.userlist)
    }

    /// Returns the members of the department and its sub-departments: ids, names, departments.
    ///
    /// Sends `fetch_child=1`. WeCom's current page omits this parameter and recommends one call for each department.
    pub fn list_simple_recursive(
        &self,
        department: impl Into<DepartmentId>,
    ) -> CallFuture<Vec<SimpleMember>> {
        let call = ListMembersSimple::new(department).recursive();
        self.client.send(&call).map(|list| list.userlist)
    }

    /// Returns the direct members of the department with their details.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// for member in app.members().list(2).await? {
    ///     println!("{} {:?} {:?}", member.userid, member.name, member.position);
    /// }
    /// # assert_eq!(app.members().list(2).await?.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [获取部门成员详情](https://developer.work.weixin.qq.com/document/path/90201)
    pub fn list(&self, department: impl Into<DepartmentId>) -> CallFuture<Vec<Member>> {
        let call = ListMembers::new(department);
        self.client.send(&call).map(|list| list.userlist)
    }

    /// Returns the members of the department and its sub-departments with their details. Fails with 45029 if the list is
    /// too long.
    ///
    /// Sends `fetch_child=1`. WeCom's current page omits this parameter and recommends one call for each department.
    pub fn list_recursive(&self, department: impl Into<DepartmentId>) -> CallFuture<Vec<Member>> {
        let call = ListMembers::new(department).recursive();
        self.client.send(&call).map(|list| list.userlist)
    }

    /// Returns the ids and departments of all members of the corp, as a stream or page by page. The call is available to
    /// contacts-sync only, from any IP.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// use futures_util::TryStreamExt;
    ///
    /// let mut ids = client.members().ids().page_size(1_000).stream();
    /// while let Some(id) = ids.try_next().await? {
    ///     println!("{} in {}", id.userid, id.department);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [获取成员ID列表](https://developer.work.weixin.qq.com/document/path/96067)
    pub fn ids(&self) -> MemberIds {
        MemberIds::new(self.client.clone())
    }

    /// Returns the member's WeChat OpenID, which corp payments need. Fails with 43004 if the member has never logged in
    /// with WeChat.
    ///
    /// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
    pub fn to_openid(&self, userid: impl Into<UserId>) -> CallFuture<OpenId> {
        self.client.send(&ToOpenId::new(userid)).map(|reply| reply.openid)
    }

    /// Returns the member with this OpenID.
    ///
    /// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
    pub fn from_openid(&self, openid: impl Into<OpenId>) -> CallFuture<UserId> {
        self.client.send(&FromOpenId::new(openid)).map(|reply| reply.userid)
    }

    /// Returns the member with this mobile number, or `None` (46004). WeCom blocks the call for a day after too many
    /// failed look-ups.
    ///
    /// Official: [手机号获取userid](https://developer.work.weixin.qq.com/document/path/95402)
    pub fn find_by_mobile(&self, mobile: impl Into<String>) -> CallFuture<Option<UserId>> {
        let call = FindByMobile::new(mobile);
        self.client.find(&call).map(|found| found.map(|reply| reply.userid))
    }

    /// Returns the member with this mail address, or `None` (46004). WeCom blocks the call for a day after too many
    /// failed look-ups.
    ///
    /// Official: [邮箱获取userid](https://developer.work.weixin.qq.com/document/path/95895)
    pub fn find_by_email(&self, email: impl Into<String>, kind: EmailType) -> CallFuture<Option<UserId>> {
        let call = FindByEmail::new(email).email_type(kind);
        self.client.find(&call).map(|found| found.map(|reply| reply.userid))
    }

    /// Converts the ids that another app of the corp uses into userids, at most 1000 a call. The call is available to
    /// self-built apps only, for members in the visible range of both apps.
    ///
    /// Official: [userid转换](https://developer.work.weixin.qq.com/document/path/95884)
    pub fn openuserids_to_userids<O: Into<OpenUserId>>(
        &self,
        source: impl Into<AgentId>,
        ids: impl IntoIterator<Item = O>,
    ) -> CallFuture<ConvertedUserIds> {
        self.client.send(&OpenUserIdsToUserIds::new(ids).source_agentid(source))
    }

    /// Invites members, departments and tags. The outcome lists those that could not be invited.
    ///
    /// Official: [邀请成员](https://developer.work.weixin.qq.com/document/path/90975)
    pub fn invite(&self, invitation: Invitation) -> CallFuture<InvitationOutcome> {
        self.client.send(&invitation)
    }

    /// Returns the URL of the QR code for joining the corp, valid for seven days. Available to contacts-sync only.
    ///
    /// Official: [获取加入企业二维码](https://developer.work.weixin.qq.com/document/path/91714)
    pub fn join_qrcode(&self, size: impl Into<Option<QrCodeSize>>) -> CallFuture<String> {
        let size_type = size.into();
        self.client.send(&GetJoinQrCode { size_type }).map(|reply| reply.join_qrcode)
    }

    /// Returns the number of members active on a day (`YYYY-MM-DD`, at most 30 days ago). Available to contacts-sync only.
    ///
    /// Official: [获取企业活跃成员数](https://developer.work.weixin.qq.com/document/path/92714). The official table of
    /// contents no longer lists this page.
    pub fn active_count(&self, date: impl std::fmt::Display) -> CallFuture<u32> {
        self.client.send(&GetActiveStat::new(date.to_string())).map(|reply| reply.active)
    }

    /// Confirms a member's first login after the corp's own check (登录二次验证).
    ///
    /// Official: [登录二次验证](https://developer.work.weixin.qq.com/document/path/90203)
    pub fn confirm_login(&self, userid: impl Into<UserId>) -> CallFuture<()> {
        self.client.send(&ConfirmLogin::new(userid))
    }

    /// Redeems the code of a member in second verification. The code is valid once and for five minutes.
    ///
    /// Official: [获取用户二次验证信息](https://developer.work.weixin.qq.com/document/path/99499)
    pub fn tfa_info(&self, code: impl Into<String>) -> CallFuture<TfaInfo> {
        self.client.send(&GetTfaInfo::new(code))
    }

    /// Confirms the second verification of a member.
    ///
    /// Official: [使用二次验证](https://developer.work.weixin.qq.com/document/path/99500)
    pub fn confirm_tfa(&self, userid: impl Into<UserId>, tfa_code: impl Into<String>) -> CallFuture<()> {
        self.client.send(&ConfirmTfa::new(userid, tfa_code))
    }
}

/// Reads one member.
///
/// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMember {
    /// The account. Comparisons ignore case.
    pub userid: UserId,
}

impl GetMember {
    /// Creates a request for this member.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_08_a_userid_in_the_query_is_percent_encoded() {
        let query = serde_urlencoded::to_string(GetMember::new("a&b=c@d 张")).unwrap();
        assert_eq!(query, "userid=a%26b%3Dc%40d+%E5%BC%A0");
    }
}
