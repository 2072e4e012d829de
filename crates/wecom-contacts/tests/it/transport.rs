//! The behaviour that all calls share, against a server with faults.

use std::{error::Error as _, time::Duration};

use serde_json::json;
use wecom_contacts::{Client, Error, ErrorKind, Secret, media::MediaKind, tags::ListTags};

use crate::{
    log::Log,
    stub::{Answer, Stub},
};

/// Returns an error with all its causes, in both of its forms.
pub(crate) fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" {error} {error:?}");
        cause = error.source();
    }
    text
}

fn member() -> Answer {
    Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "zhangsan", "name": "张三"}))
}

#[tokio::test]
async fn trap_10_the_bases_prefix_holds_for_calls_tokens_uploads_and_downloads() {
    let stub = Stub::with_tokens(|request, _| match request.path() {
        "/wecom/cgi-bin/media/get" => Answer::with_headers(
            200,
            "Content-Type: text/csv\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n",
            b"abcdef",
        ),
        "/wecom/cgi-bin/media/upload" => Answer::json(&json!({"errcode": 0, "errmsg": "", "media_id": "m1"})),
        _ => member(),
    })
    .await;
    let client = stub.builder().base_url(format!("{}/wecom/", stub.url())).build().unwrap();
    client.members().get("zhangsan").await.unwrap();
    client.media().upload(MediaKind::File, "a.csv", "abcdef").await.unwrap();
    let file = client.media().get("m1").await.unwrap();
    assert_eq!(file.file_name(), Some("a.csv"));
    assert_eq!(file.read(100).await.unwrap(), "abcdef");
    let paths: Vec<_> = stub.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(
        paths,
        ["gettoken", "user/get", "media/upload", "media/get"].map(|path| format!("/wecom/cgi-bin/{path}"))
    );
}

#[tokio::test]
async fn trap_10_everything_goes_through_the_proxy() {
    let proxy = Stub::with_tokens(|request, _| match request.path() {
        "http://wecom.example.com/cgi-bin/media/get" => {
            Answer::with_headers(200, "Content-Disposition: attachment\r\n", b"abcdef")
        }
        _ => member(),
    })
    .await;
    let client = Client::builder("ww1", Secret::contacts_sync("s3cret"))
        .base_url("http://wecom.example.com")
        .proxy(proxy.url())
        .build()
        .unwrap();
    client.members().get("zhangsan").await.unwrap();
    client.media().get("m1").await.unwrap().read(100).await.unwrap();
    let paths: Vec<_> = proxy.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(
        paths,
        ["gettoken", "user/get", "media/get"].map(|path| format!("http://wecom.example.com/cgi-bin/{path}"))
    );
}

#[tokio::test(start_paused = true)]
async fn trap_11_a_server_that_never_answers_is_given_up_unasked() {
    let stub = Stub::start(|_, _| Answer::never()).await;
    let began = tokio::time::Instant::now();
    let error = stub.client().members().get("zhangsan").await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(began.elapsed() <= Duration::from_secs(11));
    assert_eq!(error.call(), Some("gettoken"));
}

#[tokio::test]
async fn trap_11_a_dropped_call_is_cancelled() {
    let stub = Stub::with_tokens(|_, _| Answer::never()).await;
    let client = stub.client();
    let call = client.members().get("zhangsan");
    let impatient = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(impatient.is_err());
    // A call is sent at the first poll. This one is never polled.
    drop(client.members().get("lisi"));
    assert!(stub.requests().iter().all(|request| !request.target.contains("lisi")));
}

