//! 异步导出接口: exports, from the job to the rows of its decrypted files.

use futures_util::TryStreamExt;
use serde_json::json;
use wecom_contacts::{
    Bilingual, Polling, Seen,
    exports::{ExportJob, ExportRow, ExportState, TagRow},
    tags::TagNodes,
};

use super::{
    engine::{Engine, row, unmet},
    stage::{JOB_LIMIT, MOMENT, Stage},
};
use crate::{
    failure::{Failure, Result},
    listener::Received,
    must,
};

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("异步导出接口");
    let exports = stage.app.exports();
    let wang = stage.userid("wang");
    tour.step(row("Export members", "导出成员", "exports().members_simple", "export/simple_user"), async {
        let rows = rows(stage, &exports.members_simple().await?).await?;
        must!(
            rows.iter().any(|member| member.userid == wang && member.name.as_deref() == Seen::Known("王芳")),
            "王芳 is not among the rows"
        );
        Ok((
            (),
            Bilingual::new(
                format!("{} rows, checked and decrypted", rows.len()),
                format!("{} 行，已校验并解密", rows.len()),
            ),
        ))
    })
    .await;
    let job = tour
        .step(row("Export members with details", "导出成员详情", "exports().members", "export/user"), async {
            let mut settings = stage.inbox.settings();
            settings["agentid"] = json!(stage.agent_id());
            stage.console.post("console/set_callback", settings).await?;
            must!(
                matches!(stage.inbox.next().await?, Received::Verification),
                "the app's URL was not verified"
            );
            let job = exports.members().block_size(10_000).await?;
            let rows = rows(stage, &job).await?;
            let found = rows.iter().find(|member| member.userid == wang);
            must!(
                found.is_some_and(|member| member.telephone.as_deref() == Seen::Known("8001")),
                "王芳 is not among the rows with her telephone number"
            );
            Ok((
                job,
                Bilingual::new(
                    format!("{} rows, checked and decrypted", rows.len()),
                    format!("{} 行，已校验并解密", rows.len()),
                ),
            ))
        })
        .await;
    tour.step(
        row("Its end is called back", "导出任务完成通知", "Receiver::receive", "callback batch_job_result"),
        async {
            let job = job.as_ref().ok_or_else(no_job)?;
            stage.inbox.finished_job(job.id().as_str()).await?;
            let agent = json!({"agentid": stage.agent_id()});
            stage.console.post("console/remove_callback", agent).await?;
            Ok(((), ("verified, decrypted, and of this job", "验签并解密，对应此任务").into()))
        },
    )
    .await;
    tour.step(row("Take a job up by its id", "获取导出结果", "exports().job", "export/get_result"), async {
        let job = job.as_ref().ok_or_else(no_job)?;
        let again: ExportJob<wecom_contacts::members::Member> = exports.job(job.id(), job.key().clone());
        let status = again.status().await?;
        must!(status.status == ExportState::Done, "the job is not done");
        let bytes: u64 = status.files.iter().map(|file| file.size).sum();
        must!(bytes > 0 && bytes.is_multiple_of(32), "the files' sizes are not those of ciphertext");
        Ok((
            (),
            Bilingual::new(
                format!("{} file of {bytes} encrypted bytes", status.files.len()),
                format!("{} 个文件，密文共 {bytes} 字节", status.files.len()),
            ),
        ))
    })
    .await;
    tour.step(row("Export departments", "导出部门", "exports().departments", "export/department"), async {
        let rows = rows(stage, &exports.departments().await?).await?;
        let mine = stage.department()?;
        must!(
            rows.iter().any(|department| department.id == mine),
            "the tour's own department is not among the rows"
        );
        Ok((
            (),
            Bilingual::new(
                format!("{} rows, checked and decrypted", rows.len()),
                format!("{} 行，已校验并解密", rows.len()),
            ),
        ))
    })
    .await;
    tour.step(row("Export a tag", "导出标签成员", "exports().tag", "export/taguser"), async {
        let (tags, mine) = (stage.app.tags(), stage.department()?);
        let tag = tags.create(format!("值班-{}", stage.mark)).await?;
        tags.add(tag, TagNodes::new().members([&wang]).departments([mine])).await?;
        let rows = rows(stage, &exports.tag(tag).await?).await?;
        tags.delete(tag).await?;
        let has_wang = |row: &TagRow| matches!(row, TagRow::Member(member) if member.userid == wang);
        must!(
            rows.len() == 2 && rows.iter().any(has_wang) && rows.contains(&TagRow::Department(mine)),
            "the rows are not exactly 王芳 and the department"
        );
        Ok(((), ("王芳 and a department", "王芳和一个部门").into()))
    })
    .await;
}

fn no_job() -> Failure {
    unmet("the job is missing: the step that submits it failed")
}

/// Waits for a job while the simulator's clock advances, then reads all its rows.
async fn rows<R: ExportRow>(stage: &Stage, job: &ExportJob<R>) -> Result<Vec<R>> {
    let polling = Polling::every(MOMENT).at_most(JOB_LIMIT);
    let export = stage.hastened(async { Ok(job.wait(polling).await?) }).await?;
    Ok(export.rows().try_collect().await?)
}
