//! Imports (异步导入).

use std::time::Duration;

use serde_json::json;
use wecom_contacts::{ErrorKind, Polling, imports::*, media::MediaKind};

use crate::{rig::Rig, wire::Sample};

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<SyncMembers>(),
    Sample::of::<ReplaceMembers>(),
    Sample::of::<ReplaceDepartments>(),
    Sample::of::<GetImportResult>(),
];

const SOON: Polling = Polling::every(Duration::from_millis(1));

#[tokio::test]
async fn members_are_added_from_a_file_and_bad_rows_are_told() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,邮箱,所在部门,职位\n\
        王芳,wangfang,13800009001,wangfang@example.com,2;3,\"工程师, \"\"高级\"\"\"\n\
        刘洋,liuyang,13800000001,,2,\n";
    let job = rig.contacts.imports().sync_members(csv).to_invite(false).await.unwrap();
    assert_eq!(rig.last_body()["to_invite"], json!(false));

    // The clock stands still, and so does the job.
    let status = job.status().await.unwrap();
    assert!(matches!(status.status, ImportState::Started | ImportState::Running), "{status:?}");
    let error = job.wait(SOON.at_most(Duration::from_millis(20))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::StillRunning { job: id, .. } if id == job.id()), "{error:?}");

    rig.sim.advance(Duration::from_secs(60));
    // Taken up by its id, as another process would.
    let outcome = rig.contacts.imports().job(job.id()).wait(SOON).await.unwrap();
    assert_eq!(outcome.status().kind, ImportKind::SyncMembers);
    assert_eq!((outcome.succeeded(), outcome.failed()), (1, 1));
    let failure = outcome.failures().next().unwrap();
    assert_eq!(failure.userid, Some("liuyang".into()));
    assert_eq!(failure.refusal().unwrap().0, 60104);

    let member = rig.app.members().get("wangfang").await.unwrap();
    assert_eq!(member.department, [2, 3]);
    assert_eq!(member.position.as_deref(), Some("工程师, \"高级\""));
}

#[tokio::test]
async fn departments_are_replaced_from_a_file_that_was_uploaded_before() {
    let rig = Rig::legacy().await;
    let csv = "部门名称,部门ID,父部门ID,排序\n示例公司,1,0,0\n研究院,2,1,100\n测试组,7,2,50\n";
    let medium = rig.contacts.media().upload(MediaKind::File, "departments.csv", csv).await.unwrap();
    let job = rig.contacts.imports().replace_departments(&medium).await.unwrap();
    assert_eq!(rig.last_body(), json!({"media_id": medium.media_id}));
    rig.sim.advance(Duration::from_secs(60));
    let outcome = job.wait(SOON).await.unwrap();
    let change = |id: u32| {
        let row = outcome.rows().iter().find(|row| row.partyid == Some(id.into()));
        row.and_then(|row| row.action)
    };
    assert!(change(2).unwrap().renamed());
    assert!(change(7).unwrap().created());
    let department = rig.app.departments().get(7).await.unwrap();
    assert_eq!(department.name.as_deref(), Some("测试组"));
}

#[tokio::test]
async fn only_one_import_runs_and_only_those_submitted_are_known() {
    let rig = Rig::legacy().await;
    let imports = rig.contacts.imports();
    let csv = "姓名,帐号,手机号,邮箱,所在部门\n王芳,wangfang,13800009001,,2\n";
    imports.sync_members(csv).await.unwrap();
    let error = imports.sync_members(csv.to_owned()).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(302_008));
    let error = imports.job("no-such-job").wait(SOON).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(40088));
    assert!(error.is_not_found());
    let error = rig.app.imports().replace_members(csv.as_bytes()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
}
