//! Imports (异步导入).

use std::{
    future::IntoFuture,
    pin::pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::stream;
use serde_json::json;
use tokio::sync::Notify;
use wecom_contacts::{
    Error, ErrorKind, Polling, RetryPolicy, Seen, Stopped,
    imports::{MemberColumn as Column, *},
    media::MediaKind,
};
use wecom_sim::{Choices, Sim};

use crate::rig::Rig;

pub(crate) const SOON: Polling = Polling::every(Duration::from_millis(1));
const HOURS: Polling = Polling::every(Duration::from_secs(3_600)).at_most(Duration::from_secs(36_000));

/// Awaits a future that needs time to pass, and advances the simulator's clock.
async fn driven<T>(rig: &Rig, work: impl IntoFuture<Output = T>, also: impl Fn()) -> T {
    let begun = Instant::now();
    let mut work = pin!(work.into_future());
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(Duration::from_millis(1)) => {
                rig.sim.advance(Duration::from_secs(10));
                also();
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it never ends");
    }
}

pub(crate) async fn run(
    rig: &Rig,
    work: impl IntoFuture<Output = Result<ImportOutcome, Error>>,
) -> Result<ImportOutcome, Error> {
    driven(rig, work, || ()).await
}

fn member(userid: &str) -> ImportMember {
    ImportMember::new(userid, "王芳").email(format!("{userid}@example.com")).department([2])
}

fn called(name: impl Into<String>, mut member: ImportMember) -> ImportMember {
    member.name = name.into();
    member
}

/// Returns how many calls of this path the server answered with this code.
fn answered(rig: &Rig, path: &str, errcode: i32) -> usize {
    let requests = rig.sim.requests();
    requests.iter().filter(|request| request.path == path && request.errcode == Some(errcode)).count()
}

#[tokio::test]
async fn members_are_added_from_a_file_and_bad_rows_are_told() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,邮箱,所在部门,职位\n\
        王芳,wangfang,13800009001,wangfang@example.com,2;3,\"工程师, \"\"高级\"\"\"\n\
        刘洋,liuyang,13800000001,,2,\n";
    let job = rig.contacts.imports().sync_members(csv).to_invite(false).await.unwrap();
    assert_eq!(rig.last_body()["to_invite"], json!(false));

    // The clock does not move, so the job does not progress.
    let status = job.status().await.unwrap();
    assert!(matches!(status.status, ImportState::Started | ImportState::Running), "{status:?}");
    let error = job.wait(SOON.at_most(Duration::from_millis(20))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::StillRunning { job: id, .. } if id == job.id()), "{error:?}");

    rig.sim.advance(Duration::from_secs(60));
    // Another process would resume the job in the same way, by its id.
    let outcome = rig.contacts.imports().job(job.id()).wait(SOON).await.unwrap();
    assert_eq!(outcome.status().kind, ImportKind::SyncMembers);
    assert_eq!((outcome.succeeded(), outcome.failed()), (1, 1));
    let failure = outcome.failures().next().unwrap();
    assert_eq!(failure.userid, Some("liuyang".into()));
    assert_eq!(failure.refusal().unwrap().0, 60104);

    let member = rig.app.members().get("wangfang").await.unwrap();
    assert_eq!(member.department, Seen::Known(vec![2.into(), 3.into()]));
    assert_eq!(member.position.as_deref(), Seen::Known("工程师, \"高级\""));
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
    assert_eq!(department.name.as_deref(), Seen::Known("测试组"));
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

