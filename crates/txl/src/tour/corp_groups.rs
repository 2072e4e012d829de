//! 企业互联与上下游: corps that share an app. They replace 互联企业.

use futures_util::TryStreamExt;
use wecom_contacts::{
    Bilingual, ChainId, Client, CorpId, Polling,
    corp_groups::{BusinessType, ChainRule, Contact, ContactCorp, ContactIdentity},
};

use super::{
    engine::{Engine, row, unmet},
    stage::{JOB_LIMIT, MOMENT, Stage},
};
use crate::{
    failure::{Failure, Result},
    must,
};

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("企业互联与上下游");
    let lower = shared(tour, stage).await;
    let chain = chains(tour, stage, lower.as_ref()).await;
    contacts(tour, stage, chain.as_ref()).await;
    rules(tour, stage, chain.as_ref()).await;
    customers(tour, stage).await;
}

/// A lower corp: its id, and a client that calls as this corp.
type Lower = (CorpId, Client);

async fn shared(tour: &mut Engine, stage: &Stage) -> Option<Lower> {
    let groups = stage.app.corp_groups();
    let shared = tour
        .step(
            row(
                "Who shares the app",
                "获取应用共享信息",
                "corp_groups().shared_corps",
                "corpgroup/corp/list_app_share_info",
            ),
            async {
                let corps = groups.shared_corps(stage.agent_id(), BusinessType::Chain).stream();
                let corps: Vec<_> = corps.try_collect().await?;
                let note =
                    Bilingual::new(format!("{} corps", corps.len()), format!("{} 个企业", corps.len()));
                let first = corps.into_iter().next();
                let first = first.ok_or_else(|| unmet("the app is not shared with any corp"))?;
                Ok((first, note))
            },
        )
        .await;
    let lower = tour
        .step(
            row(
                "Call as a lower corp",
                "获取下级企业的access_token",
                "corp_groups().lower_corp",
                "corpgroup/corp/gettoken",
            ),
            async {
                let shared =
                    shared.ok_or_else(|| unmet("the lower corp is missing: an earlier step failed"))?;
                let client = groups.lower_corp(&shared.corpid, shared.agentid, BusinessType::Chain);
                let departments = client.departments().list().await?;
                must!(!departments.is_empty(), "the lower corp shows no department");
                let note = Bilingual::new(
                    format!("{} shows {} departments", shared.corpid, departments.len()),
                    format!("{} 有 {} 个部门可见", shared.corpid, departments.len()),
                );
                Ok(((shared.corpid, client), note))
            },
        )
        .await;
    tour.step(
        row(
            "Take a session over",
            "获取下级企业小程序session",
            "corp_groups().transfer_session",
            "miniprogram/transfer_session",
        ),
        async {
            let (_, client) = lower.as_ref().ok_or_else(no_lower)?;
            let session = client.corp_groups().transfer_session("wang", "own-session-key").await?;
            must!(!session.session_key.is_empty(), "the reply has no session");
            Ok(((), ("a session of the lower corp", "下级企业的 session").into()))
        },
    )
    .await;
    lower
}

