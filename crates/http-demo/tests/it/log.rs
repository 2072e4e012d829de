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
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut rig = Rig::start().await;
    rig.state = rig.state.key("a-key-of-sixteen").unwrap();
    for (method, path, body) in [
        (
            "POST",
            "/members",
            json!({"userid": "curl.user", "name": "测试", "mobile": "13900009999", "department": [1]}),
        ),
        ("GET", "/members/curl.user", json!({})),
        ("POST", "/lookups/mobile", json!({"mobile": "13900009998"})),
        ("PATCH", "/members/curl.user", json!({"mobile": 13_900_009_999_u64, "name": "改名"})),
        ("GET", "/nowhere/curl.user", json!({})),
    ] {
        let request =
            Request::builder().method(method).uri(path).header("authorization", "Bearer a-key-of-sixteen");
        rig.request(request.body(Body::from(body.to_string())).unwrap()).await;
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("route=\"/members/{userid}\" status=200"), "{log}");
    let secrets = [rig.sim.contacts_secret(), rig.sim.app_secret(), "a-key-of-sixteen"];
    for hidden in secrets.into_iter().chain(["curl.user", "测试", "改名", "1390000"]) {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}