#[tokio::test]
async fn rows_of_a_file_end_as_its_lines_and_finished_is_not_all_accepted() {
    let rig = Rig::legacy().await;
    let mut file = ImportFile::members().extra(["工号"]).in_memory();
    for (line, row) in [
        (11, member("wangfang").position("工程师").extra(["A17"])),
        (12, member("liuyang").mobile("13800000001")),
        (15, member("bad/id")),
        (16, member("chenchen")),
    ] {
        file.push_at(line, &row);
    }
    let file = file.finish().into_file_anyway();
    let work = rig.contacts.imports().sync_members(file).to_invite(false).outcome(SOON);
    let outcome = run(&rig, work).await.unwrap();
    assert_eq!((outcome.total(), outcome.succeeded(), outcome.failed()), (4, 2, 2));
    let refused: Vec<_> = outcome.failures().map(|row| (row.line.unwrap(), row.refusal().unwrap())).collect();
    assert_eq!(refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [12, 15]);
    assert!(refused.iter().all(|(_, code)| !code.info().unwrap().remedy.is_empty()), "{refused:?}");
    assert!(!outcome.is_complete() && outcome.unmentioned().is_empty());
    let read = rig.app.members().get("wangfang").await.unwrap();
    assert_eq!(read.position.as_deref(), Seen::Known("工程师"));
}

#[tokio::test]
async fn trap_38_commas_quotes_and_line_ends_inside_names_arrive_as_they_are() {
    let rig = Rig::legacy().await;
    let names = ["王, 芳", "\"王\" 芳", "王\n芳", "王\r\n芳", "王;芳", "\"", ",", "'138", "=1+1"];
    let rows = names.iter().enumerate().map(|(number, name)| {
        let row = member(&format!("user{number}")).position(*name);
        called(*name, row)
    });
    let file = ImportFile::members().bom(true).rows(rows).into_file().unwrap();
    let outcome = run(&rig, rig.contacts.imports().sync_members(file).outcome(SOON)).await.unwrap();
    assert!(outcome.is_complete(), "{:?}", outcome.failures().collect::<Vec<_>>());
    for (number, name) in names.into_iter().enumerate() {
        let read = rig.app.members().get(format!("user{number}")).await.unwrap();
        assert_eq!((read.name.as_deref(), read.position.as_deref()), (Seen::Known(name), Seen::Known(name)));
    }
}

#[tokio::test]
async fn what_an_export_gave_imports_as_it_is() {
    let rig = Rig::legacy().await;
    let before = rig.app.members().list_recursive(1).await.unwrap();
    let departments = rig.app.departments().list().await.unwrap();
    let tree = departments.iter().map(ImportDepartment::from);
    let file = ImportFile::departments().rows(tree).into_file().unwrap();
    let outcome = run(&rig, rig.contacts.imports().replace_departments(file).outcome(SOON)).await.unwrap();
    // The server appends a row for the root to the result, independent of the file.
    let (root, rows) = outcome.rows().split_last().unwrap();
    assert!(outcome.is_complete() && rows.iter().all(|row| row.action == Some(DepartmentAction(0))));
    assert_eq!((root.partyid, root.action), (Some(1.into()), Some(DepartmentAction(10))));

    let userids = before.iter().map(|member| &member.userid);
    let builder = ImportFile::members().columns(Column::ALL).present_members(userids);
    let file = builder.rows(before.iter().map(ImportMember::from)).into_file().unwrap();
    let outcome = run(&rig, rig.contacts.imports().replace_members(file).outcome(SOON)).await.unwrap();
    assert!(outcome.is_complete(), "{:?}", outcome.failures().collect::<Vec<_>>());
    assert_eq!(rig.app.members().list_recursive(1).await.unwrap(), before);
}

#[tokio::test]
async fn an_import_waits_for_its_turn() {
    let rig = Rig::legacy().await;
    let imports = rig.contacts.imports();
    imports.sync_members(ImportFile::members().rows([member("first")]).into_file().unwrap()).await.unwrap();

    let second = ImportFile::members().rows([member("second")]).into_file().unwrap();
    let brief = SOON.at_most(Duration::from_millis(20));
    let error = imports.sync_members(second.clone()).outcome(brief).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(302_008));
    assert_eq!(error.stopped(), Stopped::OutOfTime);
    assert!(error.attempts() > 1 && error.to_string().contains("given up after"), "{error}");

    let refused = answered(&rig, "batch/syncuser", 302_008);
    let uploads = answered(&rig, "media/upload", 0);
    let waiting = tokio::spawn(imports.sync_members(second).outcome(SOON));
    let begun = Instant::now();
    while answered(&rig, "batch/syncuser", 302_008) < refused + 3 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the status is not requested again");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let outcome = driven(&rig, waiting, || ()).await.unwrap().unwrap();
    assert!(outcome.is_complete());
    assert_eq!(answered(&rig, "media/upload", 0), uploads + 1);
    assert_eq!(answered(&rig, "batch/syncuser", 0), 2);
}

