//! The OpenAPI document of the control surface: it is published, complete and true.

use http::Method;
use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::{
    rig::{By, Rig},
    schema::mismatch,
};

/// Set to write the file instead of comparing it.
const WRITE: &str = "TXL_WRITE_SCHEMA";

#[tokio::test]
async fn the_published_document_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sim-openapi.json");
    let served = Rig::new().await.look("openapi.json").await;
    let text = serde_json::to_string_pretty(&served).unwrap() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        published == text,
        "docs/sim-openapi.json is not that of the code: run\n  {WRITE}=1 cargo test -p wecom-sim --test it openapi"
    );
    assert_eq!(served["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn every_operation_has_its_own_id_and_every_reference_has_a_definition() {
    let document = Rig::new().await.look("openapi.json").await;
    let mut ids: Vec<_> =
        operations(&document).map(|(.., one)| one["operationId"].as_str().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 50, "{}", references.len());
    for reference in references {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
    let text = document.to_string();
    assert!(!text.contains("crate::"), "a link of rustdoc is in a description");
}

fn collect_references<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| collect_references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, one)| (method.as_str(), path.as_str(), one))
    })
}

/// The calls whose bodies and replies are checked. Each is executed successfully, in this order.
fn calls() -> Vec<(&'static str, &'static str, Value)> {
    let all = json!({"calls": [
        {"path": "user/get", "when": {"next": 2}, "fault": {"errcode": -1}, "caller": "contacts"},
        {"path": "*", "when": {"every": 20, "offset": 3}, "fault": {"latency": {"ms": 1, "at": "after"}}},
        {"path": "user/*", "fault": {"page": {"status": 502}}, "when": {"next": 0}},
        {"path": "user/*", "fault": {"kill_token": 42001}, "when": {"next": 0}},
    ], "deliveries": [{"fault": {"duplicate": 2}}, {"event": "change_contact/*", "fault": "drop"}]});
    let callback = json!({"url": "http://127.0.0.1:9/hook", "token": "t", "verify": false,
        "encodingaeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"});
    vec![
        ("GET", "/_sim/healthz", Value::Null),
        ("GET", "/_sim/state", Value::Null),
        ("POST", "/_sim/corps", json!({"corp_id": "ww-added", "members": 3})),
        ("GET", "/_sim/corps", Value::Null),
        ("DELETE", "/_sim/corps/ww-added", Value::Null),
        ("GET", "/_sim/choices", Value::Null),
        ("PUT", "/_sim/choices", json!({"fetch_child": false})),
        ("GET", "/_sim/rates", Value::Null),
        ("PUT", "/_sim/rates", json!({"corp_per_minute": 100_000})),
        ("GET", "/_sim/settings", Value::Null),
        (
            "PUT",
            "/_sim/settings",
            json!({"console": {"mail_domain": null}, "contacts": {"enabled": true},
            "apps": [{"agent_id": 1_000_002, "range": {"departments": [1]}}, {"agent_id": 7, "secret": "s"}]}),
        ),
        ("POST", "/_sim/faults", all.clone()),
        ("PUT", "/_sim/faults", all),
        ("GET", "/_sim/faults", Value::Null),
        (
            "POST",
            "/_sim/faults",
            json!({"calls": [{"path": "user/get", "when": {"next": 0}, "fault": {"close": {"seconds": 60}}}]}),
        ),
        ("DELETE", "/_sim/faults", Value::Null),
        ("GET", "/_sim/clock", Value::Null),
        ("POST", "/_sim/clock/freeze", json!({"at": "2030-01-05T09:00:00+08:00"})),
        ("POST", "/_sim/clock/set", json!({"at": 1_767_574_800_000_i64})),
        ("POST", "/_sim/clock/run", json!({"speed": 60})),
        ("POST", "/_sim/clock/freeze", Value::Null),
        ("POST", "/_sim/clock/advance", json!({"seconds": 1.5})),
        ("POST", "/_sim/console/set_callback", callback),
        (
            "POST",
            "/_sim/console/create_member",
            json!({"name": "钱一", "userid": "qianyi", "gender": 1,
            "department": [1], "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "7"}}]}}),
        ),
        ("POST", "/_sim/console/update_member", json!({"userid": "qianyi", "gender": "2"})),
        ("POST", "/_sim/console/member_edits_profile", json!({"userid": "qianyi", "alias": "q"})),
        ("POST", "/_sim/console/activate_member", json!({"userid": "qianyi"})),
        ("POST", "/_sim/console/create_department", json!({"name": "新部门", "parentid": 1, "id": 77})),
        ("POST", "/_sim/console/update_department", json!({"id": 77, "name": "新名"})),
        ("POST", "/_sim/console/create_tag", json!({"tagname": "新标签", "tagid": 77})),
        ("POST", "/_sim/console/rename_tag", json!({"tagid": 77, "tagname": "旧标签"})),
        (
            "POST",
            "/_sim/console/add_tag_members",
            json!({"tagid": 77, "userlist": ["qianyi", "x"], "partylist": [77]}),
        ),
        ("POST", "/_sim/console/remove_tag_members", json!({"tagid": 77, "partylist": [77]})),
        ("POST", "/_sim/console/delete_tag", json!({"tagid": 77})),
        ("POST", "/_sim/console/delete_department", json!({"id": 77})),
        ("POST", "/_sim/console/set_legacy", json!({"contacts": true})),
        ("POST", "/_sim/console/set_permission", json!({"permission": "edit"})),
        ("POST", "/_sim/console/set_trusted_ips", json!({"ips": ["127.0.0.1"]})),
        ("POST", "/_sim/console/set_app_range", json!({"departments": [1]})),
        ("POST", "/_sim/console/oauth_code", json!({"userid": "lisi"})),
        ("POST", "/_sim/console/tfa_code", json!({"userid": "lisi"})),
        ("POST", "/_sim/console/open_userid", json!({"userid": "lisi"})),
        ("POST", "/_sim/oauth/code", json!({"openid": "o"})),
        ("POST", "/_sim/tfa/code", json!({"userid": "lisi"})),
        ("POST", "/_sim/open_userid", json!({"userid": "lisi"})),
        ("POST", "/_sim/console/event", json!({"event": "x", "elements": {"A": "b"}})),
        ("POST", "/_sim/console/member_quits", json!({"userid": "qianyi"})),
        ("POST", "/_sim/console/delete_member", json!({"userid": "qianyi"})),
        ("POST", "/_sim/settled", Value::Null),
        ("GET", "/_sim/deliveries?limit=3&event=change_contact/create_user&before=9", Value::Null),
        ("POST", "/_sim/deliveries/1/replay", json!({})),
        ("POST", "/_sim/settled", json!({})),
        ("POST", "/_sim/deliveries/1/redeliver", json!({})),
        ("POST", "/_sim/console/remove_callback", json!({})),
        ("GET", "/_sim/requests?limit=3", Value::Null),
        (
            "GET",
            "/_sim/requests?path=user/*&caller=contacts&errcode=0&executed=true&since=0&after=0&has_unread=false",
            Value::Null,
        ),
        (
            "POST",
            "/_sim/requests/count",
            json!({"path": "user/*", "caller": "contacts", "errcode": 0, "executed": true,
            "since": 0, "after": 0, "has_unread": false}),
        ),
        ("GET", "/_sim/secrets", Value::Null),
        ("GET", "/_sim/jobs", Value::Null),
        ("PUT", "/_sim/jobs", json!({"seconds": 2.5, "fail_next": 1})),
        ("GET", "/_sim/writes?limit=3&endpoint=user/update&after=0&before=9", Value::Null),
        ("POST", "/_sim/snapshots/before", json!({})),
        ("GET", "/_sim/snapshots", Value::Null),
        ("POST", "/_sim/snapshots/before/restore", json!({})),
        ("DELETE", "/_sim/snapshots/before", Value::Null),
        ("GET", "/_sim/seed", Value::Null),
        (
            "POST",
            "/_sim/seed",
            json!({"members": [{"userid": "a", "name": "甲", "gender": 1}], "departments": [{"id": 2, "name": "研发"}]}),
        ),
        ("POST", "/_sim/seed", json!({"members": 30, "departments": 4})),
        ("POST", "/_sim/reset", Value::Null),
    ]
}

/// The operations without a JSON reply.
const NOT_JSON: [&str; 4] = ["page", "page_redirect", "page_file", "corp"];

#[tokio::test]
async fn every_body_and_every_reply_fits_its_schema() {
    let rig = Rig::with(Sim::builder().legacy(true)).await;
    let document = rig.look("openapi.json").await;
    rig.get(By::App, "user/get?userid=lisi").await;
    rig.post(By::Contacts, "user/update", &json!({"userid": "lisi", "position": "总监"})).await;
    let mut unchecked: Vec<&str> =
        operations(&document).map(|(.., one)| one["operationId"].as_str().unwrap()).collect();
    unchecked.retain(|id| !NOT_JSON.contains(id) && *id != "openapi");
    for (method, path, body) in calls() {
        let operation = operation_of(&document, method, path);
        let id = operation["operationId"].as_str().unwrap();
        unchecked.retain(|one| *one != id);
        if !body.is_null() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(mismatch(&document, schema, &body), None, "{method} {path} {body}");
        }
        let method: Method = method.parse().unwrap();
        let reply = rig.tell(method.clone(), &path["/_sim/".len()..], &body).await;
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(!schema.is_null(), "{path}");
        assert_eq!(mismatch(&document, schema, &reply), None, "{method} {path}: {reply}");
    }
    assert!(unchecked.is_empty(), "no call checks {unchecked:?}");
}

/// Returns the operation of a path, whose parameters are numbers.
fn operation_of<'d>(document: &'d Value, method: &str, path: &str) -> &'d Value {
    let path = path.split('?').next().unwrap();
    let fits = |template: &str| {
        let (ours, theirs) = (path.split('/'), template.split('/'));
        ours.clone().count() == theirs.clone().count()
            && ours.zip(theirs).all(|(our, their)| our == their || their.starts_with('{'))
    };
    let found = operations(document)
        .find(|(wanted, template, _)| wanted.eq_ignore_ascii_case(method) && fits(template));
    found.unwrap_or_else(|| panic!("the document has no {method} {path}")).2
}

