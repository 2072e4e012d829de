use http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_member_is_created_read_updated_and_deleted() {
    let rig = Rig::start().await;
    let form = json!({"userid": "curl", "name": "测试", "mobile": "13900009999", "department": [1], "position": "经理", "alias": "小测"});
    let created = rig.json("POST", "/members", form.clone()).await;
    assert_eq!(created.status, StatusCode::CREATED);
    rig.json("POST", "/members", form).await.error(409, "already_exists");
    assert_eq!(rig.read("/members/curl").await["position"], "经理");

    let patch = json!({"name": "改名", "position": null});
    assert_eq!(rig.json("PATCH", "/members/curl", patch).await.status, StatusCode::NO_CONTENT);
    assert_eq!(rig.last_request().body.unwrap(), r#"{"userid":"curl","name":"改名","position":""}"#);
    let member = rig.read("/members/curl").await;
    assert_eq!(
        (&member["name"], &member["position"], &member["alias"]),
        (&json!("改名"), &json!(""), &json!("小测"))
    );

    let list = rig.read("/members?department_id=1&fetch_child=true").await;
    assert!(list["userlist"].as_array().unwrap().iter().any(|member| member["userid"] == "curl"));
    let ids = rig.read("/member-ids?limit=2").await;
    assert_eq!(ids["dept_user"].as_array().unwrap().len(), 2, "{ids}");

    assert_eq!(rig.json("DELETE", "/members/curl", json!({})).await.status, StatusCode::NO_CONTENT);
    let error = rig.get("/members/curl").await.error(404, "not_found");
    assert_eq!((&error["call"], &error["errcode"]), (&json!("user/get"), &json!(60111)));
    assert_eq!(error["remedies"][0]["zh"], "检查拼写以及应用的可见范围");
}

#[tokio::test]
async fn a_mobile_number_is_looked_up_without_being_in_the_url() {
    let rig = Rig::start().await;
    let form = json!({"userid": "curl", "name": "测试", "mobile": "13900009999", "department": [1]});
    rig.json("POST", "/members", form).await;
    let found = rig.json("POST", "/lookups/mobile", json!({"mobile": "13900009999"})).await;
    assert_eq!(found.json()["userid"], "curl");
}
