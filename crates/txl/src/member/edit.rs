//! Creating and updating members: what is not given is not sent.

use clap::{Args, ValueEnum};
use serde::de::DeserializeOwned;
use serde_json::json;
use wecom_contacts::{
    Clear, Client, DepartmentId, Patch,
    members::{Attribute, ExtAttr, Gender, MemberPatch, NewMember},
};

use crate::{
    failure::{Failure, Result, nothing_to_change},
    output::Output,
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
    /// Do not invite the member to join: without this flag WeCom does, by message or mail
    #[arg(long)]
    no_invite: bool,
}

/// Change what is given of a member, and nothing else (更新成员)
///
/// An empty value clears a field that may be empty: --position ''.
#[derive(Args)]
pub(super) struct Update {
    /// The account (账号)
    userid: String,
    /// The new account, once, if the present one was made by the system
    #[arg(long, value_name = "USERID")]
    new_userid: Option<String>,
    /// The name (姓名)
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// An alias of the corp mailbox (企业邮箱别名); may be repeated, replaces those there are
    #[arg(long = "biz-mail-alias", value_name = "ADDRESS")]
    biz_mail_aliases: Vec<String>,
    /// Empty this field; may be repeated
    #[arg(long = "clear", value_name = "FIELD")]
    clear: Vec<Field>,
}

/// The fields that both take.
#[derive(Args)]
struct Fields {
    /// The alias (别名)
    #[arg(long)]
    alias: Option<String>,
    /// The mobile number (手机); this or --email is needed by a new member
    #[arg(long)]
    mobile: Option<String>,
    /// The personal mail address (邮箱)
    #[arg(long)]
    email: Option<String>,
    /// The corp mail address (企业邮箱)
    #[arg(long)]
    biz_mail: Option<String>,
    /// A department (部门) to sit in; may be repeated
    #[arg(long = "department", value_name = "ID")]
    departments: Vec<DepartmentId>,
    /// The place in each department, in the order of --department; larger is higher up
    #[arg(long = "order", value_name = "NUMBER", requires = "departments")]
    order: Vec<u32>,
    /// A department among these that the member leads (部门负责人); may be repeated
    #[arg(long = "leads", value_name = "ID", requires = "departments")]
    leads: Vec<DepartmentId>,
    /// The main department (主部门)
    #[arg(long, value_name = "ID")]
    main_department: Option<DepartmentId>,
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
    /// A text attribute (扩展属性) that the console knows; may be repeated, replaces those there are
    #[arg(long = "attribute", value_name = "NAME=VALUE", conflicts_with = "extattr")]
    attributes: Vec<String>,
    /// All attributes, as WeCom writes them: {"attrs":[…]}
    #[arg(long, value_name = "JSON")]
    extattr: Option<String>,
    /// What outsiders see (对外属性), as WeCom writes it: {"external_attr":[…]}
    #[arg(long, value_name = "JSON")]
    external_profile: Option<String>,
    /// The position that outsiders see (对外职务)
    #[arg(long, value_name = "POSITION")]
    external_position: Option<String>,
    /// The name of a bound WeChat channel (视频号)
    #[arg(long)]
    nickname: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sex {
    Male,
    Female,
}

/// A field that may be empty.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Field {
    Alias,
    Mobile,
    Email,
    BizMailAlias,
    DirectLeader,
    Position,
    Telephone,
    Address,
    ExternalPosition,
}

impl Create {
    pub(super) async fn run(self, client: &Client, output: Output) -> Result {
        let userid = self.userid.clone();
        let created = client.members().create(self.member()?).await?;
        output.done(&created, format_args!("created member {userid}"))?;
        for department in created.created_departments {
            crate::output::say(format_args!(
                "department {} did not exist and was created under 其他（待设置部门）",
                department.id
            ));
        }
        Ok(())
    }

