//! Snapshots of the whole state.

use std::{sync::Arc, time::Duration};

use http::Method;
use serde_json::json;
use tokio::{net::TcpStream, sync::Notify};
use wecom_sim::{Sim, SnapshotError};

use crate::rig::{By, JOB, Rig, expect};

#[tokio::test]
async fn a_snapshot_puts_back_the_corp_the_clock_and_the_rules() {
    let rig = Rig::new().await;
    rig.set("choices", &json!({"hide_left_members": true})).await;
    rig.set("rates", &json!({"corp_per_hour": 500})).await;
    rig.set(
        "faults",
        &json!({"calls": [{"path": "tag/list", "when": {"next": 2}, "fault": {"errcode": -1}}]}),
    )
    .await;
    expect(-1, &rig.get(By::Contacts, "tag/list").await);
    let (before, digest) = (rig.sim.now(), rig.sim.digest());
    let settings = rig.look("settings").await;
    let (status, taken) = rig.control("snapshots/before", &json!({})).await;
    assert_eq!((status, &taken["members"], &taken["name"]), (200, &json!(7), &json!("before")));

    rig.act("delete_member", json!({"userid": "wujiu"})).await;
    rig.act("set_permission", json!({"permission": "read"})).await;
    rig.act("create_department", json!({"name": "新", "parentid": 1})).await;
    rig.set("choices", &json!({"hide_left_members": false})).await;
    expect(-1, &rig.get(By::Contacts, "tag/list").await);
    rig.sim.set_rates(wecom_sim::Rates::default());
    rig.sim.advance(Duration::from_secs(9_000));
    assert_ne!(rig.sim.digest(), digest);

    for _ in 0..2 {
        let (status, reply) = rig.control("snapshots/before/restore", &json!({})).await;
        assert_eq!((status, reply), (200, json!({"ok": true})));
        assert_eq!(rig.sim.digest(), digest);
        assert_eq!(rig.sim.now(), before, "the clock goes back");
        assert_eq!(rig.look("settings").await, settings);
        assert_eq!(rig.look("choices").await["hide_left_members"], true);
        assert_eq!(rig.look("rates").await["corp_per_hour"], 500);
        assert_eq!(rig.look("faults").await["calls"][0]["hits"], 1);
        expect(-1, &rig.get(By::Contacts, "tag/list").await);
        expect(0, &rig.get(By::Contacts, "tag/list").await);
    }
    assert!(rig.sim.requests().len() > 5, "the log of requests continues");
}

#[tokio::test]
async fn tokens_and_cursors_of_a_snapshot_work_after_it_is_restored() {
    let rig = Rig::with(Sim::builder().largest_id_page(3)).await;
    let url = rig.url(By::Contacts, "user/list_id").await;
    let first = rig.post_url(&url, &json!({"limit": 3})).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    rig.sim.take_snapshot("page").unwrap();
    let rest = rig.post_url(&url, &json!({"limit": 3, "cursor": cursor})).await;
    rig.sim.advance(Duration::from_secs(8_000));
    expect(42001, &rig.post_url(&url, &json!({})).await);
    rig.sim.seed(40, 4, 1).unwrap();
    rig.sim.restore_snapshot("page").unwrap();
    assert_eq!(rig.post_url(&url, &json!({"limit": 3, "cursor": cursor})).await, rest);
}

#[tokio::test]
async fn a_job_of_a_snapshot_runs_again_after_it_is_restored() {
    let rig = Rig::new().await;
    let id = rig
        .submit_import("batch/syncuser", "姓名,帐号,手机号,所在部门\n钱一,qianyi,13800000201,1\n".as_bytes())
        .await;
    rig.sim.take_snapshot("submitted").unwrap();
    for _ in 0..2 {
        assert_eq!(rig.import_result(&id).await["status"], 1);
        rig.sim.advance(JOB);
        assert_eq!(rig.import_result(&id).await["status"], 3);
        assert_eq!(rig.sim.state().members, 8);
        rig.sim.restore_snapshot("submitted").unwrap();
        assert_eq!(rig.sim.state().members, 7);
    }
}

