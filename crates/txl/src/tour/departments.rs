//! 部门管理: departments.

use serde_json::json;
use wecom_contacts::{
    Bilingual, DepartmentId, Seen,
    departments::{DepartmentPatch, NewDepartment},
};

use super::{
    engine::{Engine, row, unmet},
    stage::Stage,
};
use crate::{
    failure::{Failure, Result},
    must,
};

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("部门管理");
    let (contacts, app) = (stage.contacts.departments(), stage.app.departments());
    let made = tour
        .step(row("Create a department", "创建部门", "departments().create", "department/create"), async {
            let parent = stage.department()?;
            let north = NewDepartment::new("华北组", parent).name_en("North").order(10);
            let north = contacts.create(north).await?;
            let south = contacts.create(NewDepartment::new("华南组", parent).order(20)).await?;
            must!(north != south, "two departments have one id");
            Ok((
                (north, south),
                Bilingual::new(format!("ids {north} and {south}"), format!("id 为 {north} 和 {south}")),
            ))
        })
        .await;
    let made = || made.ok_or_else(not_made);
    tour.step(row("Read a department", "获取单个部门详情", "departments().get", "department/get"), async {
        let department = app.get(made()?.0).await?;
        must!(department.name.as_deref() == Seen::Known("华北组"), "the name differs from the request");
        must!(department.parentid == Seen::Known(stage.department()?), "the parent differs from the request");
        must!(department.order == Seen::Known(10), "the order differs from the request");
        Ok(((), ("name, parent and order as given", "名称、上级和排序与提交的一致").into()))
    })
    .await;
    tour.step(row("List departments", "获取部门列表", "departments().list", "department/list"), async {
        let mine = app.list_under(stage.department()?).await?;
        must!(mine.len() == 3, "{} departments instead of 3", mine.len());
        let leaders = mine.iter().find_map(|department| department.department_leader.known().cloned());
        let all = app.list().await?.len();
        must!(all > 3, "the whole tree has {all} departments");
        must!(
            leaders.is_some_and(|leaders| leaders == [stage.userid("wang")]),
            "王芳 is not the leader in the reply"
        );
        Ok((
            (),
            Bilingual::new(
                format!("3 under the tour's own, led by 王芳; {all} in all"),
                format!("演示部门及下级共 3 个，负责人是王芳；全部 {all} 个"),
            ),
        ))
    })
    .await;
    tour.step(
        row("List department ids", "获取子部门ID列表", "departments().list_ids", "department/simplelist"),
        async {
            let (north, south) = made()?;
            let mine = contacts.list_ids_under(stage.department()?).await?;
            let has = |id: DepartmentId| mine.iter().any(|node| node.id == id);
            must!(has(north) && has(south), "a department is missing");
            let all = contacts.list_ids().await?.len();
            Ok((
                (),
                Bilingual::new(
                    format!("{} of {all}, with the contacts-sync secret", mine.len()),
                    format!("用“通讯录同步”的 secret 列出 {all} 个中的 {} 个", mine.len()),
                ),
            ))
        },
    )
    .await;
    tour.step(row("Update a department", "更新部门", "departments().update", "department/update"), async {
        let (north, south) = made()?;
        let patch = DepartmentPatch::new().name("华南大区").parentid(north);
        contacts.update(south, patch).await?;
        let department = app.get(south).await?;
        must!(department.name.as_deref() == Seen::Known("华南大区"), "it was not renamed");
        must!(department.parentid == Seen::Known(north), "it was not moved");
        must!(department.order == Seen::Known(20), "its order changed although the update omits it");
        Ok(((), ("renamed and moved, its order as it was", "已改名并移动，排序不变").into()))
    })
    .await;
    tour.step(row("Delete a department", "删除部门", "departments().delete", "department/delete"), async {
        let (north, south) = made()?;
        let refused = contacts.delete(north).await;
        must!(refused.is_err(), "a department with another in it was deleted");
        contacts.delete(south).await?;
        contacts.delete(north).await?;
        must!(app.find(north).await?.is_none(), "the deleted department is still there");
        Ok((
            (),
            ("refused while another is in it; then both gone", "有下级时被拒绝，之后两个都已删除").into(),
        ))
    })
    .await;
}

fn not_made() -> Failure {
    unmet("the departments are missing: the step that creates them failed")
}

/// Takes away what the tour has made and not yet taken away. What fails here has failed in a step already.
pub(super) async fn clear_away(stage: &Stage) -> Result {
    let contacts = stage.contacts.members();
    for name in ["wang", "liu", "chen", "zhao", "sun", "wu", "zheng", "qian", "he", "lu"] {
        let _ = contacts.delete(stage.userid(name)).await;
    }
    stage.console.post("console/remove_callback", json!({})).await?;
    let id = stage.department()?;
    Ok(stage.contacts.departments().delete(id).await?)
}