#[tokio::test]
async fn every_line_of_a_dump_fits_its_schema() {
    let rig = Rig::new().await;
    let document = rig.look("openapi.json").await;
    let content = &document["paths"]["/_sim/corp"]["get"]["responses"]["200"]["content"];
    let schema = &content["application/x-ndjson"]["schema"];
    assert!(!schema.is_null());
    let url = format!("{}/_sim/corp", rig.sim.url());
    let dump = rig.get_raw(&url, &[]).await.text().await.unwrap();
    for line in dump.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(mismatch(&document, schema, &line), None, "{line}");
    }
}

#[tokio::test]
async fn a_body_of_null_counts_as_an_empty_one() {
    let rig = Rig::new().await;
    for body in ["", " null\n", "{}"] {
        let (status, reply) = rig.control_raw("reset", body).await;
        assert_eq!((status, &reply), (200, &json!({"ok": true})), "{body:?}");
    }
    let (status, reply) = rig.control_raw("seed", "null").await;
    assert_eq!(status, 400, "{reply}");
}

#[tokio::test]
async fn healthz_returns_the_version() {
    let reply = Rig::new().await.look("healthz").await;
    assert_eq!(reply, json!({"ok": true, "version": env!("CARGO_PKG_VERSION")}));
}

/// Returns a path without parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "1").replace("{name}", "a")
}

