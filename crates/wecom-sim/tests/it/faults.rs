//! Faults of calls, one kind at a time.

use std::{error::Error, time::Duration};

use http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wecom_sim::{CallRule, Fault, FaultCaller, FaultRules, Request, Sim, TokenDeath, When};

use crate::rig::{By, Rig, expect, read};

const TAGS: &str = "tag/list";

/// Sends a call that may fail without a reply.
async fn attempt(url: &str) -> Result<Value, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = client.get(url).send().await?.error_for_status()?.bytes().await?;
    Ok(serde_json::from_slice(&body).unwrap())
}

/// Creates a tag. Returns the errcode, or the error of the connection.
async fn create_tag(url: &str, name: &str) -> Result<i64, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({"tagname": name}).to_string();
    let body = client.post(url).body(body).send().await?.error_for_status()?.bytes().await?;
    Ok(serde_json::from_slice::<Value>(&body).unwrap()["errcode"].as_i64().unwrap())
}

/// Returns the text of an error with its causes.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

fn last(rig: &Rig, path: &str) -> Request {
    rig.sim.requests().into_iter().rev().find(|request| request.path == path).unwrap()
}

/// Returns the raw bytes of the reply until the connection ends.
async fn raw(rig: &Rig, path_and_query: &str) -> String {
    let mut stream = TcpStream::connect(rig.sim.address()).await.unwrap();
    let request = format!("GET /cgi-bin/{path_and_query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn an_errcode_comes_in_the_servers_own_words() {
    let rig = Rig::new().await;
    let url = rig.url(By::App, "user/get?userid=lisi").await;
    rig.sim.faults().next_n(2, "user/get", Fault::errcode(-1)).unwrap();
    for _ in 0..2 {
        let reply = attempt(&url).await.unwrap();
        expect(-1, &reply);
        let errmsg = reply["errmsg"].as_str().unwrap();
        assert!(
            errmsg.starts_with("system busy, hint: [") && errmsg.contains("from ip: 127.0.0.1"),
            "{errmsg}"
        );
        assert_eq!(reply["department"], json!([]), "the list keys of a refusal");
    }
    let logged = last(&rig, "user/get");
    assert!(!logged.executed);
    assert_eq!((logged.errcode, logged.faults), (Some(-1), vec![Fault::errcode(-1)]));
    expect(0, &attempt(&url).await.unwrap());
    let logged = last(&rig, "user/get");
    assert!(logged.executed && logged.faults.is_empty());
    assert_eq!(rig.sim.faults().hits(), 2);
}

#[tokio::test]
async fn a_reset_breaks_the_connection_before_or_after_the_call() {
    let rig = Rig::new().await;
    let url = rig.url(By::Contacts, "tag/create").await;
    for (fault, executed) in [(Fault::reset_before(), false), (Fault::reset_after(), true)] {
        let tags = rig.sim.state().tags;
        rig.sim.faults().next("tag/create", fault.clone()).unwrap();
        let error = create_tag(&url, "甲").await.unwrap_err();
        let chain = chain(&error).to_lowercase();
        assert!(chain.contains("reset") || chain.contains("closed"), "{chain}");
        assert_eq!(rig.sim.state().tags, tags + usize::from(executed));
        let logged = last(&rig, "tag/create");
        assert_eq!((logged.executed, logged.errcode), (executed, executed.then_some(0)));
        assert_eq!(logged.faults, [fault]);
    }
}

#[tokio::test]
async fn a_reset_is_a_reset_on_the_wire() {
    let rig = Rig::new().await;
    rig.sim.faults().always(TAGS, Fault::reset_before()).unwrap();
    let mut stream = TcpStream::connect(rig.sim.address()).await.unwrap();
    stream.write_all(b"GET /cgi-bin/tag/list HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_truncated_answer_ends_in_the_middle_of_its_body() {
    let rig = Rig::new().await;
    let target = format!("{TAGS}?access_token={}", rig.token(By::Contacts).await);
    let faults = rig.sim.faults();
    for bytes in [0, 7, 20] {
        faults.next(TAGS, Fault::truncated(bytes)).unwrap();
        let answer = raw(&rig, &target).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.to_lowercase().contains("content-length: "), "{head}");
        assert_eq!(body, &r#"{"errcode":0,"errmsg":"ok"#[..bytes as usize]);

        faults.next(TAGS, Fault::truncated_chunks(bytes)).unwrap();
        let answer = raw(&rig, &target).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
        let chunk = format!("{bytes:X}\r\n{}\r\n", &r#"{"errcode":0,"errmsg":"ok"#[..bytes as usize]);
        assert_eq!(body, if bytes == 0 { "" } else { &chunk });
    }
    let url = format!("{}/cgi-bin/{target}", rig.sim.url());
    for fault in [Fault::truncated(10), Fault::truncated_chunks(10), Fault::truncated_chunks(1_000_000)] {
        faults.next(TAGS, fault).unwrap();
        attempt(&url).await.unwrap_err();
    }
    faults.next(TAGS, Fault::truncated(1_000_000)).unwrap();
    expect(0, &attempt(&url).await.unwrap());
    assert!(last(&rig, TAGS).executed);
}

#[tokio::test]
async fn a_gateways_page_replaces_the_answer_before_or_after_the_call() {
    let rig = Rig::new().await;
    let url = rig.url(By::Contacts, "tag/create").await;
    for (fault, executed) in [(Fault::page(502), false), (Fault::page_after(504), true)] {
        let tags = rig.sim.state().tags;
        rig.sim.faults().next("tag/create", fault).unwrap();
        let error = create_tag(&url, "甲").await.unwrap_err();
        assert_eq!(
            error.status(),
            Some(if executed { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY })
        );
        assert_eq!(rig.sim.state().tags, tags + usize::from(executed));
        assert_eq!(last(&rig, "tag/create").executed, executed);
    }
    rig.sim.faults().next(TAGS, Fault::page(503)).unwrap();
    let page = rig.get_raw(&rig.url(By::App, TAGS).await, &[]).await;
    assert_eq!(page.headers()["content-type"], "text/html");
    assert!(page.text().await.unwrap().contains("<h1>503 Service Unavailable</h1>"));
}

#[tokio::test]
async fn a_killed_token_is_refused_and_gettoken_gives_a_new_one() {
    let rig = Rig::new().await;
    for (death, code) in [(TokenDeath::Unknown, 40014), (TokenDeath::Expired, 42001)] {
        let token = rig.token(By::App).await;
        let url = format!("{}/cgi-bin/{TAGS}?access_token={token}", rig.sim.url());
        rig.sim.faults().next("*", Fault::kill_token(death)).unwrap();
        assert_eq!(rig.token(By::App).await, token, "gettoken carries no token to kill");
        expect(code, &attempt(&url).await.unwrap());
        expect(code, &attempt(&url).await.unwrap());
        assert_ne!(rig.token(By::App).await, token);
        expect(0, &rig.get(By::App, TAGS).await);
        rig.sim.faults().clear();
    }
    assert_eq!(rig.sim.faults().hits(), 0, "cleared");
}

#[tokio::test]
async fn a_closed_endpoint_opens_again_on_the_virtual_clock() {
    let rig = Rig::new().await;
    let fault = Fault::close(Duration::from_secs(60));
    rig.sim.faults().next(TAGS, fault.clone()).unwrap();
    for by in [By::App, By::Contacts] {
        expect(45009, &rig.get(by, TAGS).await);
        let logged = last(&rig, TAGS);
        assert!(!logged.executed);
        assert_eq!(logged.faults, std::slice::from_ref(&fault));
    }
    expect(0, &rig.get(By::App, "department/list").await);
    rig.sim.advance(Duration::from_millis(59_999));
    expect(45009, &rig.get(By::App, TAGS).await);
    rig.sim.advance(Duration::from_millis(1));
    expect(0, &rig.get(By::App, TAGS).await);
    assert_eq!(rig.sim.faults().hits(), 1, "only the first call has the fault");

    rig.sim.faults().next(TAGS, fault).unwrap();
    expect(45009, &rig.get(By::App, TAGS).await);
    rig.sim.faults().clear();
    expect(0, &rig.get(By::App, TAGS).await);
}

#[tokio::test]
async fn a_client_that_hangs_up_during_a_latency_does_not_stop_the_call() {
    let rig = Rig::new().await;
    let token = rig.token(By::Contacts).await;
    for fault in [Fault::late(Duration::from_millis(20)), Fault::late_answer(Duration::from_millis(20))] {
        let (tags, hits) = (rig.sim.state().tags, rig.sim.faults().hits());
        rig.sim.faults().next("tag/create", fault.clone()).unwrap();
        let body = json!({"tagname": tags.to_string()}).to_string();
        let head = format!("POST /cgi-bin/tag/create?access_token={token} HTTP/1.1\r\nHost: localhost");
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(rig.sim.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        until(|| rig.sim.faults().hits() > hits).await;
        drop(stream);
        until(|| rig.sim.state().tags > tags).await;
        assert_eq!(last(&rig, "tag/create").faults, [fault]);
    }
}

/// Waits until a state is reached, with a bound.
async fn until(reached: impl Fn() -> bool) {
    let wait = async {
        while !reached() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
}

#[tokio::test]
async fn calls_beyond_the_parallel_limit_are_refused() {
    let rig = Rig::new().await;
    let faults = rig.sim.faults();
    faults.always("user/*", Fault::parallel(2)).unwrap();
    faults.next_n(2, "user/get", Fault::late(Duration::from_secs(600))).unwrap();
    let url = rig.url(By::App, "user/get?userid=lisi").await;
    let held = [tokio::spawn(stuck(url.clone())), tokio::spawn(stuck(url.clone()))];
    until(|| faults.hits() == 2).await;
    for _ in 0..3 {
        expect(45033, &attempt(&url).await.unwrap());
    }
    assert_eq!(last(&rig, "user/get").faults, [Fault::parallel(2)]);
    expect(0, &rig.get(By::App, "user/simplelist?department_id=2").await);
    let rules = faults.state().calls;
    assert_eq!((rules[0].seen, rules[0].hits), (6, 3));
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn stuck(url: String) {
    let _ = attempt(&url).await;
}

#[tokio::test]
async fn the_first_rule_wins_and_a_latency_joins_it() {
    let rig = Rig::new().await;
    let faults = rig.sim.faults();
    let wait = Fault::late(Duration::from_millis(1));
    faults.every(2, TAGS, Fault::errcode(6000)).unwrap();
    faults.next_n(2, "tag/*", Fault::errcode(-1)).unwrap();
    faults.always("*", Fault::errcode(45035)).unwrap();
    faults.always(TAGS, wait.clone()).unwrap();
    faults.always(TAGS, Fault::late_answer(Duration::from_secs(600))).unwrap();
    let url = format!("{}/cgi-bin/{TAGS}", rig.sim.url());
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(attempt(&url).await.unwrap()["errcode"].as_i64().unwrap());
    }
    assert_eq!(codes, [-1, 6000, -1, 6000, 45035]);
    let all = rig.sim.requests();
    assert!(all.iter().all(|request| request.faults.len() == 2 && request.faults.contains(&wait)), "{all:?}");
    let counted: Vec<_> = faults.state().calls.iter().map(|rule| (rule.seen, rule.hits)).collect();
    assert_eq!(counted, [(5, 2), (5, 2), (5, 1), (5, 5), (5, 0)]);
}

#[tokio::test]
async fn a_rule_can_be_about_one_secret() {
    let rig = Rig::new().await;
    let app = FaultCaller::App(rig.sim.agent_id());
    rig.sim.faults().add(CallRule::new(TAGS, Fault::errcode(-1)).caller(app)).unwrap();
    rig.sim
        .faults()
        .add(CallRule::new("gettoken", Fault::errcode(-1)).caller(FaultCaller::Contacts))
        .unwrap();
    rig.sim.faults().add(CallRule::new(TAGS, Fault::errcode(1)).caller(FaultCaller::SharedApp(1))).unwrap();
    expect(-1, &rig.get(By::App, TAGS).await);
    assert_eq!(last(&rig, TAGS).caller.as_deref(), Some("app 1000002"));
    let query = |secret: &str| {
        format!("{}/cgi-bin/gettoken?corpid={}&corpsecret={secret}", rig.sim.url(), rig.sim.corp_id())
    };
    expect(-1, &attempt(&query(rig.sim.contacts_secret())).await.unwrap());
    expect(40001, &attempt(&query("wrong")).await.unwrap());
    rig.sim.faults().clear();
    expect(0, &rig.get(By::Contacts, TAGS).await);
}

#[tokio::test]
async fn plans_are_set_read_and_cleared_over_http() {
    let plan = FaultRules::new().call(CallRule::new("user/*", Fault::errcode(-1)).when(When::Next(1)));
    let rig = Rig::with(Sim::builder().faults(plan)).await;
    let set = rig.look("faults").await;
    let rule = json!({"path": "user/*", "when": {"next": 1}, "fault": {"errcode": -1}, "seen": 0, "hits": 0});
    assert_eq!(set, json!({"calls": [rule], "deliveries": []}));

    let calls = json!([
        {"path": "*", "fault": {"errcode": 45009}},
        {"path": "user/get", "caller": "app 7", "when": {"every": 20}, "fault": {"latency": {"ms": 5}}},
        {"path": "user/get", "when": {"every": 20, "offset": 3}, "fault": {"latency": {"ms": 5, "at": "after"}}},
        {"path": "tag/*", "when": {"next": 3}, "fault": {"reset": "after"}},
        {"path": "tag/*", "caller": "contacts", "fault": {"truncate": {"bytes": 9, "chunked": true}}},
        {"path": "tag/*", "caller": "shared app 7", "fault": {"page": {"status": 502, "at": "after"}}},
        {"path": "tag/*", "fault": {"kill_token": 42001}},
        {"path": "tag/*", "fault": {"close": {"seconds": 3600}}},
        {"path": "batch/getresult", "fault": {"parallel": 5}},
    ]);
    let (status, set) = rig.put("faults", &json!({"calls": calls})).await;
    assert_eq!(status, 200, "{set}");
    assert_eq!(set["calls"].as_array().unwrap().len(), 9);
    assert_eq!(set["calls"][6]["fault"], json!({"kill_token": 42001}));
    expect(45009, &read(rig.get_raw(&format!("{}/cgi-bin/{TAGS}", rig.sim.url()), &[]).await).await);
    let requests = rig.look("requests").await;
    assert_eq!(requests["requests"][0]["faults"][0], json!({"errcode": 45009}));
    assert_eq!(requests["requests"][0]["executed"], false);
    assert_eq!(rig.look("faults").await["calls"][0]["hits"], 1);

    let cleared = rig.tell(Method::DELETE, "faults", &json!({})).await;
    assert_eq!(cleared, json!({"calls": [], "deliveries": []}));
    expect(0, &rig.get(By::App, TAGS).await);
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.look("faults").await["calls"][0]["path"], "user/*", "a reset brings the first plan back");
}

#[tokio::test]
async fn rules_can_be_added_and_the_counters_of_the_others_continue() {
    let rig = Rig::new().await;
    let rule = |code: i32| json!({"path": "tag/list", "when": {"next": 1}, "fault": {"errcode": code}});
    rig.put("faults", &json!({"calls": [rule(-1)]})).await;
    expect(-1, &rig.get(By::App, TAGS).await);
    let added = json!({"calls": [rule(45009)], "deliveries": [{"fault": "drop"}]});
    let state = rig.tell(Method::POST, "faults", &added).await;
    let hits: Vec<_> = state["calls"].as_array().unwrap().iter().map(|rule| rule["hits"].clone()).collect();
    assert_eq!(hits, [1, 0]);
    assert_eq!(state["deliveries"][0]["fault"], "drop");
    expect(45009, &rig.get(By::App, TAGS).await);
    expect(0, &rig.get(By::App, TAGS).await);

    let wrong = json!({"calls": [rule(-1), {"path": "nowhere", "fault": {"errcode": -1}}]});
    let refused = rig.tell(Method::POST, "faults", &wrong).await;
    assert!(
        refused["error"].as_str().unwrap().starts_with("calls[1]: unknown endpoint `nowhere`"),
        "{refused}"
    );
    assert_eq!(rig.look("faults").await["calls"].as_array().unwrap().len(), 2, "nothing of it was added");
}

#[tokio::test]
async fn a_plan_that_cannot_work_is_refused_in_words() {
    let rig = Rig::new().await;
    let rule = |path: &str, fault: Value| json!({"calls": [{"path": path, "fault": fault}]});
    let when = |when: Value| json!({"calls": [{"path": "*", "when": when, "fault": {"errcode": -1}}]});
    for (plan, says) in [
        (json!({"call": []}), "unknown field `call`, expected `calls` or `deliveries`"),
        (json!({"calls": [{"path": "*"}]}), "missing field `fault`"),
        (rule("user/got", json!({"errcode": -1})), "calls[0]: unknown endpoint `user/got`; use `*`"),
        (rule("user*", json!({"errcode": -1})), "unknown endpoint `user*`"),
        (rule("users/*", json!({"errcode": -1})), "gettoken, get_api_domain_ip"),
        (rule("*", json!({"errcode": 0})), "errcode 0 means success"),
        (rule("*", json!({"explode": 1})), "unknown variant `explode`, expected one of `errcode`, `latency`"),
        (rule("*", json!({"reset": "between"})), "unknown variant `between`, expected `before` or `after`"),
        (rule("*", json!({"latency": {"ms": 600_001}})), "at most 600000 ms, not 600001"),
        (rule("*", json!({"latency": {"s": 1}})), "unknown field `s`, expected `ms` or `at`"),
        (rule("*", json!({"page": {"status": 200}})), "400 to 599, not 200"),
        (rule("*", json!({"kill_token": 40001})), "it must be 40014 or 42001"),
        (when(json!({"every": 0})), "`every` must be 1 or more"),
        (when(json!({"every": 5, "offset": 5})), "the offset must be below `every` (5), not 5"),
        (when(json!({"next": 5, "every": 5})), "`when` is {\"next\": N}"),
        (when(json!({})), "`when` is {\"next\": N}"),
        (
            json!({"calls": [{"path": "*", "when": {"next": 1}, "fault": {"parallel": 1}}]}),
            "`parallel` applies to every call",
        ),
        (
            json!({"calls": [{"path": "*", "caller": "app x", "fault": {"parallel": 1}}]}),
            "unknown caller `app x`; it must be `contacts`, `app 1000002`",
        ),
    ] {
        let (status, reply) = rig.put("faults", &plan).await;
        let error = reply["error"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{plan}: {reply}");
        assert!(error.contains(says), "{plan}: {error}");
    }
    assert!(rig.sim.faults().next("user/got", Fault::errcode(-1)).is_err());
    assert!(rig.sim.faults().state().calls.is_empty(), "nothing of it was set");
    let broken = FaultRules::new().call(CallRule::new("nowhere", Fault::errcode(-1)));
    assert_eq!(
        Sim::builder().faults(broken).start().await.unwrap_err().kind(),
        std::io::ErrorKind::InvalidInput
    );
}

/// Sends every command of the guide exactly as the guide prints it.
#[tokio::test]
async fn every_example_of_the_guide_is_taken() {
    let rig = Rig::new().await;
    let guide = std::fs::read_to_string("../../docs/simulator.md").unwrap();
    let section = guide.split("\n## ").find(|section| section.starts_with("Fault injection")).unwrap();
    let mut sent = 0;
    for command in section.split("curl -s ").skip(1) {
        let (method, rest) = match command.strip_prefix("-X ") {
            Some(rest) => rest.split_once(' ').unwrap(),
            None => ("GET", command),
        };
        let path = rest.trim_start_matches('"').strip_prefix("$SIM/_sim/").unwrap();
        let path = path.split(['"', ' ', '\n']).next().unwrap();
        let body = rest.split_once("-d '").map_or("{}", |(_, body)| body.split('\'').next().unwrap());
        let body = serde_json::from_str(body).unwrap();
        let reply = rig.tell(method.parse().unwrap(), path, &body).await;
        assert!(reply.get("error").is_none(), "{command}: {reply}");
        sent += 1;
    }
    assert_eq!(sent, section.matches("$SIM").count());
    let table = section.lines().filter(|line| line.starts_with("| `{")).flat_map(|line| line.split('`'));
    for fault in table.filter(|code| code.starts_with('{')) {
        let fault: Value = serde_json::from_str(fault).unwrap();
        let plan = json!({"calls": [{"path": "*", "fault": fault}]});
        assert_eq!(rig.put("faults", &plan).await.0, 200, "{plan}");
    }
}
