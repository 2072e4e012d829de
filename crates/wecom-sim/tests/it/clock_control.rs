//! The clock over HTTP.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;
use wecom_sim::Sim;

use crate::rig::{By, Rig, expect};

/// 2030-01-05 09:00:00 in Beijing.
const THEN: i64 = 1_893_805_200_000;

#[tokio::test]
async fn a_running_clock_is_frozen_at_a_time_and_runs_again() {
    let rig = Rig::with(Sim::builder().clock_speed(50_000.0)).await;
    let (status, frozen) = rig.control("clock/freeze", &json!({"at": "2030-01-05T09:00:00+08:00"})).await;
    assert_eq!((status, frozen), (200, json!({"now": THEN, "runs": false, "speed": 0.0})));
    assert_eq!(rig.look("clock").await["now"], THEN);
    rig.control("clock/advance", &json!({"seconds": 1.5})).await;
    assert_eq!(rig.look("clock").await["now"], THEN + 1500);
    let (_, set) = rig.control("clock/set", &json!({"at": THEN})).await;
    assert_eq!(set["now"], THEN);
    let (status, running) = rig.control("clock/run", &json!({"speed": 3600})).await;
    assert_eq!((status, &running["runs"], &running["speed"]), (200, &json!(true), &json!(3600.0)));
    assert!(running["now"].as_i64().unwrap() >= THEN);
}

#[tokio::test]
async fn a_token_expires_when_a_frozen_clock_is_advanced() {
    let rig = Rig::with(Sim::builder().clock_speed(1.0)).await;
    rig.sim.freeze(Some(UNIX_EPOCH + Duration::from_millis(THEN as u64))).unwrap();
    let url = rig.url(By::Contacts, "tag/list").await;
    rig.control("clock/advance", &json!({"seconds": 7199})).await;
    expect(0, &rig.post_url(&url, &json!({})).await);
    rig.control("clock/advance", &json!({"seconds": 1})).await;
    expect(42001, &rig.post_url(&url, &json!({})).await);
}

#[tokio::test]
async fn a_reset_restores_the_speed_and_the_time_of_the_start() {
    let start = UNIX_EPOCH + Duration::from_millis(THEN as u64);
    let rig = Rig::with(Sim::builder().now(start)).await;
    assert_eq!(rig.sim.now(), start);
    rig.control("clock/run", &json!({})).await;
    rig.control("clock/advance", &json!({"seconds": 500})).await;
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.look("clock").await, json!({"now": THEN, "runs": false, "speed": 0.0}));
}

#[tokio::test]
async fn a_reset_of_a_running_clock_restores_its_speed() {
    let rig = Rig::with(Sim::builder().clock_speed(2.0)).await;
    for (path, body) in [("clock/run", json!({"speed": 60})), ("clock/freeze", json!({}))] {
        rig.control(path, &body).await;
        assert_ne!(rig.look("clock").await["speed"], 2.0);
        rig.control("reset", &json!({})).await;
        assert_eq!(rig.look("clock").await["speed"], 2.0, "after {path}");
    }
}

#[tokio::test]
async fn a_callback_that_waits_for_a_frozen_clock_is_sent_when_it_runs() {
    let rig = Rig::with(Sim::builder().clock_speed(1.0)).await;
    rig.control("clock/freeze", &json!({})).await;
    rig.act(
        "set_callback",
        json!({"url": "http://127.0.0.1:9/", "token": "t", "verify": false,
        "encodingaeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}),
    )
    .await;
    rig.act("event", json!({"event": "x"})).await;
    assert!(rig.sim.settled().await);
    assert_eq!(rig.sim.deliveries()[0].attempts.len(), 1);
    rig.control("clock/run", &json!({"speed": 100_000})).await;
    // The wait ends with the last retry, or with the timeout of the test runner.
    while rig.sim.deliveries()[0].is_open() {
        tokio::task::yield_now().await;
    }
    assert_eq!(rig.sim.deliveries()[0].attempts.len(), 4);
}

#[tokio::test]
async fn a_wrong_time_or_speed_is_refused_in_words() {
    let rig = Rig::new().await;
    for (path, body, says) in [
        ("clock/freeze", r#"{"at":"tomorrow"}"#, "a time must be like 2026-01-05T09:00:00+08:00"),
        ("clock/freeze", r#"{"at":"2026-01-05"}"#, "a time must be like"),
        ("clock/freeze", r#"{"at":-1}"#, "a time must be like"),
        ("clock/freeze", r#"{"at":[1]}"#, "a time must be Unix milliseconds"),
        ("clock/freeze", r#"{"to":1}"#, "unknown field `to`"),
        ("clock/set", "{}", "missing field `at`"),
        ("clock/set", r#"{"at":9e99}"#, "a time must be"),
        ("clock/run", r#"{"speed":0}"#, "the clock speed must be above 0"),
        ("clock/run", r#"{"speed":1e9}"#, "at most 100000"),
    ] {
        let (status, reply) = rig.control_raw(path, body).await;
        assert_eq!(status, 400, "{path} {body}: {reply}");
        assert!(reply["error"].as_str().unwrap().contains(says), "{path} {body}: {reply}");
    }
    assert_eq!(rig.look("clock").await["runs"], false);
}
