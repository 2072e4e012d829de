//! Linked corps (互联企业): members and departments of other corps that an app can view.
//!
//! This feature is the older one. WeCom's pages now refer to [corp groups](crate::corp_groups) (企业互联, 上下游), but
//! these calls still work for linked corps. Their fields are known from SDKs that quote the pages.
//!
//! Official: [互联企业](https://developer.work.weixin.qq.com/document/path/93172)

use serde::{Deserialize, Serialize};

use crate::{
    CallFuture, Client, CorpId, LinkedDepartmentId, LinkedUserId, Seen, UserId, json_fields, members::ExtAttr,
};

/// The calls of the linked corps chapter; see [`Client::linked_corps`].
///
/// Available to self-built apps (自建应用) only. The link determines which members and departments an app can view.
#[derive(Clone, Debug)]
pub struct LinkedCorps {
    client: Client,
}

impl Client {
    /// Returns the calls of the linked corps chapter (互联企业).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// # let mut members = 0;
    /// let linked = client.linked_corps();
    /// for department in linked.permissions().await?.department_ids {
    ///     for member in linked.members_simple(department, true).await? {
    ///         println!("{} {}", member.corpid, member.userid);
    /// #         members += 1;
    ///     }
    /// }
    /// # assert!(members > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn linked_corps(&self) -> LinkedCorps {
        LinkedCorps { client: self.clone() }
    }
}

impl LinkedCorps {
    /// Returns the members and departments of other corps that this app can view.
    ///
    /// Official: [获取应用的可见范围](https://developer.work.weixin.qq.com/document/path/93172)
    pub fn permissions(&self) -> CallFuture<LinkedPermissions> {
        self.client.send(&GetLinkedPermissions {})
    }

    /// Returns one member of a linked corp. The admin console determines the visible fields.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) (60111) or
    /// [`is_permission_denied`](crate::Error::is_permission_denied) if the member is outside the visible range.
    ///
    /// Official: [获取互联企业成员详细信息](https://developer.work.weixin.qq.com/document/path/93171)
    pub fn member(&self, userid: impl Into<LinkedUserId>) -> CallFuture<LinkedMember> {
        self.client.send(&GetLinkedMember::new(userid)).map(|reply| reply.user_info)
    }

    /// Returns the members of a department of a linked corp: ids, names, departments. `fetch_child` includes the
    /// sub-departments.
    ///
    /// Official: [获取互联企业部门成员](https://developer.work.weixin.qq.com/document/path/93168)
    pub fn members_simple(
        &self,
        department: impl Into<LinkedDepartmentId>,
        fetch_child: bool,
    ) -> CallFuture<Vec<LinkedSimpleMember>> {
        let call = ListLinkedMembersSimple::new(department, fetch_child);
        self.client.send(&call).map(|reply| reply.userlist)
    }

    /// Returns the members of a department of a linked corp with their details. `fetch_child` includes the
    /// sub-departments.
    ///
    /// Official: [获取互联企业部门成员详情](https://developer.work.weixin.qq.com/document/path/93169)
    pub fn members(
        &self,
        department: impl Into<LinkedDepartmentId>,
        fetch_child: bool,
    ) -> CallFuture<Vec<LinkedMember>> {
        let call = ListLinkedMembers::new(department, fetch_child);
        self.client.send(&call).map(|reply| reply.userlist)
    }

    /// Returns the sub-departments of a department of a linked corp. Their ids lack the link's id;
    /// [`LinkedDepartment::in_link`] adds it.
    ///
    /// Official: [获取互联企业部门列表](https://developer.work.weixin.qq.com/document/path/93170)
    pub fn departments(
        &self,
        department: impl Into<LinkedDepartmentId>,
    ) -> CallFuture<Vec<LinkedDepartment>> {
        let call = ListLinkedDepartments::below(department);
        self.client.send(&call).map(|reply| reply.department_list)
    }
}

/// Reads which members and departments of other corps the app can view.
///
/// Official: [获取应用的可见范围](https://developer.work.weixin.qq.com/document/path/93172)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetLinkedPermissions {}

