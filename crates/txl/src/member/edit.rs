//! Creation and update of members. Only the given fields are sent.

use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use wecom_contacts::{
    Clear, DepartmentId, Patch, UserId,
    members::{Attribute, ExtAttr, Gender, MemberField, MemberPatch, NewMember},
};

use super::effect::{self, Before};
use crate::{
    access::Access,
    failure::{Failure, Result, nothing_to_change},
    lookup::{DepartmentRef, Lookup},
    messages, numbers,
    output::{Output, say},
};

/// Create a member (创建成员)
#[derive(Args)]
pub(super) struct Create {
    /// The account (账号): 1–64 letters and digits, with _ - @ . among them
    userid: String,
    /// The name (姓名)
    name: String,
    #[command(flatten)]
    fields: Fields,
    /// Invite the member to join, by message or mail
    #[arg(long, conflicts_with = "no_invite")]
    invite: bool,
    /// Has no effect: invitations require --invite
    #[arg(long, hide = true)]
    no_invite: bool,
}

/// Update the given fields of a member; other fields stay unchanged (更新成员)
///
/// An empty value clears an optional field: --position ''.
#[derive(Args)]
pub(super) struct Update {
    /// The account (账号)
    userid: String,
    /// New account. WeCom allows one change of an account that it generated
    #[arg(long, value_name = "USERID")]
    new_userid: Option<String>,
    /// The name (姓名)
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// An alias of the corp mailbox (企业邮箱别名). May be repeated. Replaces all existing aliases
    #[arg(long = "biz-mail-alias", value_name = "ADDRESS")]
    biz_mail_aliases: Vec<String>,
    /// Field to clear. May be repeated
    #[arg(long = "clear", value_name = "FIELD", value_parser = clearable())]
    clear: Vec<MemberField>,
}

/// The fields that both take.
#[derive(Args)]
struct Fields {
    /// The alias (别名)
    #[arg(long)]
    alias: Option<String>,
    /// The mobile number (手机). A new member needs this or --email
    #[arg(long)]
    mobile: Option<String>,
    /// The personal mail address (邮箱)
    #[arg(long)]
    email: Option<String>,
    /// The corp mail address (企业邮箱)
    #[arg(long)]
    biz_mail: Option<String>,
    /// A department (部门) of the member, by id, name or path. May be repeated. An update replaces all departments
    #[arg(long = "department", value_name = "ID|NAME")]
    departments: Vec<DepartmentRef>,
    /// Sort order in each department, in the order of --department. Larger numbers come first
    #[arg(long = "order", value_name = "NUMBER", requires = "departments", value_parser = numbers::id::<u32>)]
    order: Vec<u32>,
    /// A department of --department that the member leads (部门负责人). May be repeated
    #[arg(long = "leads", value_name = "ID|NAME", requires = "departments")]
    leads: Vec<DepartmentRef>,
    /// The main department (主部门), by id, name or path
    #[arg(long, value_name = "ID|NAME")]
    main_department: Option<DepartmentRef>,
    /// The direct superior (直属上级)
    #[arg(long, value_name = "USERID")]
    direct_leader: Option<String>,
    /// The position (职务)
    #[arg(long)]
    position: Option<String>,
    /// The gender (性别)
    #[arg(long)]
    gender: Option<Sex>,
    /// The telephone number (座机)
    #[arg(long)]
    telephone: Option<String>,
    /// The address (地址)
    #[arg(long)]
    address: Option<String>,
    /// Whether the member is enabled (启用/禁用)
    #[arg(long, value_name = "BOOL")]
    enable: Option<bool>,
    /// The picture (头像), by the media id of an uploaded image
    #[arg(long, value_name = "MEDIA_ID")]
    avatar_mediaid: Option<String>,
    /// A text attribute (扩展属性) that the console defines. May be repeated. Replaces all existing attributes
    #[arg(long = "attribute", value_name = "NAME=VALUE", conflicts_with = "extattr")]
    attributes: Vec<String>,
    /// All attributes in WeCom's format: {"attrs":[…]}
    #[arg(long, value_name = "JSON")]
    extattr: Option<String>,
    /// External attributes (对外属性) in WeCom's format: {"external_attr":[…]}
    #[arg(long, value_name = "JSON")]
    external_profile: Option<String>,
    /// The external position (对外职务)
    #[arg(long, value_name = "POSITION")]
    external_position: Option<String>,
    /// The name of a linked WeChat channel (视频号)
    #[arg(long)]
    nickname: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sex {
    Male,
    Female,
}

/// Returns the flag of a field, or `None` if the field has no flag or is read-only.
const fn flag(field: MemberField) -> Option<&'static str> {
    Some(match field {
        MemberField::NewUserid => "new-userid",
        MemberField::Name => "name",
        MemberField::Alias => "alias",
        MemberField::Mobile => "mobile",
        MemberField::Email => "email",
        MemberField::BizMail => "biz-mail",
        MemberField::BizMailAlias => "biz-mail-alias",
        MemberField::Department => "department",
        MemberField::Order => "order",
        MemberField::IsLeaderInDept => "leads",
        MemberField::MainDepartment => "main-department",
        MemberField::DirectLeader => "direct-leader",
        MemberField::Position => "position",
        MemberField::Gender => "gender",
        MemberField::Telephone => "telephone",
        MemberField::Address => "address",
        MemberField::Enable => "enable",
        MemberField::AvatarMediaid => "avatar-mediaid",
        MemberField::Extattr => "extattr",
        MemberField::ExternalProfile => "external-profile",
        MemberField::ExternalPosition => "external-position",
        MemberField::Nickname => "nickname",
        MemberField::ToInvite => "invite",
        // The account is an argument without a flag.
        MemberField::Userid => return None,
        MemberField::Status
        | MemberField::Avatar
        | MemberField::ThumbAvatar
        | MemberField::QrCode
        | MemberField::OpenUserid
        | MemberField::EnglishName
        | MemberField::Isleader
        | MemberField::HideMobile => return None,
    })
}

