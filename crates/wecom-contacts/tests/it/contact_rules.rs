//! Rules on which members may see which other members (通讯录查看权限管理).

use wecom_contacts::contact_rules::*;

use crate::rig::Rig;

#[tokio::test]
async fn a_rule_is_created_listed_changed_and_deleted() {
    let rig = Rig::start().await;
    let rules = rig.contacts.contact_rules();
    let rule = ContactRule::new(1, RuleScope::new().departments([2]).members(["lisi"]));
    let ids = rules.create([rule.clone()]).await.unwrap();
    let listed = rules.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].rule_id, &listed[0].range), (Some(ids[0]), &rule.range));
    rules.update([rule.rule_id(ids[0]).whitelist(RuleScope::new().members(["zhangsan"]))]).await.unwrap();
    rules.delete(ids).await.unwrap();
    assert!(rules.list().await.unwrap().is_empty());
    assert!(rig.app.contact_rules().list().await.unwrap_err().is_permission_denied());
}