/// The members and departments of other corps that an app can view. `agent/get` returns the range in the app's own corp.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedPermissions {
    /// Individual members, as `CORPID/USERID`.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub userids: Vec<LinkedUserId>,
    /// Departments, as `LINKEDID/DEPARTMENTID`.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub department_ids: Vec<LinkedDepartmentId>,
}

/// Reads one member of a linked corp.
///
/// Official: [获取互联企业成员详细信息](https://developer.work.weixin.qq.com/document/path/93171)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetLinkedMember {
    /// The member, as `CORPID/USERID`.
    pub userid: LinkedUserId,
}

impl GetLinkedMember {
    /// Creates a request for this member.
    pub fn new(userid: impl Into<LinkedUserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// The reply to [`GetLinkedMember`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedMemberReply {
    /// The member.
    pub user_info: LinkedMember,
}

/// A member of a linked corp. A field that the reply omits is [`Hidden`](Seen::Hidden).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedMember {
    /// The account in the member's own corp, without the corp id. [`linked_id`](Self::linked_id) returns both.
    pub userid: UserId,
    /// The member's corp.
    #[serde(default)]
    pub corpid: CorpId,
    /// The name.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
    /// The departments. A list returns those of the requested link; reading a single member returns all that the app can
    /// view.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub department: Seen<Vec<LinkedDepartmentId>>,
    /// The mobile number (手机).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub mobile: Seen<String>,
    /// The telephone (座机).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub telephone: Seen<String>,
    /// The mail address (邮箱).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub email: Seen<String>,
    /// The position (职务).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub position: Seen<String>,
    /// Extended attributes (扩展属性).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub extattr: Seen<ExtAttr>,
}

masked_debug!(LinkedMember { userid, corpid, department | name, mobile, telephone, email, position, extattr });

impl LinkedMember {
    /// Returns the member's id in the form that [`LinkedCorps::member`] takes.
    pub fn linked_id(&self) -> LinkedUserId {
        LinkedUserId::of(&self.corpid, &self.userid)
    }
}

/// Lists the members of a department of a linked corp.
///
/// Official: [获取互联企业部门成员](https://developer.work.weixin.qq.com/document/path/93168)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListLinkedMembersSimple {
    /// The department, as `LINKEDID/DEPARTMENTID`.
    pub department_id: LinkedDepartmentId,
    /// Whether sub-departments are included. The page's sample has a boolean, its text says 1 or 0; this crate sends a
    /// boolean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch_child: Option<bool>,
}

impl ListLinkedMembersSimple {
    /// Creates a request for this department.
    pub fn new(department: impl Into<LinkedDepartmentId>, fetch_child: bool) -> Self {
        Self { department_id: department.into(), fetch_child: Some(fetch_child) }
    }
}

/// The reply to [`ListLinkedMembersSimple`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedSimpleMemberList {
    /// The members.
    pub userlist: Vec<LinkedSimpleMember>,
}

/// A member of a linked corp in the short list.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedSimpleMember {
    /// The account in the member's own corp, without the corp id. [`linked_id`](Self::linked_id) returns both.
    pub userid: UserId,
    /// The member's corp.
    #[serde(default)]
    pub corpid: CorpId,
    /// The name.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
    /// The departments of the requested link.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub department: Seen<Vec<LinkedDepartmentId>>,
}

masked_debug!(LinkedSimpleMember { userid, corpid, department | name });

impl LinkedSimpleMember {
    /// Returns the member's id in the form that [`LinkedCorps::member`] takes.
    pub fn linked_id(&self) -> LinkedUserId {
        LinkedUserId::of(&self.corpid, &self.userid)
    }
}

/// Lists the members of a department of a linked corp with their details.
///
/// Official: [获取互联企业部门成员详情](https://developer.work.weixin.qq.com/document/path/93169)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListLinkedMembers {
    /// The department, as `LINKEDID/DEPARTMENTID`.
    pub department_id: LinkedDepartmentId,
    /// Whether sub-departments are included, as in [`ListLinkedMembersSimple`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch_child: Option<bool>,
}

impl ListLinkedMembers {
    /// Creates a request for this department.
    pub fn new(department: impl Into<LinkedDepartmentId>, fetch_child: bool) -> Self {
        Self { department_id: department.into(), fetch_child: Some(fetch_child) }
    }
}

