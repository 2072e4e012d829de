//! A small corp of one's own, as a file or as the body of `POST /_sim/seed`. The names of the fields are those of the
//! API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    attributes::{Attributes, GenderForm, Profile},
    world::{Corp, Member, MemberNo},
};

/// The contacts of a corp: departments, members and tags. It is read from JSON and written as JSON.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_sim::{CorpFile, Sim};
///
/// let file: CorpFile = serde_json::from_str(r#"{
///     "departments": [{"id": 1, "name": "我的公司"}, {"id": 2, "name": "研发部"}],
///     "members": [{"userid": "qianyi", "name": "钱一", "department": [2]}]
/// }"#)?;
/// let sim = Sim::builder().corp_file(file).start().await?;
/// assert_eq!(sim.state().members, 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorpFile {
    /// The departments in any order. The root (1) has a default name.
    pub(super) departments: Vec<FileDepartment>,
    /// The members, oldest first.
    pub(super) members: Vec<FileMember>,
    pub(super) tags: Vec<FileTag>,
}

/// A department of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileDepartment {
    pub(super) id: u32,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name_en: Option<String>,
    /// Defaults to the root. The root itself has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parentid: Option<u32>,
    /// The place among siblings, larger first. Defaults to the last place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<u32>,
}

/// A member of a file. The lists `department`, `order` and `is_leader_in_dept` are parallel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileMember {
    pub(super) userid: String,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mobile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// Defaults to an address that the system assigns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) biz_mail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) biz_mail_alias: Option<Vec<String>>,
    /// Defaults to the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) department: Option<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<Vec<u32>>,
    /// 1 for each department that the member leads, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) is_leader_in_dept: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) main_department: Option<u32>,
    /// Userids; the leaders may come later in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) direct_leader: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<String>,
    /// 1 for male, 2 for female, as a number or a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gender: Option<GenderForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) telephone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    /// 1 active (the default), 2 disabled, 4 not activated, 5 left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u8>,
    /// 0 if the account is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) enable: Option<u8>,
    /// Whether the member has a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) avatar: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extattr: Option<Attributes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) external_position: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) external_profile: Option<Profile>,
}

/// A tag of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTag {
    pub(super) tagid: u32,
    pub(super) tagname: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) userlist: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) partylist: Vec<u32>,
}

impl CorpFile {
    /// Returns the contacts of a corp. Times of creation, invitations and owners of tags are not part of a file.
    pub(crate) fn of(corp: &Corp) -> Self {
        let departments = corp.departments.iter().map(|department| FileDepartment {
            id: department.id,
            name: department.name.clone(),
            name_en: (!department.name_en.is_empty()).then(|| department.name_en.clone()),
            parentid: (department.parent != 0).then_some(department.parent),
            order: Some(department.order),
        });
        let userid = |no: &MemberNo| Some(corp.members.at(*no)?.userid.to_string());
        let tags = corp.tags.iter().map(|tag| FileTag {
            tagid: tag.id,
            tagname: tag.name.clone(),
            userlist: tag.members.iter().filter_map(userid).collect(),
            partylist: tag.departments.iter().copied().collect(),
        });
        Self {
            departments: departments.collect(),
            members: corp.members.iter().map(|(_, member)| FileMember::of(corp, member)).collect(),
            tags: tags.collect(),
        }
    }
}

impl FileMember {
    fn of(corp: &Corp, member: &Member) -> Self {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let leaders = member.direct_leader.iter().filter_map(|no| corp.members.at(*no));
        let leaders: Vec<_> = leaders.map(|leader| leader.userid.to_string()).collect();
        let aliases: Vec<_> = member.biz_mail_alias().iter().map(ToString::to_string).collect();
        let gender = member.gender.digit();
        Self {
            userid: member.userid.to_string(),
            name: member.name.to_string(),
            alias: text(&member.alias),
            mobile: text(&member.mobile),
            email: text(&member.email),
            // An absent address would be assigned by the system.
            biz_mail: Some(member.biz_mail.to_string()),
            biz_mail_alias: (!aliases.is_empty()).then_some(aliases),
            department: Some(member.seats.iter().map(|seat| seat.department).collect()),
            order: Some(member.seats.iter().map(|seat| seat.order).collect()),
            is_leader_in_dept: Some(member.seats.iter().map(|seat| seat.leader.into()).collect()),
            main_department: Some(member.main_department),
            direct_leader: (!leaders.is_empty()).then_some(leaders),
            position: text(&member.position),
            gender: (gender != "0").then(|| GenderForm::Text(gender.to_owned())),
            telephone: text(&member.telephone),
            address: text(&member.address),
            status: Some(member.status()),
            enable: member.disabled.then_some(0),
            avatar: (!member.avatar().is_empty()).then_some(true),
            extattr: Attributes::of(&member.extattr),
            external_position: text(&member.external_position),
            external_profile: Profile::of(member),
        }
    }
}
