//! Exports (异步导出).

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tokio::sync::Notify;
use wecom_contacts::{
    Error, ErrorKind, Polling,
    departments::Department,
    exports::*,
    members::{Member, SimpleMember},
};

use crate::{
    rig::Rig,
    stub::{Answer, Stub},
    wire::Sample,
};

pub(crate) const SAMPLES: &[Sample] = &[
    Sample::of::<ExportMembersSimple>(),
    Sample::of::<ExportMembers>(),
    Sample::of::<ExportDepartments>(),
    Sample::of::<ExportTag>(),
    Sample::of::<GetExportResult>(),
];

/// The official sample key.
const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

fn encrypted(document: &Value) -> Vec<u8> {
    wecom_cipher::encrypt_file(&KEY.parse().unwrap(), document.to_string().as_bytes())
}

fn file(url: String, content: &[u8]) -> Value {
    let md5: [u8; 16] = Md5::digest(content).into();
    json!({"url": url, "size": content.len(), "md5": format!("{:032x}", u128::from_be_bytes(md5))})
}

fn done(files: &[Value]) -> Answer {
    Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 2, "data_list": files}))
}

fn members(ids: std::ops::Range<u32>) -> Value {
    let members = ids.map(|id| json!({"userid": format!("user{id}"), "name": "张三", "department": [1]}));
    json!({"userlist": members.collect::<Vec<_>>()})
}

async fn export<R: ExportRow>(stub: &Stub) -> Export<R> {
    let job = stub.client().exports().job("job-1", KEY.parse().unwrap());
    job.wait(Polling::default()).await.unwrap()
}

/// Reads to the first error or the end, and makes sure that nothing comes after an error.
async fn read<R: ExportRow>(mut rows: ExportRows<R>) -> (Vec<R>, Option<Error>) {
    let mut read = Vec::new();
    loop {
        match rows.next().await {
            Some(Ok(row)) => read.push(row),
            Some(Err(error)) => {
                assert!(rows.next().await.is_none(), "nothing more comes after an error");
                return (read, Some(error));
            }
            None => return (read, None),
        }
    }
}

/// Makes an announcement wrong.
type Bend = fn(&mut Value);

/// A server with one file, whose announcement and content a test may bend.
async fn one_file(announce: Bend, content: Vec<u8>) -> Stub {
    Stub::with_tokens(move |request, _| {
        if request.path() == "/f" {
            return Answer::of(200, "application/octet-stream", &content);
        }
        let mut file = file(format!("http://{}/f", request.host()), &content);
        announce(&mut file);
        done(&[file])
    })
    .await
}

#[tokio::test]
async fn rows_of_all_files_come_in_order() {
    let stub = Stub::with_tokens(|request, _| {
        let files = [encrypted(&members(0..3)), encrypted(&members(3..3)), encrypted(&members(3..2500))];
        match request.path().strip_prefix("/f/") {
            Some(number) => {
                Answer::of(200, "application/octet-stream", &files[number.parse::<usize>().unwrap()])
            }
            None => {
                let url = |number| format!("http://{}/f/{number}", request.host());
                let files: Vec<_> =
                    files.iter().enumerate().map(|(number, content)| file(url(number), content)).collect();
                done(&files)
            }
        }
    })
    .await;
    let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(error.is_none(), "{error:?}");
    let expected: Vec<_> = (0..2500).map(|id| format!("user{id}")).collect();
    assert!(rows.iter().map(|row| row.userid.as_str()).eq(expected.iter().map(String::as_str)));
    // A link is its own authority: no token goes with it.
    assert!(
        stub.requests()
            .iter()
            .all(|request| !request.path().starts_with("/f") || !request.target.contains("token"))
    );
}

#[tokio::test]
async fn a_tags_rows_are_members_and_departments_and_its_name_comes_along() {
    let document =
        json!({"tagname": "值班", "userlist": [{"userid": "liuyang", "name": "刘洋"}], "partylist": [7]});
    let stub = one_file(|_| (), encrypted(&document)).await;
    let mut rows = export::<TagRow>(&stub).await.rows();
    assert_eq!(rows.tag_name(), None);
    let Some(Ok(TagRow::Member(member))) = rows.next().await else {
        panic!("the member comes first");
    };
    assert_eq!(member.userid, "liuyang");
    assert_eq!(rows.tag_name(), Some("值班"));
    assert_eq!(rows.next().await.unwrap().unwrap(), TagRow::Department(7.into()));
    assert!(rows.next().await.is_none());
}

