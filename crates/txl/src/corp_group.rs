//! 企业互联 and 上下游: other corps that share an app with this one.

use std::time::Duration;

use clap::{Args, Subcommand};
use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::json;
use wecom_contacts::{
    AgentId, ChainGroupId, ChainRuleId, PendingCorpId, Polling,
    corp_groups::{BusinessType, ChainCorpId, ChainRule, ContactCorp, ContactsJob},
};

use crate::{
    access::Access,
    confirm::Consent,
    failure::{Failure, Result},
    messages::{self, Message},
    numbers,
    output::{Output, say},
};

/// Read and change corp links (企业互联) and supply chains (上下游), with an app's secret
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List the corps that the app is shared with (获取应用共享信息)
    SharedCorps {
        /// List corps of 上下游. Defaults to those of 企业互联
        #[arg(long)]
        chain: bool,
    },
    /// Check that the app can call as a lower corp (获取下级/下游企业的access_token)
    CheckLowerCorp {
        #[command(flatten)]
        lower: Lower,
    },
    /// Convert a mini program's session of this corp to a session of a lower corp (获取下级/下游企业小程序session)
    TransferSession {
        #[command(flatten)]
        lower: Lower,
        /// The user's id in the session
        userid: String,
        /// The session_key
        session_key: String,
    },
    /// List the chains (获取上下游列表)
    Chains,
    /// List the chains that a corp has joined (查询企业加入的上下游)
    ChainsOf {
        /// The corp
        corp_id: String,
    },
    /// List a chain's groups (获取上下游通讯录分组)
    Groups {
        /// The chain
        chain: String,
        /// List this group and the groups below it. Defaults to all groups
        #[arg(long, value_name = "ID", value_parser = numbers::id::<ChainGroupId>)]
        group: Option<ChainGroupId>,
    },
    /// List a chain's corps (获取企业上下游通讯录分组下的企业详情列表)
    Corps {
        /// The chain
        chain: String,
        /// List the corps directly in this group
        #[arg(long, value_name = "ID", value_parser = numbers::id::<ChainGroupId>)]
        group: Option<ChainGroupId>,
        /// Include corps that have not joined yet
        #[arg(long)]
        pending: bool,
    },
    /// Show one corp of a chain (获取企业上下游通讯录下的企业信息)
    Corp {
        /// The chain
        chain: String,
        #[command(flatten)]
        corp: NamedCorp,
    },
    /// Remove a corp from a chain (移除企业)
    RemoveCorp {
        /// The chain
        chain: String,
        #[command(flatten)]
        corp: NamedCorp,
        #[command(flatten)]
        consent: Consent,
    },
    /// Show the custom id of an imported member (查询成员自定义id)
    MemberCustomId {
        /// The chain
        chain: String,
        /// The member's corp
        corp_id: String,
        /// The member's userid in that corp
        userid: String,
    },
    /// Import corps and their contacts into a chain, with a job (批量导入上下游联系人)
    ImportContacts {
        /// The chain
        chain: String,
        /// The corps, as WeCom writes them: [{"corp_name":…,"contact_info_list":[{"name":…,"identity_type":1,"mobile":…}]}]
        corps: String,
        /// Wait for the end of the job
        #[arg(long)]
        wait: bool,
    },
    /// Show the state and the result of an import job (获取异步任务结果)
    Job {
        /// The job's id
        id: String,
    },
    /// List the ids of a chain's visibility rules (获取对接规则id列表)
    RuleIds {
        /// The chain
        chain: String,
    },
    /// Show one rule (获取对接规则详情)
    Rule {
        /// The chain
        chain: String,
        /// The rule
        #[arg(value_parser = numbers::id::<ChainRuleId>)]
        rule: ChainRuleId,
    },
    /// Add a rule, and show its id (新增对接规则)
    AddRule {
        /// The chain
        chain: String,
        /// The rule, as WeCom writes it: {"owner_corp_range":{…},"member_corp_range":{…}}
        rule_info: String,
    },
    /// Change a rule (更新对接规则)
    ModifyRule {
        /// The chain
        chain: String,
        /// The rule
        #[arg(value_parser = numbers::id::<ChainRuleId>)]
        rule: ChainRuleId,
        /// The new rule, in WeCom's format
        rule_info: String,
    },
    /// Delete a rule (删除对接规则)
    DeleteRule {
        /// The chain
        chain: String,
        /// The rule
        #[arg(value_parser = numbers::id::<ChainRuleId>)]
        rule: ChainRuleId,
        #[command(flatten)]
        consent: Consent,
    },
    /// List a customer's ids in the downstream corps (通过unionid和openid查询external_userid)
    ExternalUserids {
        /// The customer's unionid
        unionid: String,
        /// The customer's openid
        openid: String,
    },
    /// Show the pending id of a future customer (unionid查询pending_id)
    PendingId {
        /// The unionid
        unionid: String,
        /// The openid
        openid: String,
    },
    /// Convert customers' ids to pending ids (external_userid查询pending_id)
    PendingIds {
        /// The ids, 100 at most
        #[arg(required = true)]
        external_userids: Vec<String>,
    },
}

/// A lower corp, and the id of the shared app there.
#[derive(Args)]
struct Lower {
    /// The lower corp
    lower_corp: String,
    /// The shared app's id there, as `shared-corps` shows it
    #[arg(value_parser = numbers::id::<AgentId>)]
    lower_agent: AgentId,
    /// The corp is linked by 上下游. Defaults to 企业互联
    #[arg(long)]
    chain: bool,
}