/// Parses the name of a clearable field. It is the name of its flag.
fn clearable() -> impl TypedValueParser<Value = MemberField> {
    let fields = || MemberPatch::CLEARABLE.iter().copied();
    PossibleValuesParser::new(fields().filter_map(flag)).try_map(move |name| {
        fields().find(|field| flag(*field) == Some(name.as_str())).ok_or_else(messages::member::no_such_field)
    })
}

/// The departments of [`Fields`], by id.
struct Places {
    departments: Option<Vec<DepartmentId>>,
    /// Whether the member leads each department, in the same order. `None` if the member leads none.
    leads: Option<Vec<bool>>,
    main: Option<DepartmentId>,
}

impl Create {
    pub(super) async fn run(self, access: &Access, output: Output) -> Result {
        let members = access.contacts()?.members();
        let places = self.fields.places(access).await?;
        let userid = self.userid.clone();
        let created = members.create(self.member(places)?).await?;
        output.done(&created, messages::member::created(&userid))?;
        for department in created.created_departments {
            say(messages::member::department_was_created(department.id));
        }
        Ok(())
    }

    fn member(self, places: Places) -> Result<NewMember> {
        let fields = self.fields;
        let mut member = NewMember::new(self.userid, self.name);
        member.extattr = fields.attributes()?;
        member.external_profile = parsed(fields.external_profile.as_deref(), "--external-profile")?;
        member.is_leader_in_dept = places.leads;
        member.gender = fields.gender();
        member.alias = fields.alias;
        member.mobile = fields.mobile;
        member.email = fields.email;
        member.biz_mail = fields.biz_mail;
        member.department = places.departments;
        member.order = given(fields.order);
        member.main_department = places.main;
        member.direct_leader = fields.direct_leader.map(|leader| vec![leader.into()]);
        member.position = fields.position;
        member.telephone = fields.telephone;
        member.address = fields.address;
        member.enable = fields.enable;
        member.avatar_mediaid = fields.avatar_mediaid.map(Into::into);
        member.external_position = fields.external_position;
        member.nickname = fields.nickname;
        // WeCom invites by default, and a message to a phone cannot be recalled.
        member.to_invite = Some(self.invite);
        Ok(member)
    }
}

impl Update {
    pub(super) async fn run(self, access: &Access, output: Output) -> Result {
        let members = access.contacts()?.members();
        let userid = self.userid.clone();
        let places = self.fields.places(access).await?;
        let patch = self.patch(places)?;
        if patch == MemberPatch::new() {
            return Err(nothing_to_change());
        }
        let before = match patch.department {
            Some(_) => Some(Before::read(access, &userid).await?),
            None => None,
        };
        members.update(userid.as_str(), patch.clone()).await?;
        output.done(&json!({"updated": userid}), messages::member::updated(&userid))?;
        if let Some(before) = before {
            before.say(&patch);
        }
        if let Patch::Set(mobile) = &patch.mobile {
            let userid = patch.new_userid.unwrap_or_else(|| UserId::new(userid));
            effect::check_mobile(access, &userid, mobile).await?;
        }
        Ok(())
    }

