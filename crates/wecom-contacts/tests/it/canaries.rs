//! Trap 27 for every endpoint: marked secrets and personal data are put into all fields of requests and replies that
//! may contain them. After successful and failed calls, no log, display or debug text may contain a mark.
//!
//! The server's own `errmsg` is the exception: it is kept unchanged, because WeCom's support asks for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use wecom_contacts::{Client, Error, ErrorKind, RetryPolicy, Secret, endpoints, media::MediaKind};
use wecom_sim::Fault;

use crate::{
    log::Log,
    rig::Rig,
    stub::{Answer, Stub},
    transport::all_of,
    wire::{self, Planted, Sent},
};

/// The mark that is searched for. Every planted value contains it.
const CANARY: &str = "c4nary";

/// Fields that contain a secret or personal data, at any place.
const PRIVATE: &[&str] = &[
    "access_token",
    "address",
    "alias",
    "avatar",
    "biz_mail",
    "code",
    "email",
    "encoding_aeskey",
    "encodingaeskey",
    "english_name",
    "external_position",
    "mobile",
    "position",
    "qr_code",
    "telephone",
    "thumb_avatar",
    "ticket",
    "tfa_code",
    "token",
    "user_ticket",
];

/// Fields that a log can show with any value.
const SHOWN: &[&str] = &[
    "action",
    "agentid",
    "block_size",
    "created_at",
    "department",
    "department_id",
    "enable",
    "errcode",
    "errmsg",
    "expires_in",
    "fetch_child",
    "id",
    "invalidlist",
    "invalidparty",
    "invalidtag",
    "invaliduser",
    "is_leader_in_dept",
    "jobid",
    "limit",
    "main_department",
    "order",
    "parentid",
    "partyid",
    "partylist",
    "percentage",
    "size",
    "status",
    "tagid",
    "to_invite",
    "total",
    "type",
    "userid",
    "useridlist",
];

/// Plants canaries in a body. Returns their number.
fn plant(value: &mut Value) -> usize {
    match value {
        Value::Object(map) => {
            let is_person = map.contains_key("userid") || map.contains_key("external_userid");
            let mut planted = 0;
            for (key, value) in map.iter_mut() {
                let private = PRIVATE.contains(&key.as_str()) || (is_person && key == "name");
                if private && value.is_string() {
                    *value = canary(key).into();
                    planted += 1;
                } else {
                    planted += plant(value);
                }
            }
            planted
        }
        Value::Array(items) => items.iter_mut().map(plant).sum(),
        _ => 0,
    }
}

fn canary(key: &str) -> String {
    if key.ends_with("aeskey") {
        // 43 letters, as required. The last one has no unused bits.
        return format!("{}A", CANARY.repeat(7));
    }
    format!("{CANARY}-{key}")
}

/// Plants canaries in a query.
fn plant_query(query: &str) -> String {
    let planted = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if PRIVATE.contains(&key) => format!("{key}={}", canary(key)),
        _ => pair.to_owned(),
    });
    planted.collect::<Vec<_>>().join("&")
}

/// Returns a reply whose fields contain canaries and have other types than documented.
fn twist(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let twisted = map.iter().map(|(key, value)| match key.as_str() {
                // Ids may be shown, so the fields with ids contain no canary.
                key if SHOWN.contains(&key) => (key.to_owned(), value.clone()),
                _ => (key.clone(), twist(value)),
            });
            Value::Object(twisted.collect())
        }
        Value::Array(items) if items.is_empty() => json!({ CANARY: CANARY }),
        Value::Array(items) => items.iter().map(twist).collect(),
        Value::String(_) => json!([CANARY]),
        _ => CANARY.into(),
    }
}

/// Everything that a call made visible.
#[derive(Default)]
struct Seen {
    text: String,
    errmsgs: Vec<String>,
    failed: usize,
    succeeded: usize,
}

impl Seen {
    fn error(&mut self, error: &Error) {
        self.failed += 1;
        let mut text = all_of(error);
        if let ErrorKind::Refused { errmsg, .. } = error.kind() {
            // The text itself, and its quoted forms in `Debug` and JSON.
            for form in [errmsg.clone(), format!("{errmsg:?}"), json!(errmsg).to_string()] {
                let form = form.trim_matches('"').to_owned();
                text = text.replace(&form, "");
                self.errmsgs.push(form);
            }
        }
        self.text += &text;
        self.text.push('\n');
    }

    fn reply(&mut self, shown: &str) {
        self.succeeded += 1;
        self.text += shown;
        self.text.push('\n');
    }

    fn check(&self, log: &str, what: &str) {
        let mut log = log.to_owned();
        for errmsg in &self.errmsgs {
            log = log.replace(errmsg, "");
        }
        for line in self.text.lines().chain(log.lines()) {
            assert!(!line.contains(CANARY), "{what}: {line}");
        }
    }
}

/// Returns every endpoint with canaries in its request and reply.
fn calls() -> Vec<Planted> {
    let mut private = 0;
    let calls = wire::planted(&mut |body| private += plant(body), &plant_query);
    assert!(calls.len() > endpoints::ALL.len() - 10, "{}", calls.len());
    assert!(private > 70, "{private}");
    calls
}

/// Returns the planted reply for each path.
fn answers(calls: &[Planted]) -> Arc<HashMap<String, Value>> {
    Arc::new(calls.iter().map(|call| (format!("/cgi-bin/{}", call.path), call.reply.clone())).collect())
}

/// How a server answers a call, in the same way each time.
type Manner = fn(&Value) -> Answer;