#[tokio::test]
async fn trap_17_an_answer_that_is_not_wecoms_is_named_with_its_status() {
    let html = b"<html><body>502 Bad Gateway</body></html>";
    for (status, content_type, body) in [
        (502, "text/html", &html[..]),
        (200, "text/html", &html[..]),
        (404, "text/plain", b"not found"),
        (200, "application/json", b""),
        (200, "application/json", br#"{"errcode":0,"errmsg":"ok","userid":"zhang"#),
        (503, "application/json", br#"{"errcode":0,"errmsg":"ok","userid":"zhangsan"}"#),
        (200, "application/octet-stream", b"\xff\xfe\x00{"),
    ] {
        let stub = Stub::with_tokens(move |_, _| Answer::of(status, content_type, body)).await;
        let error = stub.client().members().get("zhangsan").await.unwrap_err();
        let ErrorKind::NotWeCom { status: seen, content_type: kind } = error.kind() else {
            panic!("{status} {body:?}: {error:?}");
        };
        assert_eq!((*seen, kind.as_deref()), (status, Some(content_type)), "{body:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        assert!(error.remedy().is_some());
        // A download is detected by its headers. A refusal is classified like that of any call.
        let error = stub.client().media().get("m1").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotWeCom { .. }), "{status} {body:?}: {error:?}");
    }
}

#[tokio::test]
async fn trap_17_a_refusal_with_an_http_error_is_still_a_refusal() {
    let stub = Stub::with_tokens(|_, _| {
        Answer::of(500, "application/json", br#"{"errcode":60011,"errmsg":"no privilege"}"#)
    })
    .await;
    let error = stub.client().members().get("zhangsan").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(60011));
}

#[tokio::test]
async fn trap_17_a_connection_that_breaks_is_said_to_have_broken() {
    let cut: fn() -> Answer = || Answer::cut(br#"{"errcode":0,"#, 500);
    for answer in [cut, Answer::hang_up] {
        let stub = Stub::with_tokens(move |_, _| answer()).await;
        let error = stub.client().members().get("zhangsan").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Transport { .. }), "{error:?}");
        assert!(!error.is_timeout() && !error.is_connect());
        assert!(error.remedy().is_some());
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused_in_one_piece_or_many_with_a_length_or_without() {
    let sizes = [("small", 300), ("one piece", 2_000), ("many pieces", 400_000)];
    for (name, size) in sizes {
        for answer in [|body: &[u8]| Answer::of(200, "application/json", body), Answer::unmeasured] {
            let long_name = "x".repeat(size);
            let body = json!({"errcode": 0, "errmsg": "ok", "userid": "u", "name": long_name});
            let stub = Stub::with_tokens(move |_, _| answer(body.to_string().as_bytes())).await;
            let client = stub.builder().max_reply_size(1_000).build().unwrap();
            match client.members().get("u").await {
                Ok(_) => assert_eq!(name, "small"),
                Err(error) => {
                    assert!(
                        matches!(error.kind(), ErrorKind::TooLarge { limit: 1_000 }),
                        "{name}: {error:?}"
                    );
                    assert_ne!(name, "small");
                }
            }
        }
    }
}

#[tokio::test]
async fn trap_23_a_dead_token_is_replaced_once_and_the_call_sent_again_whole() {
    for code in [40014, 42001] {
        let stub = Stub::with_tokens(move |_, number| match number {
            // Request 0 is gettoken, and request 1 is the first attempt.
            1 => Answer::refusal(code, "access_token expired"),
            _ => Answer::json(&json!({"errcode": 0, "errmsg": "ok", "type": "file", "media_id": "m1"})),
        })
        .await;
        let content = "姓名,帐号\n王芳,wangfang\n";
        stub.client().media().upload(MediaKind::File, "a.csv", content).await.unwrap();
        let calls = stub.calls();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].method, "POST");
        assert_eq!(calls[0].body, calls[1].body);
        assert!(String::from_utf8_lossy(&calls[1].body).contains(content));
        let tokens: Vec<_> = calls.iter().map(|call| call.query("access_token")).collect();
        assert_eq!(tokens, [["t0ken-0-of-s3cret"], ["t0ken-2-of-s3cret"]], "one token each, and another");
    }
}

#[tokio::test]
async fn trap_23_a_server_that_keeps_refusing_the_token_is_not_hammered() {
    let stub = Stub::with_tokens(|_, _| Answer::refusal(42001, "access_token expired")).await;
    let client = stub.client();
    let error = client.members().get("zhangsan").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(42001));
    assert_eq!((stub.requests().len(), stub.calls().len()), (4, 2));
    let error = client.media().get("m1").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(42001));
    assert_eq!(stub.calls().len(), 4);
}