#[tokio::test]
async fn who_is_told_of_an_end_neither_waits_for_the_turn_nor_for_the_outcome_any_longer() {
    let rig = Rig::legacy().await;
    let imports = rig.contacts.imports();
    let first = imports
        .sync_members(ImportFile::members().rows([member("first")]).into_file().unwrap())
        .await
        .unwrap();
    let file = ImportFile::members().rows([member("second")]).into_file().unwrap();
    let event = Arc::new(Notify::new());
    let wakeups = stream::unfold(Arc::clone(&event), |event| async move {
        event.notified().await;
        Some(((), event))
    });
    let work = imports.sync_members(file).outcome_with_wakeups(HOURS, wakeups);
    let outcome = driven(&rig, work, || event.notify_one()).await.unwrap();
    assert!(outcome.is_complete());

    let wakeup = async {};
    assert!(first.wait_with_wakeup(HOURS, wakeup).await.unwrap().is_complete());
}

#[tokio::test]
async fn a_large_file_of_members_goes_part_by_part_and_no_replacement_does() {
    let rig = Rig::legacy().await;
    let rows: Vec<ImportMember> = (0..40).map(|number| member(&format!("user{number}"))).collect();
    let file = ImportFile::members().part_size(400).rows(&rows).into_file().unwrap();
    let parts = file.parts().len();
    assert!(parts > 2);

    let before = rig.sim.requests().len();
    let error = rig.contacts.imports().replace_members(file.clone()).outcome(SOON).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unwritable(_)), "{error}");
    let error = rig.contacts.imports().sync_members(file.clone()).await.unwrap_err();
    assert!(error.to_string().contains("parts"), "{error}");
    assert_eq!(rig.sim.requests().len(), before);

    let told = Arc::new(Mutex::new(Vec::new()));
    let submission = rig.contacts.imports().sync_members(file).on_job({
        let told = Arc::clone(&told);
        move |id| told.lock().unwrap().push(id.clone())
    });
    let outcome = run(&rig, submission.outcome(SOON)).await.unwrap();
    assert_eq!((outcome.jobs().len(), outcome.total(), outcome.succeeded()), (parts, 40, 40));
    assert_eq!(*told.lock().unwrap(), outcome.jobs());
    assert!(outcome.rows().iter().map(|row| row.line).eq((2..42).map(Some)));
}

#[tokio::test]
async fn a_job_that_is_taken_up_by_its_id_tells_the_lines_of_its_file() {
    let rig = Rig::legacy().await;
    let file = ImportFile::members().rows([member("wangfang")]).into_file().unwrap();
    let id = rig.contacts.imports().sync_members(file.clone()).await.unwrap().id().clone();
    let job = rig.contacts.imports().job(id);
    let outcome = run(&rig, job.wait(SOON)).await.unwrap();
    assert_eq!(outcome.rows()[0].line, None);
    let outcome = job.of(&file).wait(SOON).await.unwrap();
    assert_eq!(outcome.rows()[0].line, Some(2));
}

