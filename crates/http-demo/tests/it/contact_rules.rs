use http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_rule_is_created_changed_and_deleted() {
    let rig = Rig::start().await;
    let rule = json!({"rule_type": 1, "range": {"partyid": [1]}});
    let created = rig.json("POST", "/contact-rules", json!({"rules": [rule]})).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.json());
    let id = created.json()["rule_ids"][0].clone();
    let listed = rig.read("/contact-rules").await;
    assert!(listed["rules"].as_array().unwrap().iter().any(|rule| rule["rule_id"] == id), "{listed}");

    let deletion = json!({"rule_ids": [id]});
    let deleted = rig.json("POST", "/contact-rule-deletions", deletion.clone()).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let again = rig.json("POST", "/contact-rule-deletions", deletion).await;
    assert!(again.status.is_client_error() && again.json()["error"]["errcode"].is_i64(), "{}", again.json());
}