/// The reply to [`ListLinkedMembers`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedMemberList {
    /// The members.
    pub userlist: Vec<LinkedMember>,
}

/// Lists the departments of a linked corp.
///
/// Official: [获取互联企业部门列表](https://developer.work.weixin.qq.com/document/path/93170)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListLinkedDepartments {
    /// The department, as `LINKEDID/DEPARTMENTID`.
    pub department_id: LinkedDepartmentId,
}

impl ListLinkedDepartments {
    /// Creates a request for the sub-departments of this department.
    pub fn below(department: impl Into<LinkedDepartmentId>) -> Self {
        Self { department_id: department.into() }
    }
}

/// The reply to [`ListLinkedDepartments`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedDepartmentList {
    /// The departments.
    pub department_list: Vec<LinkedDepartment>,
}

/// A department of a linked corp.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkedDepartment {
    /// The id inside the link, as text without the link's id.
    pub department_id: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub department_name: Seen<String>,
    /// The parent's id inside the link.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub parentid: Seen<String>,
    /// The order among siblings; larger numbers come first.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub order: Seen<u32>,
}

impl LinkedDepartment {
    /// Returns the department's id in the form that the calls take. `asked` is the requested department, which supplies
    /// the link's id.
    pub fn in_link(&self, asked: &LinkedDepartmentId) -> LinkedDepartmentId {
        let link = asked.split().map_or(asked.as_str(), |(link, _)| link);
        LinkedDepartmentId::of(link, &self.department_id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Endpoint;

    #[test]
    fn an_id_is_split_at_its_first_slash() {
        assert_eq!(LinkedUserId::new("ww1111/wang/fang").split(), Some(("ww1111", "wang/fang")));
        assert_eq!(LinkedUserId::new("wangfang").split(), None);
        assert_eq!(LinkedDepartmentId::new("LID9/3").split(), Some(("LID9", "3")));
        assert_eq!(LinkedUserId::of("ww1111", "wangfang"), LinkedUserId::new("ww1111/wangfang"));
    }

    #[test]
    fn departments_come_back_with_the_links_id() {
        let list: LinkedDepartmentList = serde_json::from_value(json!({"department_list": [
            {"department_id": "3", "department_name": "华东", "parentid": "1", "order": 100_000_000},
            {"department_id": "4"},
        ]}))
        .unwrap();
        let ids: Vec<_> =
            list.department_list.iter().map(|department| department.in_link(&"LID9/1".into())).collect();
        assert_eq!(ids, [LinkedDepartmentId::new("LID9/3"), LinkedDepartmentId::new("LID9/4")]);
    }

    #[test]
    fn trap_07_the_paths_and_bodies_are_the_documented_ones() {
        let simple = ListLinkedMembersSimple::new("LID9/3", true);
        assert_eq!(
            serde_json::to_value(&simple).unwrap(),
            json!({"department_id": "LID9/3", "fetch_child": true})
        );
        assert_eq!(serde_json::to_value(GetLinkedPermissions {}).unwrap(), json!({}));
        assert_eq!(ListLinkedMembersSimple::CALL.path(), "linkedcorp/user/simplelist");
    }

    #[test]
    fn a_member_with_all_and_with_nothing_is_read() {
        let full: LinkedMemberReply = serde_json::from_value(json!({"user_info": {
            "userid": "wangfang", "name": "王芳", "department": ["LID9/3", "LID9/4"], "mobile": "+86 13800000001",
            "telephone": "8001", "email": "wangfang@example.com", "position": "工程师", "corpid": "ww1111",
            "extattr": {"attrs": [
                {"name": "Badge", "value": "A-17", "type": 0, "text": {"value": "A-17"}},
                {"name": "Home", "type": 1, "web": {"url": "https://example.com", "title": "Intranet"}},
            ]},
        }}))
        .unwrap();
        let member = full.user_info;
        assert_eq!(member.linked_id(), LinkedUserId::new("ww1111/wangfang"));
        assert_eq!(member.extattr.known().unwrap().attrs.len(), 2);
        assert!(!format!("{member:?}").contains("138"));
        let bare: LinkedMemberReply =
            serde_json::from_value(json!({"user_info": {"userid": "liuyang"}})).unwrap();
        assert_eq!(bare.user_info.userid, "liuyang");
    }
}