async fn chains(tour: &mut Engine, stage: &Stage, lower: Option<&Lower>) -> Option<ChainId> {
    let groups = stage.app.corp_groups();
    let chain = tour
        .step(
            row("List chains", "获取上下游列表", "corp_groups().chains", "corpgroup/corp/get_chain_list"),
            async {
                let chains = groups.chains().await?;
                let note =
                    Bilingual::new(format!("{} in sight", chains.len()), format!("可见 {} 个", chains.len()));
                let first = chains.into_iter().next();
                let first = first.ok_or_else(|| unmet("no chain is visible"))?;
                Ok((first.chain_id, note))
            },
        )
        .await;
    let of = || chain.as_ref().ok_or_else(no_chain);
    tour.step(
        row(
            "Chains a corp has joined",
            "查询企业加入的上下游",
            "corp_groups().chains_of",
            "corpgroup/get_corp_shared_chain_list",
        ),
        async {
            let (corp, _) = lower.ok_or_else(no_lower)?;
            let joined = groups.chains_of(corp).await?;
            must!(
                joined.iter().any(|joined| Some(&joined.chain_id) == chain.as_ref()),
                "the chain is not among those that the corp has joined"
            );
            Ok((
                (),
                Bilingual::new(
                    format!("{}, this one among them", joined.len()),
                    format!("{} 个，包括这一个", joined.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(
        row("A chain's groups", "获取上下游分组", "corp_groups().groups", "corpgroup/corp/get_chain_group"),
        async {
            let listed = groups.groups(of()?).await?;
            must!(!listed.is_empty(), "the chain has no group");
            Ok(((), Bilingual::new(format!("{} groups", listed.len()), format!("{} 个分组", listed.len()))))
        },
    )
    .await;
    tour.step(
        row(
            "A group's corps",
            "获取分组下的企业列表",
            "corp_groups().corps",
            "corpgroup/corp/get_chain_corpinfo_list",
        ),
        async {
            let (corp, _) = lower.ok_or_else(no_lower)?;
            let mut found = 0;
            for group in groups.groups(of()?).await? {
                let corps = groups.corps(of()?).group(group.groupid).stream();
                let corps: Vec<_> = corps.try_collect().await?;
                found += usize::from(corps.iter().any(|listed| listed.corpid.as_ref() == Some(corp)));
            }
            must!(found == 1, "the lower corp is in {found} groups instead of 1");
            Ok(((), ("the lower corp, in one group", "下级企业，在一个分组中").into()))
        },
    )
    .await;
    tour.step(
        row(
            "One corp of a chain",
            "获取上下游企业信息",
            "corp_groups().corp",
            "corpgroup/corp/get_chain_corpinfo",
        ),
        async {
            let (corp, _) = lower.ok_or_else(no_lower)?;
            let info = groups.corp(of()?, corp.as_str()).await?;
            must!(info.is_joined == Some(true), "the corp is not reported as joined");
            Ok(((), Bilingual::untranslated(info.corp_name.unwrap_or_default())))
        },
    )
    .await;
    tour.step(
        row(
            "A member's id of our own",
            "查询成员自定义id",
            "corp_groups().member_custom_id",
            "corpgroup/corp/get_chain_user_custom_id",
        ),
        async {
            let (corp, client) = lower.ok_or_else(no_lower)?;
            for department in client.departments().list().await? {
                for member in client.members().list_simple(department.id).await? {
                    if let Ok(id) = groups.member_custom_id(of()?, corp, &member.userid).await {
                        return Ok((
                            (),
                            Bilingual::new(
                                format!("{} is our {id}", member.userid),
                                format!("{} 对应我们的 {id}", member.userid),
                            ),
                        ));
                    }
                }
            }
            // A member outside the visible departments is listed only by name.
            let id = groups.member_custom_id(of()?, corp, "chenchen").await?;
            Ok(((), Bilingual::new(format!("chenchen is our {id}"), format!("chenchen 对应我们的 {id}"))))
        },
    )
    .await;
    chain
}

async fn contacts(tour: &mut Engine, stage: &Stage, chain: Option<&ChainId>) {
    let groups = stage.app.corp_groups();
    let name = format!("巡游伙伴{}", stage.mark);
    let job = tour
        .step(
            row(
                "Import people into a chain",
                "批量导入上下游联系人",
                "corp_groups().import_contacts",
                "corpgroup/import_chain_contact",
            ),
            async {
                let contact = Contact::new("何静", ContactIdentity::Leader, stage.mobile(8));
                let corp = ContactCorp::new(&name, [contact]);
                let job = groups.import_contacts(chain.ok_or_else(no_chain)?, [corp]).await?;
                let id = job.id().clone();
                Ok((job, Bilingual::new(format!("job {id}"), format!("任务 {id}"))))
            },
        )
        .await;
    tour.step(
        row("How that went", "获取异步任务结果", "corp_groups().import_job", "corpgroup/getresult"),
        async {
            let job = job.ok_or_else(|| unmet("the job is missing: an earlier step failed"))?;
            let (job, polling) = (groups.import_job(job.id()), Polling::every(MOMENT).at_most(JOB_LIMIT));
            let outcome = stage.hastened(async { Ok(job.wait(polling).await?) }).await?;
            must!(outcome.fail_list.is_empty(), "{} corps were refused", outcome.fail_list.len());
            Ok(((), ("all of it", "全部成功").into()))
        },
    )
    .await;
    tour.step(
        row(
            "Remove a corp from a chain",
            "移除企业",
            "corp_groups().remove_corp",
            "corpgroup/corp/remove_corp",
        ),
        async {
            let chain = chain.ok_or_else(no_chain)?;
            let pending = pending_corp(stage, chain, &name).await?;
            let pending = pending.ok_or_else(|| unmet("the imported corp is missing"))?;
            groups.remove_corp(chain, pending).await?;
            let left = pending_corp(stage, chain, &name).await?;
            must!(left.is_none(), "the removed corp is still there");
            Ok(((), ("gone", "已删除").into()))
        },
    )
    .await;
}

/// Returns the corp with this name that has not joined yet.
async fn pending_corp(
    stage: &Stage,
    chain: &ChainId,
    name: &str,
) -> Result<Option<wecom_contacts::PendingCorpId>> {
    let groups = stage.app.corp_groups();
    for group in groups.groups(chain).await? {
        let corps = groups.corps(chain).group(group.groupid).with_pending().stream();
        let corps: Vec<_> = corps.try_collect().await?;
        let found = corps.into_iter().find(|corp| corp.corp_name.as_deref() == Some(name));
        if let Some(found) = found {
            return Ok(found.pending_corpid);
        }
    }
    Ok(None)
}

async fn rules(tour: &mut Engine, stage: &Stage, chain: Option<&ChainId>) {
    let groups = stage.app.corp_groups();
    let of = || chain.ok_or_else(no_chain);
    let made = tour
        .step(
            row(
                "Add a rule of who sees whom",
                "新增对接规则",
                "corp_groups().add_rule",
                "corpgroup/rule/add_rule",
            ),
            async {
                let group = groups.groups(of()?).await?.into_iter().next();
                let group = group.ok_or_else(|| unmet("the chain has no group"))?.groupid;
                let rule = ChainRule::new().departments([stage.department()?]).to_groups([group]);
                let id = groups.add_rule(of()?, rule).await?;
                Ok(((id, group), Bilingual::new(format!("rule {id}"), format!("规则 {id}"))))
            },
        )
        .await;
    let made = || made.ok_or_else(|| unmet("the rule is missing: the step that adds it failed"));
    tour.step(
        row("List rules", "获取对接规则id列表", "corp_groups().rule_ids", "corpgroup/rule/list_ids"),
        async {
            let ids = groups.rule_ids(of()?).await?;
            must!(ids.contains(&made()?.0), "the new rule is not listed");
            Ok((
                (),
                Bilingual::new(
                    format!("{}, the new one among them", ids.len()),
                    format!("{} 个，包括新的一个", ids.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(
        row("Change a rule", "更新对接规则", "corp_groups().modify_rule", "corpgroup/rule/modify_rule"),
        async {
            let (id, group) = made()?;
            let rule = ChainRule::new().members([stage.userid("wang")]).to_groups([group]);
            groups.modify_rule(of()?, id, rule).await?;
            Ok(((), ("for one member instead of a department", "从部门改为一名成员").into()))
        },
    )
    .await;
    tour.step(
        row("Read a rule", "获取对接规则详情", "corp_groups().rule", "corpgroup/rule/get_rule_info"),
        async {
            let rule = groups.rule(of()?, made()?.0).await?;
            must!(
                rule.owner_corp_range.userids == [stage.userid("wang")],
                "the rule is not as it was changed"
            );
            Ok(((), ("as it was changed", "与修改后一致").into()))
        },
    )
    .await;
    tour.step(
        row("Delete a rule", "删除对接规则", "corp_groups().delete_rule", "corpgroup/rule/delete_rule"),
        async {
            groups.delete_rule(of()?, made()?.0).await?;
            let left = groups.rule_ids(of()?).await?;
            must!(!left.contains(&made()?.0), "the deleted rule is still there");
            Ok(((), ("gone", "已删除").into()))
        },
    )
    .await;
}

async fn customers(tour: &mut Engine, stage: &Stage) {
    let groups = stage.app.corp_groups();
    let external = tour
        .step(
            row(
                "A customer's ids downstream",
                "查询external_userid",
                "corp_groups().external_userids",
                "corpgroup/unionid_to_external_userid",
            ),
            async {
                let ids = groups.external_userids("own-unionid", "own-openid").await?;
                let note = Bilingual::new(
                    format!("{} corps know them", ids.len()),
                    format!("{} 个企业认识此客户", ids.len()),
                );
                let first = ids.into_iter().next();
                let first = first.ok_or_else(|| unmet("the reply has no id"))?;
                Ok((first.external_userid, note))
            },
        )
        .await;
    tour.step(
        row(
            "Who may become a customer",
            "unionid查询pending_id",
            "corp_groups().pending_id",
            "corpgroup/unionid_to_pending_id",
        ),
        async {
            let id = groups.pending_id("own-unionid", "own-openid").await?;
            must!(!id.is_empty(), "the reply has no id");
            Ok(((), ("a pending id", "一个 pending_id").into()))
        },
    )
    .await;
    tour.step(
        row(
            "A customer's pending id",
            "external_userid查询pending_id",
            "corp_groups().pending_ids",
            "corpgroup/batch/external_userid_to_pending_id",
        ),
        async {
            let external =
                external.ok_or_else(|| unmet("the customer is missing: an earlier step failed"))?;
            let ids = groups.pending_ids([external.clone()]).await?;
            must!(ids.len() == 1 && ids[0].external_userid == external, "the reply has ids of others");
            Ok(((), ("a pending id", "一个 pending_id").into()))
        },
    )
    .await;
}

fn no_lower() -> Failure {
    unmet("the lower corp is missing: the step that finds it failed")
}

fn no_chain() -> Failure {
    unmet("the chain is missing: the step that finds it failed")
}
