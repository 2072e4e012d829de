//! Hostile servers, and settings far outside a reasonable range.

use std::time::Duration;

use serde_json::json;
use wecom_contacts::{
    ErrorKind, Polling, RetryPolicy, TransportFailure,
    members::Member,
    tokens::{AccessToken, FreshToken, SourceFuture, TokenSource},
};

use crate::{
    exports::{encrypted, export, file, read},
    stub::{Answer, Stub},
    transport::all_of,
};

#[tokio::test]
async fn an_errmsg_of_ten_megabytes_is_cut_in_every_view_of_the_error() {
    let stub = Stub::with_tokens(|_, _| Answer::refusal(60011, &"x口".repeat(2_500_000))).await;
    let error = stub.client().members().get("zhangsan").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.0), Some(60011));
    assert!(error.to_string().len() < 5_000 && all_of(&error).len() < 20_000, "{}", all_of(&error).len());
    assert!(error.to_string().contains("(10000000 bytes)"), "{}", error.to_string().len());
}

#[tokio::test]
async fn a_userid_that_no_url_has_room_for_is_an_error_before_anything_is_sent() {
    let stub = Stub::with_tokens(|_, _| Answer::json(&json!({"errcode": 0, "errmsg": "ok"}))).await;
    let client = stub.client();
    let long = "u".repeat(70_000);
    for error in [
        client.members().delete(long.as_str()).await.unwrap_err(),
        client.members().get(long.as_str()).await.unwrap_err(),
        client.media().get(long.as_str()).await.unwrap_err(),
        client.auth().user_info(long.as_str()).await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Unwritable(_)), "{error:?}");
        assert_eq!((error.attempts(), error.may_have_applied()), (0, false), "{error}");
        assert!(error.to_string().contains("nothing was sent") && all_of(&error).len() < 2_000, "{error}");
    }
    assert!(stub.requests().is_empty(), "no token request either");
    // A body has no such limit.
    client.members().delete_many([long.as_str()]).await.unwrap();
    // A value just below the limit is sent.
    client.members().delete("u".repeat(59_000).as_str()).await.unwrap();
    assert_eq!(stub.calls().len(), 2);
}

#[tokio::test]
async fn times_of_any_length_are_taken_and_never_overflow() {
    for time in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_millis(u64::MAX)] {
        let stub = Stub::with_tokens(|_, _| {
            Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "zhangsan"}))
        })
        .await;
        let endless = RetryPolicy::default().first_pause(time).longest_pause(time).total_time(time);
        let client = stub
            .builder()
            .timeout(time)
            .connect_timeout(time)
            .transfer_timeout(time)
            .retry(endless)
            .token_store(wecom_contacts::tokens::MemoryStore::new())
            .build()
            .unwrap();
        client.members().get("zhangsan").await.unwrap();
        let job = stub.client().imports().job("job-1");
        // The reply does not belong to an import. The test only checks that the wait starts.
        assert!(job.wait(Polling::every(time).at_most(time)).await.is_err());
    }
}

struct Source(&'static str);

impl TokenSource for Source {
    fn fetch(&self, _: Option<AccessToken>) -> SourceFuture {
        let token = FreshToken::new(self.0, Duration::MAX);
        Box::pin(async move { Ok(token) })
    }
}

#[tokio::test]
async fn a_source_that_gives_an_empty_token_is_an_error() {
    for (token, is_taken) in [("", false), (" ", false), ("t", true)] {
        let stub = Stub::start(|_, _| Answer::json(&json!({"errcode": 0, "userid": "a"}))).await;
        let client = stub.builder().token_source(Source(token)).build().unwrap();
        match client.members().get("a").await {
            Ok(_) => assert!(is_taken),
            Err(error) => {
                assert!(!is_taken && matches!(error.kind(), ErrorKind::TokenSource(_)), "{error:?}");
                assert!(stub.requests().is_empty(), "no call is sent with it");
            }
        }
    }
}

#[tokio::test]
async fn a_link_of_another_scheme_is_not_followed() {
    let stub = Stub::with_tokens(|request, _| {
        let content = encrypted(&json!({"userlist": []}));
        let mut file = file("ftp://127.0.0.1/f".into(), &content);
        if request.target.contains("http") {
            file["url"] = "file:///etc/passwd".into();
        }
        Answer::json(&json!({"errcode": 0, "status": 2, "data_list": [file]}))
    })
    .await;
    let (_, error) = read(export::<Member>(&stub).await.rows()).await;
    let error = error.unwrap();
    assert!(error.to_string().contains("neither https nor http"), "{error}");
}

#[tokio::test]
async fn a_medium_that_stops_coming_is_given_up() {
    let head = "200 x\r\nContent-Disposition: attachment\r\nContent-Length: 6";
    let stub = Stub::with_tokens(move |_, _| Answer::stalled(head, b"abc")).await;
    let client = stub.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let error = client.media().get("m1").await.unwrap().read(100).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Transport { failure: TransportFailure::Timeout, .. }),
        "{error:?}"
    );
    assert!(all_of(&error).contains("no data for 200ms"), "{}", all_of(&error));
}
