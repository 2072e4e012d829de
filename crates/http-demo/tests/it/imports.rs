use std::time::Duration;

use axum::body::Body;
use http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_file_of_members_is_imported() {
    let rig = Rig::start().await;
    let csv = "姓名,帐号,手机号,邮箱,所在部门,职位\n测试,curl,13900009999,,1,经理\n";
    let uploaded = rig.send("POST", "/media?type=file&filename=members.csv", Body::from(csv)).await;
    let media_id = uploaded.json()["media_id"].clone();
    let started = rig.json("POST", "/imports/members", json!({"media_id": media_id})).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.json());
    rig.sim.advance(Duration::from_secs(60));
    let job = started.json()["jobid"].as_str().unwrap().to_owned();
    let status = rig.read(&format!("/imports/{job}")).await;
    assert_eq!(status["status"], 3, "{status}");
    assert_eq!(rig.read("/members/curl").await["position"], "经理");

    let gone = rig.json("POST", "/imports/members", json!({"media_id": "gone"})).await;
    assert_eq!(gone.json()["error"]["call"], "batch/syncuser");
    assert!(gone.status.is_client_error(), "{}", gone.status);
}
