//! Hostile peers: web pages that call the control surface, URLs to other hosts, clients that are slow or send too
//! much.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};
use wecom_sim::{ConsoleCallback, Sim};

use crate::{
    listener::{KEY, Listener, TOKEN},
    rig::{By, Rig, expect, read},
};

/// Bound of every wait in this file.
const BOUND: Duration = Duration::from_secs(30);

/// Sends bytes unchanged and reads until the server closes the connection.
async fn exchange(sim: &Sim, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset ends the answer too.
    let _ = time::timeout(BOUND, stream.read_to_end(&mut answer)).await.expect("the connection is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn status(sim: &Sim, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request =
        format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}");
    let answer = exchange(sim, request.as_bytes()).await;
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[tokio::test]
async fn trap_47_no_web_page_reaches_the_control_surface() {
    let sim = Sim::builder().allow_hosts(["sim.test"]).start().await.unwrap();
    let own = sim.address().to_string();
    let local = ("Host", own.as_str());
    for (method, path) in [
        ("POST", "/_sim/reset"),
        ("GET", "/_sim/state"),
        ("GET", "/_sim/"),
        ("GET", "/_sim"),
        ("PUT", "/_sim/choices"),
        ("GET", "/_sim/none"),
    ] {
        for headers in [
            vec![("Host", "evil.example")],
            vec![local, ("Origin", "http://evil.example"), ("Content-Type", "text/plain")],
            vec![local, ("Origin", "null")],
            vec![local, ("Sec-Fetch-Site", "cross-site")],
        ] {
            assert_eq!(status(&sim, method, path, &headers).await, "403", "{method} {path} {headers:?}");
        }
    }
    for headers in [
        vec![local],
        vec![local, ("Content-Type", "application/x-www-form-urlencoded")],
        vec![local, ("Content-Type", "text/plain")],
        vec![("Host", "localhost:1")],
        vec![("Host", "sim.test")],
        vec![local, ("Origin", &format!("http://{own}")), ("Sec-Fetch-Site", "same-origin")],
    ] {
        assert_eq!(status(&sim, "POST", "/_sim/reset", &headers).await, "200", "{headers:?}");
    }
    // Clients that keep WeCom's name in the Host can still call the API.
    assert_eq!(status(&sim, "GET", "/cgi-bin/gettoken", &[("Host", "qyapi.weixin.qq.com")]).await, "200");
}

#[tokio::test]
async fn trap_47_nothing_is_sent_beyond_loopback_unless_it_is_allowed() {
    let rig = Rig::new().await;
    // These addresses are reserved for documentation, so a request to them would be lost.
    let elsewhere = "http://192.0.2.1:9/hook";
    let target =
        |verify: bool| json!({"url": elsewhere, "token": TOKEN, "encodingaeskey": KEY, "verify": verify});
    let (status, told) = rig.control("console/set_callback", &target(true)).await;
    assert!(status == 422 && told["error"].as_str().unwrap().contains("--allow-outgoing"), "{told}");
    rig.control("console/set_callback", &target(false)).await;
    rig.sim.console().delete_member("wujiu").await.unwrap();
    assert!(rig.sim.settled().await);
    let error = rig.sim.deliveries()[0].attempts[0].error.clone().unwrap();
    assert!(error.contains("does not connect to 192.0.2.1:9"), "{error}");

    let source =
        |url: &str| json!({"scene": 1, "type": "file", "filename": "a", "url": url, "md5": "0".repeat(32)});
    for url in [
        "http://192.0.2.1/a",
        "http://169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
    ] {
        expect(830_001, &rig.post(By::App, "media/upload_by_url", &source(url)).await);
    }
    let rig = Rig::with(Sim::builder().allow_outgoing(["192.0.2.1:80"])).await;
    expect(0, &rig.post(By::App, "media/upload_by_url", &source("http://192.0.2.1/a")).await);
    expect(830_001, &rig.post(By::App, "media/upload_by_url", &source("http://192.0.2.1:81/a")).await);
    let refused = Sim::builder().allow_outgoing(["http://hook.example"]).start().await.unwrap_err();
    assert!(refused.to_string().contains("invalid host"), "{refused}");
}

#[tokio::test]
async fn a_receiver_with_another_clock_is_told_of_in_the_log() {
    let rig = Rig::new().await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    rig.sim.console().set_callback(ConsoleCallback::new(&listener.url, TOKEN, KEY)).await.unwrap();
    listener.answer_next(&[403]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    assert!(rig.sim.settled().await);
    let attempt = rig.sim.deliveries()[0].attempts[0].clone();
    assert_eq!(attempt.status, Some(403));
    assert!(attempt.hint.as_ref().is_some_and(|hint| hint.contains("Sim::clock")), "{attempt:?}");

    let rig = Rig::with(Sim::builder().running_clock(true)).await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    rig.sim.console().set_callback(ConsoleCallback::new(&listener.url, TOKEN, KEY)).await.unwrap();
    listener.answer_next(&[403]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    assert!(rig.sim.settled().await);
    assert_eq!(rig.sim.deliveries()[0].attempts[0].hint, None, "the clocks agree");
}

#[tokio::test]
async fn a_slow_head_and_a_slow_body_end_the_connection() {
    let sim = Sim::builder().client_timeout(Duration::from_millis(40)).start().await.unwrap();
    for begun in [
        "",
        "GET /cgi-bin/gettoken HTTP/1.1\r\nHost: a",
        "POST /cgi-bin/user/create HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        "POST /_sim/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    ] {
        let answer = exchange(&sim, begun.as_bytes()).await;
        assert!(!answer.contains(" 200 "), "{begun:?}: {answer}");
    }
    assert_eq!(status(&sim, "GET", "/cgi-bin/gettoken", &[("Host", "a")]).await, "200", "others are served");
}

#[tokio::test]
async fn what_the_server_takes_long_for_is_no_slow_client() {
    let rig = Rig::with(Sim::builder().client_timeout(Duration::from_millis(20))).await;
    rig.set("faults", &json!({"calls": [{"path": "tag/list", "fault": {"latency": {"ms": 600}}}]})).await;
    expect(0, &rig.get(By::App, "tag/list").await);
}

#[tokio::test]
async fn a_large_body_without_a_token_is_refused_like_any_call_and_not_kept() {
    let rig = Rig::new().await;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 << 20));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (query, code) in [("", 41001), ("?access_token=guessed", 40014)] {
        let url = format!("{}/cgi-bin/department/create{query}", rig.sim.url());
        let response = client.post(url).body(large.clone()).send().await.unwrap();
        expect(code, &read(response).await);
    }
    let too_large = vec![b'x'; (24 << 20) + 1];
    let url = format!("{}/cgi-bin/department/create", rig.sim.url());
    if let Ok(response) = client.post(url).body(too_large).send().await {
        assert_eq!(response.status(), 413);
    }
    assert!(rig.sim.requests().iter().all(|request| request.body.is_none()));
    let upload = rig.upload("file", "a.csv", &vec![b'x'; 5 << 20]).await;
    expect(0, &upload);
}

#[tokio::test]
async fn a_long_path_is_cut_in_the_log_of_requests() {
    let rig = Rig::new().await;
    rig.get(By::App, &format!("user/get?userid={}", "a".repeat(30_000))).await;
    let request = rig.sim.requests().pop().unwrap();
    assert!(request.cut && request.query[0].1.len() <= 4096, "{}", request.query[0].1.len());
}

#[tokio::test]
async fn the_clock_takes_any_duration_and_ends_with_the_year_9999() {
    let rig = Rig::new().await;
    for by in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::ZERO] {
        rig.sim.advance(by);
    }
    assert_eq!(rig.sim.state().now, 253_402_300_799_999);
    expect(0, &rig.get(By::App, "tag/list").await);
    for lifetime in [Duration::MAX, Duration::from_millis(999), Duration::ZERO] {
        let refused = Sim::builder().token_lifetime(lifetime).start().await.unwrap_err();
        assert!(refused.to_string().contains("1 to"), "{refused}");
    }
    let builder = Sim::builder().job_time(Duration::MAX).callback_timeout(Duration::MAX);
    let rig = Rig::with(builder.client_timeout(Duration::MAX)).await;
    rig.submit_import("batch/syncuser", "帐号\nlisi\n".as_bytes()).await;
    rig.sim.advance(Duration::from_secs(1));
    expect(0, &rig.get(By::App, "tag/list").await);
}

