//! Retries: which calls are sent again, the contents of the error, and calls that wait for the budget.

use std::{sync::Arc, time::Duration};

use md5::{Digest, Md5};
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};
use wecom_contacts::{
    Budget, Error, ErrorKind, Limits, Polling, RetryPolicy, Secret, Stopped, departments::NewDepartment,
    imports::GetImportResult, members::SimpleMember,
};

use wecom_sim::{CallRule, Fault};

use crate::{
    log::Log,
    rig::Rig,
    stub::{Answer, Request, Stub},
};

fn member() -> Answer {
    Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "zhangsan", "name": "张三"}))
}

fn made() -> Answer {
    Answer::json(&json!({"errcode": 0, "errmsg": "created", "id": 7}))
}

fn gateway() -> Answer {
    Answer::of(502, "text/html", b"<html>502 Bad Gateway</html>")
}

/// Starts a server whose first responses are this failure, for any request.
async fn failing(times: usize, failure: fn() -> Answer, then: fn() -> Answer) -> Stub {
    // Request 0 is for the token.
    Stub::with_tokens(move |_, number| if number <= times { failure() } else { then() }).await
}

fn create() -> NewDepartment {
    NewDepartment::new("研发部", 1)
}

#[tokio::test]
async fn a_read_is_sent_again_until_its_answer_comes() {
    let failures: [fn() -> Answer; 5] = [
        gateway,
        Answer::hang_up,
        || Answer::cut(br#"{"errcode":0,"#, 500),
        || Answer::refusal(-1, "system busy"),
        || Answer::refusal(45033, "api concurrent out of limit"),
    ];
    for failure in failures {
        let stub = failing(3, failure, member).await;
        stub.client().members().get("zhangsan").await.unwrap();
        assert_eq!(stub.calls().len(), 4);
    }
}

#[tokio::test]
async fn a_write_is_sent_again_only_if_it_surely_did_not_execute() {
    for code in [-1, 6000, 45033, 45035] {
        let stub = Stub::with_tokens(move |_, number| match number {
            1..=3 => Answer::refusal(code, "try again"),
            _ => made(),
        })
        .await;
        stub.client().send(&create()).await.unwrap();
        let calls = stub.calls();
        assert_eq!(calls.len(), 4);
        assert!(calls.iter().all(|call| call.body == calls[0].body));
    }
    for failure in [gateway, Answer::hang_up, || Answer::of(200, "text/html", b"<html>")] {
        let stub = failing(1, failure, made).await;
        let error = stub.client().send(&create()).await.unwrap_err();
        assert_eq!(stub.calls().len(), 1);
        assert!(error.may_have_applied(), "{error:?}");
        assert_eq!((error.stopped(), error.attempts()), (Stopped::MayHaveApplied, 1));
        assert!(error.to_string().ends_with("; the change may have been applied anyway"), "{error}");
        assert!(error.remedy().unwrap().contains("read the existing data"));
    }
}

#[tokio::test]
async fn an_error_tells_how_often_and_how_long_and_why_no_more() {
    let stub = Stub::with_tokens(|_, _| Answer::refusal(-1, "system busy")).await;
    let error = stub.client().members().get("zhangsan").await.unwrap_err();
    assert_eq!((error.attempts(), error.stopped()), (4, Stopped::OutOfAttempts));
    assert!(error.elapsed() >= Duration::from_millis(7), "{:?}", error.elapsed());
    assert!(!error.may_have_applied());
    assert!(error.to_string().contains("; given up after 4 attempts in 0."), "{error}");

    let stub = Stub::with_tokens(|_, _| Answer::refusal(60111, "userid not found")).await;
    let error = stub.client().members().get("zhangsan").await.unwrap_err();
    assert_eq!((error.attempts(), error.stopped()), (1, Stopped::NotWorthwhile));
    assert!(!error.to_string().contains("attempt"), "{error}");
    assert_eq!(stub.calls().len(), 1);

    let stub = Stub::with_tokens(|_, _| gateway()).await;
    let client = stub.client();
    let error = client.with_retry(RetryPolicy::none()).members().get("zhangsan").await.unwrap_err();
    assert_eq!((error.attempts(), error.stopped()), (1, Stopped::OutOfAttempts));
    assert_eq!(stub.calls().len(), 1);
}

#[tokio::test]
async fn trap_23_a_refused_token_costs_no_attempt() {
    let stub = Stub::with_tokens(|_, number| match number {
        1 => Answer::refusal(42001, "access_token expired"),
        // Request 2 is for the other token.
        3..=5 => Answer::refusal(-1, "system busy"),
        _ => member(),
    })
    .await;
    stub.client().members().get("zhangsan").await.unwrap();
    assert_eq!(stub.calls().len(), 5);
}

#[tokio::test]
async fn a_download_and_an_exports_link_are_opened_again() {
    let stub = Stub::with_tokens(|_, number| match number {
        1..=3 => gateway(),
        _ => Answer::with_headers(200, "Content-Disposition: attachment\r\n", b"abcdef"),
    })
    .await;
    let file = stub.client().media().get("m1").await.unwrap();
    assert_eq!(file.read(100).await.unwrap(), "abcdef");
    assert_eq!(stub.calls().len(), 4);

    const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";
    let rows = json!({"userlist": [{"userid": "zhangsan", "name": "张三", "department": [1]}]});
    let content = wecom_cipher::encrypt_file(&KEY.parse().unwrap(), rows.to_string().as_bytes());
    let stub = Stub::with_tokens(move |request, number| match request.path() {
        "/file" if number < 5 => gateway(),
        "/file" => Answer::of(200, "application/octet-stream", &content),
        _ => {
            let url = format!("http://{}/file", request.host());
            let md5 = wecom_cipher::hex(Md5::digest(&content));
            let files = json!([{"url": url, "size": content.len(), "md5": md5}]);
            Answer::json(&json!({"errcode": 0, "errmsg": "ok", "status": 2, "data_list": files}))
        }
    })
    .await;
    let job = stub.client().exports().job::<SimpleMember>("job-1", KEY.parse().unwrap());
    let mut rows = job.wait(Polling::default()).await.unwrap().rows();
    let row = futures_util::StreamExt::next(&mut rows).await.unwrap().unwrap();
    assert_eq!(row.userid, "zhangsan");
}

#[tokio::test]
async fn a_job_is_asked_after_by_its_polling_alone() {
    let stub = Stub::with_tokens(|_, _| Answer::refusal(-1, "system busy")).await;
    let job = stub.client().imports().job("job-1");
    job.wait(Polling::every(Duration::from_millis(1))).await.unwrap_err();
    assert_eq!(stub.calls().len(), 3);
    assert_eq!(
        job.status().await.unwrap_err().attempts(),
        4,
        "a status request outside the polling is retried"
    );
}

#[tokio::test]
async fn a_frequency_limit_closes_the_endpoint_to_the_corp_and_nothing_else() {
    let stub = Stub::with_tokens(|request, _| match request.path() {
        "/cgi-bin/user/get" => Answer::refusal(45009, "api freq out of limit"),
        _ => Answer::json(&json!({"errcode": 0, "errmsg": "ok", "taglist": []})),
    })
    .await;
    let client = stub.client();
    let error = client.members().get("zhangsan").await.unwrap_err();
    assert_eq!((error.attempts(), error.stopped()), (1, Stopped::EndpointClosed));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    // The call is not sent, whichever secret of the corp the client uses.
    let other = stub.builder_of(Secret::contacts_sync("other")).build().unwrap();
    for client in [&client, &other] {
        let error = client.members().get("lisi").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::EndpointClosed { .. }), "{error:?}");
        assert!(error.is_rate_limited() && error.attempts() == 0 && !error.may_have_applied());
        assert!(error.retry_after().is_some_and(|left| left > Duration::from_secs(50)));
        assert!(error.to_string().contains("not sent") && error.to_string().contains("45009"), "{error}");
        client.tags().list().await.unwrap();
    }
    let asked = |call: &Request| call.path().ends_with("user/get");
    assert_eq!(stub.calls().iter().filter(|call| asked(call)).count(), 1);
}

