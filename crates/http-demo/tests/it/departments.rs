use http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_department_is_created_read_updated_and_deleted() {
    let rig = Rig::start().await;
    let form = json!({"name": "新部门", "name_en": "New", "parentid": 1, "id": 77});
    let created = rig.json("POST", "/departments", form).await;
    assert_eq!((created.status, &created.json()["id"]), (StatusCode::CREATED, &json!(77)));

    let patched = rig.json("PATCH", "/departments/77", json!({"name": "旧部门"})).await;
    assert_eq!(patched.status, StatusCode::NO_CONTENT);
    let department = &rig.read("/departments/77").await["department"];
    assert_eq!((&department["name"], &department["name_en"]), (&json!("旧部门"), &json!("New")));
    let below = rig.read("/departments?id=77").await;
    assert_eq!(below["department"].as_array().unwrap().len(), 1);

    assert_eq!(rig.json("DELETE", "/departments/77", json!({})).await.status, StatusCode::NO_CONTENT);
    rig.json("DELETE", "/departments/77", json!({})).await.error(404, "not_found");
    let ids = rig.read("/department-ids").await;
    assert!(ids["department_id"].as_array().unwrap().iter().all(|node| node["id"] != 77), "{ids}");
}