/// Finds all numbers in a document, by their pointers.
fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| numbers(value, &format!("{path}/{key}"), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| numbers(value, &format!("{path}/{at}"), found));
        }
        Value::Number(_) => found.push(path.to_owned()),
        _ => {}
    }
}

#[tokio::test]
async fn every_number_of_a_setting_takes_its_whole_range_or_is_refused() {
    let rig = Rig::new().await;
    let rates = json!({"corp_per_minute": 1, "corp_per_hour": 1, "ip_per_minute": 1, "ip_per_hour": 1, "wrong_secrets_per_hour": 1});
    let faults = json!({"calls": [
        {"path": "*", "when": {"next": 3}, "fault": {"errcode": -1}},
        {"path": "*", "when": {"every": 2, "offset": 1}, "fault": {"latency": {"ms": 1}}},
        {"path": "*", "fault": {"truncate": {"bytes": 1}}},
        {"path": "*", "fault": {"page": {"status": 502}}},
        {"path": "*", "fault": {"close": {"seconds": 1}}},
        {"path": "*", "fault": {"parallel": 1}}],
        "deliveries": [{"fault": {"duplicate": 1}}, {"fault": {"reorder": 1}}, {"fault": {"delay": {"seconds": 1}}},
            {"fault": {"replay": {"seconds": 1}}}, {"fault": {"garbage": 1}}]});
    let settings = rig.look("settings").await;
    for (path, document) in [("rates", rates), ("faults", faults), ("settings", settings)] {
        let mut places = Vec::new();
        numbers(&document, "", &mut places);
        assert!(!places.is_empty());
        for place in places {
            for number in [
                json!(u64::MAX),
                json!(i64::MAX),
                json!(i64::MIN),
                json!(u32::MAX),
                json!(-1),
                json!(0),
                json!(1e300),
            ] {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).unwrap() = number.clone();
                let (status, told) = rig.put(path, &changed).await;
                assert!(matches!(status, 200 | 400), "{path}{place} {number}: {status} {told}");
                if status == 200 && path != "faults" {
                    let url = format!("{}/cgi-bin/gettoken?corpid=x&corpsecret=y", rig.sim.url());
                    assert!(read(rig.get_raw(&url, &[]).await).await["errcode"].is_number());
                }
                rig.sim.advance(Duration::from_secs(1));
                let (status, _) = rig.control("reset", &json!({})).await;
                assert_eq!(status, 200, "{path}{place} {number}");
            }
        }
    }
    for body in [json!({"seconds": 1e300}), json!({"seconds": -1}), json!({"seconds": u64::MAX})] {
        assert!(rig.tell(Method::POST, "clock/advance", &body).await["error"].is_string(), "{body}");
    }
    let most = u64::MAX;
    for path in ["requests", "writes", "deliveries"] {
        assert!(rig.look(&format!("{path}?limit={most}")).await.is_object());
    }
    assert_eq!(rig.control(&format!("deliveries/{most}/replay"), &json!({})).await.0, 404);
    let seed = json!({"members": u32::MAX, "departments": u32::MAX, "seed": most});
    assert_eq!(rig.control("seed", &seed).await.0, 422);
}

#[tokio::test]
async fn debug_shows_no_secret_and_no_token() {
    let builder = Sim::builder().callback("http://127.0.0.1:9/", TOKEN, KEY);
    let callback = ConsoleCallback::new("http://127.0.0.1:9/", TOKEN, KEY);
    let rig = Rig::with(builder.clone()).await;
    let token = rig.token(By::App).await;
    let (sim, console, faults) = (&rig.sim, rig.sim.console(), rig.sim.faults());
    for shown in [
        format!("{builder:?}"),
        format!("{callback:?}"),
        format!("{sim:?}"),
        format!("{console:?}"),
        format!("{faults:?}"),
    ] {
        for secret in [sim.app_secret(), sim.contacts_secret(), TOKEN, KEY, &token] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
