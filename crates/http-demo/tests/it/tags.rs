use http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_tag_is_created_filled_and_deleted() {
    let rig = Rig::start().await;
    let created = rig.json("POST", "/tags", json!({"tagname": "羽毛球社", "tagid": 70})).await;
    assert_eq!((created.status, &created.json()["tagid"]), (StatusCode::CREATED, &json!(70)));
    let member = rig.read("/member-ids?limit=1").await["dept_user"][0]["userid"].clone();

    let added = rig.json("POST", "/tags/70/additions", json!({"userlist": [member, "ghost"]})).await;
    assert!(added.json().to_string().contains("ghost"), "{}", added.json());
    let content = rig.read("/tags/70").await;
    assert_eq!(content["userlist"][0]["userid"], member);
    rig.json("POST", "/tags/70/removals", json!({"userlist": [member]})).await;
    assert_eq!(rig.read("/tags/70").await["userlist"], json!([]));

    assert_eq!(
        rig.json("PATCH", "/tags/70", json!({"tagname": "篮球社"})).await.status,
        StatusCode::NO_CONTENT
    );
    assert!(rig.read("/tags").await.to_string().contains("篮球社"));
    assert_eq!(rig.json("DELETE", "/tags/70", json!({})).await.status, StatusCode::NO_CONTENT);
    rig.get("/tags/70").await.error(404, "not_found");
}
