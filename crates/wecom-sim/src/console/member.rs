//! The fields of a member for the console. Unknown fields are refused.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::attributes::{Attributes, GenderForm, Profile};
use crate::world::MemberForm;

/// The fields of a member, named as in `user/create` and `user/update`. A field that is not set stays unchanged.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_sim::{ConsoleMember, Sim};
///
/// let sim = Sim::start().await;
/// let member = ConsoleMember::new().userid("qianyi").name("钱一").department([2]);
/// assert_eq!(sim.console().create_member(member).await?, "qianyi");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ConsoleMember {
    userid: Option<String>,
    new_userid: Option<String>,
    name: Option<String>,
    alias: Option<String>,
    mobile: Option<String>,
    email: Option<String>,
    biz_mail: Option<String>,
    department: Option<Vec<i64>>,
    order: Option<Vec<i64>>,
    is_leader_in_dept: Option<Vec<i64>>,
    main_department: Option<i64>,
    direct_leader: Option<Vec<String>>,
    position: Option<String>,
    gender: Option<GenderForm>,
    telephone: Option<String>,
    address: Option<String>,
    enable: Option<i64>,
    avatar_mediaid: Option<String>,
    extattr: Option<Attributes>,
    external_profile: Option<Profile>,
    external_position: Option<String>,
    to_invite: Option<bool>,
    /// Whether the member has logged in.
    activated: Option<bool>,
}

impl ConsoleMember {
    /// Creates a form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the userid. Without a userid, a new member gets a generated one.
    pub fn userid(mut self, userid: impl Into<String>) -> Self {
        self.userid = Some(userid.into());
        self
    }

    /// Sets the new userid, for a member with a generated userid.
    pub fn new_userid(mut self, new_userid: impl Into<String>) -> Self {
        self.new_userid = Some(new_userid.into());
        self
    }

    /// Sets the name (姓名), which a new member requires.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the alias (别名).
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// Sets the mobile number (手机).
    pub fn mobile(mut self, mobile: impl Into<String>) -> Self {
        self.mobile = Some(mobile.into());
        self
    }

    /// Sets the personal mail address (邮箱).
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets the corp mail address (企业邮箱).
    pub fn biz_mail(mut self, biz_mail: impl Into<String>) -> Self {
        self.biz_mail = Some(biz_mail.into());
        self
    }

    /// Sets the ids of the member's departments.
    pub fn department(mut self, department: impl IntoIterator<Item = u32>) -> Self {
        self.department = Some(department.into_iter().map(i64::from).collect());
        self
    }

    /// Sets the order in each of the departments.
    pub fn order(mut self, order: impl IntoIterator<Item = u32>) -> Self {
        self.order = Some(order.into_iter().map(i64::from).collect());
        self
    }

    /// Sets whether the member leads each of the departments.
    pub fn is_leader_in_dept(mut self, is_leader_in_dept: impl IntoIterator<Item = bool>) -> Self {
        self.is_leader_in_dept = Some(is_leader_in_dept.into_iter().map(i64::from).collect());
        self
    }

    /// Sets the id of the main department.
    pub fn main_department(mut self, main_department: u32) -> Self {
        self.main_department = Some(main_department.into());
        self
    }

    /// Sets the userid of the direct leader (直属上级); at most one.
    pub fn direct_leader(mut self, direct_leader: impl IntoIterator<Item: Into<String>>) -> Self {
        self.direct_leader = Some(direct_leader.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the position (职务).
    pub fn position(mut self, position: impl Into<String>) -> Self {
        self.position = Some(position.into());
        self
    }

    /// Sets the gender: `1` for male, `2` for female, `0` for unknown.
    pub fn gender(mut self, gender: impl Into<String>) -> Self {
        self.gender = Some(GenderForm::Text(gender.into()));
        self
    }

    /// Sets the telephone number (座机).
    pub fn telephone(mut self, telephone: impl Into<String>) -> Self {
        self.telephone = Some(telephone.into());
        self
    }

    /// Sets the address (地址).
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Sets whether the account is enabled.
    pub fn enable(mut self, enable: bool) -> Self {
        self.enable = Some(enable.into());
        self
    }

    /// Sets the media id of the picture.
    pub fn avatar_mediaid(mut self, avatar_mediaid: impl Into<String>) -> Self {
        self.avatar_mediaid = Some(avatar_mediaid.into());
        self
    }

    /// Sets the position shown to customers (对外职务).
    pub fn external_position(mut self, external_position: impl Into<String>) -> Self {
        self.external_position = Some(external_position.into());
        self
    }

    /// Sets whether the member is invited to use WeCom.
    pub fn to_invite(mut self, to_invite: bool) -> Self {
        self.to_invite = Some(to_invite);
        self
    }

    /// Sets whether the member has logged in.
    pub fn activated(mut self, activated: bool) -> Self {
        self.activated = Some(activated);
        self
    }

    /// Sets a custom attribute of type text (扩展属性). The attributes of the form replace all attributes of the member.
    pub fn extattr_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.extattr.get_or_insert_default().push_text(name.into(), text.into());
        self
    }
}

impl From<ConsoleMember> for MemberForm {
    fn from(member: ConsoleMember) -> Self {
        Self {
            userid: member.userid,
            new_userid: member.new_userid,
            name: member.name,
            alias: member.alias,
            mobile: member.mobile,
            email: member.email,
            biz_mail: member.biz_mail,
            department: member.department,
            order: member.order,
            is_leader_in_dept: member.is_leader_in_dept,
            main_department: member.main_department,
            direct_leader: member.direct_leader,
            position: member.position,
            gender: member.gender.map(GenderForm::into_text),
            telephone: member.telephone,
            address: member.address,
            enable: member.enable,
            avatar_mediaid: member.avatar_mediaid,
            extattr: member.extattr.map(Attributes::into_forms),
            external_profile: member.external_profile.map(Into::into),
            external_position: member.external_position,
            to_invite: member.to_invite,
            activated: member.activated,
            ..Self::default()
        }
    }
}
