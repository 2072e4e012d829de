//! The member object in replies.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Member;
use crate::{DepartmentId, OpenUserId, Seen, UserId, json_fields};

impl Member {
    /// Returns the member's departments, each with its entries of the parallel arrays.
    pub fn memberships(&self) -> impl Iterator<Item = Membership> + '_ {
        let departments = self.department.as_deref().unwrap_or_default();
        let at = |(index, department): (usize, &DepartmentId)| Membership {
            department: *department,
            order: self.order.known().and_then(|order| order.get(index).copied()),
            is_leader: self.is_leader_in_dept.known().and_then(|flags| flags.get(index).copied()),
            is_main: self.main_department == Seen::Known(*department),
        };
        departments.iter().enumerate().map(at)
    }
}

/// A member's position in one department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The department.
    pub department: DepartmentId,
    /// The member's order in the department, larger first. `None` if the reply omits it.
    pub order: Option<u32>,
    /// Whether the member is a leader of the department (部门负责人). `None` if the reply omits it.
    pub is_leader: Option<bool>,
    /// Whether the department is the member's main department (主部门).
    pub is_main: bool,
}

/// A member in the short lists.
///
/// Official: [获取部门成员](https://developer.work.weixin.qq.com/document/path/90200)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimpleMember {
    /// The account.
    pub userid: UserId,
    /// The name.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
    /// All of the member's departments that the credential can view, including those outside the requested department.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub department: Seen<Vec<DepartmentId>>,
    /// The member's id for third-party apps. A self-built app of the corp never receives it.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub open_userid: Seen<OpenUserId>,
}

masked_debug!(SimpleMember { userid, department, open_userid | name });

/// Alias addresses of a corp mailbox (企业邮箱别名).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BizMailAlias {
    /// The addresses: at most 5, 6–63 bytes each, unique in the corp.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub item: Vec<String>,
}

masked_debug!(BizMailAlias { | item });

coded! {
    /// The state of an account (激活状态).
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

/// A member's gender (性别). On the wire it is a digit in a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gender {
    /// `"0"`: not set, or hidden from the credential.
    Undefined,
    /// `"1"`.
    Male,
    /// `"2"`.
    Female,
    /// Any other text.
    Other(String),
}

impl Gender {
    /// Returns the text on the wire.
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
    /// Accepts a number as well: WeCom's customer API sends one, and so do gateways that copy it.
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
        assert!(bare.order.is_hidden() && bare.enable.is_hidden() && bare.english_name.is_hidden());
        assert_eq!(serde_json::to_value(&bare).unwrap(), json!({"userid": "zhangsan"}));
        let nulls = json!({"userid": "zhangsan", "department": null, "order": null, "is_leader_in_dept": null,
            "direct_leader": null, "enable": null, "gender": null, "extattr": {"attrs": null}});
        assert_eq!(read(nulls).department, Seen::Hidden);
        assert_eq!(read(json!({"userid": "zhangsan", "department": []})).department, Seen::Known(Vec::new()));
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
        assert_eq!(member.order, Seen::Known(vec![u32::MAX]));
    }

    #[test]
    fn trap_16_an_unknown_status_is_kept() {
        let member: Member = serde_json::from_value(json!({"userid": "a", "status": 99})).unwrap();
        assert_eq!(member.status, Seen::Known(MemberStatus::Other(99)));
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
            mobile: "13800000000".into(),
            alias: "".into(),
            gender: Gender::Male.into(),
            ..Member::default()
        };
        let shown = format!("{member:?}");
        for field in ["mobile: ***", "alias: (empty)", "gender: ***", "email: (hidden)", "extattr: (hidden)"]
        {
            assert!(shown.contains(field), "{field}: {shown}");
        }
        assert!(!shown.contains("138") && !shown.contains("Male"), "{shown}");
    }
}
