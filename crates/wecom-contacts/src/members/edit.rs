//! Updating and deleting members, which only contacts-sync (通讯录同步) may.

use serde::{Deserialize, Serialize, Serializer};

use super::{Attribute, BizMailAlias, ExtAttr, ExternalProfile, Gender, create::gender_number};
use crate::{DepartmentId, MediaId, Patch, UserId, patch::Clearable, wire};

/// What an update changes: only what was named is sent, so all else stays.
///
/// [`Clear`](crate::Clear) empties the fields that take it, by the type's empty value. The page bounds `alias` and
/// `telephone` from below (1 character, 1 byte), and says nothing of emptying `mobile` and `email`; whether the server takes
/// `""` there is its decision. `biz_mail` and `biz_mail_alias` are not atomic with the rest: when the call fails, either part
/// may have been applied.
///
/// ```
/// use wecom_contacts::{Clear, members::MemberPatch};
///
/// let patch = MemberPatch::new().name("张三").position(Clear).direct_leader(["lisi"]);
/// assert_eq!(
///     serde_json::to_string(&patch).unwrap(),
///     r#"{"name":"张三","direct_leader":["lisi"],"position":""}"#
/// );
/// ```
///
/// Official: [更新成员](https://developer.work.weixin.qq.com/document/path/90197)
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct MemberPatch {
    /// Another account, once only, and only for one that the system had made up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_userid: Option<UserId>,
    /// The name (姓名), 1–64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The alias (别名), 1–64 characters.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub alias: Patch<String>,
    /// The mobile number (手机号码). Ignored without an error if the member has activated already.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub mobile: Patch<String>,
    /// The personal mail address (邮箱), 6–64 bytes.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub email: Patch<String>,
    /// The corp mail address (企业邮箱), 6–63 bytes; a generated one may be changed once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_mail: Option<String>,
    /// Further addresses of the corp mailbox: at most 5, they replace those there. Cleared by an empty `item`.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub biz_mail_alias: Patch<BizMailAlias>,
    /// The departments (成员所属部门), which replace those there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Vec<DepartmentId>>,
    /// The place in each department; has effect only together with `department`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<u32>>,
    /// Whether the member leads each department (部门负责人).
    #[serde(default, with = "wire::flags", skip_serializing_if = "Option::is_none")]
    pub is_leader_in_dept: Option<Vec<bool>>,
    /// The main department (主部门).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_department: Option<DepartmentId>,
    /// The direct superior (直属上级), at most one. Cleared by `[]`.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub direct_leader: Patch<Vec<UserId>>,
    /// The position (职务), 0–128 characters.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub position: Patch<String>,
    /// The gender (性别). It is sent as a number: the live server warns of the text that its page shows.
    #[serde(default, serialize_with = "gender_number", skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// The landline (座机), 1–32 bytes.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub telephone: Patch<String>,
    /// The address (地址), at most 128 characters.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub address: Patch<String>,
    /// Whether the account is enabled (启用).
    #[serde(default, with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// An uploaded image for the picture (头像).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_mediaid: Option<MediaId>,
    /// The extended attributes (扩展属性); one is emptied by its own empty value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extattr: Option<ExtAttr>,
    /// What outsiders see (成员对外属性); its attributes replace those there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_profile: Option<ExternalProfile>,
    /// The position shown to outsiders (对外职务), at most 12 Chinese characters.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub external_position: Patch<String>,
    /// The channels account (视频号); prefer [`ExternalProfile::wechat_channels`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
}

masked_debug!(MemberPatch {
    new_userid, department, order, is_leader_in_dept, main_department, direct_leader, enable
    | name, alias, mobile, email, biz_mail, biz_mail_alias, position, gender, telephone, address, avatar_mediaid,
    extattr, external_profile, external_position, nickname
});

impl MemberPatch {
    /// Begins with nothing changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the member another account (修改账号): once only, and only if the present one was made up by the system.
    pub fn new_userid(mut self, userid: impl Into<UserId>) -> Self {
        self.new_userid = Some(userid.into());
        self
    }

