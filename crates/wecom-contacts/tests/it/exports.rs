//! Exports (异步导出).

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures_util::StreamExt;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tokio::sync::Notify;
use wecom_contacts::{
    Error, ErrorKind, Polling, RetryPolicy, UserId,
    departments::Department,
    exports::*,
    members::{Member, SimpleMember},
};

use crate::{
    rig::Rig,
    stub::{Answer, Request, Stub},
};

/// The official sample key.
const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

pub(crate) fn encrypted(document: &Value) -> Vec<u8> {
    encrypted_bytes(document.to_string().as_bytes())
}

pub(crate) fn encrypted_bytes(document: &[u8]) -> Vec<u8> {
    wecom_cipher::encrypt_file(&KEY.parse().unwrap(), document)
}

pub(crate) fn file(url: String, content: &[u8]) -> Value {
    json!({"url": url, "size": content.len(), "md5": wecom_cipher::hex(Md5::digest(content))})
}

fn done(files: &[Value]) -> Answer {
    Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 2, "data_list": files}))
}

fn members(ids: std::ops::Range<u32>) -> Value {
    let members = ids.map(|id| json!({"userid": format!("user{id}"), "name": "张三", "department": [1]}));
    json!({"userlist": members.collect::<Vec<_>>()})
}

pub(crate) async fn export<R: ExportRow>(stub: &Stub) -> Export<R> {
    let hasty = RetryPolicy::default().first_pause(Duration::from_millis(1));
    let job = stub.client().with_retry(hasty).exports().job("job-1", KEY.parse().unwrap());
    job.wait(Polling::default()).await.unwrap()
}

/// Reads to the end or to the first error, and checks that no row follows an error.
pub(crate) async fn read<R: Send + Unpin + 'static>(mut rows: ExportRows<R>) -> (Vec<R>, Option<Error>) {
    let mut read = Vec::new();
    loop {
        match rows.next().await {
            Some(Ok(row)) => read.push(row),
            Some(Err(error)) => {
                assert!(rows.next().await.is_none(), "no row follows an error");
                return (read, Some(error));
            }
            None => return (read, None),
        }
    }
}

/// Falsifies the status reply of a job.
pub(crate) type Bend = fn(&mut Value);

/// Starts a server with one file. A test may falsify its status reply and its content.
pub(crate) async fn one_file(announce: Bend, content: Vec<u8>) -> Stub {
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
    // A link contains its own authorization, so no token is sent with it.
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
        panic!("the first frame must be the member");
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
    // The md5 may have upper-case or lower-case letters.
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
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::CorruptFile { file: 0, offset: 43, .. }), "{error:?}");
    assert!(std::error::Error::source(&error).is_some(), "the error of the parser");
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
                // Request 0 is gettoken, and request 1 is the job's first status, whose links have expired.
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

/// Serves ranges like a file store. Each response contains at most `at_most` bytes, even if it announces more.
fn ranged(content: &[u8], request: &Request, at_most: usize) -> Answer {
    let size = content.len();
    let from = request.header("range").map_or(0, |range| {
        let range = range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap();
        range.parse().unwrap()
    });
    let rest = &content[from..];
    let head = match from {
        0 => format!("200 x\r\nContent-Length: {size}"),
        _ => {
            let last = size - 1;
            let length = rest.len();
            format!("206 x\r\nContent-Range: bytes {from}-{last}/{size}\r\nContent-Length: {length}")
        }
    };
    Answer::raw(&head, &rest[..at_most.min(rest.len())])
}

#[tokio::test]
async fn trap_37_a_download_that_is_cut_100_times_gives_the_same_rows_and_fetches_no_byte_twice() {
    let content = encrypted(&members(0..20_000));
    let size = content.len();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let stub = Stub::with_tokens(move |request, number| {
        if request.path() != "/f" {
            return done(&[file(format!("http://{}/f", request.host()), &content)]);
        }
        // The length varies and is about a hundredth of the file.
        let at_most = size / 110 + (number * 7919) % (size / 400);
        let from = request.header("range").map_or(0, |range| range[6..range.len() - 1].parse().unwrap());
        counted.fetch_add(at_most.min(size - from), SeqCst);
        ranged(&content, request, at_most)
    })
    .await;
    let rows = export::<SimpleMember>(&stub).await.rows();
    let progress = rows.progress();
    let (rows, error) = read(rows).await;
    assert!(error.is_none(), "{error:?}");
    assert!((0..20_000).map(|id| format!("user{id}")).eq(rows.iter().map(|row| row.userid.to_string())));
    let asked = stub.requests().iter().filter(|request| request.path() == "/f").count();
    assert!(asked > 90, "{asked} requests");
    assert_eq!(sent.load(SeqCst), size, "each byte was sent once");
    assert_eq!((progress.bytes(), progress.total_bytes()), (size as u64, size as u64));
    assert_eq!(progress.rows(), 20_000);
}

