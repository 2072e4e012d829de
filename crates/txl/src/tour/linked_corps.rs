//! 互联企业: members and departments of linked corps.

use wecom_contacts::Bilingual;

use super::{
    engine::{Engine, row, unmet},
    stage::Stage,
};
use crate::must;

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("互联企业");
    let linked = stage.app.linked_corps();
    let range = tour
        .step(
            row(
                "What the app may see",
                "获取应用的可见范围",
                "linked_corps().permissions",
                "linkedcorp/agent/get_perm_list",
            ),
            async {
                let range = linked.permissions().await?;
                let (Some(member), Some(department)) =
                    (range.userids.first().cloned(), range.department_ids.first().cloned())
                else {
                    return Err(unmet("no linked member or no linked department is visible"));
                };
                let (members, departments) = (range.userids.len(), range.department_ids.len());
                let note = Bilingual::new(
                    format!("{members} members, {departments} departments"),
                    format!("{members} 名成员，{departments} 个部门"),
                );
                Ok(((member, department), note))
            },
        )
        .await;
    let range =
        || range.clone().ok_or_else(|| unmet("the visible ids are missing: the step that lists them failed"));
    tour.step(
        row(
            "Read a linked member",
            "获取互联企业成员详细信息",
            "linked_corps().member",
            "linkedcorp/user/get",
        ),
        async {
            let (member, _) = range()?;
            let read = linked.member(&member).await?;
            must!(read.linked_id() == member, "the reply has another member");
            must!(read.name.is_known(), "the member has no name");
            Ok(((), Bilingual::untranslated(member.to_string())))
        },
    )
    .await;
    tour.step(
        row(
            "List linked members",
            "获取互联企业部门成员",
            "linked_corps().members_simple",
            "linkedcorp/user/simplelist",
        ),
        async {
            let (_, department) = range()?;
            let here = linked.members_simple(&department, false).await?;
            let below = linked.members_simple(&department, true).await?;
            must!(
                !below.is_empty() && below.len() >= here.len(),
                "{} members below, {} here",
                below.len(),
                here.len()
            );
            Ok((
                (),
                Bilingual::new(
                    format!("{} in {department}, {} with those below", here.len(), below.len()),
                    format!("{department} 有 {} 名，含下级 {} 名", here.len(), below.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(
        row(
            "List them with details",
            "获取互联企业部门成员详情",
            "linked_corps().members",
            "linkedcorp/user/list",
        ),
        async {
            let (_, department) = range()?;
            let members = linked.members(&department, true).await?;
            must!(
                !members.is_empty() && members.iter().all(|member| member.name.is_known()),
                "no members, or one without a name"
            );
            Ok((
                (),
                Bilingual::new(
                    format!("{}, each with a name", members.len()),
                    format!("{} 名，均有姓名", members.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(
        row(
            "List linked departments",
            "获取互联企业部门列表",
            "linked_corps().departments",
            "linkedcorp/department/list",
        ),
        async {
            let (_, department) = range()?;
            let departments = linked.departments(&department).await?;
            let mine = departments.iter().any(|found| found.in_link(&department) == department);
            must!(mine, "the requested department is not listed");
            Ok((
                (),
                Bilingual::new(
                    format!("{} with itself", departments.len()),
                    format!("含自身共 {} 个", departments.len()),
                ),
            ))
        },
    )
    .await;
}
