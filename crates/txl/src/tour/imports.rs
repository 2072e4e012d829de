//! 异步批量接口: imports, from a CSV file to the callback at the end of the job.

use wecom_contacts::{
    Bilingual, DepartmentId, Polling, Seen,
    departments::NewDepartment,
    imports::{ImportFile, ImportJob, ImportOutcome, ImportRow, JobCallback},
    media::MediaKind,
};

use super::{
    engine::{Engine, row, unmet},
    stage::{JOB_LIMIT, MOMENT, Stage},
};
use crate::{
    failure::{Failure, Result},
    must,
};

const MEMBERS: &str = "姓名,帐号,手机号,邮箱,所在部门,职位";
const DEPARTMENTS: &str = "部门名称,部门ID,父部门ID,排序";

pub(super) async fn run(tour: &mut Engine, stage: &Stage) {
    tour.chapter("异步批量接口");
    let imports = stage.contacts.imports();
    let job = sync(tour, stage).await;
    tour.step(
        row("Its end is called back", "异步任务完成通知", "Receiver::receive", "callback batch_job_result"),
        async {
            let job = job.as_ref().ok_or_else(no_job)?;
            stage.inbox.finished_job(job.id().as_str()).await?;
            Ok(((), ("verified, decrypted, and of this job", "验签并解密，对应此任务").into()))
        },
    )
    .await;
    tour.step(
        row("Take a job up by its id", "获取异步任务结果", "imports().job", "batch/getresult"),
        async {
            let job = job.as_ref().ok_or_else(no_job)?;
            let status = imports.job(job.id()).status().await?;
            must!(status.total == 3, "the job has {} rows instead of 3", status.total);
            must!(status.percentage == 100, "the progress of the job is {} %", status.percentage);
            Ok(((), ("100 %, and the rows again", "进度 100%，再次取得各行结果").into()))
        },
    )
    .await;
    replace_departments(tour, stage).await;
    replace_members(tour, stage).await;
}

fn no_job() -> Failure {
    unmet("the job is missing: the step that submits it failed")
}

async fn sync(tour: &mut Engine, stage: &Stage) -> Option<ImportJob> {
    let contacts = &stage.contacts;
    let medium = tour
        .step(row("Upload the CSV file", "上传CSV文件", "media().upload", "media/upload"), async {
            let department = stage.department()?;
            let csv = format!(
                "{MEMBERS}\n刘洋,{liu},{mobile},,{department},架构师\n吴丹,{wu},{new_mobile},,{department},设计师\n无名,{bad},not-a-number,,{department},\n",
                liu = stage.userid("liu"),
                mobile = stage.mobile(2),
                wu = stage.userid("wu"),
                new_mobile = stage.mobile(6),
                bad = stage.userid("bad"),
            );
            let medium = contacts.media().upload(MediaKind::File, "members.csv", csv).await?;
            Ok((medium, ("three rows, one of them wrong", "三行，其中一行有误").into()))
        })
        .await;
    tour.step(
        row("Update members in bulk", "增量更新成员", "imports().sync_members", "batch/syncuser"),
        async {
            let medium = medium.ok_or_else(|| unmet("the file is missing: its upload failed"))?;
            let inbox = &stage.inbox;
            let callback = JobCallback::new(&inbox.url, &inbox.token, &inbox.key);
            let submission = contacts.imports().sync_members(ImportFile::from(&medium));
            let job = submission.to_invite(false).callback(callback).await?;
            let outcome = ended(stage, &job).await?;
            let refused: Vec<_> = outcome.failures().collect();
            let [row] = refused[..] else {
                return Err(unmet(format_args!("{} rows were refused instead of 1", refused.len())));
            };
            must!(row.userid == Some(stage.userid("bad")), "the refused row is not the invalid one");
            let liu = stage.app.members().get(stage.userid("liu")).await?;
            must!(liu.position.as_deref() == Seen::Known("架构师"), "刘洋 is not updated");
            stage.app.members().get(stage.userid("wu")).await?;
            let reason = row.refusal().map_or(0, |code| code.0);
            Ok((
                job,
                Bilingual::new(
                    format!("one updated, one created, one refused with {reason}"),
                    format!("更新一名，新增一名，拒绝一名（{reason}）"),
                ),
            ))
        },
    )
    .await
}