const MANNERS: &[(&str, Manner)] = &[
    ("well", Answer::json),
    ("with other types", |reply| Answer::json(&twist(reply))),
    ("as a gateway", |reply| Answer::of(502, "text/html", format!("<html>{reply}</html>").as_bytes())),
    ("cut short", |reply| {
        let text = reply.to_string();
        Answer::cut(&text.as_bytes()[..text.len() / 2], text.len())
    }),
    ("unmeasured and cut", |reply| {
        let text = reply.to_string();
        Answer::unmeasured(&text.as_bytes()[..text.len() / 2])
    }),
    ("with a refusal", |_| Answer::refusal(60111, "userid not found, hint: [1]")),
    ("with a refused token", |_| Answer::refusal(42001, "access_token expired, hint: [1]")),
    ("busily", |_| Answer::refusal(-1, "system busy, hint: [1]")),
    ("not at all", |_| Answer::hang_up()),
];

#[tokio::test]
async fn trap_27_no_endpoint_shows_a_secret_or_a_persons_data_whatever_the_server_does() {
    let calls = calls();
    let answers = answers(&calls);
    for (manner, answer) in MANNERS {
        let (answers, received) = (Arc::clone(&answers), Arc::new(Mutex::new(0)));
        let count = Arc::clone(&received);
        let stub = Stub::start(move |request, _| {
            if request.path().ends_with("/gettoken") {
                assert!(request.target.contains(CANARY));
                return Answer::json(
                    &json!({"errcode": 0, "errmsg": "ok", "access_token": canary("access_token"), "expires_in": 7200}),
                );
            }
            *count.lock().unwrap() += 1;
            answer(answers.get(request.path()).unwrap_or(&json!({"errcode": 0, "errmsg": "ok"})))
        })
        .await;
        let (log, guard) = Log::start();
        let mut seen = Seen::default();
        let client = stub
            .builder_of(Secret::app(1_000_002, canary("secret")))
            .retry(RetryPolicy::default().attempts(2).first_pause(Duration::from_millis(1)))
            .log_bodies(true)
            .build()
            .unwrap();
        seen.text += &format!("{client:?} {:?}\n", stub.builder_of(Secret::contacts_sync(canary("secret"))));
        for call in &calls {
            let Sent { request, outcome } = (call.send)(&client);
            seen.text += &request;
            seen.text.push('\n');
            match outcome.await {
                Ok(reply) => seen.reply(&reply),
                Err(error) => seen.error(&error),
            }
        }
        let media = client.media();
        for failure in [
            media.upload(MediaKind::File, canary("name"), canary("content")).await.err(),
            media.upload_image(canary("name"), canary("content")).await.err(),
            media.get("m1").await.err(),
        ] {
            failure.iter().for_each(|error| seen.error(error));
        }
        drop(guard);
        match *manner {
            "well" => assert_eq!(seen.succeeded, calls.len(), "{}", seen.text),
            _ => assert!(seen.failed > calls.len() / 2, "{manner}: {}", seen.failed),
        }
        assert!(*received.lock().unwrap() > calls.len());
        assert!(log.ours().contains("***"), "bodies were logged");
        seen.check(&log.text(), manner);
    }
}

#[tokio::test]
async fn trap_27_nothing_is_shown_of_calls_that_the_simulator_takes_refuses_or_breaks() {
    let rig = Rig::start().await;
    let calls = calls();
    let (log, guard) = Log::start();
    let mut seen = Seen::default();
    for fault in [None, Some(Fault::reset_after()), Some(Fault::page_after(502)), Some(Fault::truncated(10))]
    {
        rig.sim.faults().clear();
        if let Some(fault) = fault {
            rig.sim.faults().every(2, "*", fault).unwrap();
        }
        for secret in [
            Secret::contacts_sync(rig.sim.contacts_secret()),
            Secret::app(rig.sim.agent_id(), rig.sim.app_secret()),
        ] {
            let client = Client::builder(rig.sim.corp_id(), secret)
                .base_url(rig.sim.url())
                .retry(RetryPolicy::none())
                .log_bodies(true)
                .build()
                .unwrap();
            for call in &calls {
                let Sent { request, outcome } = (call.send)(&client);
                seen.text += &request;
                seen.text.push('\n');
                match outcome.await {
                    Ok(reply) => seen.reply(&reply),
                    Err(error) => seen.error(&error),
                }
            }
        }
    }
    drop(guard);
    assert!(seen.succeeded > 50 && seen.failed > 200, "{} {}", seen.succeeded, seen.failed);
    seen.check(&log.text(), "the simulator");
    for secret in [rig.sim.contacts_secret(), rig.sim.app_secret()] {
        assert!(!seen.text.contains(secret) && !log.text().contains(secret));
    }
}

#[tokio::test]
async fn trap_27_nothing_is_shown_of_calls_to_a_port_where_nobody_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (log, guard) = Log::start();
    let mut seen = Seen::default();
    let client = Client::builder("ww1", Secret::app(1_000_002, canary("secret")))
        .base_url(format!("http://user:{CANARY}@127.0.0.1:{port}"))
        .retry(RetryPolicy::none())
        .log_bodies(true)
        .build()
        .unwrap();
    for call in calls().iter().take(3) {
        let Sent { request, outcome } = (call.send)(&client);
        seen.text += &request;
        seen.error(&outcome.await.unwrap_err());
    }
    drop(guard);
    seen.text += &format!("{client:?}");
    seen.check(&log.text(), "a dead port");
}