#[tokio::test]
async fn trap_37_rows_come_while_the_file_is_still_on_its_way() {
    let go_on = Arc::new(Notify::new());
    let gate = Arc::clone(&go_on);
    let stub = Stub::with_tokens(move |request, _| {
        let content = encrypted(&members(0..2000));
        if request.path() == "/f" {
            let (first, second) = content.split_at(content.len() / 2);
            return Answer::halves(first, Arc::clone(&gate), second);
        }
        done(&[file(format!("http://{}/f", request.host()), &content)])
    })
    .await;
    let mut rows = export::<SimpleMember>(&stub).await.rows();
    for id in 0..900 {
        assert_eq!(rows.next().await.unwrap().unwrap().userid, format!("user{id}").as_str());
    }
    go_on.notify_one();
    let (rest, error) = read(rows).await;
    assert_eq!((rest.len(), error.is_none()), (1100, true));
}

#[tokio::test]
async fn trap_37_a_file_that_is_not_what_was_announced_is_an_error() {
    let whole = encrypted(&members(0..3));
    let other_key = wecom_cipher::encrypt_file(
        &"jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().unwrap(),
        members(0..3).to_string().as_bytes(),
    );
    let cases: [(Bend, Vec<u8>, &str); 6] = [
        (|file| file["md5"] = "0cc175b9c0f1b6a831c399e269772661".into(), whole.clone(), "md5"),
        (|file| file["size"] = 31.into(), whole.clone(), "larger"),
        (|file| file["size"] = 1_000_000.into(), whole.clone(), "smaller"),
        (|_| (), whole[..whole.len() - 16].to_vec(), "decrypt"),
        (|_| (), Vec::new(), "decrypt"),
        (|_| (), other_key, "decrypt"),
    ];
    for (announce, content, why) in cases {
        let stub = one_file(announce, content).await;
        let (_, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
        let error = error.expect(why);
        assert!(matches!(error.kind(), ErrorKind::CorruptFile { .. }), "{why}: {error:?}");
        assert!(error.to_string().contains(why), "{why}: {error}");
        assert!(error.remedy().is_some());
    }
    // The md5 counts in either case of letters.
    let stub =
        one_file(|file| file["md5"] = file["md5"].as_str().unwrap().to_uppercase().into(), whole).await;
    assert!(read::<SimpleMember>(export(&stub).await.rows()).await.1.is_none());
}

#[tokio::test]
async fn a_file_of_something_else_is_an_error_that_shows_nothing_of_it() {
    for document in [
        json!([]),
        json!({"userlist": {"userid": "13800000001"}}),
        json!({"userlist": [{"userid": ["13800000001"]}]}),
        json!({"userlist": ["13800000001"]}),
    ] {
        let stub = one_file(|_| (), encrypted(&document)).await;
        let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
        let error = error.unwrap();
        assert_eq!(rows.len(), 0);
        assert!(!format!("{error} {error:?}").contains("138"), "{error:?}");
    }
}

#[tokio::test]
async fn rows_before_an_error_are_handed_out() {
    let document = json!({"userlist": [{"userid": "a"}, {"userid": "b"}, {"userid": 7}, {"userid": "c"}]});
    let stub = one_file(|_| (), encrypted(&document)).await;
    let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert_eq!(rows.len(), 2);
    assert!(matches!(error.unwrap().kind(), ErrorKind::Malformed(_)));
}

#[tokio::test]
async fn trap_37_a_dead_link_is_renewed_once_a_file() {
    for status in [403, 404, 410] {
        let stub = Stub::with_tokens(move |request, number| {
            let content = encrypted(&members(0..2));
            match request.path() {
                "/cgi-bin/export/get_result" => {
                    let url = |file| format!("http://{}/{number}/{file}", request.host());
                    done(&[file(url(0), &content), file(url(1), &content)])
                }
                // 0 is gettoken, 1 the job's first status: its links are dead.
                path if path.starts_with("/1/") => Answer::of(status, "text/plain", b"expired"),
                _ => Answer::of(200, "application/octet-stream", &content),
            }
        })
        .await;
        let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(rows.len(), 4);
        let asked = stub.calls().iter().filter(|call| call.path().ends_with("get_result")).count();
        assert_eq!(asked, 3, "once for the job, once for each file");
    }
}

#[tokio::test]
async fn trap_37_a_link_that_stays_dead_is_an_error_without_the_link() {
    let stub = Stub::with_tokens(|request, _| match request.path() {
        "/cgi-bin/export/get_result" => done(&[file(format!("http://{}/f?sign=l1nk", request.host()), b"")]),
        _ => Answer::of(403, "text/plain", b"expired"),
    })
    .await;
    let (_, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::NotWeCom { status: 403, .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("l1nk"));
    assert_eq!(stub.calls().len(), 4);
}

#[tokio::test]
async fn a_broken_download_is_an_error_after_the_rows_that_came() {
    let stub = Stub::with_tokens(|request, _| {
        let content = encrypted(&members(0..2000));
        match request.path() {
            "/f" => Answer::cut(&content[..content.len() / 2], content.len()),
            _ => done(&[file(format!("http://{}/f", request.host()), &content)]),
        }
    })
    .await;
    let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(matches!(error.unwrap().kind(), ErrorKind::Transport { .. }));
    assert!((900..1100).contains(&rows.len()), "{}", rows.len());
}

#[tokio::test]
async fn a_job_that_failed_is_an_error_with_its_id() {
    let stub =
        Stub::with_tokens(|_, _| Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 3}))).await;
    let job = stub.client().exports().job::<SimpleMember>("job-1", KEY.parse().unwrap());
    let error = job.wait(Polling::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::JobFailed { job } if *job == "job-1"));
}