#[tokio::test]
async fn every_file_that_is_said_to_fail_fails_with_the_code_it_is_said_to() {
    let rig = Rig::legacy().await;
    let imports = rig.contacts.with_retry(RetryPolicy::none()).imports();
    let members = |rows: &[ImportMember]| ImportFile::members().rows(rows);
    let named = |columns: &[Column]| ImportFile::members().columns(columns.iter().copied());
    let userid_alone = [ImportMember::new("", "王芳").email("a@example.com").department([2])];
    // 200 attributes of 64 characters each: 600 such rows exceed 20 MB, and a file that replaces all members has one
    // part.
    let huge = |number: u32| member(&format!("huge{number}")).extra(vec!["王".repeat(64); 200]);
    let attributes = (0..200).map(|number| format!("属性{number}"));
    let huge = ImportFile::members().extra(attributes).replaces_all().rows((0..600).map(huge));
    for (checked, code) in [
        (members(&[]), 40092),
        (members(&[called("", member("a"))]), 40092),
        (members(&userid_alone), 40092),
        (members(&[member("a").email("")]), 40092),
        (members(&[member("a").department::<u32>([])]), 40092),
        (named(&[Column::Name, Column::Email]).rows([member("a").department::<u32>([])]), 40092),
        (members(&[member("wangfang"), member("WangFang").email("b@example.com")]), 302_003),
        (huge, 45001),
    ] {
        let codes: Vec<_> = checked.violations().iter().filter_map(|violation| violation.code()).collect();
        assert!(
            !codes.is_empty() && codes.iter().all(|found| found.0 == code),
            "{code}: {}",
            checked.violations()
        );
        assert_eq!(checked.violations().worst(), Some(Severity::Job));
        let work = imports.sync_members(checked.into_file_anyway()).outcome(SOON);
        let error = run(&rig, work).await.unwrap_err();
        assert_eq!(error.code().map(|code| code.0), Some(code), "{error}");
    }

    let userids: Vec<_> = rig
        .app
        .members()
        .list_simple_recursive(1)
        .await
        .unwrap()
        .into_iter()
        .map(|member| member.userid)
        .collect();
    let checked = ImportFile::members().present_members(&userids).rows([member("alone")]);
    assert_eq!(checked.violations().info().unwrap().code.0, 45026);
    let work = imports.replace_members(checked.into_file_anyway()).outcome(SOON);
    let error = run(&rig, work).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(45026));
}

#[tokio::test]
async fn every_tree_that_is_said_to_fail_fails_with_the_code_it_is_said_to() {
    let rig = Rig::legacy().await;
    for (rows, code) in [
        (&[][..], 40092),
        (&[("a", 2, 1), ("b", 2, 1)][..], 302_006),
        (&[("a", 2, 1), ("a", 3, 1)], 302_007),
        (&[("a", 2, 9)], 302_004),
        (&[("a", 2, 3), ("b", 3, 2)], 302_004),
        (&[("a", 2, 2)], 302_004),
        (&[("", 2, 1)], 302_004),
        (&[("a", 0, 1)], 302_004),
        (&[("a", 2, 0)], 302_004),
        (&[("root", 1, 2), ("a", 2, 1)], 302_004),
    ] {
        let rows = rows.iter().map(|(name, id, parent)| ImportDepartment::new(*name, *id, *parent));
        let checked = ImportFile::departments().rows(rows);
        let codes: Vec<_> = checked.violations().iter().filter_map(|violation| violation.code()).collect();
        assert!(
            !codes.is_empty() && codes.iter().all(|found| found.0 == code),
            "{code}: {}",
            checked.violations()
        );
        let work = rig.contacts.imports().replace_departments(checked.into_file_anyway()).outcome(SOON);
        let error = run(&rig, work).await.unwrap_err();
        assert_eq!(error.code().map(|code| code.0), Some(code), "{error}");
    }
}

#[tokio::test]
async fn every_row_that_is_said_to_fail_fails_with_the_code_it_is_said_to() {
    let rig = Rig::legacy().await;
    let rows = [
        member("a").mobile("13900000001"),
        member("b").mobile("+86 139 0000 0001"),
        member("c").email("A@example.com"),
        member("d").department([2, 3]).is_leader_in_dept([true]),
        member("e").department([2, 3]).order([1]),
        member("f").department([2, 3]).is_leader_in_dept([true, false]).order([1, 2]),
        member("g+h"),
        member("i").mobile("1390000000l"),
        member("j").mobile("13900000010").email("j@"),
        member("k").position("长".repeat(129)),
        member("l").alias("长".repeat(65)),
        member("m").address("长".repeat(129)),
        member("n").telephone("010 1234"),
        member("o").department(2..103),
        called("长".repeat(65), member("p")),
    ];
    let checked = ImportFile::members().columns(Column::ALL).rows(&rows);
    let foreseen: Vec<_> =
        checked.violations().iter().map(|violation| (violation.line(), violation.code())).collect();
    assert_eq!(checked.violations().worst(), Some(Severity::Row));
    let work = rig.contacts.imports().sync_members(checked.into_file_anyway()).outcome(SOON);
    let outcome = run(&rig, work).await.unwrap();
    let refused: Vec<_> = outcome.failures().map(|row| (row.line, row.refusal())).collect();
    assert_eq!(refused, foreseen);
    assert_eq!(refused.len(), 13);
}