#[tokio::test]
async fn no_operation_answers_a_page_of_another_site() {
    let rig = Rig::new().await;
    let document = rig.look("openapi.json").await;
    let mut count = 0;
    for (method, path, _) in operations(&document) {
        let method: Method = method.to_uppercase().parse().unwrap();
        for header in
            [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Host", "evil.example")]
        {
            let (status, body) = rig.send(method.clone(), &filled(path), &[header], Vec::new()).await;
            assert_eq!(status, 403, "{method} {path} {header:?}: {}", String::from_utf8_lossy(&body));
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}

#[tokio::test]
async fn no_body_breaks_an_operation() {
    let rig = Rig::new().await;
    let document = rig.look("openapi.json").await;
    let deep = format!("{{\"at\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"[]".to_vec(),
        b"\"x\"".to_vec(),
        b"1e999".to_vec(),
        b"\xff\xfe".to_vec(),
        b"{\"a\":".to_vec(),
        deep.into_bytes(),
        br#"{"seconds":1e308,"at":9223372036854775807,"speed":-1,"members":4294967295,"departments":0}"#
            .to_vec(),
        br#"{"members":[null],"departments":[{}],"tags":{}}"#.to_vec(),
        br#"{"calls":[{"path":"*","when":{"every":0},"fault":{"errcode":0}}],"deliveries":null}"#.to_vec(),
        vec![b' '; (1 << 20) + 1],
    ];
    for (method, path, one) in operations(&document).filter(|(.., one)| one.get("requestBody").is_some()) {
        let id = one["operationId"].as_str().unwrap();
        let method: Method = method.to_uppercase().parse().unwrap();
        for body in &bodies {
            let (status, reply) = rig.send(method.clone(), &filled(path), &[], body.clone()).await;
            assert!(status < 500, "{id}: {status} {}", String::from_utf8_lossy(&reply));
            if status >= 400 {
                let reply: Value = serde_json::from_slice(&reply).unwrap();
                assert!(reply["error"].is_string(), "{id}: {reply}");
            }
        }
    }
    assert_eq!(rig.look("healthz").await["ok"], true);
}