/// Lets a job of the simulator's run to its end, and reads its rows.
async fn finish<R: ExportRow>(rig: &Rig, job: &ExportJob<R>) -> Vec<R> {
    rig.sim.advance(Duration::from_secs(60));
    let export = job.wait(Polling::every(Duration::from_millis(1))).await.unwrap();
    let (rows, error) = read(export.rows()).await;
    assert!(error.is_none(), "{error:?}");
    rows
}

#[tokio::test]
async fn every_export_of_the_simulator_has_the_rows_of_its_list_call() {
    let rig = Rig::legacy().await;
    let exports = rig.app.exports();
    let members: Vec<Member> = finish(&rig, &exports.members().await.unwrap()).await;
    let mut listed = rig.app.members().list_recursive(1).await.unwrap();
    // The order of an export is not promised.
    let place = |userid| members.iter().position(|member| member.userid == userid);
    listed.sort_by_key(|member| place(member.userid.clone()));
    assert!(members == listed, "a row is what the list has");
    let simple: Vec<SimpleMember> = finish(&rig, &exports.members_simple().await.unwrap()).await;
    assert!(simple.iter().zip(&members).all(|(simple, full)| simple.userid == full.userid));
    assert_eq!(simple.len(), members.len());
    let departments: Vec<Department> = finish(&rig, &exports.departments().await.unwrap()).await;
    let listed = rig.app.departments().list().await.unwrap();
    let ids =
        |departments: &[Department]| departments.iter().map(|department| department.id).collect::<Vec<_>>();
    assert_eq!(ids(&departments), ids(&listed));

    let tag = rig.app.tags().list().await.unwrap().remove(0);
    let job = exports.tag(tag.tagid).await.unwrap();
    let rows = finish(&rig, &job).await;
    let content = rig.app.tags().get(tag.tagid).await.unwrap();
    assert_eq!(rows.len(), content.members.len() + content.departments.len());
}

#[tokio::test]
async fn an_export_of_many_blocks_is_read_after_its_links_have_died() {
    let rig = Rig::legacy().await;
    rig.sim.seed(25_000, 50, 7).unwrap();
    let job = rig.app.exports().members_simple().block_size(10_000).await.unwrap();
    rig.sim.advance(Duration::from_secs(60));
    // As another process would take it up: by id and key.
    let job = rig.app.exports().job::<SimpleMember>(job.id(), job.key().clone());
    let export = job.wait(Polling::every(Duration::from_millis(1))).await.unwrap();
    assert_eq!(export.files().len(), 3);
    rig.sim.advance(Duration::from_secs(2 * 3600 + 60));
    let (rows, error) = read(export.rows()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows.len(), 25_000);
}

#[tokio::test]
async fn contacts_sync_may_not_export_from_a_new_ip() {
    let rig = Rig::start().await;
    let error = rig.contacts.exports().members().await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(48009));
    assert!(error.is_permission_denied());
}