    fn member(self) -> Result<NewMember> {
        let fields = self.fields;
        let mut member = NewMember::new(self.userid, self.name);
        member.extattr = fields.attributes()?;
        member.external_profile = parsed(fields.external_profile.as_deref(), "--external-profile")?;
        member.is_leader_in_dept = fields.leader_flags()?;
        member.gender = fields.gender();
        member.alias = fields.alias;
        member.mobile = fields.mobile;
        member.email = fields.email;
        member.biz_mail = fields.biz_mail;
        member.department = given(fields.departments);
        member.order = given(fields.order);
        member.main_department = fields.main_department;
        member.direct_leader = fields.direct_leader.map(|leader| vec![leader.into()]);
        member.position = fields.position;
        member.telephone = fields.telephone;
        member.address = fields.address;
        member.enable = fields.enable;
        member.avatar_mediaid = fields.avatar_mediaid.map(Into::into);
        member.external_position = fields.external_position;
        member.nickname = fields.nickname;
        // Not inviting is the exception: WeCom's default is to invite.
        member.to_invite = self.no_invite.then_some(false);
        Ok(member)
    }
}

impl Update {
    pub(super) async fn run(self, client: &Client, output: Output) -> Result {
        let userid = self.userid.clone();
        let patch = self.patch()?;
        if patch == MemberPatch::new() {
            return Err(nothing_to_change());
        }
        client.members().update(userid.as_str(), patch).await?;
        output.done(&json!({"updated": userid}), format_args!("updated member {userid}"))
    }

    fn patch(self) -> Result<MemberPatch> {
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
        patch.is_leader_in_dept = fields.leader_flags()?;
        patch.gender = fields.gender();
        patch.new_userid = self.new_userid.map(Into::into);
        patch.name = self.name;
        patch.alias = text(fields.alias, Field::Alias)?;
        patch.mobile = text(fields.mobile, Field::Mobile)?;
        patch.email = text(fields.email, Field::Email)?;
        patch.biz_mail = fields.biz_mail;
        patch.department = given(fields.departments);
        patch.order = given(fields.order);
        patch.main_department = fields.main_department;
        patch.direct_leader = match text(fields.direct_leader, Field::DirectLeader)? {
            Patch::Set(leader) => Patch::Set(vec![leader.into()]),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        patch.position = text(fields.position, Field::Position)?;
        patch.telephone = text(fields.telephone, Field::Telephone)?;
        patch.address = text(fields.address, Field::Address)?;
        patch.enable = fields.enable;
        patch.avatar_mediaid = fields.avatar_mediaid.map(Into::into);
        patch.external_position = text(fields.external_position, Field::ExternalPosition)?;
        patch.nickname = fields.nickname;
        patch.biz_mail_alias = match (self.biz_mail_aliases.is_empty(), clear.contains(&Field::BizMailAlias))
        {
            (false, true) => return Err(given_and_cleared(Field::BizMailAlias)),
            (false, false) => self.biz_mail_aliases.into(),
            (true, true) => Clear.into(),
            (true, false) => Patch::Keep,
        };
        Ok(patch)
    }
}

impl Fields {
    /// Flags beside the departments, in their order, if any is led.
    fn leader_flags(&self) -> Result<Option<Vec<bool>>> {
        if let Some(stranger) = self.leads.iter().find(|id| !self.departments.contains(id)) {
            return Err(Failure::usage(format!("--leads {stranger} is not among the member's departments"))
                .remedy(format!("add --department {stranger}")));
        }
        let flags = self.departments.iter().map(|id| self.leads.contains(id));
        Ok((!self.leads.is_empty()).then(|| flags.collect()))
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
                Failure::usage("an --attribute has no `=`").remedy("write it as --attribute 工号=A-17")
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

fn given_and_cleared(field: Field) -> Failure {
    let value = field.to_possible_value();
    let name = value.as_ref().map_or("the field", |value| value.get_name());
    Failure::usage(format!("{name} is given a value and cleared at once"))
        .remedy(format!("drop --clear {name}, or --{name}"))
}

fn parsed<T: DeserializeOwned>(text: Option<&str>, flag: &str) -> Result<Option<T>> {
    text.map(serde_json::from_str).transpose().map_err(|error| {
        Failure::usage(format!("{flag} is not what WeCom reads")).because(&error).remedy(format!(
            "see `txl member update --help` for the shape of {flag}, and quote it for the shell"
        ))
    })
}
