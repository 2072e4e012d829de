//! Changes of members, departments and tags (通讯录变更事件).

use serde::{Deserialize, Serialize};

use crate::members::{ExtAttr, Gender, MemberStatus};
use crate::{DepartmentId, TagId, UserId};

/// A member that was added or changed.
///
/// An absent field did not change, or the receiver may not see it. It does not mean that the field is empty. The
/// contacts assistant receives only `userid`, `department` and `new_userid` if its URL was configured after 2022-08-15.
///
/// Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberChange {
    /// The member's userid. If the userid itself changed, this is the old one.
    pub userid: UserId,
    /// The new userid, if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_userid: Option<UserId>,
    /// Name (成员名称).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All departments of the member that the receiver may see (成员部门列表).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Vec<DepartmentId>>,
    /// Main department (主部门).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_department: Option<DepartmentId>,
    /// Whether the member leads the department at the same index of `department` (表示所在部门是否为部门负责人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_leader_in_dept: Option<Vec<bool>>,
    /// Direct superiors (直属上级), five at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_leader: Option<Vec<UserId>>,
    /// Position (职位信息).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Mobile number (手机号码).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Gender (性别). It is also undefined if the receiver may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Mail address (邮箱).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Corp mail address (企业邮箱).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_mail: Option<String>,
    /// Activation (激活状态).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
    /// URL of the portrait (头像). Replace the final `/0` by `/100` to get the thumbnail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// Alias (成员别名).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Landline (座机).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Address (地址).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Custom attributes (扩展属性).
    #[serde(default, with = "super::attributes_json", skip_serializing_if = "Option::is_none")]
    pub extattr: Option<ExtAttr>,
}

elements!(MemberChange {
    userid: "UserID",
    new_userid: "NewUserID",
    name: "Name",
    department: "Department",
    main_department: "MainDepartment",
    is_leader_in_dept: "IsLeaderInDept",
    direct_leader: "DirectLeader",
    position: "Position",
    mobile: "Mobile",
    gender: "Gender",
    email: "Email",
    biz_mail: "BizMail",
    status: "Status",
    avatar: "Avatar",
    alias: "Alias",
    telephone: "Telephone",
    address: "Address",
    extattr: "ExtAttr",
});

masked_debug!(MemberChange {
    userid, new_userid, department, main_department, is_leader_in_dept, direct_leader, status |
    name, position, mobile, gender, email, biz_mail, avatar, alias, telephone, address, extattr,
});

impl MemberChange {
    /// Creates a change of this member. All other fields are absent.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into(), ..Self::default() }
    }

    /// Returns the current userid: the new one if it changed.
    pub fn current_userid(&self) -> &UserId {
        self.new_userid.as_ref().unwrap_or(&self.userid)
    }
}

/// A member that was removed.
///
/// Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberDeleted {
    /// The removed member.
    pub userid: UserId,
}

elements!(MemberDeleted { userid: "UserID" });

impl MemberDeleted {
    /// Creates the event for this member.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// A department that was added or changed.
///
/// Official: [部门变更通知](https://developer.work.weixin.qq.com/document/path/90971)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentChange {
    /// The department.
    pub id: DepartmentId,
    /// Name (部门名称). An update contains it only if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Parent (父部门). An update contains it only if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parentid: Option<DepartmentId>,
    /// Position among the siblings, larger first (部门排序). Only the event of a new department contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
}

elements!(DepartmentChange { id: "Id", name: "Name", parentid: "ParentId", order: "Order" });

masked_debug!(DepartmentChange { id, parentid, order | name });

impl DepartmentChange {
    /// Creates a change of this department. All other fields are absent.
    pub fn new(id: impl Into<DepartmentId>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// A department that was removed.
///
/// Official: [部门变更通知](https://developer.work.weixin.qq.com/document/path/90971)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentDeleted {
    /// The removed department.
    pub id: DepartmentId,
}

elements!(DepartmentDeleted { id: "Id" });

impl DepartmentDeleted {
    /// Creates the event for this department.
    pub fn new(id: impl Into<DepartmentId>) -> Self {
        Self { id: id.into() }
    }
}

/// Members and departments that were added to a tag or removed from it. WeCom sends no event when a tag is created,
/// renamed or deleted.
///
/// WeCom guarantees no order between this event and those of the members. Read the tag to learn its current members.
///
/// Official: [标签变更通知](https://developer.work.weixin.qq.com/document/path/90972)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagChange {
    /// The tag.
    pub id: TagId,
    /// Members added.
    #[serde(default)]
    pub added_members: Vec<UserId>,
    /// Members removed.
    #[serde(default)]
    pub removed_members: Vec<UserId>,
    /// Departments added.
    #[serde(default)]
    pub added_departments: Vec<DepartmentId>,
    /// Departments removed.
    #[serde(default)]
    pub removed_departments: Vec<DepartmentId>,
}

elements!(TagChange {
    id: "TagId",
    added_members: "AddUserItems",
    removed_members: "DelUserItems",
    added_departments: "AddPartyItems",
    removed_departments: "DelPartyItems",
});

impl TagChange {
    /// Creates a change of this tag with empty lists.
    pub fn new(id: impl Into<TagId>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}