/// A corp of a chain.
#[derive(Args)]
struct NamedCorp {
    /// The corp's id
    corp_id: String,
    /// The corp has not joined yet: the id is a pending one (pending_corpid)
    #[arg(long)]
    pending: bool,
}

impl From<NamedCorp> for ChainCorpId {
    fn from(corp: NamedCorp) -> Self {
        if corp.pending { PendingCorpId::new(corp.corp_id).into() } else { corp.corp_id.as_str().into() }
    }
}

const fn tie(chain: bool) -> BusinessType {
    if chain { BusinessType::Chain } else { BusinessType::CorpLink }
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let client = self.access.app()?;
        let groups = client.corp_groups();
        let lower_corp =
            |lower: Lower| groups.lower_corp(lower.lower_corp, lower.lower_agent, tie(lower.chain));
        match self.verb {
            Verb::SharedCorps { chain } => {
                let corps = groups.shared_corps(self.access.agent_id()?, tie(chain)).stream();
                let corps: Vec<_> = corps.try_collect().await?;
                output.list(&corps, &["corpid", "corp_name", "agentid"])
            }
            Verb::CheckLowerCorp { lower } => {
                let left = lower_corp(lower).auth().check().await?.as_secs();
                output.done(&json!({"ok": true, "expires_in": left}), messages::corp_group::app_may(left))
            }
            Verb::TransferSession { lower, userid, session_key } => {
                let lower = lower_corp(lower).corp_groups();
                output.record(&lower.transfer_session(userid, session_key).await?)
            }
            Verb::Chains => output.list(&groups.chains().await?, CHAIN),
            Verb::ChainsOf { corp_id } => output.list(&groups.chains_of(corp_id).await?, CHAIN),
            Verb::Groups { chain, group } => {
                let list = match group {
                    Some(group) => groups.group(chain, group).await?,
                    None => groups.groups(chain).await?,
                };
                output.list(&list, &["groupid", "group_name", "parentid", "order"])
            }
            Verb::Corps { chain, group, pending } => {
                let mut corps = groups.corps(chain);
                if let Some(group) = group {
                    corps = corps.group(group);
                }
                if pending {
                    corps = corps.with_pending();
                }
                let corps: Vec<_> = corps.stream().try_collect().await?;
                let columns = ["groupid", "corpid", "pending_corpid", "corp_name", "custom_id", "is_joined"];
                output.list(&corps, &columns)
            }
            Verb::Corp { chain, corp } => output.record(&groups.corp(chain, corp).await?),
            Verb::RemoveCorp { chain, corp, consent } => {
                let id = corp.corp_id.clone();
                consent.ask(messages::corp_group::remove_corp(&id, &chain)).await?;
                groups.remove_corp(chain, corp).await?;
                output.done(&json!({"removed": id}), messages::corp_group::removed_corp(&id))
            }
            Verb::MemberCustomId { chain, corp_id, userid } => {
                output.ids(&[groups.member_custom_id(chain, corp_id, userid).await?])
            }
            Verb::ImportContacts { chain, corps, wait } => {
                let corps: Vec<ContactCorp> = parsed(&corps, messages::corp_group::corps_are_no_json)?;
                let job = groups.import_contacts(chain, corps).await?;
                if wait {
                    return outcome(&job, output).await;
                }
                output.ids(&[job.id()])
            }
            Verb::Job { id } => output.record(&groups.import_job(id).status().await?),
            Verb::RuleIds { chain } => output.ids(&groups.rule_ids(chain).await?),
            Verb::Rule { chain, rule } => output.record(&groups.rule(chain, rule).await?),
            Verb::AddRule { chain, rule_info } => {
                let rule: ChainRule = parsed(&rule_info, messages::corp_group::rule_is_no_json)?;
                output.ids(&[groups.add_rule(chain, rule).await?])
            }
            Verb::ModifyRule { chain, rule, rule_info } => {
                let info: ChainRule = parsed(&rule_info, messages::corp_group::rule_is_no_json)?;
                groups.modify_rule(chain, rule, info).await?;
                output.done(&json!({"modified": rule}), messages::corp_group::modified_rule(rule))
            }
            Verb::DeleteRule { chain, rule, consent } => {
                consent.ask(messages::corp_group::delete_rule(rule, &chain)).await?;
                groups.delete_rule(chain, rule).await?;
                output.done(&json!({"deleted": rule}), messages::corp_group::deleted_rule(rule))
            }
            Verb::ExternalUserids { unionid, openid } => {
                output.list(&groups.external_userids(unionid, openid).await?, &["corpid", "external_userid"])
            }
            Verb::PendingId { unionid, openid } => output.ids(&[groups.pending_id(unionid, openid).await?]),
            Verb::PendingIds { external_userids } => {
                output.list(&groups.pending_ids(external_userids).await?, &["external_userid", "pending_id"])
            }
        }
    }
}

const CHAIN: &[&str] = &["chain_id", "chain_name"];

async fn outcome(job: &ContactsJob, output: Output) -> Result {
    say(messages::corp_group::job(job.id()));
    let outcome = job.wait(Polling::every(Duration::from_secs(2))).await?;
    output.record(&outcome)?;
    match outcome.fail_list.len() {
        0 => Ok(()),
        failed => Err(Failure::new(messages::corp_group::not_imported(failed))
            .remedy(messages::corp_group::import_them_again())),
    }
}

fn parsed<T: DeserializeOwned>(text: &str, otherwise: fn() -> Message) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        Failure::usage(otherwise()).because(&error).remedy(messages::corp_group::see_the_shape())
    })
}
