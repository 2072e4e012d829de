//! A partial result is never presented as a complete one: lists, jobs, files and replies that contain less than
//! announced.

use std::{collections::HashMap, time::Duration};

use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};
use wecom_contacts::{
    Client, Endpoint, Error, ErrorKind, Polling, Result,
    auth::GetUserInfo,
    corp_groups::BusinessType,
    departments::{ListDepartments, NewDepartment},
    exports::{ExportMembers, TagRow},
    media::UploadByUrl,
    members::{FindByMobile, ListMemberIds, ListMembers, Member, ToOpenId},
    tags::{GetTag, NewTag},
};

use crate::{
    damage::case,
    exports::{encrypted, encrypted_bytes, export, one_file, read},
    stub::{Answer, Request, Stub},
    transport::all_of,
};

const HASTY: Polling = Polling::every(Duration::from_millis(1)).at_most(Duration::from_secs(20));

/// Returns the rows up to the end or the first error. Checks that no row follows an error.
async fn collect<T>(mut rows: impl Stream<Item = Result<T>> + Unpin) -> (Vec<T>, Option<Error>) {
    let mut read = Vec::new();
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => read.push(row),
            Err(error) => {
                assert!(rows.next().await.is_none(), "no row follows an error");
                return (read, Some(error));
            }
        }
    }
    (read, None)
}

#[track_caller]
fn is_incomplete(error: Option<Error>, why: &str) {
    let error = error.expect(why);
    assert!(matches!(error.kind(), ErrorKind::Incomplete(_)), "{error:?}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(error.remedy().is_some());
}

/// Starts a server of `user/list_id`. The page at each cursor has this member (or none) and this next cursor.
async fn id_pages(pages: &[(&str, Option<&str>, &str)]) -> Stub {
    let page = |(_, userid, next): &(&str, Option<&str>, &str)| {
        let rows: Vec<Value> = userid.iter().map(|id| json!({"userid": id, "department": 1})).collect();
        json!({"errcode": 0, "errmsg": "ok", "dept_user": rows, "next_cursor": next})
    };
    let pages: HashMap<String, Value> = pages.iter().map(|entry| (entry.0.to_owned(), page(entry))).collect();
    Stub::with_tokens(move |request, _| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        match pages.get(asked["cursor"].as_str().unwrap_or_default()) {
            Some(page) => Answer::json(page),
            None => Answer::refusal(40058, "invalid cursor"),
        }
    })
    .await
}

async fn ids(client: &Client) -> (Vec<String>, Option<Error>) {
    let (rows, error) = collect(client.members().ids().stream()).await;
    (rows.into_iter().map(|row| row.userid.into_string()).collect(), error)
}

#[tokio::test]
async fn trap_44_a_page_with_the_cursor_that_was_asked_with_is_an_error_after_its_rows() {
    let pages = String::from_utf8(case("id-pages-same-cursor.jsonl")).unwrap();
    let pages: Vec<String> = pages.lines().map(str::to_owned).collect();
    let stub = Stub::with_tokens(move |_, number| {
        // Request 0 is gettoken.
        let page = &pages[(number - 1).min(1)];
        Answer::of(200, "application/json", page.as_bytes())
    })
    .await;
    let (rows, error) = ids(&stub.client()).await;
    assert_eq!(rows, ["zhouting", "zhoumin"]);
    is_incomplete(error, "leads back to an earlier page");
    assert_eq!(stub.calls().len(), 2);
    // The stream without duplicates returns the error as well.
    let (_, error) = collect(stub.client().members().ids().userids()).await;
    is_incomplete(error, "leads back");
}

#[tokio::test]
async fn trap_44_cursors_in_a_circle_of_any_length_are_an_error() {
    let two = id_pages(&[("", Some("a"), "1"), ("1", Some("b"), "2"), ("2", Some("c"), "1")]).await;
    let (rows, error) = ids(&two.client()).await;
    assert_eq!(rows, ["a", "b", "c"]);
    is_incomplete(error, "leads back");

    let names: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let mut pages = vec![("", Some("first"), "0")];
    pages.extend(
        (0..300)
            .map(|at| (names[at].as_str(), Some("x"), names[if at == 299 { 40 } else { at + 1 }].as_str())),
    );
    let long = id_pages(&pages).await;
    let (rows, error) = ids(&long.client()).await;
    assert_eq!(rows.len(), 301);
    is_incomplete(error, "leads back");
}

#[tokio::test]
async fn trap_44_a_cursor_that_leads_back_to_where_the_caller_resumed_is_an_error() {
    let stub = id_pages(&[("7", Some("a"), "8"), ("8", Some("b"), "7")]).await;
    let (rows, error) = collect(stub.client().members().ids().after("7").stream()).await;
    assert_eq!(rows.len(), 2);
    is_incomplete(error, "leads back");
}

