//! 通讯录查看权限管理: visibility rules of contacts.

use wecom_contacts::{
    Bilingual,
    contact_rules::{ContactRule, RuleScope},
};

use super::{
    engine::{Engine, row, unmet},
    stage::Stage,
};
use crate::must;

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("通讯录查看权限管理");
    let rules = stage.contacts.contact_rules();
    let rule = |scope: RuleScope| ContactRule::new(1, scope);
    let made = tour
        .step(
            row("Create a rule", "创建查看权限规则", "contact_rules().create", "contactrule/create"),
            async {
                let scope = RuleScope::new().departments([stage.department()?]);
                let ids = rules.create([rule(scope)]).await?;
                let [id] = ids[..] else {
                    return Err(unmet(format_args!("the reply has {} ids for one rule", ids.len())));
                };
                Ok((id, Bilingual::new(format!("rule {id}"), format!("规则 {id}"))))
            },
        )
        .await;
    let made = || made.ok_or_else(|| unmet("the rule is missing: the step that creates it failed"));
    tour.step(
        row("Change a rule", "更新查看权限规则", "contact_rules().update", "contactrule/update"),
        async {
            let scope = RuleScope::new().members([stage.userid("wang")]);
            rules.update([rule(scope).rule_id(made()?)]).await?;
            Ok(((), ("for one member instead of a department", "从部门改为一名成员").into()))
        },
    )
    .await;
    tour.step(row("List rules", "获取查看权限规则", "contact_rules().list", "contactrule/list"), async {
        let (id, listed) = (made()?, rules.list().await?);
        let found = listed.iter().find(|rule| rule.rule_id == Some(id));
        let scope = found.and_then(|rule| rule.range.as_ref());
        must!(
            scope.is_some_and(|scope| scope.members == Some(vec![stage.userid("wang")])),
            "the rule is not listed as it was changed"
        );
        Ok(((), Bilingual::new(format!("{} in all", listed.len()), format!("共 {} 个", listed.len()))))
    })
    .await;
    tour.step(
        row("Delete a rule", "删除查看权限规则", "contact_rules().delete", "contactrule/delete"),
        async {
            let id = made()?;
            rules.delete([id]).await?;
            let left = rules.list().await?;
            must!(left.iter().all(|rule| rule.rule_id != Some(id)), "the deleted rule is still there");
            Ok(((), ("gone", "已删除").into()))
        },
    )
    .await;
}
