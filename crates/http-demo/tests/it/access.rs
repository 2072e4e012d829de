//! Who reaches the routes, and what the server does with requests that fit no route.

use axum::body::Body;
use http::{Request, StatusCode};

use crate::rig::{Answer, Rig};

const KEY: &str = "0123456789abcdef";

async fn with(rig: &Rig, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    rig.request(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn with_a_key_every_route_needs_it() {
    let mut rig = Rig::start().await;
    rig.state = rig.state.key(KEY).unwrap();
    let right = format!("Bearer {KEY}");
    assert_eq!(with(&rig, "/", &[("authorization", &right)]).await.status, StatusCode::OK);
    for path in ["/", "/members/zhangsan", "/events", "/no-such-route"] {
        for wrong in [&[][..], &[("authorization", "Bearer 0123456789abcdeg")], &[("authorization", KEY)]] {
            let answer = with(&rig, path, wrong).await;
            let error = answer.error(401, "unauthorized");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            assert!(!error.to_string().contains("abcdeg"), "{error}");
        }
    }
    assert_eq!(rig.sim.requests(), []);
    assert!(!format!("{:?}", rig.state).contains(KEY));
}

#[tokio::test]
async fn a_web_page_reaches_no_route() {
    let rig = Rig::start().await;
    let host = ("host", "127.0.0.1:8430");
    for other in [
        &[("host", "evil.example")][..],
        &[host, ("origin", "http://evil.example")],
        &[host, ("sec-fetch-site", "cross-site")],
    ] {
        with(&rig, "/member-ids", other).await.error(403, "permission");
    }
    assert_eq!(rig.sim.requests(), []);
    assert_eq!(with(&rig, "/member-ids", &[host]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let rig = Rig::start().await;
    let large = || Body::from(vec![b' '; (1 << 20) + 1]);
    rig.send("POST", "/members", large()).await.error(413, "quota");
    rig.send("PATCH", "/departments/2", large()).await.error(413, "quota");
    let file = Body::from(vec![b'a'; (20 << 20) + 1]);
    rig.send("POST", "/media?type=file&filename=a.txt", file).await.error(413, "quota");
    assert_eq!(rig.sim.requests(), []);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused() {
    let rig = Rig::start().await;
    for (method, path, body) in [
        ("POST", "/members", "{"),
        ("POST", "/members", "[]"),
        ("POST", "/members", r#"{"name":"x"}"#),
        ("POST", "/members", r#"{"userid":"x","name":"x","mobil":"13800000000"}"#),
        ("GET", "/departments/one", ""),
        ("GET", "/members?department_id=1&fetch_childs=true", ""),
        ("GET", "/members", ""),
    ] {
        rig.send(method, path, Body::from(body)).await.error(400, "invalid_argument");
    }
    rig.get("/no-such-route").await.error(404, "not_found");
    rig.send("PUT", "/members", Body::empty()).await.error(405, "invalid_argument");
    rig.send("POST", "/callback", Body::empty()).await.error(404, "not_found");
    assert_eq!(rig.sim.requests(), []);
}

#[tokio::test]
async fn the_index_lists_the_routes_with_their_pages() {
    let rig = Rig::start().await;
    let index = rig.read("/").await;
    let get = index.as_array().unwrap().iter().find(|route| route["call"] == "user/get").unwrap();
    assert_eq!((&get["method"], &get["path"]), (&"GET".into(), &"/members/{userid}".into()));
    assert_eq!(get["page"], "https://developer.work.weixin.qq.com/document/path/90196");
}
