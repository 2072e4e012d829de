//! The member object as it is read.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ExtAttr, ExternalProfile};
use crate::{DepartmentId, OpenUserId, UserId, json_fields};

/// A member (成员) as a credential may see them.
///
/// A field is `None` where the answer leaves it out: it is hidden from the credential, or WeCom does not give it. An empty
/// field (`Some("")`) is another matter. Apps created after 2022-06-20 20:00 never see the fields marked *sensitive*; they
/// come by OAuth (`auth/getuserdetail`) instead. `user/get` and `user/list` give the same fields.
///
/// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// The account (账号), 1–64 bytes, unique in the corp, compared without case.
    pub userid: UserId,
    /// The name (姓名), 1–64 characters; to third-party apps the userid stands in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The alias (别名), 1–64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The mobile number (手机号码), unique in the corp. *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// The personal mail address (邮箱), unique in the corp. *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The corp mail address (企业邮箱). *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_mail: Option<String>,
    /// Further addresses of the corp mailbox (企业邮箱别名), at most 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_mail_alias: Option<BizMailAlias>,
    /// The departments (成员所属部门) that the credential may view, at most 100. See [`Self::memberships`].
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub department: Vec<DepartmentId>,
    /// The place in each of `department`, larger first; parallel to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<u32>>,
    /// Whether the member leads each of `department` (部门负责人); parallel to it.
    #[serde(default, with = "json_fields::flags", skip_serializing_if = "Option::is_none")]
    pub is_leader_in_dept: Option<Vec<bool>>,
    /// The main department (主部门), if the credential may view it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_department: Option<DepartmentId>,
    /// The direct superior (直属上级), at most one, if the credential may view them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_leader: Option<Vec<UserId>>,
    /// The position (职务), 0–128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The gender (性别). *Sensitive*: absent where it is hidden, though its page says that it reads as [`Gender::Undefined`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// The landline (座机).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// The address (地址), at most 128 characters. *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether the account is active or not (激活状态).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
    /// Whether the account is enabled. The live server carries it beside `status`; its page does not list it.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// The full-size picture's URL (头像). *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// The thumbnail's URL (头像缩略图). *Sensitive*, presumably.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_avatar: Option<String>,
    /// The URL of the personal QR code (员工个人二维码). *Sensitive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_code: Option<String>,
    /// The extended attributes (扩展属性).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extattr: Option<ExtAttr>,
    /// What outsiders see (成员对外属性).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_profile: Option<ExternalProfile>,
    /// The position shown to outsiders (对外职务), at most 12 Chinese characters; stands in front of `position` there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_position: Option<String>,
    /// The member's id in the eyes of a third-party app; a corp's own app never gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_userid: Option<OpenUserId>,
    /// The English name (英文名), from the days when WeCom had the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub english_name: Option<String>,
    /// Whether the member leads a department. The live server carries it; its page does not list it.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub isleader: Option<bool>,
    /// Whether the mobile number is hidden from colleagues. The live server carries it; its page does not list it.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub hide_mobile: Option<bool>,
}

masked_debug!(Member {
    userid, department, order, is_leader_in_dept, main_department, direct_leader, status, enable, open_userid
    | name, alias, mobile, email, biz_mail, biz_mail_alias, position, gender, telephone, address, avatar, thumb_avatar,
    qr_code, extattr, external_profile, external_position, english_name, isleader, hide_mobile
});

impl Member {
    /// The member's departments one by one, with what the parallel arrays say of each.
    pub fn memberships(&self) -> impl Iterator<Item = Membership> + '_ {
        let at = |index: usize| Membership {
            department: self.department[index],
            order: self.order.as_ref().and_then(|order| order.get(index).copied()),
            is_leader: self.is_leader_in_dept.as_ref().and_then(|flags| flags.get(index).copied()),
            is_main: self.main_department == Some(self.department[index]),
        };
        (0..self.department.len()).map(at)
    }
}

/// A member's place in one department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The department.
    pub department: DepartmentId,
    /// The member's place in it, larger first, if the answer says.
    pub order: Option<u32>,
    /// Whether the member leads it (部门负责人), if the answer says.
    pub is_leader: Option<bool>,
    /// Whether it is the member's main department (主部门).
    pub is_main: bool,
}

/// A member as the short lists give them.
///
/// Official: [获取部门成员](https://developer.work.weixin.qq.com/document/path/90200)
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimpleMember {
    /// The account.
    pub userid: UserId,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All departments of the member that the credential may view, not only the one that was asked for.
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub department: Vec<DepartmentId>,
    /// The member's id in the eyes of a third-party app; a corp's own app never gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_userid: Option<OpenUserId>,
}

masked_debug!(SimpleMember { userid, department, open_userid | name });