#[tokio::test]
async fn rows_that_keep_different_fields_are_imported_in_jobs_of_their_own_and_never_replace_all() {
    let rig = Rig::legacy().await;
    let imports = rig.contacts.imports();
    let mut lisi = ImportMember::new("lisi", "李四").mobile("13800000002").department([2]);
    lisi.keep(Column::Position);
    let mut wangwu = ImportMember::new("wangwu", "").position("副组长");
    [Column::Name, Column::Mobile, Column::Department].into_iter().for_each(|column| wangwu.keep(column));
    let zhaoliu = ImportMember::new("zhaoliu", "赵六").mobile("13800000004").department([3]);
    let mut wanted = rig.app.members().get("wangwu").await.unwrap();
    wanted.position = "副组长".into();
    let columns = [Column::Userid, Column::Name, Column::Mobile, Column::Department, Column::Position];
    let rows = [lisi, wangwu, zhaoliu];

    let checked = ImportFile::members().columns(columns).rows(&rows);
    assert_eq!(checked.clears(), [(Column::Position, 1)]);
    let file = checked.into_file().unwrap();
    let sent = rig.sim.requests().len();
    let error = imports.replace_members(file.clone()).outcome(SOON).await.unwrap_err();
    assert!(error.to_string().contains("its rows have 3 different sets of fields"), "{error}");
    assert_eq!(rig.sim.requests().len(), sent);

    let outcome = run(&rig, imports.sync_members(file).outcome(SOON)).await.unwrap();
    assert!(outcome.is_complete(), "{:?}", outcome.failures().collect::<Vec<_>>());
    assert_eq!((outcome.jobs().len(), outcome.total()), (3, 3));
    let lines: Vec<_> = outcome.rows().iter().map(|row| row.line).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4)]);
    let position = async |userid: &str| rig.app.members().get(userid).await.unwrap().position;
    assert_eq!(position("lisi").await.as_deref(), Seen::Known("研发总监"));
    assert_eq!(position("zhaoliu").await.as_deref(), Seen::Known(""));
    assert_eq!(rig.app.members().get("wangwu").await.unwrap(), wanted);
}

#[tokio::test]
async fn what_a_credential_may_read_imports_without_changing_the_corp() {
    let withheld = {
        let mut choices = Choices::default();
        choices.withheld_as_empty = true;
        choices
    };
    for legacy in [true, false] {
        for choices in [Choices::default(), withheld.clone()] {
            for seed in [None, Some(20261127)] {
                let mut sim = Sim::builder().legacy(legacy).choices(choices.clone());
                if let Some(seed) = seed {
                    sim = sim.seed(300, 40, seed);
                }
                let rig = Rig::with(sim).await;
                let digest = rig.sim.digest();
                let members = rig.app.members().list_recursive(1).await.unwrap();
                let rows: Vec<_> = members.iter().map(ImportMember::from).collect();
                let file = ImportFile::members().columns(Column::ALL).rows(&rows).into_file().unwrap();
                let work = rig.contacts.imports().sync_members(file).to_invite(false).outcome(SOON);
                let outcome = run(&rig, work).await.unwrap();
                assert!(outcome.is_complete(), "{:?}", outcome.failures().collect::<Vec<_>>());
                assert_eq!(rig.sim.digest(), digest, "legacy {legacy}, {choices:?}, seed {seed:?}");

                let departments = rig.app.departments().list().await.unwrap();
                let tree = departments.iter().map(ImportDepartment::from);
                let file = ImportFile::departments().rows(tree).into_file().unwrap();
                let work = rig.contacts.imports().replace_departments(file).outcome(SOON);
                assert!(run(&rig, work).await.unwrap().is_complete());
                assert_eq!(rig.sim.digest(), digest, "legacy {legacy}, {choices:?}, seed {seed:?}");
            }
        }
    }
}