#[tokio::test]
async fn the_numbers_of_deliveries_continue_after_a_restore() {
    let rig = Rig::new().await;
    let callback = json!({"url": "http://127.0.0.1:9/", "token": "t", "verify": false,
        "encodingaeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"});
    rig.act("set_callback", callback).await;
    rig.act("event", json!({"event": "one"})).await;
    assert!(rig.sim.settled().await);
    rig.sim.take_snapshot("one").unwrap();
    let second = rig.act("event", json!({"event": "two"})).await;
    assert!(rig.sim.settled().await);
    rig.sim.restore_snapshot("one").unwrap();
    assert_eq!(rig.sim.deliveries().len(), 1);
    let third = rig.act("event", json!({"event": "three"})).await;
    assert!(third["id"].as_u64() > second["id"].as_u64(), "{third}");
    assert!(rig.sim.settled().await);
    let events: Vec<_> = rig.sim.deliveries().into_iter().map(|one| one.event).collect();
    assert_eq!(events, ["one", "three"]);
}

#[tokio::test]
async fn snapshots_are_listed_replaced_and_deleted_and_their_number_is_bounded() {
    let rig = Rig::new().await;
    for number in 0..16 {
        rig.sim.take_snapshot(&format!("s-{number}")).unwrap();
    }
    assert_eq!(rig.sim.take_snapshot("more"), Err(SnapshotError::Number));
    let (status, reply) = rig.control("snapshots/more", &json!({})).await;
    assert_eq!(status, 422, "{reply}");
    rig.sim.take_snapshot("s-3").unwrap();
    let listed = rig.look("snapshots").await;
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 16);
    assert_eq!(listed["snapshots"][0]["name"], "s-0");
    rig.tell(Method::DELETE, "snapshots/s-3", &json!({})).await;
    rig.sim.take_snapshot("more").unwrap();
    rig.sim.restore_snapshot("more").unwrap();
}

#[tokio::test]
async fn a_snapshot_survives_a_reset_but_not_its_deletion() {
    let rig = Rig::new().await;
    rig.act("delete_member", json!({"userid": "wujiu"})).await;
    rig.sim.take_snapshot("six").unwrap();
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.sim.state().members, 7);
    rig.sim.restore_snapshot("six").unwrap();
    assert_eq!(rig.sim.state().members, 6);
    rig.tell(Method::DELETE, "snapshots/six", &json!({})).await;
    assert_eq!(rig.sim.restore_snapshot("six"), Err(SnapshotError::Unknown));
}

#[tokio::test]
async fn a_name_that_is_no_name_is_refused() {
    let rig = Rig::new().await;
    for (name, status) in [("A", 400), ("a.json", 400), ("..%2F..%2Fetc", 400), ("%00", 400), ("a%20b", 400)]
    {
        for path in [format!("snapshots/{name}"), format!("snapshots/{name}/restore")] {
            let (got, reply) = rig.control(&path, &json!({})).await;
            assert_eq!(got, status, "{path}: {reply}");
        }
    }
    let (status, reply) = rig.control("snapshots/none/restore", &json!({})).await;
    assert_eq!((status, reply), (404, json!({"error": "unknown snapshot"})));
}

#[tokio::test]
async fn a_state_that_is_saved_after_the_serving_has_each_write_with_a_reply() {
    for (patience, is_answered) in [(Duration::from_secs(60), true), (Duration::ZERO, false)] {
        let mut rig = Rig::new().await;
        let url = rig.url(By::Contacts, "user/delete?userid=wujiu").await;
        let (arrived, released) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (arrival, release) = (Arc::clone(&arrived), Arc::clone(&released));
        rig.sim.before_each_call(move |_, _| {
            let (arrival, release) = (Arc::clone(&arrival), Arc::clone(&release));
            async move {
                arrival.notify_one();
                release.notified().await;
            }
        });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let call = tokio::spawn(http.get(url).send());
        arrived.notified().await;
        if is_answered {
            tokio::join!(rig.sim.stop_serving(patience), async { released.notify_one() });
        } else {
            rig.sim.stop_serving(patience).await;
        }
        let saved = serde_json::to_string(&rig.sim.saved_state()).unwrap();
        assert!(TcpStream::connect(rig.sim.address()).await.is_err());
        released.notify_one();
        let reply = call.await.unwrap();
        assert_eq!((reply.is_ok(), saved.contains("wujiu")), (is_answered, !is_answered), "{reply:?}");
        if let Ok(reply) = reply {
            expect(0, &serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap());
        }
    }
}
