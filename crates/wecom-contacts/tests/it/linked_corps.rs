//! Linked corps (互联企业).

use crate::rig::Rig;

#[tokio::test]
async fn an_app_walks_through_what_it_may_see_of_another_corp() {
    let rig = Rig::start().await;
    let linked = rig.app.linked_corps();
    let permissions = linked.permissions().await.unwrap();
    let (corp, userid) = permissions.userids[0].split().unwrap();
    let department = &permissions.department_ids[0];

    let member = linked.member(&permissions.userids[0]).await.unwrap();
    assert_eq!((member.corpid.as_str(), member.userid.as_str()), (corp, userid));
    assert_eq!(member.linked_id(), permissions.userids[0]);

    let departments = linked.departments(department).await.unwrap();
    let below = departments.iter().map(|one| one.in_link(department)).find(|id| id != department).unwrap();
    let own = linked.members_simple(&below, false).await.unwrap();
    assert!(
        own.iter().all(|member| member.department.known().is_some_and(|ids| ids.contains(&below))),
        "{own:?}"
    );
    let all = linked.members(department, true).await.unwrap();
    assert!(all.len() >= own.len() && !own.is_empty());

    let error = linked.member(format!("{corp}/nobody").as_str()).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let error = rig.contacts.linked_corps().permissions().await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
}
