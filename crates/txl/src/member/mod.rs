//! Members (成员管理).

mod delete;
mod edit;
mod effect;

use clap::{Args, Subcommand, ValueEnum};
use futures_util::TryStreamExt;
use serde_json::json;
use wecom_contacts::{
    AgentId,
    members::{EmailType, Invitation, ListMembers, ListMembersSimple, MemberField, QrCodeSize},
};

use crate::{
    access::Access,
    failure::{Failure, Result},
    lookup::{self, DepartmentRef, Lookup, TagRef},
    messages::{self, member::FoundBy},
    numbers,
    output::{Output, say},
    rows::{self, AsText},
};

/// Read and change members (成员)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Create(Box<edit::Create>),
    /// Show one member (读取成员)
    Get {
        /// The account (账号), compared without case
        userid: String,
    },
    Update(Box<edit::Update>),
    Delete(delete::Delete),
    DeleteMany(delete::DeleteMany),
    /// List a department's members with their details (获取部门成员详情)
    List {
        /// The department (部门): its id, its name, or a path such as 总公司/研发部
        department: DepartmentRef,
        /// Include the members of all departments below it
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// List a department's members, names only (获取部门成员)
    ListSimple {
        /// The department (部门): its id, its name, or a path such as 总公司/研发部
        department: DepartmentRef,
        /// Include the members of all departments below it
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// List the userids and departments of all members of the corp (获取成员ID列表)
    Ids {
        /// Rows per request, 1 to 10,000
        #[arg(long, value_name = "ROWS", value_parser = numbers::whole::<u32>(1..=10_000))]
        page_size: Option<u32>,
        /// Cursor of the previous page
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
        /// Fetch one page, and print the cursor for the next page
        #[arg(long)]
        one_page: bool,
    },
    /// Find the member who has this mobile number (手机号获取userid)
    FindByMobile {
        /// The number, with the country's code outside mainland China
        mobile: String,
    },
    /// Find the member who has this mail address (邮箱获取userid)
    FindByEmail {
        /// The address
        email: String,
        /// Search personal addresses (个人邮箱). Defaults to corp addresses (企业邮箱)
        #[arg(long)]
        personal: bool,
    },
    /// Show a member's openid for corp payments (userid转openid)
    ToOpenid {
        /// The account (账号)
        userid: String,
    },
    /// Show the member of an openid (openid转userid)
    FromOpenid {
        /// The openid
        openid: String,
    },
    /// Convert ids of a third-party app to userids (open_userid转userid)
    OpenuseridsToUserids {
        /// The ids, up to 1,000
        #[arg(required = true)]
        open_userids: Vec<String>,
        /// The agentid of that app
        #[arg(long, value_name = "AGENTID", value_parser = numbers::id::<AgentId>)]
        source: AgentId,
    },
    /// Invite members, or all members of departments and tags (邀请成员)
    Invite {
        /// A member to invite; may be repeated
        #[arg(long = "member", value_name = "USERID")]
        members: Vec<String>,
        /// A department to invite, by id, name or path; may be repeated
        #[arg(long = "department", value_name = "ID|NAME")]
        departments: Vec<DepartmentRef>,
        /// A tag to invite, by id or name; may be repeated
        #[arg(long = "tag", value_name = "ID|NAME")]
        tags: Vec<TagRef>,
    },
    /// Show the link of the QR code for joining the corp, valid for 7 days (获取加入企业二维码)
    JoinQrcode {
        /// Size of the picture
        #[arg(long)]
        size: Option<Size>,
    },
    /// Show how many members were active on a day (获取企业活跃成员数)
    ActiveCount {
        /// The day, YYYY-MM-DD, at most 30 days ago
        date: String,
    },
    /// Confirm a member's first login after the corp's own check (登录二次验证)
    ConfirmLogin {
        /// The account (账号)
        userid: String,
    },
    /// Exchange the code of a second verification for its details (获取用户二次验证信息)
    TfaInfo {
        /// The code that the verification page received
        code: String,
    },
    /// Confirm a member's second verification (使用二次验证)
    ConfirmTfa {
        /// The account (账号)
        userid: String,
        /// The tfa_code that `tfa-info` returned
        tfa_code: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Size {
    /// 171 × 171
    Small,
    /// 399 × 399
    Medium,
    /// 741 × 741
    Large,
    /// 2052 × 2052
    Huge,
}

/// Columns of a table of members. JSON has all fields.
pub(crate) const COLUMNS: &[&str] = &[
    MemberField::Userid.name(),
    MemberField::Name.name(),
    MemberField::Department.name(),
    MemberField::Position.name(),
    MemberField::Mobile.name(),
    MemberField::Email.name(),
    MemberField::Status.name(),
];
/// Columns of a table of members for replies with names only.
pub(crate) const SIMPLE_COLUMNS: &[&str] =
    &[MemberField::Userid.name(), MemberField::Name.name(), MemberField::Department.name()];

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let access = self.access;
        match self.verb {
            Verb::Create(create) => create.run(&access, output).await,
            Verb::Update(update) => update.run(&access, output).await,
            Verb::Get { userid } => output.record(&access.app()?.members().get(userid).await?),
            Verb::Delete(delete) => delete.run(&access, output).await,
            Verb::DeleteMany(delete) => delete.run(&access, output).await,
            Verb::List { department, recursive } => {
                let client = access.app()?;
                let call = ListMembers::new(Lookup::new(&access).department(&department).await?);
                let call = if recursive { call.recursive() } else { call };
                client.send(&AsText(call)).await?.userlist.print(output, COLUMNS)
            }
            Verb::ListSimple { department, recursive } => {
                let client = access.app()?;
                let call = ListMembersSimple::new(Lookup::new(&access).department(&department).await?);
                let call = if recursive { call.recursive() } else { call };
                client.send(&AsText(call)).await?.userlist.print(output, SIMPLE_COLUMNS)
            }
            Verb::Ids { page_size, after, one_page } => {
                ids(&access, output, page_size, after, one_page).await
            }
            Verb::FindByMobile { mobile } => {
                let found = access.either()?.members().find_by_mobile(mobile).await?;
                output.ids(&[found.ok_or_else(|| not_found_by(FoundBy::Mobile))?])
            }
            Verb::FindByEmail { email, personal } => {
                let kind = if personal { EmailType::Personal } else { EmailType::Corp };
                let found = access.either()?.members().find_by_email(email, kind).await?;
                output.ids(&[found.ok_or_else(|| not_found_by(FoundBy::Email))?])
            }
            Verb::ToOpenid { userid } => output.ids(&[access.app()?.members().to_openid(userid).await?]),
            Verb::FromOpenid { openid } => output.ids(&[access.app()?.members().from_openid(openid).await?]),
            Verb::OpenuseridsToUserids { open_userids, source } => {
                let members = access.app()?.members();
                let ids = members.openuserids_to_userids(source, open_userids).await?;
                output.list(&ids.converted, &["open_userid", "userid"])?;
                match ids.invalid.as_slice() {
                    [] => Ok(()),
                    invalid => Err(Failure::new(messages::member::no_userid_for(invalid))
                        .remedy(messages::member::check_ids_and_apps())),
                }
            }
            Verb::Invite { members, departments, tags } => {
                let client = access.either()?;
                let departments = Lookup::new(&access).departments(&departments).await?;
                let tags = lookup::tags(&client, &tags).await?;
                let mut invitation = Invitation::new();
                if !members.is_empty() {
                    invitation = invitation.members(members);
                }
                if !departments.is_empty() {
                    invitation = invitation.departments(departments);
                }
                if !tags.is_empty() {
                    invitation = invitation.tags(tags);
                }
                let outcome = client.members().invite(invitation).await?;
                if outcome.is_complete() {
                    return output.done(&outcome, messages::member::invited());
                }
                output.record(&outcome)?;
                Err(Failure::new(messages::member::some_were_not_invited())
                    .remedy(messages::member::check_that_they_are_visible()))
            }
            Verb::JoinQrcode { size } => {
                let size = size.map(|size| match size {
                    Size::Small => QrCodeSize::Small,
                    Size::Medium => QrCodeSize::Medium,
                    Size::Large => QrCodeSize::Large,
                    Size::Huge => QrCodeSize::Huge,
                });
                output.ids(&[access.contacts()?.members().join_qrcode(size).await?])
            }
            Verb::ActiveCount { date } => {
                output.ids(&[access.contacts()?.members().active_count(date).await?])
            }
            Verb::ConfirmLogin { userid } => {
                access.contacts()?.members().confirm_login(userid.as_str()).await?;
                output.done(&json!({"confirmed": userid}), messages::member::may_come_in(&userid))
            }
            Verb::TfaInfo { code } => output.record(&access.either()?.members().tfa_info(code).await?),
            Verb::ConfirmTfa { userid, tfa_code } => {
                let members = access.either()?.members();
                members.confirm_tfa(userid.as_str(), tfa_code).await?;
                output.done(&json!({"confirmed": userid}), messages::member::is_verified(&userid))
            }
        }
    }
}

async fn ids(
    access: &Access,
    output: Output,
    page_size: Option<u32>,
    after: Option<String>,
    one_page: bool,
) -> Result {
    let mut ids = access.contacts()?.members().ids();
    if let Some(rows) = page_size {
        ids = ids.page_size(rows);
    }
    if let Some(cursor) = after {
        ids = ids.after(cursor);
    }
    let columns = &["userid", "department"];
    if !one_page {
        let all: Vec<_> = ids.stream().try_collect().await?;
        return rows::print(&all, output, columns);
    }
    let page = ids.page().await?;
    if output.is_json() {
        output.record(&page)?;
        rows::warn_of_damaged(&page.items);
        return Ok(());
    }
    rows::print(&page.items, output, columns)?;
    match &page.next {
        Some(cursor) => say(messages::member::more_after(cursor)),
        None => say(messages::member::last_page()),
    }
    Ok(())
}

fn not_found_by(by: FoundBy) -> Failure {
    Failure::new(messages::member::no_member_has(by)).remedy(messages::member::check_it_and_the_range())
}