#[tokio::test]
async fn dropping_a_call_at_any_stage_gives_everything_back() {
    let go_on = Arc::new(Notify::new());
    let (answers, dawdle) = (Arc::clone(&go_on), json!({"errcode": 0, "errmsg": "ok", "userid": "u"}));
    let stub = Stub::start(move |request, number| match request.path() {
        // The first token request is never answered.
        "/cgi-bin/gettoken" if number == 0 => Answer::never(),
        "/cgi-bin/gettoken" => {
            Answer::json(&json!({"errcode": 0, "errmsg": "ok", "access_token": "t0ken", "expires_in": 7200}))
        }
        _ if request.query("userid") == ["head"] => Answer::never(),
        _ if request.query("userid") == ["body"] => Answer::halves(b"{", Arc::clone(&answers), b"}"),
        _ if request.query("userid") == ["pause"] => Answer::refusal(-1, "system busy"),
        _ => Answer::json(&dawdle),
    })
    .await;
    let limits = Limits::unlimited().at_once(2).per_minute(20_000);
    let slow = RetryPolicy::default().first_pause(Duration::from_secs(10));
    let client = stub
        .builder()
        .retry(slow)
        .timeout(Duration::from_millis(500))
        .budget(Budget::builder().each(limits).build().unwrap())
        .build()
        .unwrap();
    let abort = async |id: &str| {
        let calls = (0..5).map(|_| timeout(Duration::from_millis(30), client.members().get(id)));
        let outcomes = futures_util::future::join_all(calls).await;
        assert!(outcomes.iter().all(Result::is_err), "{id}");
    };
    abort("token").await;
    // The abandoned refresh ends by its own timeout. After that there is a token.
    while client.auth().check().await.is_err() {}
    for stage in ["head", "body", "pause"] {
        abort(stage).await;
        // Two calls in flight are allowed, and both slots are free: two calls at once, twice.
        for _ in 0..2 {
            let both = async { tokio::join!(client.members().get("u"), client.members().get("u")) };
            let (one, other) = timeout(Duration::from_secs(5), both).await.expect("places are free");
            one.unwrap();
            other.unwrap();
        }
    }
}