#[tokio::test]
async fn a_server_that_knows_no_ranges_is_read_from_the_beginning() {
    let content = encrypted(&members(0..5_000));
    let stub = Stub::with_tokens(move |request, number| match request.path() {
        "/f" if number < 4 => Answer::cut(&content[..content.len() / 3], content.len()),
        "/f" => Answer::of(200, "application/octet-stream", &content),
        _ => done(&[file(format!("http://{}/f", request.host()), &content)]),
    })
    .await;
    let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(error.is_none(), "{error:?}");
    assert!((0..5_000).map(|id| format!("user{id}")).eq(rows.iter().map(|row| row.userid.to_string())));
}

#[tokio::test]
async fn trap_37_a_link_that_dies_in_the_middle_is_renewed_and_the_rest_fetched() {
    let content = encrypted(&members(0..5_000));
    let stub = Stub::with_tokens(move |request, number| match request.path() {
        "/cgi-bin/export/get_result" => {
            done(&[file(format!("http://{}/{number}", request.host()), &content)])
        }
        // Request 0 is gettoken, and request 1 is the job's status. Its link returns half of the file and then expires.
        "/1" if request.header("range").is_none() => ranged(&content, request, content.len() / 2),
        "/1" => Answer::of(403, "text/plain", b"expired"),
        _ => ranged(&content, request, content.len()),
    })
    .await;
    let (rows, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows.len(), 5_000);
    let paths: Vec<_> = stub.calls().iter().map(|call| call.path().to_owned()).collect();
    let status = "/cgi-bin/export/get_result";
    assert_eq!(paths, [status, "/1", "/1", status, "/4"]);
}

#[tokio::test]
async fn trap_37_a_file_that_is_another_one_after_its_link_was_renewed_is_an_error() {
    let content = encrypted(&members(0..5_000));
    let stub = Stub::with_tokens(move |request, number| match request.path() {
        "/cgi-bin/export/get_result" => {
            let url = format!("http://{}/{number}", request.host());
            let grown = encrypted(&members(0..5_001));
            done(&[file(url, if number == 1 { &content } else { &grown })])
        }
        "/1" if request.header("range").is_none() => ranged(&content, request, content.len() / 2),
        _ => Answer::of(403, "text/plain", b"expired"),
    })
    .await;
    let (_, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(error.as_ref().unwrap().to_string().contains("a different file"), "{error:?}");
}

#[tokio::test]
async fn trap_37_a_file_that_grows_is_an_error() {
    let whole = encrypted(&members(0..5_000));
    let grown = [&whole[..], b"more"].concat();
    let stub = Stub::with_tokens(move |request, _| match request.path() {
        // A server that does not state the length of the file.
        "/f" => Answer::raw("200 x", &grown),
        _ => done(&[file(format!("http://{}/f", request.host()), &whole)]),
    })
    .await;
    let (_, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
    assert!(error.as_ref().unwrap().to_string().contains("larger"), "{error:?}");
}

#[tokio::test]
async fn trap_37_one_flipped_byte_anywhere_is_an_error() {
    let whole = encrypted(&members(0..3_000));
    for at in [0, 17, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
        let (mut flipped, whole) = (whole.clone(), whole.clone());
        flipped[at] ^= 0x20;
        let stub = Stub::with_tokens(move |request, _| match request.path() {
            "/f" => ranged(&flipped, request, flipped.len()),
            _ => done(&[file(format!("http://{}/f", request.host()), &whole)]),
        })
        .await;
        let (_, error) = read::<SimpleMember>(export(&stub).await.rows()).await;
        let error = error.expect("one byte is wrong");
        assert!(matches!(error.kind(), ErrorKind::CorruptFile { file: 0, .. }), "{at}: {error:?}");
    }
}

/// Starts a server with this number of files of 1,000 members each.
async fn files(count: u32) -> Stub {
    let contents: Vec<_> = (0..count).map(|no| encrypted(&members(no * 1000..(no + 1) * 1000))).collect();
    Stub::with_tokens(move |request, _| match request.path().strip_prefix("/f/") {
        Some(number) => ranged(&contents[number.parse::<usize>().unwrap()], request, usize::MAX),
        None => {
            let url = |number| format!("http://{}/f/{number}", request.host());
            let files = contents.iter().enumerate().map(|(number, content)| file(url(number), content));
            done(&files.collect::<Vec<_>>())
        }
    })
    .await
}

#[tokio::test]
async fn files_read_side_by_side_keep_their_order() {
    let stub = files(5).await;
    let export = export::<SimpleMember>(&stub).await;
    let (alone, error) = read(export.file_rows(3)).await;
    assert!(error.is_none() && alone.len() == 1000 && alone[0].userid == "user3000");
    let file = export.file(3).unwrap();
    assert_eq!((file.files().len(), export.file(5).is_none()), (1, true));
    let (ids, error) = read(file.ids()).await;
    assert!(error.is_none() && ids.len() == 1000 && ids[0] == "user3000");
    let (rows, error) = read(export.rows().files_at_once(3)).await;
    assert!(error.is_none(), "{error:?}");
    assert!((0..5_000).map(|id| format!("user{id}")).eq(rows.iter().map(|row| row.userid.to_string())));
}

#[tokio::test]
async fn one_may_ask_for_ids_or_for_some_fields_only() {
    #[derive(serde::Deserialize)]
    struct Seat {
        userid: String,
        department: Vec<u32>,
    }
    let stub = files(2).await;
    let ids: Vec<UserId> = export::<Member>(&stub).await.ids().map(Result::unwrap).collect().await;
    assert!((0..2_000).map(|id| format!("user{id}")).eq(ids.iter().map(ToString::to_string)));
    let seats: Vec<Seat> = export::<Member>(&stub).await.rows_as().map(Result::unwrap).collect().await;
    assert!(seats.len() == 2_000 && seats[1_999].userid == "user1999" && seats[0].department == [1]);
}

#[tokio::test]
async fn batches_bring_many_rows_at_a_time() {
    let stub = files(2).await;
    let batches: Vec<_> =
        export::<SimpleMember>(&stub).await.rows().batches().map(Result::unwrap).collect().await;
    assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), 2_000);
    assert!(batches.len() <= 6, "{} batches", batches.len());
}

