//! No call of the SDK is missing, and each route makes the call that it names.

use std::{collections::BTreeSet, fs, path::Path};

use axum::body::Body;
use http_demo::{RouteInfo, routes};
use serde_json::{Map, Value, json};
use wecom_contacts::endpoints;

use crate::rig::Rig;

#[test]
fn every_call_of_the_sdk_has_one_route() {
    let mut routed: Vec<&str> = routes().iter().filter_map(|route| route.call).collect();
    routed.sort_unstable();
    let all: BTreeSet<&str> = endpoints::ALL.iter().map(|endpoint| endpoint.path()).collect();
    assert_eq!(routed, all.into_iter().collect::<Vec<_>>());
}

#[test]
fn reads_that_may_be_repeated_are_never_behind_a_delete_or_put() {
    for route in routes() {
        let Some(endpoint) = route.call.and_then(endpoints::find) else { continue };
        let is_write = endpoint.access() == endpoints::Access::Write;
        match route.method {
            "GET" => assert!(!is_write, "{route:?}"),
            "PUT" | "PATCH" | "DELETE" => assert!(is_write, "{route:?}"),
            _ => {}
        }
    }
}

/// The sample of `tests/wire`, which the SDK and the simulator are checked against, goes in as REST and comes out as WeCom reads it.
#[tokio::test]
async fn each_route_makes_its_call_with_every_parameter() {
    let rig = Rig::start().await;
    let mut checked = 0;
    for route in routes() {
        let Some(call) = route.call else { continue };
        let Some(sample) = sample(call) else { continue };
        let (path, body) = request(&route, &sample);
        let answer = rig.send(route.method, &path, body).await;
        let sent = rig.last_request();
        assert_eq!(sent.path, call, "{} {path}: {:?}", route.method, String::from_utf8_lossy(&answer.bytes));
        assert_eq!(parameters(&sent), stringly(&sample), "{} {path}", route.method);
        checked += 1;
    }
    // All but `gettoken` and the four calls that carry files.
    assert_eq!(checked, endpoints::ALL.len() - 5);
}

#[tokio::test]
async fn routes_of_files_and_tokens_make_their_calls() {
    let rig = Rig::start().await;
    for (method, path, call) in [
        ("POST", "/media?type=file&filename=a.txt", "media/upload"),
        ("GET", "/media/m1", "media/get"),
        ("GET", "/media/m1/voice", "media/get/jssdk"),
        ("POST", "/images?filename=a.png", "media/uploadimg"),
    ] {
        rig.send(method, path, Body::from("content")).await;
        assert_eq!(rig.last_request().path, call, "{method} {path}");
    }
    let rig = Rig::start().await;
    rig.get("/token").await;
    assert_eq!(rig.last_request().path, "gettoken");
}

/// The parameters of the request in `tests/wire`; `None` for calls that have no sample.
fn sample(call: &str) -> Option<Map<String, Value>> {
    let chapter = endpoints::find(call)?.chapter().name();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire").join(chapter);
    let name = format!("{}.request.full", call.replace('/', "_"));
    if let Ok(text) = fs::read_to_string(folder.join(format!("{name}.json"))) {
        return Some(serde_json::from_str(&text).expect("a JSON object"));
    }
    let text = fs::read_to_string(folder.join(format!("{name}.query"))).ok()?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text.trim()).expect("a query");
    Some(pairs.into_iter().map(|(name, value)| (name, json!(value))).collect())
}

/// The sample as a request of this route.
fn request(route: &RouteInfo, sample: &Map<String, Value>) -> (String, Body) {
    let mut rest = sample.clone();
    // Keys are made and kept by the server.
    rest.remove("encoding_aeskey");
    let segment = |segment: &str, rest: &mut Map<String, Value>| match segment.strip_prefix('{') {
        Some(name) => text(&rest.remove(name.trim_end_matches('}')).expect("the sample has the id")),
        None => segment.to_owned(),
    };
    let path: Vec<_> = route.path.split('/').map(|part| segment(part, &mut rest)).collect();
    let path = path.join("/");
    if matches!(route.method, "GET" | "DELETE") {
        let pairs: Vec<_> = rest
            .iter()
            .map(|(name, value)| match name.as_str() {
                "fetch_child" => (name, "true".to_owned()),
                _ => (name, text(value)),
            })
            .collect();
        let query = serde_urlencoded::to_string(pairs).expect("a query");
        return (format!("{path}?{query}"), Body::empty());
    }
    (path, Body::from(Value::Object(rest).to_string()))
}

/// What the simulator received, without the token.
fn parameters(sent: &wecom_sim::Request) -> Map<String, Value> {
    let query = sent.query.iter().filter(|(name, _)| name != "access_token");
    let mut all: Map<String, Value> = query.map(|(name, value)| (name.clone(), json!(value))).collect();
    if let Some(body) = sent.body.as_deref().filter(|body| !body.is_empty()) {
        all.extend(serde_json::from_str::<Map<String, Value>>(body).expect("a JSON object"));
    }
    stringly(&all)
}

/// Scalars as text, as a query has no other. Keys of exports are random.
fn stringly(all: &Map<String, Value>) -> Map<String, Value> {
    let plain = |value: &Value| {
        if value.is_array() || value.is_object() { value.clone() } else { json!(text(value)) }
    };
    all.iter()
        .filter(|(name, _)| *name != "encoding_aeskey")
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
