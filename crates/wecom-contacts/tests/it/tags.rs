//! Tags (标签管理).

use wecom_contacts::{DepartmentId, Seen, tags::*};

use crate::rig::Rig;

#[tokio::test]
async fn a_tag_is_created_renamed_filled_emptied_and_deleted() {
    let rig = Rig::start().await;
    let tags = rig.contacts.tags();
    let tag = tags.create(NewTag::new("羽毛球社").id(70)).await.unwrap();
    assert_eq!(tag, 70);
    assert!(tags.create("羽毛球社").await.unwrap_err().is_already_exists());
    assert_eq!(tags.create("篮球社").await.unwrap(), 71, "the largest there is plus one");

    tags.rename(tag, "乒乓球社").await.unwrap();
    let listed = tags.list().await.unwrap();
    assert!(listed.iter().any(|listed| listed.tagid == tag && listed.tagname == "乒乓球社"));

    let nodes = TagNodes::new().members(["lisi", "wangwu"]).departments([4]);
    assert!(tags.add(tag, nodes).await.unwrap().is_complete());
    tags.remove(tag, TagNodes::new().members(["lisi"])).await.unwrap();
    let content = rig.app.tags().get(tag).await.unwrap();
    assert_eq!(content.tagname.as_deref(), Seen::Known("乒乓球社"));
    let members = content.members.unwrap_or_default();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].userid, "wangwu");
    assert_eq!(content.departments, Seen::Known(vec![DepartmentId(4)]));

    tags.delete(tag).await.unwrap();
    assert_eq!(tags.find(tag).await.unwrap(), None);
    assert!(tags.rename(tag, "x").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn trap_14_a_partial_failure_of_tag_members_names_who_was_left_out() {
    let rig = Rig::start().await;
    let tags = rig.contacts.tags();
    let tag = tags.create("羽毛球社").await.unwrap();
    let nodes = TagNodes::new().members(["lisi", "ghost", "nobody"]).departments([2, 999]);
    let outcome = tags.add(tag, nodes.clone()).await.unwrap();
    assert_eq!(outcome.invalid_members, ["ghost", "nobody"]);
    assert_eq!(outcome.invalid_departments, [999]);
    assert!(!outcome.is_complete());
    assert_eq!(tags.remove(tag, nodes).await.unwrap(), outcome);

    let ghosts = TagNodes::new().members(["ghost"]);
    let code = |error: wecom_contacts::Error| error.code().unwrap().0;
    assert_eq!(code(tags.add(tag, ghosts.clone()).await.unwrap_err()), 40070);
    assert_eq!(code(tags.remove(tag, ghosts).await.unwrap_err()), 40031);
    assert_eq!(code(tags.add(tag, TagNodes::new()).await.unwrap_err()), 40035);
}

#[tokio::test]
async fn a_tag_belongs_to_the_app_that_made_it() {
    let rig = Rig::start().await;
    let tag = rig.app.tags().create("值班组").await.unwrap();
    let error = rig.contacts.tags().rename(tag, "x").await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    rig.app.tags().rename(tag, "轮值组").await.unwrap();
}