#[tokio::test]
async fn rows_that_nobody_wants_any_more_stop_the_download() {
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
    let rows = export::<SimpleMember>(&stub).await.rows();
    let progress = rows.progress();
    drop(rows);
    assert_eq!(progress.bytes(), 0, "the download starts with the first row");
}

#[tokio::test]
async fn a_wait_is_cut_short_by_the_completion_callback() {
    let told = Arc::new(Notify::new());
    let asked = Arc::clone(&told);
    let stub = Stub::with_tokens(move |_, number| {
        // Request 0 is gettoken. The first status is "running", and then the callback arrives.
        if number == 1 {
            asked.notify_one();
            return Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 1}));
        }
        done(&[file("http://127.0.0.1/f".into(), &encrypted(&members(0..0)))])
    })
    .await;
    let job = stub.client().exports().job::<SimpleMember>("job-1", KEY.parse().unwrap());
    let hours = Polling::every(Duration::from_secs(3600)).at_most(Duration::from_secs(86_400));
    job.wait_with_wakeup(hours, async move { told.notified().await }).await.unwrap();
    assert_eq!(stub.calls().len(), 2);
}

#[tokio::test]
async fn a_job_that_failed_is_an_error_with_its_id() {
    let stub =
        Stub::with_tokens(|_, _| Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 3}))).await;
    let job = stub.client().exports().job::<SimpleMember>("job-1", KEY.parse().unwrap());
    let error = job.wait(Polling::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::JobFailed { job } if *job == "job-1"));
}

/// Finishes a job of the simulator and reads its rows.
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
    // The order of an export is not guaranteed.
    let place = |userid| members.iter().position(|member| member.userid == userid);
    listed.sort_by_key(|member| place(member.userid.clone()));
    assert!(members == listed, "a row equals the member in the list");
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
    assert_eq!(
        rows.len(),
        content.members.unwrap_or_default().len() + content.departments.unwrap_or_default().len()
    );
}

#[tokio::test]
async fn an_export_of_many_blocks_is_read_after_its_links_have_died() {
    let rig = Rig::legacy().await;
    rig.sim.seed(25_000, 50, 7).unwrap();
    let job = rig.app.exports().members_simple().block_size(10_000).await.unwrap();
    rig.sim.advance(Duration::from_secs(60));
    // Another process would resume the job in the same way, by id and key.
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
