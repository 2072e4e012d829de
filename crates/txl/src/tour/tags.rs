//! 标签管理: tags.

use wecom_contacts::{Bilingual, Seen, tags::TagNodes};

use super::{
    engine::{Engine, row, unmet},
    stage::Stage,
};
use crate::must;

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("标签管理");
    let (contacts, app) = (stage.contacts.tags(), stage.app.tags());
    let (wang, liu, ghost) = (stage.userid("wang"), stage.userid("liu"), stage.userid("ghost"));
    let name = format!("羽毛球社-{}", stage.mark);
    let tag = tour
        .step(row("Create a tag", "创建标签", "tags().create", "tag/create"), async {
            let tag = contacts.create(name.as_str()).await?;
            Ok((tag, Bilingual::untranslated(format!("id {tag}"))))
        })
        .await;
    let tag = || tag.ok_or_else(|| unmet("the tag is missing: the step that creates it failed"));
    tour.step(row("List tags", "获取标签列表", "tags().list", "tag/list"), async {
        let (tag, tags) = (tag()?, contacts.list().await?);
        must!(
            tags.iter().any(|listed| listed.tagid == tag && listed.tagname == name),
            "the new tag is not listed"
        );
        Ok(((), Bilingual::new(format!("{} in all", tags.len()), format!("共 {} 个", tags.len()))))
    })
    .await;
    tour.step(row("Tag members and departments", "增加标签成员", "tags().add", "tag/addtagusers"), async {
        let nodes = TagNodes::new().members([&wang, &liu, &ghost]).departments([stage.department()?]);
        let outcome = contacts.add(tag()?, nodes).await?;
        must!(outcome.invalid_members == [ghost], "the unknown member is not reported");
        Ok((
            (),
            (
                "two members and a department; one unknown is reported",
                "两名成员和一个部门；另报告一个未知的 userid",
            )
                .into(),
        ))
    })
    .await;
    tour.step(row("Read a tag", "获取标签成员", "tags().get", "tag/get"), async {
        let content = app.get(tag()?).await?;
        let mut members: Vec<_> =
            content.members.unwrap_or_default().into_iter().map(|member| member.userid).collect();
        members.sort();
        must!(members == [liu.clone(), wang.clone()], "not the members that were tagged");
        must!(
            content.departments == Seen::Known(vec![stage.department()?]),
            "not the department that was tagged"
        );
        Ok(((), ("both members and the department", "两名成员和该部门").into()))
    })
    .await;
    tour.step(row("Untag members", "删除标签成员", "tags().remove", "tag/deltagusers"), async {
        let nodes = TagNodes::new().members([&liu]).departments([stage.department()?]);
        let outcome = contacts.remove(tag()?, nodes).await?;
        must!(outcome.is_complete(), "some members still have the tag");
        let left = app.get(tag()?).await?;
        must!(
            left.departments == Seen::Known(Vec::new())
                && left.members.known().is_some_and(|members| members.len() == 1),
            "the tag's content is not what is left"
        );
        Ok(((), ("王芳 alone is left", "只剩王芳").into()))
    })
    .await;
    tour.step(row("Rename a tag", "更新标签名字", "tags().rename", "tag/update"), async {
        let renamed = format!("乒乓球社-{}", stage.mark);
        contacts.rename(tag()?, renamed.as_str()).await?;
        let content = app.get(tag()?).await?;
        must!(content.tagname.as_deref() == Seen::Known(renamed.as_str()), "it was not renamed");
        Ok(((), ("renamed", "已改名").into()))
    })
    .await;
    tour.step(row("Delete a tag", "删除标签", "tags().delete", "tag/delete"), async {
        contacts.delete(tag()?).await?;
        must!(contacts.find(tag()?).await?.is_none(), "the deleted tag is still there");
        Ok(((), ("gone", "已删除").into()))
    })
    .await;
}