/// Further addresses of a corp mailbox (企业邮箱别名).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BizMailAlias {
    /// The addresses: at most 5, 6–63 bytes each, unique in the corp.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub item: Vec<String>,
}

masked_debug!(BizMailAlias { | item });

coded! {
    /// Whether an account is in use (激活状态).
    MemberStatus {
        /// Activated (已激活): the member uses WeCom or follows its WeChat plug-in.
        Activated = 1,
        /// Disabled (已禁用).
        Disabled = 2,
        /// Not activated (未激活).
        NotActivated = 4,
        /// Left the corp (退出企业).
        Left = 5,
    }
}

/// A member's gender (性别), a digit in a text on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gender {
    /// `"0"`: not given, or hidden from the credential.
    Undefined,
    /// `"1"`.
    Male,
    /// `"2"`.
    Female,
    /// A text that has no name here.
    Other(String),
}

impl Gender {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Undefined => "0",
            Self::Male => "1",
            Self::Female => "2",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for Gender {
    fn from(text: &str) -> Self {
        match text {
            "0" => Self::Undefined,
            "1" => Self::Male,
            "2" => Self::Female,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Serialize for Gender {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Gender {
    /// Reads a number as well: WeCom's customer API writes one, and so do gateways that copy it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyGender;

        impl serde::de::Visitor<'_> for AnyGender {
            type Value = Gender;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a gender")
            }

            fn visit_str<E>(self, text: &str) -> Result<Gender, E> {
                Ok(text.into())
            }

            fn visit_u64<E>(self, number: u64) -> Result<Gender, E> {
                Ok(number.to_string().as_str().into())
            }

            fn visit_i64<E>(self, number: i64) -> Result<Gender, E> {
                Ok(number.to_string().as_str().into())
            }
        }

        deserializer.deserialize_any(AnyGender)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trap_12_a_member_of_nothing_but_a_userid_is_a_member() {
        let read = |value| serde_json::from_value::<Member>(value).unwrap();
        let bare = read(json!({"userid": "zhangsan"}));
        assert_eq!((bare.order.as_ref(), bare.enable, bare.english_name.as_ref()), (None, None, None));
        assert_eq!(serde_json::to_value(&bare).unwrap(), json!({"userid": "zhangsan"}));
        let nulls = json!({"userid": "zhangsan", "department": null, "order": null, "is_leader_in_dept": null,
            "direct_leader": null, "enable": null, "gender": null, "extattr": {"attrs": null}});
        assert!(read(nulls).department.is_empty());
    }

    #[test]
    fn trap_13_gender_is_a_text_and_a_number_is_read_too() {
        let read = |value| serde_json::from_value::<Gender>(value).unwrap();
        assert_eq!(read(json!("2")), Gender::Female);
        assert_eq!(read(json!(2)), Gender::Female);
        assert_eq!(read(json!("x")), Gender::Other("x".into()));
        assert_eq!(serde_json::to_value(Gender::Female).unwrap(), json!("2"));
    }

    #[test]
    fn trap_13_an_order_beyond_31_bits_is_read() {
        let member: Member =
            serde_json::from_value(json!({"userid": "a", "order": [4_294_967_295_u32]})).unwrap();
        assert_eq!(member.order, Some(vec![u32::MAX]));
    }

    #[test]
    fn trap_16_an_unknown_status_is_kept() {
        let member: Member = serde_json::from_value(json!({"userid": "a", "status": 99})).unwrap();
        assert_eq!(member.status, Some(MemberStatus::Other(99)));
        assert_eq!(serde_json::to_value(&member).unwrap()["status"], 99);
    }

    #[test]
    fn memberships_pair_the_parallel_arrays_even_if_one_is_short_or_hidden() {
        let member: Member = serde_json::from_value(
            json!({"userid": "a", "department": [2, 5], "is_leader_in_dept": [1], "main_department": 5}),
        )
        .unwrap();
        let places: Vec<_> = member
            .memberships()
            .map(|place| (place.department.0, place.order, place.is_leader, place.is_main))
            .collect();
        assert_eq!(places, [(2, None, Some(true), false), (5, None, None, true)]);
    }

    #[test]
    fn debug_tells_a_hidden_field_from_an_empty_one_and_shows_no_personal_data() {
        let member = Member {
            mobile: Some("13800000000".into()),
            alias: Some(String::new()),
            gender: Some(Gender::Male),
            ..Member::default()
        };
        let shown = format!("{member:?}");
        for field in ["mobile: ***", "alias: (empty)", "gender: ***", "email: (absent)", "extattr: (absent)"]
        {
            assert!(shown.contains(field), "{field}: {shown}");
        }
        assert!(!shown.contains("138") && !shown.contains("Male"), "{shown}");
    }
}