    /// Sets the name (姓名).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets or empties the alias (别名).
    pub fn alias(mut self, alias: impl Into<Patch<String>>) -> Self {
        self.alias = alias.into();
        self
    }

    /// Sets or empties the mobile number (手机号码).
    pub fn mobile(mut self, number: impl Into<Patch<String>>) -> Self {
        self.mobile = number.into();
        self
    }

    /// Sets or empties the personal mail address (邮箱).
    pub fn email(mut self, address: impl Into<Patch<String>>) -> Self {
        self.email = address.into();
        self
    }

    /// Sets the corp mail address (企业邮箱).
    pub fn biz_mail(mut self, address: impl Into<String>) -> Self {
        self.biz_mail = Some(address.into());
        self
    }

    /// Sets or empties the further addresses of the corp mailbox (企业邮箱别名).
    pub fn biz_mail_alias(mut self, addresses: impl Into<Patch<BizMailAlias>>) -> Self {
        self.biz_mail_alias = addresses.into();
        self
    }

    /// Sets the departments (成员所属部门), which replace those there.
    pub fn department<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.department = Some(departments.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the place in each department; has effect only together with [`department`](Self::department).
    pub fn order(mut self, order: impl IntoIterator<Item = u32>) -> Self {
        self.order = Some(order.into_iter().collect());
        self
    }

    /// Sets whether the member leads each department (部门负责人).
    pub fn is_leader_in_dept(mut self, flags: impl IntoIterator<Item = bool>) -> Self {
        self.is_leader_in_dept = Some(flags.into_iter().collect());
        self
    }

    /// Sets the main department (主部门).
    pub fn main_department(mut self, department: impl Into<DepartmentId>) -> Self {
        self.main_department = Some(department.into());
        self
    }

    /// Sets or removes the direct superior (直属上级).
    pub fn direct_leader(mut self, leaders: impl Into<Patch<Vec<UserId>>>) -> Self {
        self.direct_leader = leaders.into();
        self
    }

    /// Sets or empties the position (职务).
    pub fn position(mut self, position: impl Into<Patch<String>>) -> Self {
        self.position = position.into();
        self
    }

    /// Sets the gender (性别).
    pub fn gender(mut self, gender: Gender) -> Self {
        self.gender = Some(gender);
        self
    }

    /// Sets or empties the landline (座机).
    pub fn telephone(mut self, number: impl Into<Patch<String>>) -> Self {
        self.telephone = number.into();
        self
    }

    /// Sets or empties the address (地址).
    pub fn address(mut self, address: impl Into<Patch<String>>) -> Self {
        self.address = address.into();
        self
    }

    /// Enables or disables the account (启用/禁用).
    pub fn enable(mut self, enable: bool) -> Self {
        self.enable = Some(enable);
        self
    }

    /// Sets the picture (头像) from an uploaded image.
    pub fn avatar_mediaid(mut self, media: impl Into<MediaId>) -> Self {
        self.avatar_mediaid = Some(media.into());
        self
    }

    /// Sets the extended attributes (扩展属性).
    pub fn extattr(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.extattr = Some(attributes.into_iter().collect());
        self
    }

    /// Sets what outsiders see (成员对外属性).
    pub fn external_profile(mut self, profile: ExternalProfile) -> Self {
        self.external_profile = Some(profile);
        self
    }

    /// Sets or empties the position shown to outsiders (对外职务).
    pub fn external_position(mut self, position: impl Into<Patch<String>>) -> Self {
        self.external_position = position.into();
        self
    }

    /// Sets the channels account (视频号) at the top level; prefer [`ExternalProfile::wechat_channels`].
    pub fn nickname(mut self, nickname: impl Into<String>) -> Self {
        self.nickname = Some(nickname.into());
        self
    }
}

impl Clearable for BizMailAlias {
    fn serialize_empty<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        Self::default().serialize(serializer)
    }

