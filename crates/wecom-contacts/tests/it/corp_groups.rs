//! Corps in a group (企业互联, 上下游).

use std::time::Duration;

use futures_util::TryStreamExt;
use wecom_contacts::{AgentId, ChainId, Polling, corp_groups::*};

use crate::rig::Rig;

fn own_app(rig: &Rig) -> AgentId {
    rig.sim.agent_id().into()
}

async fn the_chain(rig: &Rig) -> ChainId {
    rig.app.corp_groups().chains().await.unwrap().remove(0).chain_id
}

#[tokio::test]
async fn a_lower_corps_contacts_are_read_by_a_client_of_its_own() {
    let rig = Rig::start().await;
    let groups = rig.app.corp_groups();
    for business in [BusinessType::CorpLink, BusinessType::Chain] {
        let corps: Vec<_> =
            groups.shared_corps(own_app(&rig), business).stream().try_collect().await.unwrap();
        let corp = &corps[0];
        let lower = groups.lower_corp(&corp.corpid, corp.agentid, business);
        assert_eq!((lower.corp_id(), lower.agent_id()), (&corp.corpid, Some(corp.agentid)));
        let departments = lower.departments().list().await.unwrap();
        assert!(!departments.is_empty());
        let session = lower.corp_groups().transfer_session("own-user", "own-session-key").await.unwrap();
        assert_ne!(session.session_key, "own-session-key");

        // The tokens of a lower corp are obtained through the upper corp and refreshed like any other.
        rig.sim.advance(Duration::from_secs(7300));
        lower.departments().list().await.unwrap();
    }
    let fetched =
        rig.sim.requests().iter().filter(|request| request.path.ends_with("corpgroup/corp/gettoken")).count();
    // One request per client, and two when all tokens are invalid: the first one meets the invalid token of the upper
    // corp.
    assert_eq!(fetched, 6);
}

#[tokio::test]
async fn a_corp_that_the_app_is_not_shared_with_has_no_token() {
    let rig = Rig::start().await;
    let lower = rig.app.corp_groups().lower_corp("ww-nobody", 7, BusinessType::Chain);
    let error = lower.departments().list().await.unwrap_err();
    assert_eq!(
        (error.call(), error.code().map(|code| code.0)),
        (Some("corpgroup/corp/gettoken"), Some(670_001))
    );
}

#[tokio::test]
async fn a_chains_groups_and_corps_are_listed() {
    let rig = Rig::start().await;
    let groups = rig.app.corp_groups();
    let chain = the_chain(&rig).await;
    let all = groups.groups(&chain).await.unwrap();
    let group = all.iter().find(|group| group.groupid != 1).unwrap().groupid;
    assert_eq!(groups.group(&chain, group).await.unwrap().len(), 1);
    let corps = || groups.corps(&chain).group(group).with_pending().page_size(1);
    let rows: Vec<_> = corps().stream().try_collect().await.unwrap();
    assert_eq!(rows.iter().map(|corp| corp.is_joined).collect::<Vec<_>>(), [Some(true), Some(false)]);
    let first = corps().page().await.unwrap();
    let second = corps().after(first.next.unwrap()).page().await.unwrap();
    assert_eq!(second.items, rows[1..]);

    let joined = rows[0].corpid.clone().unwrap();
    let info = groups.corp(&chain, joined.clone()).await.unwrap();
    assert_eq!((info.is_joined, info.qualification_status), (Some(true), Some(Qualification::Verified)));
    assert_eq!(groups.chains_of(&joined).await.unwrap()[0].chain_id, chain);
    assert!(!groups.member_custom_id(&chain, &joined, "chenchen").await.unwrap().is_empty());

    let pending = rows[1].pending_corpid.clone().unwrap();
    groups.remove_corp(&chain, pending.clone()).await.unwrap();
    let error = groups.corp(&chain, pending).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(670_004));
}

#[tokio::test]
async fn contacts_are_invited_by_a_job() {
    let rig = Rig::start().await;
    let groups = rig.app.corp_groups();
    let chain = the_chain(&rig).await;
    let contact = Contact::new("陈老师", ContactIdentity::Leader, "13800009001").custom_id("100");
    let corp = ContactCorp::new("飞飞培训学校", [contact]).group_path("华北区/北京市");
    let job = groups.import_contacts(&chain, [corp]).await.unwrap();
    rig.sim.advance(Duration::from_secs(60));
    let outcome = groups.import_job(job.id()).wait(Polling::every(Duration::from_millis(1))).await.unwrap();
    assert_eq!((outcome.import_status, outcome.fail_list), (Some(ContactsImported::All), Vec::new()));
}

#[tokio::test]
async fn a_rule_is_added_read_changed_and_deleted() {
    let rig = Rig::start().await;
    let groups = rig.app.corp_groups();
    let chain = the_chain(&rig).await;
    let rule = ChainRule::new().departments([2]).members(["zhangsan"]).to_groups([1]);
    let id = groups.add_rule(&chain, rule.clone()).await.unwrap();
    assert_eq!(groups.rule(&chain, id).await.unwrap(), rule);
    let changed = ChainRule::new().members(["lisi"]).to_groups([1]);
    groups.modify_rule(&chain, id, changed.clone()).await.unwrap();
    assert_eq!(groups.rule(&chain, id).await.unwrap(), changed);
    assert_eq!(groups.rule_ids(&chain).await.unwrap(), [id]);
    groups.delete_rule(&chain, id).await.unwrap();
    assert!(groups.rule_ids(&chain).await.unwrap().is_empty());
}

#[tokio::test]
async fn customers_of_lower_corps_have_ids_and_stand_ins() {
    let rig = Rig::start().await;
    let groups = rig.app.corp_groups();
    let customer = groups.external_userids("own-unionid", "own-openid").await.unwrap().remove(0);
    assert!(!groups.pending_id("own-unionid", "own-openid").await.unwrap().is_empty());
    let ids = groups.pending_ids([&customer.external_userid]).await.unwrap();
    assert_eq!(ids[0].external_userid, customer.external_userid);
}
