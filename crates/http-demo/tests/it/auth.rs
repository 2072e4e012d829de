use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn tokens_are_checked_and_not_shown() {
    let rig = Rig::start().await;
    let lifetimes = rig.read("/token").await;
    assert!(lifetimes["writer_expires_in"].as_u64() > Some(7_000), "{lifetimes}");
    assert_eq!(lifetimes.as_object().unwrap().len(), 2);
    assert!(!rig.read("/ips/callback").await["ip_list"].as_array().unwrap().is_empty());
    rig.read("/ips/api").await;
    rig.json("POST", "/logins/user-info", json!({"code": "used"})).await.error(400, "invalid_argument");
}
