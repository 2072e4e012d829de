//! What the log of the server shows.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::body::Body;
use http::Request;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::rig::Rig;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_routes_and_statuses_without_ids_names_and_keys() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,http_demo=trace,wecom_contacts=debug"))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // A subscriber of one thread can miss what other threads log first, so this one is global. Other tests use other names.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");

    let mut rig = Rig::start().await;
    rig.state = rig.state.key("a-key-of-sixteen").unwrap();
    for (method, path, body) in [
        (
            "POST",
            "/members",
            json!({"userid": "log.user", "name": "日志甲", "mobile": "13700007777", "department": [1]}),
        ),
        ("GET", "/members/log.user", json!({})),
        ("POST", "/lookups/mobile", json!({"mobile": "13700007778"})),
        ("PATCH", "/members/log.user", json!({"mobile": 13_700_007_777_u64, "name": "日志乙"})),
        ("GET", "/nowhere/log.user", json!({})),
    ] {
        let request =
            Request::builder().method(method).uri(path).header("authorization", "Bearer a-key-of-sixteen");
        rig.request(request.body(Body::from(body.to_string())).unwrap()).await;
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("route=\"/members/{userid}\" status=200"), "{log}");
    let secrets = [rig.sim.contacts_secret(), rig.sim.app_secret(), "a-key-of-sixteen"];
    for hidden in secrets.into_iter().chain(["log.user", "日志甲", "日志乙", "1370000777"]) {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}