#[tokio::test]
async fn trap_44_a_page_without_rows_and_with_a_cursor_is_an_error() {
    let stub = id_pages(&[("", Some("a"), "1"), ("1", None, "2"), ("2", None, "")]).await;
    let (rows, error) = ids(&stub.client()).await;
    assert_eq!(rows, ["a"]);
    is_incomplete(error, "a page without rows has a cursor");
    // The last page of a list may be empty.
    let whole = id_pages(&[("", Some("a"), "1"), ("1", None, "")]).await;
    let (rows, error) = ids(&whole.client()).await;
    assert_eq!((rows.len(), error.is_none()), (1, true));
}

#[tokio::test]
async fn trap_44_a_page_that_fails_is_an_error_after_the_rows_before_it() {
    let stub = id_pages(&[("", Some("a"), "1")]).await;
    let (rows, error) = ids(&stub.client()).await;
    assert_eq!(rows, ["a"]);
    assert_eq!(error.unwrap().code().map(|code| code.0), Some(40058));
}

#[tokio::test]
async fn trap_44_a_page_that_promises_more_and_has_no_cursor_is_an_error() {
    let stub = Stub::with_tokens(|request, _| {
        let mut page = json!({"errcode": 0, "has_more": true, "next_cursor": "", "group_corps": [{"corpid": "ww2"}],
            "ending": 0, "corp_list": [{"corpid": "ww2", "agentid": 7}]});
        if request.path().ends_with("list_app_share_info") {
            page["has_more"] = Value::Null;
        }
        Answer::json(&page)
    })
    .await;
    let client = stub.client();
    let (rows, error) = collect(client.corp_groups().corps("c1").stream()).await;
    assert_eq!(rows.len(), 1);
    is_incomplete(error, "says that more rows follow");
    let (rows, error) = collect(client.corp_groups().shared_corps(7, BusinessType::Chain).stream()).await;
    assert_eq!(rows.len(), 1);
    is_incomplete(error, "says that more rows follow");
}

#[test]
fn an_answer_without_what_was_asked_for_is_an_error_that_names_it() {
    fn check<E: Endpoint>(incomplete: &[Value], names: &str) {
        for fields in incomplete {
            let mut body = json!({"errcode": 0, "errmsg": "ok"});
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let Err(error) = E::decode(body.to_string().as_bytes()) else {
                panic!("{} takes {body}", E::CALL.path())
            };
            assert!(matches!(error.kind(), ErrorKind::Malformed(_)), "{error:?}");
            assert!(all_of(&error).contains(names), "{names}: {}", all_of(&error));
        }
    }
    let none = || json!({});
    check::<GetUserInfo>(&[none(), json!({"userid": "", "user_ticket": "t"})], "userid");
    check::<ToOpenId>(&[none()], "openid");
    check::<ToOpenId>(&[json!({"openid": ""})], "OpenId");
    check::<FindByMobile>(&[none()], "userid");
    check::<FindByMobile>(&[json!({"userid": ""})], "UserId");
    check::<ExportMembers>(&[none()], "jobid");
    check::<ExportMembers>(&[json!({"jobid": ""}), json!({"jobid": " "})], "JobId");
    check::<UploadByUrl>(&[none()], "jobid");
    check::<NewDepartment>(&[none()], "`id`");
    check::<NewDepartment>(&[json!({"id": 0})], "0, which is not a valid id");
    check::<NewTag>(&[none()], "tagid");
    check::<ListMemberIds>(&[none(), json!({"next_cursor": "c"})], "dept_user");
    check::<ListMembers>(&[none(), json!({"members": []})], "userlist");
    check::<ListMembers>(&[json!({"userlist": null})], "null");
    check::<ListDepartments>(&[none()], "department");
    check::<GetTag>(&[none(), json!({"tagname": "值班"})], "userlist");
}