    fn patch(self, places: Places) -> Result<MemberPatch> {
        let Self { fields, clear, .. } = self;
        let text = |value: Option<String>, field| -> Result<Patch<String>> {
            match (value, clear.contains(&field)) {
                (Some(text), true) if !text.is_empty() => Err(given_and_cleared(field)),
                (Some(text), false) if !text.is_empty() => Ok(Patch::Set(text)),
                (None, false) => Ok(Patch::Keep),
                _ => Ok(Patch::Clear),
            }
        };
        let mut patch = MemberPatch::new();
        patch.extattr = fields.attributes()?;
        patch.external_profile = parsed(fields.external_profile.as_deref(), "--external-profile")?;
        patch.is_leader_in_dept = places.leads;
        patch.gender = fields.gender();
        patch.new_userid = self.new_userid.map(Into::into);
        patch.name = self.name;
        patch.alias = text(fields.alias, MemberField::Alias)?;
        patch.mobile = text(fields.mobile, MemberField::Mobile)?;
        patch.email = text(fields.email, MemberField::Email)?;
        patch.biz_mail = fields.biz_mail;
        patch.department = places.departments;
        patch.order = given(fields.order);
        patch.main_department = places.main;
        patch.direct_leader = match text(fields.direct_leader, MemberField::DirectLeader)? {
            Patch::Set(leader) => Patch::Set(vec![leader.into()]),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        patch.position = text(fields.position, MemberField::Position)?;
        patch.telephone = text(fields.telephone, MemberField::Telephone)?;
        patch.address = text(fields.address, MemberField::Address)?;
        patch.enable = fields.enable;
        patch.avatar_mediaid = fields.avatar_mediaid.map(Into::into);
        patch.external_position = text(fields.external_position, MemberField::ExternalPosition)?;
        patch.nickname = fields.nickname;
        patch.biz_mail_alias =
            match (self.biz_mail_aliases.is_empty(), clear.contains(&MemberField::BizMailAlias)) {
                (false, true) => return Err(given_and_cleared(MemberField::BizMailAlias)),
                (false, false) => self.biz_mail_aliases.into(),
                (true, true) => Clear.into(),
                (true, false) => Patch::Keep,
            };
        Ok(patch)
    }
}

impl Fields {
    /// Looks up the ids of departments that are given by name.
    async fn places(&self, access: &Access) -> Result<Places> {
        let mut lookup = Lookup::new(access);
        let departments = lookup.departments(&self.departments).await?;
        let mut led = Vec::new();
        for department in &self.leads {
            let id = lookup.department(department).await?;
            if !departments.contains(&id) {
                return Err(Failure::usage(messages::member::led_department_is_not_among(department))
                    .remedy(messages::member::add_the_department(department)));
            }
            led.push(id);
        }
        let flags = departments.iter().map(|id| led.contains(id));
        Ok(Places {
            leads: (!led.is_empty()).then(|| flags.collect()),
            main: lookup.optional_department(&self.main_department).await?,
            departments: given(departments),
        })
    }

    fn gender(&self) -> Option<Gender> {
        self.gender.map(|sex| match sex {
            Sex::Male => Gender::Male,
            Sex::Female => Gender::Female,
        })
    }

    fn attributes(&self) -> Result<Option<ExtAttr>> {
        if self.attributes.is_empty() {
            return parsed(self.extattr.as_deref(), "--extattr");
        }
        let attributes = self.attributes.iter().map(|pair| {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                Failure::usage(messages::member::attribute_has_no_value())
                    .remedy(messages::member::how_an_attribute_is_written())
            })?;
            Ok(Attribute::text(name, value))
        });
        let attributes: Vec<_> = attributes.collect::<Result<_>>()?;
        Ok(NewMember::new("", "").extattr(attributes).extattr)
    }
}

fn given<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn given_and_cleared(field: MemberField) -> Failure {
    let name = flag(field).unwrap_or(field.name());
    Failure::usage(messages::member::given_and_cleared(name)).remedy(messages::member::drop_one_of(name))
}

fn parsed<T: DeserializeOwned>(text: Option<&str>, flag: &str) -> Result<Option<T>> {
    text.map(serde_json::from_str).transpose().map_err(|error| {
        Failure::usage(messages::member::is_not_what_wecom_reads(flag))
            .because(&error)
            .remedy(messages::member::see_the_shape_of(flag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_can_be_written_has_a_flag() {
        let flags = |command: clap::Command| -> Vec<String> {
            command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
        };
        let create = flags(Create::augment_args(clap::Command::new("create")));
        let update = flags(Update::augment_args(clap::Command::new("update")));
        let positional = [MemberField::Userid, MemberField::Name];
        for field in NewMember::FIELDS.iter().filter(|field| !positional.contains(field)) {
            assert!(flag(*field).is_some_and(|flag| create.iter().any(|long| long == flag)), "{field}");
        }
        for field in MemberPatch::FIELDS {
            assert!(flag(*field).is_some_and(|flag| update.iter().any(|long| long == flag)), "{field}");
        }
    }
}