async fn replace_departments(tour: &mut Engine, stage: &Stage) {
    tour.step(
        row("Replace the departments", "全量覆盖部门", "imports().replace_departments", "batch/replaceparty"),
        async {
            let departments = stage.contacts.departments();
            let mine = stage.department()?;
            let gone = departments.create(NewDepartment::new("将被覆盖", mine)).await?;
            let present = stage.app.departments().list().await?;
            let new = DepartmentId(present.iter().map(|department| department.id.0).max().unwrap_or(1) + 1);
            let mut csv = format!("{DEPARTMENTS}\n");
            for department in present.iter().filter(|department| department.id != gone) {
                let name = department.name.as_deref().unwrap_or_default();
                let parent = department.parentid.unwrap_or_default();
                csv.push_str(&format!("{name},{},{parent},0\n", department.id));
            }
            csv.push_str(&format!("批量新建组,{new},{mine},0\n"));
            let job = stage.contacts.imports().replace_departments(csv).await?;
            let outcome = ended(stage, &job).await?;
            must!(outcome.is_complete(), "{} rows were refused", outcome.failed());
            let created = outcome.rows().iter().find(|row| row.partyid == Some(new));
            let action = created.and_then(|row| row.action);
            must!(action.is_some_and(|action| action.created()), "the new member is not reported as created");
            let left = stage.app.departments().list_under(mine).await?;
            must!(left.iter().any(|department| department.id == new), "the new one is missing");
            must!(
                left.iter().all(|department| department.id != gone),
                "the one that is not in the file is still there"
            );
            departments.delete(new).await?;
            Ok((
                (),
                Bilingual::new(
                    format!("{} rows: one created; one not in the file is gone", outcome.rows().len()),
                    format!("{} 行：新增一个；文件中没有的一个已删除", outcome.rows().len()),
                ),
            ))
        },
    )
    .await;
}

async fn replace_members(tour: &mut Engine, stage: &Stage) {
    tour.step(
        row("Replace the members", "全量覆盖成员", "imports().replace_members", "batch/replaceuser"),
        async {
            let members = stage.app.members();
            let wu = stage.userid("wu");
            let mut csv = format!("{}\n", &MEMBERS[..MEMBERS.len() - ",职位".len()]);
            let present = members.list_simple_recursive(1).await?;
            let kept = present.iter().filter(|member| member.userid != wu);
            for member in kept {
                let departments: Vec<_> =
                    member.department.known().into_iter().flatten().map(ToString::to_string).collect();
                let name = member.name.as_deref().unwrap_or_default();
                csv.push_str(&format!(
                    "{name},{userid},,{userid}@example.com,{}\n",
                    departments.join(";"),
                    userid = member.userid
                ));
            }
            let submission = stage.contacts.imports().replace_members(csv);
            let job = submission.to_invite(false).await?;
            let outcome = ended(stage, &job).await?;
            if let Some(code) = outcome.failures().find_map(ImportRow::refusal) {
                return Err(unmet(format_args!("{} rows were refused, one with {code}", outcome.failed())));
            }
            let left = members.list_simple_recursive(1).await?;
            must!(
                left.len() + 1 == present.len() && left.iter().all(|member| member.userid != wu),
                "not exactly those of the file are left"
            );
            Ok((
                (),
                Bilingual::new(
                    format!("{} kept; 吴丹, who is not in the file, is gone", left.len()),
                    format!("保留 {} 名；文件中没有的吴丹已删除", left.len()),
                ),
            ))
        },
    )
    .await;
}

/// Waits for a job while the simulator's clock advances.
async fn ended(stage: &Stage, job: &ImportJob) -> Result<ImportOutcome> {
    let polling = Polling::every(MOMENT).at_most(JOB_LIMIT);
    stage.hastened(async { Ok(job.wait(polling).await?) }).await
}
