//! Creating a member, which only contacts-sync (通讯录同步) may.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Attribute, ExtAttr, ExternalProfile, Gender};
use crate::{DepartmentId, MediaId, UserId, wire};

/// A member to be created. What was not set is not sent, so that the server's defaults stand.
///
/// Needed are a mobile number or a mail address. Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct NewMember {
    /// The account (账号): 1–64 bytes of digits, letters, `_`, `-`, `@`, `.`, beginning with a digit or letter.
    pub userid: UserId,
    /// The name (姓名), 1–64 characters.
    pub name: String,
    /// The alias (别名), 1–64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The mobile number (手机号码), unique in the corp; outside mainland China with its country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// The personal mail address (邮箱), 6–64 bytes, unique in the corp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The corp mail address (企业邮箱), 6–64 bytes; one given here can never be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_mail: Option<String>,
    /// The departments (成员所属部门), at most 100. Without any the member waits in 其他（待设置部门）.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Vec<DepartmentId>>,
    /// The place in each of `department`, larger first; 0 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<u32>>,
    /// Whether the member leads each of `department` (部门负责人).
    #[serde(default, with = "wire::flags", skip_serializing_if = "Option::is_none")]
    pub is_leader_in_dept: Option<Vec<bool>>,
    /// The main department (主部门).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_department: Option<DepartmentId>,
    /// The direct superior (直属上级), at most one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_leader: Option<Vec<UserId>>,
    /// The position (职务), 0–128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The gender (性别). It is sent as a number: the live server warns of the text that its page shows.
    #[serde(default, serialize_with = "gender_number", skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// The landline (座机), at most 32 bytes of digits, `-`, `+`, `,`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// The address (地址), at most 128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether the account is enabled (启用); it is unless told.
    #[serde(default, with = "wire::flag", skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// An uploaded image for the picture (头像).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_mediaid: Option<MediaId>,
    /// The extended attributes (扩展属性).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extattr: Option<ExtAttr>,
    /// What outsiders see (成员对外属性).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_profile: Option<ExternalProfile>,
    /// The position shown to outsiders (对外职务), at most 12 Chinese characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_position: Option<String>,
    /// The channels account (视频号). The page's own samples carry it inside `external_profile`: prefer
    /// [`ExternalProfile::wechat_channels`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Whether the member is invited; the server's default is **yes**.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_invite: Option<bool>,
}

masked_debug!(NewMember {
    userid, department, order, is_leader_in_dept, main_department, direct_leader, enable, to_invite
    | name, alias, mobile, email, biz_mail, position, gender, telephone, address, avatar_mediaid, extattr,
    external_profile, external_position, nickname
});

impl NewMember {
    /// Begins with the two fields that every member must have; a mobile number or a mail address must follow.
    pub fn new(userid: impl Into<UserId>, name: impl Into<String>) -> Self {
        Self { userid: userid.into(), name: name.into(), ..Self::default() }
    }

    /// Sets the alias (别名).
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// Sets the mobile number (手机号码); outside mainland China with its country code.
    pub fn mobile(mut self, number: impl Into<String>) -> Self {
        self.mobile = Some(number.into());
        self
    }

    /// Sets the personal mail address (邮箱).
    pub fn email(mut self, address: impl Into<String>) -> Self {
        self.email = Some(address.into());
        self
    }

    /// Sets the corp mail address (企业邮箱), which can never be changed then.
    pub fn biz_mail(mut self, address: impl Into<String>) -> Self {
        self.biz_mail = Some(address.into());
        self
    }

    /// Sets the departments (成员所属部门), at most 100.
    pub fn department<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.department = Some(departments.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the place in each department, larger first.
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

    /// Sets the direct superior (直属上级), at most one.
    pub fn direct_leader<U: Into<UserId>>(mut self, leaders: impl IntoIterator<Item = U>) -> Self {
        self.direct_leader = Some(leaders.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the position (职务).
    pub fn position(mut self, position: impl Into<String>) -> Self {
        self.position = Some(position.into());
        self
    }

    /// Sets the gender (性别).
    pub fn gender(mut self, gender: Gender) -> Self {
        self.gender = Some(gender);
        self
    }

    /// Sets the landline (座机).
    pub fn telephone(mut self, number: impl Into<String>) -> Self {
        self.telephone = Some(number.into());
        self
    }

    /// Sets the address (地址).
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Sets whether the account is enabled (启用).
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

    /// Sets the position shown to outsiders (对外职务).
    pub fn external_position(mut self, position: impl Into<String>) -> Self {
        self.external_position = Some(position.into());
        self
    }

    /// Sets the channels account (视频号) at the top level; prefer [`ExternalProfile::wechat_channels`].
    pub fn nickname(mut self, nickname: impl Into<String>) -> Self {
        self.nickname = Some(nickname.into());
        self
    }

    /// Sets whether the member is invited by service notice, SMS or mail; the server does so unless told `false`.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.to_invite = Some(invite);
        self
    }
}

/// Writes a gender as the number that the live server takes without a warning. A text that is no number is sent as it is.
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

/// What came of a creation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedMember {
    /// Departments that the server made because `department` named ids it did not know.
    #[serde(
        default,
        rename = "created_department_list",
        with = "created_departments",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub created_departments: Vec<CreatedDepartment>,
}

/// A department that came about with a member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedDepartment {
    /// Its id.
    pub id: DepartmentId,
    /// The name that the server gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `{"department_info": […]}`, as the wire wraps the list.
mod created_departments {
    use super::{CreatedDepartment, Deserialize, Deserializer, Serialize, Serializer, wire};

    #[derive(Default, Serialize, Deserialize)]
    struct Wrapped {
        #[serde(default, deserialize_with = "wire::or_default")]
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
        Ok(wire::or_default::<_, Wrapped>(deserializer)?.department_info)
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