#[tokio::test]
async fn a_token_that_is_empty_is_refused_and_a_life_in_text_is_taken() {
    for (life, token, is_taken) in
        [(json!(7200), "", false), (json!("7200"), "t", true), (json!(7200), " ", false)]
    {
        let stub = Stub::start(move |_, _| {
            Answer::json(&json!({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": life}))
        })
        .await;
        match stub.client().auth().check().await {
            Ok(left) => assert!(is_taken && left > Duration::from_secs(7000), "{token:?} {left:?}"),
            Err(error) => {
                assert!(!is_taken, "{error:?}");
                assert!(all_of(&error).contains("an empty access token"), "{error:?}");
            }
        }
    }
}

/// Starts a server whose job has these status replies one after another. The last one is repeated.
async fn job(answers: Vec<Value>) -> Stub {
    Stub::with_tokens(move |_, number| {
        // Request 0 is gettoken.
        let mut answer = answers[(number - 1).min(answers.len() - 1)].clone();
        answer["errcode"] = 0.into();
        Answer::json(&answer)
    })
    .await
}

#[tokio::test]
async fn an_export_that_goes_backwards_is_an_error() {
    for answers in [
        vec![json!({"status": 1}), json!({"status": 0})],
        vec![json!({"status": 0}), json!({"status": 1}), json!({"status": "0"})],
    ] {
        let count = answers.len();
        let stub = job(answers).await;
        let job = stub.client().exports().job::<Member>("job-1", KEY.parse().unwrap());
        is_incomplete(job.wait(HASTY).await.err(), "job job-1 goes backwards");
        assert_eq!(stub.calls().len(), count);
    }
}

#[tokio::test]
async fn an_import_that_goes_backwards_is_an_error() {
    for answers in [
        vec![json!({"status": 2, "percentage": 60}), json!({"status": 1, "percentage": 60})],
        vec![json!({"status": 2, "percentage": 60}), json!({"status": 2, "percentage": 40})],
    ] {
        let stub = job(answers).await;
        is_incomplete(stub.client().imports().job("job-1").wait(HASTY).await.err(), "goes backwards");
    }
}

#[tokio::test]
async fn an_import_of_contacts_that_goes_backwards_or_ends_without_a_result_is_an_error() {
    let stub = job(vec![json!({"status": 2}), json!({"status": 1})]).await;
    is_incomplete(stub.client().corp_groups().import_job("job-1").wait(HASTY).await.err(), "goes backwards");
    let stub = job(vec![json!({"status": 2}), json!({"status": 3})]).await;
    is_incomplete(stub.client().corp_groups().import_job("job-1").wait(HASTY).await.err(), "no `result`");
}

#[tokio::test]
async fn an_export_that_is_done_and_names_no_files_is_an_error() {
    for answer in
        [json!({"status": 2}), json!({"status": 2, "data_list": []}), json!({"status": 2, "data_list": null})]
    {
        let stub = job(vec![answer]).await;
        let job = stub.client().exports().job::<Member>("job-1", KEY.parse().unwrap());
        is_incomplete(job.wait(HASTY).await.err(), "has no files");
    }
}

/// The official sample key.
const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

#[tokio::test]
async fn an_export_file_without_its_list_is_an_error() {
    let mut files: Vec<Vec<u8>> = vec![case("export-without-its-list.json")];
    files.extend(
        [json!({}), json!({"userlist": null}), json!({"partylist": [1]})].map(|file| file.to_string().into()),
    );
    for content in files {
        let stub = one_file(|_| (), encrypted_bytes(&content)).await;
        let (rows, error) = read(export::<Member>(&stub).await.rows()).await;
        assert_eq!(rows.len(), 0);
        is_incomplete(error, "file 1 of the export has no list `userlist`");
        let (_, error) = read(export::<Member>(&stub).await.ids()).await;
        is_incomplete(error, "has no list `userlist`");
    }
    let stub = one_file(|_| (), encrypted(&json!({"userlist": []}))).await;
    let (rows, error) = read(export::<Member>(&stub).await.rows()).await;
    assert_eq!((rows.len(), error.is_none()), (0, true), "the only empty list");
}

#[tokio::test]
async fn a_tag_file_has_one_of_its_two_lists_at_least() {
    for (content, is_whole) in [
        (json!({"tagname": "值班"}), false),
        (json!({"tagname": "值班", "userlist": null, "partylist": null}), false),
        (json!({"tagname": "值班", "userlist": []}), true),
        (json!({"partylist": []}), true),
    ] {
        let stub = one_file(|_| (), encrypted(&content)).await;
        let (_, error) = read(export::<TagRow>(&stub).await.rows()).await;
        if is_whole {
            assert!(error.is_none(), "{error:?}");
        } else {
            is_incomplete(error, "has no list `userlist`, nor `partylist`");
        }
    }
}

#[tokio::test]
async fn an_export_file_that_holds_a_refusal_is_that_refusal() {
    for (content, rows_before) in [
        (json!({"errcode": 40088, "errmsg": "invalid jobid"}), 0),
        (json!({"userlist": [{"userid": "a"}], "errcode": "40088", "errmsg": "invalid jobid"}), 1),
    ] {
        let stub = one_file(|_| (), encrypted(&content)).await;
        let (rows, error) = read(export::<Member>(&stub).await.rows()).await;
        assert_eq!(rows.len(), rows_before);
        let error = error.unwrap();
        assert_eq!(error.code().map(|code| code.0), Some(40088), "{error:?}");
        assert!(error.to_string().contains("invalid jobid"), "{error}");
    }
    let stub =
        one_file(|_| (), encrypted(&json!({"errcode": 0, "errmsg": "ok", "userlist": [{"userid": "a"}]})))
            .await;
    let (rows, error) = read(export::<Member>(&stub).await.rows()).await;
    assert_eq!((rows.len(), error.is_none()), (1, true));
}

#[tokio::test]
async fn a_job_that_runs_again_when_its_links_are_dead_is_an_error() {
    let stub = Stub::with_tokens(|request: &Request, number| match request.path() {
        "/f" => Answer::of(404, "text/plain", b"gone"),
        // Request 0 is gettoken, and request 1 is the status of the finished job.
        _ if number == 1 => Answer::json(&json!({"errcode": 0, "status": 2,
            "data_list": [{"url": format!("http://{}/f", request.host()), "size": 32, "md5": "x"}]})),
        _ => Answer::json(&json!({"errcode": 0, "status": 1})),
    })
    .await;
    let (rows, error) = read(export::<Member>(&stub).await.rows()).await;
    assert_eq!(rows.len(), 0);
    assert!(matches!(error.unwrap().kind(), ErrorKind::CorruptFile { .. }));
}