#[tokio::test]
async fn trap_24_two_secrets_of_one_corp_never_share_a_token() {
    let stub =
        Stub::with_tokens(|_, _| Answer::json(&json!({"errcode": 0, "errmsg": "ok", "taglist": []}))).await;
    let client = |secret| Client::builder("ww1", secret).base_url(stub.url()).build().unwrap();
    let (sync, app) = (client(Secret::contacts_sync("sync-s")), client(Secret::app(7, "app-s")));
    for _ in 0..2 {
        sync.send(&ListTags::new()).await.unwrap();
        app.send(&ListTags::new()).await.unwrap();
    }
    let tokens: Vec<_> = stub.calls().iter().map(|call| call.query("access_token")[0].to_owned()).collect();
    assert_eq!(tokens, ["t0ken-0-of-sync-s", "t0ken-2-of-app-s", "t0ken-0-of-sync-s", "t0ken-2-of-app-s"]);
}

#[tokio::test]
async fn trap_25_a_token_and_its_client_serve_many_calls() {
    let stub = Stub::with_tokens(|_, _| member()).await;
    let client = stub.client();
    for _ in 0..5 {
        client.clone().members().get("zhangsan").await.unwrap();
    }
    assert_eq!((stub.requests().len(), stub.calls().len()), (6, 5));
}

#[tokio::test]
async fn trap_26_a_token_that_cannot_be_had_is_the_error() {
    let stub = Stub::start(|_, _| Answer::refusal(40001, "invalid credential, hint: [1]")).await;
    let client = stub.client();
    for error in [
        client.members().get("zhangsan").await.unwrap_err(),
        client.media().get("m1").await.unwrap_err(),
        client.auth().check().await.unwrap_err(),
    ] {
        assert_eq!((error.call(), error.code().map(|code| code.0)), (Some("gettoken"), Some(40001)));
        assert!(error.is_bad_credentials());
        assert!(error.to_string().contains("hint: [1]"));
    }
    assert!(stub.calls().is_empty());
}

#[tokio::test]
async fn trap_27_no_error_shows_a_secret_a_token_or_a_persons_data() {
    let answers: [fn() -> Answer; 7] = [
        || Answer::of(502, "text/html", b"<html>t0ken s3cret</html>"),
        || Answer::cut(b"{", 50),
        || Answer::hang_up(),
        || Answer::refusal(60111, "userid not found"),
        || Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "u", "mobile": 13_800_000_001_u64})),
        || Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": ["13800000001"]})),
        || Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "u", "department": "13800000001"})),
    ];
    let mut errors = Vec::new();
    for answer in answers {
        let stub = Stub::with_tokens(move |_, _| answer()).await;
        let client = stub.client();
        errors.extend(client.members().get("zhangsan").await.err());
        errors.extend(client.media().get("m1").await.err());
        errors.extend(client.media().upload(MediaKind::File, "a.csv", "13800000001").await.err());
        // The same for the token request.
        let stub = Stub::start(move |_, _| answer()).await;
        errors.extend(stub.client().auth().check().await.err());
    }
    // The address of a server that has stopped.
    let nobody = Stub::start(|_, _| Answer::never()).await;
    let gone =
        Client::builder("ww1", Secret::app(7, "s3cret")).base_url("http://127.0.0.1:1").build().unwrap();
    errors.extend(gone.auth().check().await.err());
    let impatient = nobody.builder().timeout(Duration::from_millis(20)).build().unwrap();
    errors.extend(impatient.auth().check().await.err());
    assert!(errors.len() > 20);
    for error in errors {
        let text = all_of(&error);
        for secret in ["s3cret", "t0ken", "13800000001", "corpsecret"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let shown = format!("{gone:?} {:?}", Client::builder("ww1", Secret::app(7, "s3cret")));
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[tokio::test]
async fn trap_27_the_log_shows_shapes_and_ids_and_nothing_else() {
    let stub = Stub::with_tokens(|request, _| {
        if request.path().ends_with("media/upload") {
            Answer::json(&json!({"errcode": 0, "errmsg": "", "media_id": "m1"}))
        } else {
            Answer::json(
                &json!({"errcode": 0, "errmsg": "ok", "userid": "zhangsan", "mobile": "13800000001"}),
            )
        }
    })
    .await;
    let (log, guard) = Log::start();
    {
        let client = stub.builder().log_bodies(true).build().unwrap();
        client.members().get("zhangsan").await.unwrap();
        client.media().upload(MediaKind::File, "a.csv", "13800000001").await.unwrap();
    }
    drop(guard);
    let ours = log.ours();
    assert!(ours.contains("user/get") && ours.contains("***"), "{}", log.text());
    for secret in ["s3cret", "t0ken", "13800000001"] {
        assert!(!ours.contains(secret), "{ours}");
    }
}
