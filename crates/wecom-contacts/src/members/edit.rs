//! Updating and deleting members. Available to contacts-sync (通讯录同步) only.

use serde::{Deserialize, Serialize, Serializer};

use super::{BizMailAlias, MemberPatch};
use crate::{Patch, UserId, patch::Clearable};

impl MemberPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateMember {
    /// The account.
    pub userid: UserId,
    /// The changes.
    #[serde(flatten)]
    pub patch: MemberPatch,
}

impl UpdateMember {
    /// Creates a request that applies this patch to this member.
    pub fn new(userid: impl Into<UserId>, patch: MemberPatch) -> Self {
        Self { userid: userid.into(), patch }
    }
}

/// Deletes one member. The request is a GET although it changes data.
///
/// Official: [删除成员](https://developer.work.weixin.qq.com/document/path/90198)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMember {
    /// The account.
    pub userid: UserId,
}

impl DeleteMember {
    /// Creates a request that deletes this member.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// Deletes at most 200 members. If one userid is invalid, the call deletes none of them.
///
/// Official: [批量删除成员](https://developer.work.weixin.qq.com/document/path/90199)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMembers {
    /// The accounts.
    pub useridlist: Vec<UserId>,
}

impl DeleteMembers {
    /// Creates a request that deletes these members.
    pub fn new<U: Into<UserId>>(userids: impl IntoIterator<Item = U>) -> Self {
        Self { useridlist: userids.into_iter().map(Into::into).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Clear, Endpoint, members::Gender};

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