#[tokio::test]
async fn no_more_calls_reach_the_server_at_once_than_the_budget_says() {
    let rig = Rig::start().await;
    rig.sim.faults().add(CallRule::new("user/get", Fault::parallel(3))).unwrap();
    rig.sim.faults().always("user/get", Fault::late(Duration::from_millis(2))).unwrap();
    let budget = Budget::builder().endpoint("user/get", Limits::published().at_once(3)).build().unwrap();
    let client = wecom_contacts::Client::builder(
        rig.sim.corp_id(),
        Secret::app(rig.sim.agent_id(), rig.sim.app_secret()),
    )
    .base_url(rig.sim.url())
    .budget(budget)
    .retry(RetryPolicy::none())
    .build()
    .unwrap();
    let calls = (0..40).map(|_| client.members().get("zhangsan"));
    for outcome in futures_util::future::join_all(calls).await {
        match outcome {
            Ok(_) => {}
            Err(error) => assert!(error.is_not_found(), "{error}"),
        }
    }
}

/// Each fault breaks a call. It defines whether the server executed the call, and whether the client can know that it
/// did not.
#[tokio::test]
async fn a_write_says_whether_it_may_have_applied_and_is_never_applied_twice() {
    let rig = Rig::start().await;
    // A response that is not WeCom's may have been sent before or after the execution. Only a proof of non-execution
    // allows a retry.
    for (fault, executed, repeated) in [
        (Fault::errcode(-1), false, true),
        (Fault::errcode(45033), false, true),
        (Fault::reset_before(), false, false),
        (Fault::reset_after(), true, false),
        (Fault::page(502), false, false),
        (Fault::page_after(502), true, false),
        (Fault::truncated(5), true, false),
        (Fault::truncated_chunks(5), true, false),
    ] {
        let told = format!("{fault:?}");
        let count = async || rig.contacts.departments().list_ids().await.unwrap().len();
        let before = count().await;
        rig.sim.faults().next("department/create", fault).unwrap();
        let outcome = rig.contacts.departments().create(NewDepartment::new(format!("部门{before}"), 1)).await;
        let made = count().await - before;
        match outcome {
            Ok(_) => assert_eq!((made, repeated), (1, true), "{told}"),
            Err(error) => {
                assert!(!repeated && error.may_have_applied(), "{told}: {error:?}");
                assert_eq!((error.attempts(), made), (1, usize::from(executed)), "{told}");
            }
        }
    }
    // A read succeeds after each of these faults.
    for fault in [Fault::errcode(-1), Fault::reset_before(), Fault::page(502), Fault::truncated_chunks(5)] {
        rig.sim.faults().next_n(2, "department/simplelist", fault).unwrap();
        rig.contacts.departments().list_ids().await.unwrap();
    }
}

#[tokio::test]
async fn a_call_is_one_span_with_its_figures() {
    let stub = Stub::with_tokens(|request, number| match number {
        1..=2 => Answer::refusal(-1, "system busy"),
        _ if request.path().ends_with("user/get") => member(),
        _ => Answer::refusal(60003, "department not found"),
    })
    .await;
    let client = stub.client();
    let (log, guard) = Log::start();
    client.members().get("zhangsan").await.unwrap();
    client.departments().delete(9).await.unwrap_err();
    drop(client.send(&GetImportResult::new("job-1")));
    drop(guard);
    let text = log.text();
    let spans: Vec<_> = text.lines().filter(|line| line.contains("close")).collect();
    let call = |endpoint: &str| {
        let quoted = format!("endpoint=\"{endpoint}\"");
        let found: Vec<_> =
            spans.iter().filter(|line| line.contains("wecom.call") && line.contains(&quoted)).collect();
        assert_eq!(found.len(), 1, "{text}");
        *found[0]
    };
    let get = call("user/get");
    let refusal = r#"{"errcode":-1,"errmsg":"system busy"}"#.len();
    let answer =
        json!({"errcode": 0, "errmsg": "ok", "userid": "zhangsan", "name": "张三"}).to_string().len();
    for field in [
        "corp.id=ww1".to_owned(),
        "errcode=0".to_owned(),
        "attempts=3".to_owned(),
        "duration_ms=".to_owned(),
        format!("request_bytes={}", 3 * "userid=zhangsan".len()),
        format!("response_bytes={}", 2 * refusal + answer),
    ] {
        assert!(get.contains(&field), "{field}: {get}");
    }
    assert!(call("department/delete").contains("errcode=60003"), "{text}");
    assert!(!text.contains("batch/getresult"), "a call that was never polled is not logged");
}

/// The error type must stay small, because the result of every call contains it.
#[test]
fn an_error_is_one_pointer() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<Value, Error>>(), size_of::<Value>().max(size_of::<usize>()));
}
