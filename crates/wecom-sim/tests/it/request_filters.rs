//! Filters and counts of the request log, and the fields that an endpoint did not read.

use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::rig::{By, JOB, KEY, Rig, expect};

async fn numbers(rig: &Rig, query: &str) -> Vec<u64> {
    let reply = rig.look(&format!("requests?{query}")).await;
    let requests = reply["requests"].as_array().unwrap_or_else(|| panic!("{reply}"));
    requests.iter().map(|one| one["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_log_is_filtered_by_path_caller_errcode_time_and_number() {
    let rig = Rig::new().await;
    let (contacts, app) =
        (rig.url(By::Contacts, "tag/list").await, rig.url(By::App, "user/get?userid=lisi").await);
    rig.post_url(&contacts, &json!({})).await; // 3
    rig.sim.advance(JOB);
    let now = rig.look("clock").await["now"].as_i64().unwrap();
    rig.get_raw(&app, &[]).await; // 4
    rig.get_raw(&app.replace("lisi", "nobody"), &[]).await; // 5
    rig.get_raw(&app.replace("access_token=", "access_token=x"), &[]).await; // 6
    for (query, expected) in [
        ("path=tag/list", vec![3]),
        ("path=user/*", vec![4, 5, 6]),
        ("path=*&after=4", vec![5, 6]),
        ("path=user/*&limit=1", vec![6]),
        ("caller=contacts", vec![1, 3]),
        ("caller=app+1000002&errcode=60111", vec![5]),
        ("errcode=40014", vec![6]),
        ("executed=false", vec![6]),
        (&format!("since={now}"), vec![4, 5, 6]),
        (&format!("since={}", now + 1), vec![]),
    ] {
        assert_eq!(numbers(&rig, query).await, expected, "{query}");
    }
    let reply = rig.look("requests?path=user/*&limit=1").await;
    assert_eq!((&reply["matched"], &reply["dropped"]), (&json!(3), &json!(0)));
    let (_, reply) = rig.control("requests/count", &json!({"path": "user/*", "errcode": 0})).await;
    assert_eq!(reply, json!({"count": 1}));
    let (_, reply) = rig.control("requests/count", &Value::Null).await;
    assert_eq!(reply, json!({"count": 6}));
    let (status, reply) = rig.control("requests/count", &json!({"paths": "user/*"})).await;
    assert_eq!(status, 400, "{reply}");
}

#[tokio::test]
async fn a_reply_of_the_log_is_bounded() {
    let rig = Rig::with(Sim::builder().logged_requests(1_200)).await;
    let url = rig.url(By::Contacts, "tag/list").await;
    for _ in 0..1_300 {
        rig.post_url(&url, &json!({})).await;
    }
    let reply = rig.look("requests").await;
    assert_eq!(reply["requests"].as_array().unwrap().len(), 1_000);
    assert_eq!((&reply["matched"], &reply["dropped"]), (&json!(1_200), &json!(101)));
    assert_eq!(reply["requests"][999]["number"], 1_301);
}

#[tokio::test]
async fn fields_that_the_endpoint_did_not_read_are_named() {
    let rig = Rig::legacy().await;
    let body = json!({"userid": "lisi", "postion": "总监", "alias": null, "extattr": {"attrs": [
        {"type": 0, "name": "工号", "text": {"value": "7", "colour": "red"}, "txt": 1}], "attr": []}});
    expect(0, &rig.post(By::Contacts, "user/update?debug=1", &body).await);
    let request = rig.look("requests?path=user/update").await["requests"][0].clone();
    assert_eq!(
        request["unread"],
        json!(["?debug", "postion", "extattr.attrs[0].text.colour", "extattr.attrs[0].txt", "extattr.attr"])
    );
    expect(0, &rig.get(By::App, "user/get?userid=lisi").await);
    assert_eq!(rig.look("requests?path=user/get").await["requests"][0]["unread"], json!([]));
    let (_, reply) = rig.control("requests/count", &json!({"has_unread": true})).await;
    assert_eq!(reply, json!({"count": 1}));
}

#[tokio::test]
async fn the_names_of_unread_fields_are_bounded() {
    let rig = Rig::new().await;
    let body: serde_json::Map<_, _> =
        (0..500).map(|n| (format!("{n}{}", "字".repeat(500)), json!(1))).collect();
    rig.post(By::Contacts, "tag/list?x=1", &Value::Object(body)).await;
    let unread = rig.look("requests?path=tag/list").await["requests"][0]["unread"].clone();
    let unread = unread.as_array().unwrap();
    assert!(unread.len() <= 32, "{}", unread.len());
    assert!(unread.iter().all(|name| name.as_str().unwrap().len() <= 128));
}

#[tokio::test]
async fn jobs_last_as_long_as_asked_and_fail_when_asked() {
    let rig = Rig::legacy().await;
    let (status, reply) =
        rig.put("jobs", &json!({"seconds": 60, "fail_next": 2, "fail_errcode": 40092})).await;
    assert_eq!((status, reply), (200, json!({"seconds": 60.0, "fail_next": 2, "fail_errcode": 40092})));
    let csv = "姓名,帐号,手机号,所在部门\n钱一,qianyi,13800000201,1\n".as_bytes();
    let id = rig.submit_import("batch/syncuser", csv).await;
    let export = rig.post(By::App, "export/user", &json!({"encoding_aeskey": KEY})).await;
    rig.sim.advance(JOB);
    let result = format!("export/get_result?jobid={}", export["jobid"].as_str().unwrap());
    assert_eq!(rig.get(By::App, &result).await["status"], 0);
    rig.sim.advance(60 * JOB);
    expect(40092, &rig.import_result(&id).await);
    assert_eq!(rig.get(By::App, &result).await["status"], 3);
    assert_eq!(rig.sim.state().members, 7);
    assert_eq!(rig.look("jobs").await["fail_next"], 0);
    let id = rig.submit_import("batch/syncuser", csv).await;
    rig.sim.advance(60 * JOB);
    assert_eq!(rig.import_result(&id).await["status"], 3);
    assert_eq!(rig.sim.state().members, 8);
    for (body, says) in [
        (json!({"seconds": -1}), "between 0 and one year"),
        (json!({"fail_errcode": 0}), "errcode 0 means success"),
        (json!({"second": 1}), "unknown field `second`"),
    ] {
        let (status, reply) = rig.put("jobs", &body).await;
        assert_eq!(status, 400, "{reply}");
        assert!(reply["error"].as_str().unwrap().contains(says), "{reply}");
    }
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.look("jobs").await["seconds"], 0.2);
}

#[tokio::test]
async fn added_fault_rules_follow_the_existing_ones() {
    let rig = Rig::new().await;
    let rule =
        |code: i32| json!({"calls": [{"path": "tag/list", "when": {"next": 1}, "fault": {"errcode": code}}]});
    rig.set("faults", &rule(-1)).await;
    let (status, reply) = rig.control("faults", &rule(45009)).await;
    assert_eq!((status, reply["calls"].as_array().unwrap().len()), (200, 2));
    expect(-1, &rig.get(By::Contacts, "tag/list").await);
    expect(45009, &rig.get(By::Contacts, "tag/list").await);
    expect(0, &rig.get(By::Contacts, "tag/list").await);
    let (status, reply) =
        rig.control("faults", &json!({"calls": [{"path": "nowhere", "fault": {"errcode": 1}}]})).await;
    assert_eq!(status, 400, "{reply}");
    assert_eq!(rig.look("faults").await["calls"].as_array().unwrap().len(), 2);
}