    fn is_empty_value(&self) -> bool {
        self.item.is_empty()
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Patch<BizMailAlias> {
    fn from(addresses: [S; N]) -> Self {
        Self::Set(BizMailAlias { item: addresses.into_iter().map(Into::into).collect() })
    }
}

impl<S: Into<String>> From<Vec<S>> for Patch<BizMailAlias> {
    fn from(addresses: Vec<S>) -> Self {
        Self::Set(BizMailAlias { item: addresses.into_iter().map(Into::into).collect() })
    }
}

/// Updates one member.
///
/// Official: [更新成员](https://developer.work.weixin.qq.com/document/path/90197)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateMember {
    /// The account.
    pub userid: UserId,
    /// What changes.
    #[serde(flatten)]
    pub patch: MemberPatch,
}

impl UpdateMember {
    /// Asks for this change to this member.
    pub fn new(userid: impl Into<UserId>, patch: MemberPatch) -> Self {
        Self { userid: userid.into(), patch }
    }
}

/// Deletes one member. A GET that changes something.
///
/// Official: [删除成员](https://developer.work.weixin.qq.com/document/path/90198)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMember {
    /// The account.
    pub userid: UserId,
}

impl DeleteMember {
    /// Asks for this member's deletion.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// Deletes members, at most 200; one invalid userid fails them all.
///
/// Official: [批量删除成员](https://developer.work.weixin.qq.com/document/path/90199)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMembers {
    /// The accounts.
    pub useridlist: Vec<UserId>,
}

impl DeleteMembers {
    /// Asks for these members' deletion.
    pub fn new<U: Into<UserId>>(userids: impl IntoIterator<Item = U>) -> Self {
        Self { useridlist: userids.into_iter().map(Into::into).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Clear, Endpoint};

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn trap_01_an_update_sends_only_what_was_named() {
        assert_eq!(json(UpdateMember::new("zhangsan", MemberPatch::new())), r#"{"userid":"zhangsan"}"#);
        assert_eq!(
            json(UpdateMember::new("zhangsan", MemberPatch::new().position("经理"))),
            r#"{"userid":"zhangsan","position":"经理"}"#
        );
    }

    #[test]
    fn trap_02_each_clearable_field_can_be_emptied_and_zero_and_false_are_sent() {
        let patch = MemberPatch::new()
            .alias(Clear)
            .mobile(Clear)
            .email(Clear)
            .biz_mail_alias(Clear)
            .order([0])
            .is_leader_in_dept([false])
            .direct_leader(Clear)
            .position(Clear)
            .telephone(Clear)
            .address(Clear)
            .enable(false)
            .external_position(Clear);
        assert_eq!(
            serde_json::to_value(&patch).unwrap(),
            json!({
                "alias": "", "mobile": "", "email": "", "biz_mail_alias": {"item": []}, "order": [0],
                "is_leader_in_dept": [0], "direct_leader": [], "position": "", "telephone": "", "address": "",
                "enable": 0, "external_position": "",
            })
        );
    }

    #[test]
    fn observed_o03_gender_is_written_as_a_number() {
        assert_eq!(json(MemberPatch::new().gender(Gender::Undefined)), r#"{"gender":0}"#);
        assert_eq!(json(MemberPatch::new().gender(Gender::Male)), r#"{"gender":1}"#);
    }

    #[test]
    fn trap_05_a_direct_leader_is_an_array() {
        let leader = MemberPatch::new().direct_leader(["lisi"]);
        assert_eq!(json(leader), r#"{"direct_leader":["lisi"]}"#);
    }

    #[test]
    fn trap_07_deletions_go_to_their_own_paths() {
        assert_eq!((DeleteMember::CALL.path(), DeleteMember::CALL.is_get()), ("user/delete", true));
        assert_eq!((DeleteMembers::CALL.path(), DeleteMembers::CALL.is_get()), ("user/batchdelete", false));
        assert!(!DeleteMember::CALL.is_repeatable());
    }
}
