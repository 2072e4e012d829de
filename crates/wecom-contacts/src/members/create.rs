//! Creating a member. Available to contacts-sync (通讯录同步) only.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Gender, NewMember};
use crate::{DepartmentId, UserId, json_fields};

impl NewMember {
    /// Creates a member with the two required fields. The server also requires a mobile number or a mail address.
    pub fn new(userid: impl Into<UserId>, name: impl Into<String>) -> Self {
        Self { userid: userid.into(), name: name.into(), ..Self::default() }
    }
}

/// Writes a gender as a number, which the live server accepts without a warning. Text that is not a number is sent
/// unchanged.
pub(super) fn gender_number<S: Serializer>(
    gender: &Option<Gender>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = gender.as_ref().map_or("", Gender::as_str);
    match text.parse::<u32>() {
        Ok(number) => serializer.serialize_u32(number),
        Err(_) => serializer.serialize_str(text),
    }
}

/// The result of a creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedMember {
    /// Departments that the server created because `department` contained unknown ids.
    #[serde(
        default,
        rename = "created_department_list",
        with = "created_departments",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub created_departments: Vec<CreatedDepartment>,
}

/// A department that the server created together with a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedDepartment {
    /// The department's id.
    pub id: DepartmentId,
    /// The name that the server gave to the department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The wire format of the list: `{"department_info": […]}`.
mod created_departments {
    use super::{CreatedDepartment, Deserialize, Deserializer, Serialize, Serializer, json_fields};

    #[derive(Default, Serialize, Deserialize)]
    struct Wrapped {
        #[serde(default, deserialize_with = "json_fields::or_default")]
        department_info: Vec<CreatedDepartment>,
    }

    pub(super) fn serialize<S: Serializer>(
        list: &[CreatedDepartment],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let department_info = list.to_vec();
        Wrapped { department_info }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<CreatedDepartment>, D::Error> {
        Ok(json_fields::or_default::<_, Wrapped>(deserializer)?.department_info)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn trap_02_a_false_and_a_zero_are_sent() {
        let member = NewMember::new("zhangsan", "张三").enable(false).to_invite(false).order([0]);
        assert_eq!(
            json(member),
            r#"{"userid":"zhangsan","name":"张三","order":[0],"enable":0,"to_invite":false}"#
        );
    }

    #[test]
    fn trap_03_a_creation_sends_no_defaults_of_its_own() {
        let member = NewMember::new("zhangsan", "张三").mobile("13800000000");
        assert_eq!(json(member), r#"{"userid":"zhangsan","name":"张三","mobile":"13800000000"}"#);
    }

    #[test]
    fn observed_o03_gender_is_written_as_a_number_and_read_as_either() {
        let body = json(NewMember::new("a", "甲").gender(Gender::Female));
        assert_eq!(body, r#"{"userid":"a","name":"甲","gender":2}"#);
        for gender in ["2", "\"2\""] {
            let text = format!(r#"{{"userid":"a","name":"甲","gender":{gender}}}"#);
            let member: NewMember = serde_json::from_str(&text).unwrap();
            assert_eq!(member.gender, Some(Gender::Female), "{text}");
        }
        let odd = json(NewMember::new("a", "甲").gender("x".into()));
        assert_eq!(odd, r#"{"userid":"a","name":"甲","gender":"x"}"#);
    }

    #[test]
    fn trap_05_a_direct_leader_is_an_array() {
        let member = NewMember::new("a", "甲").direct_leader(["lisi"]);
        assert_eq!(json(member), r#"{"userid":"a","name":"甲","direct_leader":["lisi"]}"#);
    }

    #[test]
    fn departments_made_on_the_way_are_reported() {
        let reply = json!({"created_department_list": {"department_info": [{"name": "待定", "id": 77}]}});
        let created: CreatedMember = serde_json::from_value(reply.clone()).unwrap();
        assert_eq!(created.created_departments[0].id, 77);
        assert_eq!(serde_json::to_value(&created).unwrap(), reply);
        assert_eq!(json(CreatedMember::default()), "{}");
    }
}
